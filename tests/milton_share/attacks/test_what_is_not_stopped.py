"""What the threat model says is not stopped: shown, so that the page says what is true, and changes when it isn't."""

from __future__ import annotations

import logging
import stat
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.home_files import private_folder
from custom_components.milton_share.shared.milton_protocol.messages.leaf import Leaf
from tests.milton_share.conftest import Home, join
from tests.milton_share.panel.conftest import token_of

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Owner
    from tests.milton_share.panel.conftest import Connect
    from tests.simulators.hub import HubSimulator

GUESS = "161803"


@pytest.mark.usefixtures("recorded")
async def test_who_reads_home_assistants_disk_reads_the_recordings(home: Home) -> None:
    """They lie there as they were filmed; only the system's own rights keep other users of the machine out."""
    folder = private_folder(home.hass)
    recordings = sorted(folder.recordings.rglob("*.mp4"))
    assert recordings
    assert stat.S_IMODE(folder.root.stat().st_mode) == 0o700
    with av.open(str(recordings[0]), format="mp4") as container:
        assert next(container.decode(video=0)).width == 320


async def test_who_sets_home_assistants_logger_to_debug_reads_the_pin(
    home: Home, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """Its WebSocket writes every message down; no line of ours does."""
    caplog.set_level(logging.DEBUG)
    line = await connect(token_of(home.owner.user))
    assert await line.refusal("witnesses/set", quorum=0, witnesses=[], pin=GUESS) == "wrong_pin"
    told = [record for record in caplog.records if GUESS in record.getMessage()]
    assert told
    assert {record.name for record in told} == {"homeassistant.components.websocket_api.http.connection"}


async def test_a_home_counts_no_requests_of_a_case_and_the_public_log_has_them_all(home: Home) -> None:
    """By an altered hub with an officer: six of one case are offered, and six leaves of the public log name it."""
    for number in range(6):
        home.hub.city.publish(case_number="26-104417", reason=f"Dwelling number {number} was entered the same night.")
    home.hub.publish()
    await home.until(lambda: home.state().snapshot.open_requests == 6)
    assert {one.refused for one in home.state().requests} == {None}
    cases = [Leaf.from_bytes(each).case for each in home.hub.city.leaves]
    assert cases.count("26-104417") == 6


async def test_who_joins_after_a_withdrawal_can_be_shown_the_request_as_live(
    hass: HomeAssistant, hub: HubSimulator, owner: Owner
) -> None:
    """By a stolen hub: a home remembers the withdrawals that it has seen, and has seen none."""
    hub.city.publish()
    (request_id,) = hub.city.bundles
    hub.city.withdrawn.add(request_id)
    hub.publish()
    hub.city.withdrawn.clear()
    hub.publish()
    home = Home(hass=hass, hub=hub, entry=await join(hass, hub), owner=owner)
    await home.until(lambda: (one := home.request(request_id)) is not None and one.refused is None)
    await hass.config_entries.async_unload(home.entry.entry_id)
