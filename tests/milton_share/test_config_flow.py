"""Joining a city, joining again, and changing what was set."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, SOURCE_ZEROCONF, ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from custom_components.milton_share.city import pins_table
from custom_components.milton_share.city.pins_table import Seen
from custom_components.milton_share.const import CONF_APPROVER, DOMAIN
from custom_components.milton_share.shared.milton_protocol.words import fingerprint_words
from custom_components.milton_share.storage.database import HomeDatabase
from custom_components.milton_share.storage.durable_steps import Step
from custom_components.milton_share.storage.paths import database_path
from tests.simulators.city import ed25519
from tests.simulators.hub import CODE, CODES, HubSimulator, running

from .conftest import PASSWORD, PIN, join

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from .conftest import Home


async def begin(hass: HomeAssistant) -> str:
    """Open the form and return the flow's id."""
    form = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert form["type"] is FlowResultType.FORM
    flow_id: str = form["flow_id"]
    return flow_id


async def answer(hass: HomeAssistant, flow_id: str, **values: Any) -> Any:  # noqa: ANN401
    """Fill the form in."""
    return await hass.config_entries.flow.async_configure(flow_id, values)


async def reconfigure(home: Home) -> Any:  # noqa: ANN401
    """Open the menu behind the entry."""
    context = {"source": SOURCE_RECONFIGURE, "entry_id": home.entry.entry_id}
    return await home.hass.config_entries.flow.async_init(DOMAIN, context=context)


@pytest.mark.usefixtures("owner")
async def test_a_link_the_words_and_a_pin_join_a_home(hass: HomeAssistant, hub: HubSimulator) -> None:
    """The words are those of the city's root, and a demonstration says that it is one."""
    flow_id = await begin(hass)
    words = await answer(hass, flow_id, invitation=f"{hub.url}/enrol#code={CODE}")
    assert words["step_id"] == "demo_words"
    assert words["description_placeholders"]["words"] == " ".join(fingerprint_words(hub.city.root_public_key))
    assert (await answer(hass, flow_id, same_words=True))["step_id"] == "pin"
    made = await answer(hass, flow_id, pin=PIN, pin_again=PIN)
    assert made["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    entry = made["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert entry.title == "Milton"
    assert CONF_APPROVER not in entry.data, "the PIN's digest moves to where its tries are counted"
    assert entry.data["home_id"] in hub.device_keys
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("owner")
async def test_a_city_is_not_called_a_demonstration(hass: HomeAssistant, hub: HubSimulator) -> None:
    """Its words are compared in a step of its own; who did not compare them goes no further."""
    addresses = replace(hub.city.record.hub, home_url="https://hub.milton.example", mqtt_url=None)
    hub.city.record = replace(hub.city.record, demo=False, hub=addresses)
    flow_id = await begin(hass)
    words = await answer(hass, flow_id, invitation=f"{hub.url}/enrol#code={CODE}")
    assert words["step_id"] == "words"
    assert words["description_placeholders"]["hub"] == "https://hub.milton.example"
    assert (await answer(hass, flow_id, same_words=False))["errors"] == {"base": "compare_words"}
    assert (await answer(hass, flow_id, same_words=True))["step_id"] == "pin"
    assert hub.codes[CODE] is None


@pytest.mark.usefixtures("owner")
async def test_the_code_is_used_up_last(hass: HomeAssistant, hub: HubSimulator) -> None:
    """Whoever stops at the words has lost nothing."""
    flow_id = await begin(hass)
    await answer(hass, flow_id, invitation=CODE.lower().replace("0", "O"), hub_url=hub.url)
    refused = await answer(hass, flow_id, same_words=False)
    assert refused["errors"] == {"base": "compare_words"}
    assert hub.codes[CODE] is None
    await answer(hass, flow_id, same_words=True)
    assert hub.codes[CODE] is None
    made = await answer(hass, flow_id, pin=PIN, pin_again=PIN)
    assert made["type"] is FlowResultType.CREATE_ENTRY
    assert hub.codes[CODE] is not None
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(made["result"].entry_id)


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    ("invitation", "hub_url", "rule"),
    [
        ("nonsense", None, "code_form"),
        ("MS-7K4Q-2M9X", None, "code_form"),
        (CODE, "ftp://hub.example", "hub_url_form"),
        (CODE, "http://hub.example", "hub_url_form"),
        (CODE, "https://user:secret@hub.example", "hub_url_form"),
        (CODE, "http://127.0.0.1:9", "hub_away"),
    ],
)
async def test_a_wrong_first_answer_is_named_and_mended(
    hass: HomeAssistant, hub: HubSimulator, invitation: str, hub_url: str | None, rule: str
) -> None:
    """The same form then takes the right one."""
    flow_id = await begin(hass)
    wrong = {"invitation": invitation} | ({"hub_url": hub_url} if hub_url else {})
    assert (await answer(hass, flow_id, **wrong))["errors"] == {"base": rule}
    assert (await answer(hass, flow_id, invitation=CODE, hub_url=hub.url))["step_id"] == "demo_words"


@pytest.mark.usefixtures("owner")
async def test_what_is_no_hub_is_told(hass: HomeAssistant, hub: HubSimulator) -> None:
    """A record that is out of date, and an address that knows nothing."""
    flow_id = await begin(hass)
    hub.city.record = replace(hub.city.record, expires_at=hub.city.now)
    old = await answer(hass, flow_id, invitation=CODE, hub_url=hub.url)
    assert old["errors"] == {"base": "city_record_expired"}
    hub.answers["/v1/city"] = [(404, "not_found")]
    nothing = await answer(hass, flow_id, invitation=CODE, hub_url=hub.url)
    assert nothing["errors"] == {"base": "not_a_hub"}


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    ("pin", "again", "rule"),
    [("12345", "12345", "pin_form"), ("111111", "111111", "pin_form"), ("27182a", "27182a", "pin_form"),
     (PIN, "314159", "pins_differ")],
)  # fmt: skip
async def test_a_pin_that_can_not_be_one_is_refused(
    hass: HomeAssistant, hub: HubSimulator, pin: str, again: str, rule: str
) -> None:
    """And the code is still good."""
    flow_id = await begin(hass)
    await answer(hass, flow_id, invitation=CODE, hub_url=hub.url)
    await answer(hass, flow_id, same_words=True)
    assert (await answer(hass, flow_id, pin=pin, pin_again=again))["errors"] == {"base": rule}
    made = await answer(hass, flow_id, pin=PIN, pin_again=PIN)
    assert made["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(made["result"].entry_id)


@pytest.mark.usefixtures("owner")
async def test_a_used_or_unknown_code_asks_for_another(hass: HomeAssistant, hub: HubSimulator) -> None:
    """The flow goes back to the code and on to the end."""
    hub.codes[CODE] = "another home"
    flow_id = await begin(hass)
    await answer(hass, flow_id, invitation=CODE, hub_url=hub.url)
    await answer(hass, flow_id, same_words=True)
    used = await answer(hass, flow_id, pin=PIN, pin_again=PIN)
    assert (used["step_id"], used["errors"]) == ("user", {"base": "code_used"})
    await answer(hass, flow_id, invitation="MS-9999-9999-9999", hub_url=hub.url)
    await answer(hass, flow_id, same_words=True)
    unknown = await answer(hass, flow_id, pin=PIN, pin_again=PIN)
    assert (unknown["step_id"], unknown["errors"]) == ("user", {"base": "code_unknown"})
    await answer(hass, flow_id, invitation=CODES[1], hub_url=hub.url)
    await answer(hass, flow_id, same_words=True)
    made = await answer(hass, flow_id, pin=PIN, pin_again=PIN)
    assert made["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(made["result"].entry_id)


@pytest.mark.usefixtures("owner")
async def test_a_lost_reply_costs_nothing(hass: HomeAssistant, hub: HubSimulator) -> None:
    """The second try names the same home, so the same code is taken again."""
    flow_id = await begin(hass)
    await answer(hass, flow_id, invitation=CODE, hub_url=hub.url)
    await answer(hass, flow_id, same_words=True)
    hub.away = True
    assert (await answer(hass, flow_id, pin=PIN, pin_again=PIN))["errors"] == {"base": "hub_away"}
    hub.away = False
    hub.codes[CODE] = hass.config_entries.flow._progress[flow_id]._joining.home_id  # noqa: SLF001  the hub had taken it
    made = await answer(hass, flow_id, pin=PIN, pin_again=PIN)
    assert made["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(made["result"].entry_id)


@pytest.mark.usefixtures("owner")
async def test_a_disk_that_takes_nothing_uses_no_code_up(
    hass: HomeAssistant, hub: HubSimulator, tmp_path: Path
) -> None:
    """What this home is can't be kept, so the hub isn't asked; once there is room, the same code joins."""
    flow_id = await begin(hass)
    await answer(hass, flow_id, invitation=CODE, hub_url=hub.url)
    await answer(hass, flow_id, same_words=True)
    obstacle = tmp_path / ".storage" / "milton_share.joining.new"
    obstacle.mkdir()
    assert (await answer(hass, flow_id, pin=PIN, pin_again=PIN))["errors"] == {"base": "storage_failed"}
    assert "POST /v1/enrol" not in hub.paths()
    obstacle.rmdir()
    made = await answer(hass, flow_id, pin=PIN, pin_again=PIN)
    assert made["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(made["result"].entry_id)


async def test_an_owner_without_a_password_is_told(hass: HomeAssistant, hub: HubSimulator) -> None:
    """Sharing would be bound to no login, so nothing begins."""
    flow_id = await begin(hass)
    ended = await answer(hass, flow_id, invitation=CODE, hub_url=hub.url)
    assert (ended["type"], ended["reason"]) == (FlowResultType.ABORT, "owner_without_login")


@pytest.mark.usefixtures("owner")
async def test_a_hub_that_was_seen_still_needs_the_code_and_the_words(hass: HomeAssistant, hub: HubSimulator) -> None:
    """A discovery fills the address in, and nothing else."""
    seen = ZeroconfServiceInfo(
        ip_address=ip_address("127.0.0.1"),
        ip_addresses=[ip_address("127.0.0.1")],
        port=443,
        hostname="hub.local.",
        type="_milton-hub._tcp.local.",
        name="Milton._milton-hub._tcp.local.",
        properties={"home_url": hub.url},
    )
    form = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_ZEROCONF}, data=seen)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    assert hub.calls == []
    words = await answer(hass, form["flow_id"], invitation=CODE, hub_url=hub.url)
    assert words["step_id"] == "demo_words"


async def test_a_home_joins_one_city_once(home: Home) -> None:
    """A second enrollment is refused."""
    again = await home.hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert (again["type"], again["reason"]) == (FlowResultType.ABORT, "single_instance_allowed")


async def test_a_home_that_the_hub_forgot_joins_again(home: Home) -> None:
    """With a new code, as the same home, and only to the same city."""
    home.hub.answers["/v1/feed"] = [(401, "home_unknown")]
    await home.until(lambda: home.hass.config_entries.flow.async_progress_by_handler(DOMAIN))
    (flow,) = home.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["step_id"] == "reauth_confirm"
    assert home.state().snapshot.link == "refused"
    home_id, pinned = home.entry.data["home_id"], home.hub.city.root_key
    home.hub.city.root_key = ed25519("another root")
    other = await answer(home.hass, flow["flow_id"], invitation=CODES[1])
    assert other["errors"] == {"base": "other_city"}
    home.hub.city.root_key = pinned
    joined = await answer(home.hass, flow["flow_id"], invitation=CODES[1])
    assert joined["reason"] == "reauth_successful"
    await home.hass.async_block_till_done()
    assert home.hub.codes[CODES[1]] == home_id
    await home.receive()


async def test_the_hubs_address_can_be_followed_to_the_same_city_only(home: Home) -> None:
    """The pinned root decides, not the address."""
    async for stranger in running(HubSimulator()):
        stranger.city.root_key = ed25519("another root")
        flow = await reconfigure(home)
        assert flow["type"] is FlowResultType.MENU
        flow = await home.hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "hub_address"})
        refused = await answer(home.hass, flow["flow_id"], hub_url=stranger.url)
        assert refused["errors"] == {"base": "other_city"}
        moved = await answer(home.hass, flow["flow_id"], hub_url=home.hub.url)
        assert moved["reason"] == "reconfigure_successful"
    await home.hass.async_block_till_done()
    assert home.entry.data["home_url"] == home.hub.url


async def test_a_forgotten_pin_is_set_anew_with_the_owners_password(home: Home) -> None:
    """An administrator without that password can't."""
    flow = await reconfigure(home)
    flow = await home.hass.config_entries.flow.async_configure(flow["flow_id"], {"next_step_id": "new_pin"})
    refused = await answer(home.hass, flow["flow_id"], password="guess", pin="161803", pin_again="161803")
    assert refused["errors"] == {"base": "wrong_password"}
    changed = await answer(home.hass, flow["flow_id"], password=PASSWORD, pin="161803", pin_again="161803")
    assert changed["reason"] == "reconfigure_successful"
    await home.hass.async_block_till_done()
    await home.panel.settings.set_pin(home.owner.session, "141421", "161803")


@pytest.mark.usefixtures("owner")
async def test_leaving_tells_the_hub_and_wipes_what_was_kept(hass: HomeAssistant, hub: HubSimulator) -> None:
    """Credentials are revoked there; database and recordings are gone here."""
    entry = await join(hass, hub)
    assert await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert hub.left
    assert await hass.async_add_executor_job(lambda: [*Path(hass.config.config_dir).rglob("*milton*")]) == []


@pytest.mark.usefixtures("owner")
async def test_a_home_that_joins_believes_its_city_whatever_an_earlier_home_saw(
    hass: HomeAssistant, hub: HubSimulator
) -> None:
    """Who takes the integration's files away before its entry leaves the memory of another city here."""
    seen = Seen(city_record_serial=10**6, directory_serial=10**6, live_sequence=10**6, log_size=1, log_root="0" * 64)
    database = HomeDatabase(database_path(hass), hass.async_add_executor_job)
    await hass.async_add_executor_job(partial(database_path(hass).parent.mkdir, parents=True, exist_ok=True))
    await database.open()
    await database.run(Step.DOCUMENTS_BELIEVED, lambda connection: pins_table.save(connection, seen=seen))
    await database.close()
    entry = await join(hass, hub)
    for _ in range(100):
        if entry.runtime_data.data.trust_rule is None:
            break
        await asyncio.sleep(0.05)
    assert entry.runtime_data.data.trust_rule is None
    assert await hass.config_entries.async_unload(entry.entry_id)
