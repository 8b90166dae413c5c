"""What the threat model says is not stopped: shown, so that the page says what is true, and changes when it isn't."""

from __future__ import annotations

import logging
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import av
import pytest
from homeassistant.components.backup.const import EXCLUDE_FROM_BACKUP
from homeassistant.util import dt as dt_util

from custom_components.milton_share.backup import async_pre_backup
from custom_components.milton_share.hub_link.client import HubClient
from custom_components.milton_share.hub_link.session import hub_session
from custom_components.milton_share.outbox.withdraw import withdrawal_of
from custom_components.milton_share.shared.milton_protocol.messages.log.leaf import Leaf
from custom_components.milton_share.storage.paths import database_path, private_folder
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


@pytest.mark.usefixtures("recorded")
async def test_who_gets_a_backup_has_no_footage_and_can_speak_for_what_was_shared(home: Home) -> None:
    """No byte of a recording or a clip is in it; the share's own key and this home's token are."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    clip = home.panel.review.preview_path(home.owner.session, case.case_id, case.clip.clip_sha256).read_bytes()
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    await async_pre_backup(home.hass)
    root = Path(home.hass.config.config_dir)

    def taken() -> list[Path]:
        def is_left_out(path: Path) -> bool:
            names = [path, *path.parents][: len(path.parts)]
            return any(
                PurePath("data", name).full_match(f"data/{out}") for name in names for out in EXCLUDE_FROM_BACKUP
            )

        return [path for path in root.rglob("*") if path.is_file() and not is_left_out(path.relative_to(root))]

    files = await home.hass.async_add_executor_job(taken)
    assert database_path(home.hass) in files
    held = [private_folder(home.hass).root, *private_folder(home.hass).root.rglob("*")]
    assert not set(files) & set(held)
    middle = clip[len(clip) // 2 :][:64]
    assert [path for path in files if middle in path.read_bytes()] == []

    copy = root / "a copy elsewhere.db"
    copy.write_bytes(database_path(home.hass).read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        (key,) = connection.execute("SELECT one_time_key FROM shares WHERE share_id = ?", (share_id,)).fetchone()
    stolen = replace(home.services.book.share(share_id), one_time_key=key)
    client = HubClient(hub_session(home.hass), home.hub.url, home.entry.data["home_token"])
    await client.post("/v1/withdrawals", withdrawal_of(stolen, dt_util.utcnow()), max_bytes=1_000)
    assert home.hub.withdrawn == [share_id]
