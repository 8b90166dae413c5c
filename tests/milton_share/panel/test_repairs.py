"""Repairs with a button, by Home Assistant's own HTTP: what it does, who may press it, and being told no more."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from custom_components.milton_share import coordinator
from custom_components.milton_share.const import CONF_HOME_URL, DOMAIN
from custom_components.milton_share.runtime import issues
from tests.milton_share.cases.test_journey import _no_second_names
from tests.milton_share.conftest import sign_in
from tests.simulators.city import ed25519
from tests.simulators.hub import HubSimulator, running

from .conftest import token_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homeassistant.auth.providers.homeassistant import HassAuthProvider
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from tests.milton_share.conftest import Home, Owner

    type Press = Callable[..., Awaitable[dict[str, Any]]]

FIX = "/api/repairs/issues/fix"


@pytest.fixture
async def press(home: Home, hass_client_no_auth: ClientSessionGenerator) -> Press:
    """Return who goes through a repair's dialog: it opens, and then takes each answer; what came last is returned."""
    assert await async_setup_component(home.hass, "repairs", {})
    client = await hass_client_no_auth()

    async def pressed(issue_id: str, *answers: dict[str, Any], by: Owner = home.owner) -> dict[str, Any]:
        access = home.hass.auth.async_create_access_token(token_of(by.user))
        headers = {"Authorization": f"Bearer {access}"}
        body: dict[str, Any] = {"handler": DOMAIN, "issue_id": issue_id}
        path = FIX
        for answer in (body, *answers):
            async with client.post(path, json=answer, headers=headers) as got:
                assert got.status == HTTPStatus.OK, await got.text()
                shown: dict[str, Any] = await got.json()
            path = f"{FIX}/{shown['flow_id']}"
        return shown

    return pressed


def choose(step: str) -> dict[str, str]:
    """Return what a press on a line of the menu sends."""
    return {"next_step_id": step}


@pytest.fixture
async def gone(home: Home, monkeypatch: pytest.MonkeyPatch) -> str:
    """Take a camera that may be asked out of Home Assistant; return its id, once that is told."""
    monkeypatch.setattr(coordinator, "GONE_AFTER", timedelta(0))
    entities = er.async_get(home.hass)
    camera = entities.async_get_or_create("camera", "generic", "1", original_name="Porch")
    home.hass.states.async_set(camera.entity_id, "idle", {"friendly_name": "Porch", "supported_features": 2})
    await home.place_camera(camera_id=camera.id, heading_deg=270)
    entities.async_remove(camera.entity_id)
    home.hass.states.async_remove(camera.entity_id)
    await home.until(lambda: told(home, f"camera_gone_{camera.id}"))
    return camera.id


def told(home: Home, issue_id: str) -> ir.IssueEntry | None:
    """Return a repair that is shown and not ignored."""
    issue = ir.async_get(home.hass).async_get_issue(DOMAIN, issue_id)
    return issue if issue is not None and issue.active and issue.dismissed_version is None else None


async def test_a_camera_that_is_gone_is_asked_no_more_and_its_place_is_kept(
    home: Home, press: Press, gone: str
) -> None:
    """By its name, in a menu; should it come back, it stands where it stood, and is not asked."""
    shown = await press(f"camera_gone_{gone}")
    assert (shown["type"], shown["menu_options"]) == ("menu", ["not_asked", "ignore"])
    assert shown["description_placeholders"] == {
        "camera": "camera.generic_1",
        "camera_name": r"camera\.generic\_1",
    }
    assert (await press(f"camera_gone_{gone}", choose("not_asked")))["type"] == "create_entry"
    await home.round()
    assert told(home, f"camera_gone_{gone}") is None
    back = er.async_get(home.hass).async_get_or_create("camera", "generic", "1")
    home.hass.states.async_set(back.entity_id, "idle", {"friendly_name": "Porch", "supported_features": 2})
    (kept,) = (one.settings for one in home.state().cameras if one.camera_id == gone)
    assert (kept.heading_deg, kept.eligible) == (270, False)
    await home.restart()
    (kept,) = (one.settings for one in home.state().cameras if one.camera_id == gone)
    assert (kept.heading_deg, kept.eligible) == (270, False)


async def test_an_administrator_whom_nobody_named_mends_nothing_and_is_shown(
    home: Home, press: Press, gone: str
) -> None:
    """The dialog says whose it is; approvers read who tried."""
    provider: HassAuthProvider = home.hass.auth.auth_providers[0]
    adam = await sign_in(home.hass, provider, "adam")
    answer = await press(f"camera_gone_{gone}", choose("not_asked"), by=adam)
    assert (answer["type"], answer["reason"]) == ("abort", "not_yours")
    assert told(home, f"camera_gone_{gone}") is not None
    (attempt,) = home.state().attempts
    assert (attempt.user_name, attempt.act, attempt.rule) == ("adam", "camera/set", "not_approver")


async def test_a_repair_with_a_button_can_still_be_ignored(home: Home, press: Press, gone: str) -> None:
    """Home Assistant offers either a button or that; nothing is changed by it, and it lasts."""
    answer = await press(f"camera_gone_{gone}", choose("ignore"))
    assert (answer["type"], answer["reason"]) == ("abort", "issue_ignored")
    await home.round()
    assert told(home, f"camera_gone_{gone}") is None
    issue = ir.async_get(home.hass).async_get_issue(DOMAIN, f"camera_gone_{gone}")
    assert issue is not None
    assert issue.dismissed_version is not None


async def test_a_hub_that_has_moved_is_followed_if_it_is_the_same_citys(
    home: Home, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no address, nobody's or another city's is said, and asked again; nobody there learns a token."""
    monkeypatch.setattr(issues, "AWAY_AFTER", timedelta(seconds=-1))
    await home.until(lambda: told(home, "hub_away"))
    shown = await press("hub_away", choose("hub_address"))
    assert shown["data_schema"][0]["default"] == home.hub.url
    async for moved in running(HubSimulator()):
        async for other in running(HubSimulator()):
            other.city.root_key = ed25519("another root")
            for url, rule in (
                ("ftp://hub", "hub_url_form"),
                ("http://127.0.0.1:9", "hub_away"),
                (other.url, "other_city"),
            ):
                shown = await press("hub_away", choose("hub_address"), {"hub_url": url})
                assert shown["errors"] == {"base": rule}
            assert [call for call in other.calls if dict(call.headers).get("Authorization")] == []
        done = await press("hub_away", choose("hub_address"), {"hub_url": moved.url})
        monkeypatch.undo()  # not before: a round of the home would take the question back
        assert done["type"] == "create_entry"
        await home.until(lambda moved=moved: "GET /v1/feed" in moved.paths())
        assert home.entry.data[CONF_HOME_URL] == moved.url
        await home.round()
        assert told(home, "hub_away") is None
        await home.hass.config_entries.async_unload(home.entry.entry_id)


@pytest.mark.usefixtures("recorded")
async def test_more_room_is_given_where_it_is_missed_and_by_the_owner_alone(
    home: Home, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was promised to a court is kept as soon as there is room: the setting is that of the page."""
    monkeypatch.setattr(Path, "hardlink_to", _no_second_names)
    await home.place_camera()
    case = await home.looked_at()
    monkeypatch.setattr(home.services.footage.hold_budget, "total_bytes", 1)
    share_id = await home.approve(case, keep_sources=True)
    await home.until(lambda: told(home, f"recordings_unkept_{share_id}"))
    shown = await press(f"recordings_unkept_{share_id}", choose("room"))
    assert shown["data_schema"][0]["default"] == 10
    provider: HassAuthProvider = home.hass.auth.auth_providers[0]
    adam = await sign_in(home.hass, provider, "adam")
    shown = await press(f"recordings_unkept_{share_id}", choose("room"), {"storage_gb": 30}, by=adam)
    assert shown["errors"] == {"base": "not_yours"}
    assert shown["data_schema"][0]["default"] == 30
    assert home.state().household.storage_gb == 10
    done = await press(f"recordings_unkept_{share_id}", choose("room"), {"storage_gb": 30})
    assert done["type"] == "create_entry"
    assert home.state().household.storage_gb == 30
    await home.round()
    assert told(home, f"recordings_unkept_{share_id}") is None
    recorder = home.services.footage.recorder
    assert len((await recorder.held(f"court-{case.case_id}")).segments) == 2


async def test_what_can_not_be_done_now_is_told_from_who_may_not(home: Home, press: Press, gone: str) -> None:
    """A home that does not run; and a word that no person's request brought."""
    flow = home.hass.data["repairs"]["flow_manager"]
    shown = await press(f"camera_gone_{gone}")
    answer = await flow.async_configure(shown["flow_id"], choose("not_asked"))
    assert (answer["type"], answer["reason"]) == ("abort", "not_yours")
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    answer = await press(f"camera_gone_{gone}", choose("not_asked"))
    assert (answer["type"], answer["reason"]) == ("abort", "not_now")
    assert await home.hass.config_entries.async_setup(home.entry.entry_id)
    assert told(home, f"camera_gone_{gone}") is not None
