"""Taking back and leaving, also when the hub is not there; and what anybody may claim before joining."""

from __future__ import annotations

import base64
import json
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from homeassistant.components import persistent_notification
from homeassistant.config_entries import SOURCE_ZEROCONF, ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from custom_components.milton_share.backup import async_pre_backup
from custom_components.milton_share.city.verdicts import claimed_number
from custom_components.milton_share.const import DOMAIN
from custom_components.milton_share.diagnostics import async_get_config_entry_diagnostics
from custom_components.milton_share.enrollment.leave import leave_programme
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.shared.milton_protocol.messages.homes.erasure import open_erasure
from custom_components.milton_share.storage.paths import leaving_path
from tests.milton_share.conftest import PIN, join, sign_in

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home
    from tests.simulators.hub import HubSimulator


@pytest.mark.usefixtures("recorded")
async def test_a_share_is_taken_back_once(home: Home) -> None:
    """A second time there is nothing to take back; what was never shared is unknown."""
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    with pytest.raises(MiltonShareError, match="unknown_share"):
        await home.panel.shares.withdraw(home.owner.session, "0" * 32, PIN)
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")
    with pytest.raises(MiltonShareError, match="nothing_shared"):
        await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    assert home.hub.withdrawn == [share_id]


@pytest.mark.usefixtures("owner")
async def test_a_home_leaves_also_when_the_hub_does_not_answer(
    hass: HomeAssistant, hub: HubSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """What was kept here is wiped all the same, and the log says that the hub was not told."""
    entry = await join(hass, hub)
    hub.away = True
    assert await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert not hub.left
    assert "was not told" in caplog.text
    assert await hass.async_add_executor_job(lambda: [*Path(hass.config.config_dir).rglob("*milton*")]) == []


def files_of_ours(hass: HomeAssistant) -> list[str]:
    """Return the names of what is there of this integration."""
    return sorted(path.name for path in Path(hass.config.config_dir).rglob("*milton*"))


def kept_answer(hass: HomeAssistant) -> dict[str, Any]:
    """Return what is kept of the hub's answer."""
    (path,) = Path(hass.config.config_dir).glob("milton_share_left_*.json")
    return json.loads(path.read_text())


async def gone(home: Home) -> None:
    """Wait until Home Assistant has no enrollment any more."""
    await home.until(lambda: home.hass.config_entries.async_get_entry(home.entry.entry_id) is None)
    await home.hass.async_block_till_done()


def shown(hass: HomeAssistant) -> str:
    """Return what Home Assistant's own notification says of it."""
    return str(persistent_notification._async_get_or_create_notifications(hass)[f"{DOMAIN}_left"]["message"])  # noqa: SLF001


@pytest.mark.usefixtures("recorded")
async def test_who_leaves_leaves_nothing_here_and_keeps_what_the_hub_signed(home: Home) -> None:
    """Keys, recordings, cases and settings are wiped; the hub's signed word is kept, and checks."""
    await home.place_camera()
    await home.looked_at()
    await home.panel.household.leave(home.owner.session, PIN)
    assert home.entry.data == {}
    assert files_of_ours(home.hass) == ["milton_share.leaving"]
    await gone(home)
    assert home.hub.left
    (home_id,) = home.hub.device_keys
    assert files_of_ours(home.hass) == [f"milton_share_left_{home_id[:8]}.json"]
    kept = kept_answer(home.hass)
    assert kept["signature_checked"]
    envelope = base64.b64decode(kept["erasure"])
    assert open_erasure(envelope, bytes.fromhex(kept["hub_key"]), kept["agency_id"], home_id).home_id == home_id
    assert "The signature was checked" in shown(home.hass)


async def test_a_hub_that_is_away_is_asked_until_it_answers_also_after_a_restart(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """What is here is erased at once; nothing but the asking goes on, and it is said once."""
    home.hub.away = True
    await home.panel.household.leave(home.owner.session, PIN)
    assert files_of_ours(home.hass) == ["milton_share.leaving"]
    await home.until(lambda: "did not answer yet" in caplog.text)
    await home.restart()
    assert home.entry.state is ConfigEntryState.LOADED
    assert {state.state for state in home.hass.states.async_all(("event", "sensor"))} == {"unavailable"}
    assert await async_get_config_entry_diagnostics(home.hass, home.entry) == {"leaving": True}
    await async_pre_backup(home.hass)
    assert "keeps asking" in shown(home.hass)
    home.hub.away = False
    await gone(home)
    assert home.hub.left
    assert len(files_of_ours(home.hass)) == 1


@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_hub_that_forgot_the_home_ends_the_asking(home: Home, language: str) -> None:
    """Another refusal doesn't: a box on the way may say anything."""
    home.hass.config.language = language
    home.hub.answers["/v1/enrolment"] = [(503, "unavailable"), (401, "http_401"), (401, "home_unknown")]
    await home.panel.household.leave(home.owner.session, PIN)
    await gone(home)
    assert home.hub.answers["/v1/enrolment"] == []
    assert not home.hub.left
    assert files_of_ours(home.hass) == []
    assert ("ya no sabe nada" if language == "es" else "knows nothing") in shown(home.hass)


@pytest.mark.parametrize("known", [True, False])
async def test_an_answer_that_another_signed_is_kept_and_called_unchecked(home: Home, known: bool) -> None:  # noqa: FBT001
    """So is any while the city's trust documents were not trusted: nobody can say whose key it is."""
    await home.until(lambda: home.state().city is not None)
    if known:
        home.hub.city.hub_key = Ed25519PrivateKey.generate()
        await home.panel.household.leave(home.owner.session, PIN)
    else:
        await leave_programme(home.hass, home.entry, None)
    await gone(home)
    assert "could not be checked" in shown(home.hass)
    assert not kept_answer(home.hass)["signature_checked"]


async def test_an_entry_that_is_taken_away_while_it_leaves_asks_no_more(home: Home) -> None:
    """The owner's word in Home Assistant is the last one."""
    home.hub.away = True
    await home.panel.household.leave(home.owner.session, PIN)
    assert await home.hass.config_entries.async_remove(home.entry.entry_id)
    await home.hass.async_block_till_done()
    assert files_of_ours(home.hass) == []


async def test_an_entry_of_a_home_that_had_left_goes_by_itself(home: Home) -> None:
    """An end came between the hub's answer and Home Assistant's own writing."""
    home.hub.away = True
    await home.panel.household.leave(home.owner.session, PIN)
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    leaving_path(home.hass).unlink()
    await home.hass.config_entries.async_setup(home.entry.entry_id)
    await gone(home)
    assert files_of_ours(home.hass) == []


async def test_only_the_owner_leaves_and_by_the_pin(home: Home, hass: HomeAssistant) -> None:
    """An approver can't, and a wrong PIN doesn't; both tries count as such."""
    provider = hass.auth.auth_providers[0]
    max_ = await sign_in(hass, provider, "max")  # type: ignore[arg-type]
    await home.panel.settings.name_approver(home.owner.session, max_.user.id, PIN)
    await home.panel.settings.set_pin(max_.session, "314159", None)
    with pytest.raises(MiltonShareError, match="not_owner"):
        await home.panel.household.leave(max_.session, "314159")
    with pytest.raises(MiltonShareError, match="wrong_pin"):
        await home.panel.household.leave(home.owner.session, "161803")
    assert not home.hub.left
    assert home.state().approver.tries_left == 4


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "http://hub.example",
        "ftp://hub.example",
        "https://olivia@hub.example",
        "https://[::1",
        "https://hub.example:0",
        "https://hub.example:99999",
        "//",
    ],
)
async def test_what_announces_itself_with_no_address_of_a_hub_is_not_offered(hass: HomeAssistant, url: str) -> None:
    """Anybody on the network can announce anything."""
    seen = ZeroconfServiceInfo(
        ip_address=ip_address("192.0.2.1"),
        ip_addresses=[ip_address("192.0.2.1")],
        port=443,
        hostname="hub.local.",
        type="_milton-hub._tcp.local.",
        name="Milton._milton-hub._tcp.local.",
        properties={"home_url": url},
    )
    ended = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_ZEROCONF}, data=seen)
    assert (ended["type"], ended["reason"]) == (FlowResultType.ABORT, "not_a_hub")


@pytest.mark.parametrize(
    "envelope", [b"", b"[]", b"{}", b'{"payload":"!"}', b'{"payload":"e30="}', b'{"payload":"W10="}']
)
def test_what_claims_no_number_claims_none(envelope: bytes) -> None:
    """Read before any signature was checked, so it must bear anything."""
    assert claimed_number(envelope, "serial") is None
