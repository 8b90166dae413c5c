"""Law 6, tried from every other side: services, automations, events, HTTP, other logins, guesses at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from homeassistant.auth.models import TOKEN_TYPE_NORMAL, Credentials
from homeassistant.auth.providers import trusted_networks
from homeassistant.core import Context
from homeassistant.setup import async_setup_component

from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.panel.http.views import FILE_URL, preview_url
from tests.milton_share.conftest import PIN, Home, Owner, join
from tests.simulators.hub import CODES

from .conftest import Connect, Line, token_of
from .test_law_6 import assert_all_refused

if TYPE_CHECKING:
    from homeassistant.auth.models import RefreshToken
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

    from custom_components.milton_share.cases.model import CaseView

SAYS_YES = ("approve", "milton_share_approve", "MILTON_SHARE_APPROVE", "share")


async def ready(home: Home) -> CaseView:
    """Go on until there is a clip that could be shared."""
    await home.place_camera()
    return await home.looked_at()


def still_undecided(home: Home, case: CaseView) -> None:
    """Nothing was approved, and nothing left."""
    assert home.case(case.request_id).state == "reviewing"
    assert home.hub.shares == {}


async def trusted_network_token(home: Home) -> RefreshToken:
    """Sign the owner in as Home Assistant's trusted networks do: without a word."""
    auth = home.hass.auth
    words = trusted_networks.CONFIG_SCHEMA({"type": "trusted_networks", "trusted_networks": ["127.0.0.1"]})
    provider = trusted_networks.TrustedNetworksAuthProvider(home.hass, auth._store, words)  # noqa: SLF001
    auth._providers[("trusted_networks", None)] = provider  # noqa: SLF001 - as the configuration would
    credential = Credentials(
        auth_provider_type="trusted_networks", auth_provider_id=None, data={"user": home.owner.user.id}, is_new=False
    )
    await home.hass.auth.async_link_user(home.owner.user, credential)
    return await home.hass.auth.async_create_refresh_token(
        home.owner.user, "http://localhost/", credential=credential, token_type=TOKEN_TYPE_NORMAL
    )


async def test_a_device_on_a_trusted_network_may_nothing(home: Home, hass_ws_client: WebSocketGenerator) -> None:
    """The tablet on the wall is signed in as the owner, and isn't the owner."""
    access = home.hass.auth.async_create_access_token(await trusted_network_token(home), "127.0.0.1")
    await assert_all_refused(Line(socket=await hass_ws_client(home.hass, access), token=access), "wrong_login")


@pytest.mark.usefixtures("recorded")
async def test_no_event_and_no_service_decides_anything(home: Home) -> None:
    """Notification buttons, events by our name, and every service that is there, all in the owner's own context."""
    case = await ready(home)
    assert case.clip is not None
    owner = Context(user_id=home.owner.user.id)
    words = {
        "case_id": case.case_id,
        "clip_sha256": case.clip.clip_sha256,
        "request_id": case.request_id,
        "pin": PIN,
    }
    for action in SAYS_YES:
        for event in ("mobile_app_notification_action", "ios.action_fired", f"milton_share_{action}", "milton_share"):
            home.hass.bus.async_fire(event, {"action": action, "actionName": action, **words}, context=owner)
    assert "milton_share" not in home.hass.services.async_services()
    for state in home.hass.states.async_all():
        if "milton" in state.entity_id:
            assert state.domain in {"sensor", "event"}, "nothing that can be pressed, switched or set"
    await home.hass.async_block_till_done()
    still_undecided(home, case)


@pytest.mark.usefixtures("recorded")
async def test_an_automation_of_the_owners_finds_nothing_to_call(home: Home, line: Line) -> None:
    """It runs in the owner's context and, when it is made, on the owner's own connection."""
    case = await ready(home)
    assert case.clip is not None
    assert await async_setup_component(home.hass, "script", {})
    for action in ("milton_share.approve", "milton_share.share", "websocket_api.milton_share/approve"):
        await line.socket.send_json_auto_id(
            {
                "type": "execute_script",
                "sequence": [{"action": action, "data": {"case_id": case.case_id, "pin": PIN}}],
            }
        )
        while (answer := await line.socket.receive_json())["type"] != "result":
            pass
        assert not answer["success"]
    still_undecided(home, case)


@pytest.mark.usefixtures("recorded")
async def test_http_reads_and_never_decides(home: Home, hass_client_no_auth: ClientSessionGenerator) -> None:
    """Our paths take GET alone, but for the one that takes a file in; Home Assistant's service API has none of ours."""
    case = await ready(home)
    assert case.clip is not None
    resources = [one for one in home.hass.http.app.router.resources() if "milton" in one.canonical]
    ours = [route for resource in resources for route in resource]
    assert ours
    assert [one.resource.canonical for one in ours if one.method not in {"GET", "HEAD", "OPTIONS"}] == [FILE_URL]
    client = await hass_client_no_auth()
    bearer = {"Authorization": f"Bearer {home.hass.auth.async_create_access_token(token_of(home.owner.user))}"}
    file = FILE_URL.format(request_id=case.request_id)
    for path in (preview_url(case.case_id, case.clip.clip_sha256), "/api/services/milton_share/approve", file):
        answer = await client.post(path, json={"pin": PIN}, headers=bearer)
        assert answer.status in {400, 403, 404, 405}, path
    still_undecided(home, case)


@pytest.mark.usefixtures("recorded")
async def test_many_guesses_at_once_are_many_tries(home: Home) -> None:
    """Twelve guesses in one moment, the right one last: five are compared, and then nothing is."""
    case = await ready(home)

    async def guess(pin: str) -> str:
        try:
            return await home.approve(case, pin=pin)
        except MiltonShareError as refused:
            return refused.rule

    answers = await asyncio.gather(*(guess(f"{number:06}") for number in range(314_100, 314_111)), guess(PIN))
    assert sorted(answers) == ["pin_locked"] * 7 + ["wrong_pin"] * 5
    still_undecided(home, case)


async def test_an_administrator_who_enrols_the_home_anew_has_set_the_owners_pin(
    home: Home, administrator: Owner, connect: Connect
) -> None:
    """The PIN of the flow is bound to the owner's login: whoever chose it needs the owner's session too."""
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    home.entry = await join(home.hass, home.hub, CODES[1])
    await assert_all_refused(await connect(token_of(administrator.user)), "not_approver")
    with pytest.raises(MiltonShareError, match="not_approver"):
        await home.panel.settings.set_pin(administrator.session, "161803", PIN)
    assert home.panel.approver_for(home.owner.session).refusal is None
