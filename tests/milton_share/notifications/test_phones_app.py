"""Phones by Home Assistant's own mobile_app: a person signs in on the app, and its maker's relay carries the words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.setup import async_setup_component

from custom_components.milton_share.notifications.messages import LATER, MESSAGES
from tests.milton_share.conftest import FAR_AWAY, sign_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp.test_utils import TestClient
    from homeassistant.core import HomeAssistant
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from tests.milton_share.conftest import Home, Owner

PHONE = "Olivia's iPhone 17"


@dataclass(kw_only=True)
class Relay:
    """What a phone's maker runs: it reads each message, and passes it on to the phone."""

    url: str = ""
    status: int = 201
    read: list[dict[str, Any]] = field(default_factory=list)

    async def push(self, http: web.Request) -> web.Response:
        """Take a message."""
        self.read.append(await http.json())
        return web.json_response({"errorMessage": "out of order"} if self.status > 299 else {}, status=self.status)


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    """Run a maker's relay."""
    relay = Relay()
    app = web.Application()
    app.router.add_post("/push", relay.push)
    async with TestServer(app) as server:
        relay.url = str(server.make_url("/push"))
        yield relay


@dataclass(kw_only=True)
class App:
    """The app on one phone, signed in by one person."""

    client: TestClient[web.Request, web.Application]
    token: str
    webhook_id: str

    async def press(self, action: str) -> None:
        """Press a message's button."""
        event = {"event_type": "mobile_app_notification_action", "event_data": {"action": action}}
        answer = await self.client.post(f"/api/webhook/{self.webhook_id}", json={"type": "fire_event", "data": event})
        assert answer.status == 200, await answer.text()


async def sign_in_on(
    client: TestClient[web.Request, web.Application], hass: HomeAssistant, owner: Owner, name: str, relay: Relay
) -> App:
    """Register a phone as the app does; it is told by the relay."""
    refresh = await hass.auth.async_create_refresh_token(owner.user, "https://home-assistant.io/iOS")
    token = hass.auth.async_create_access_token(refresh)
    said = {
        "app_id": "io.robbie.HomeAssistant",
        "app_name": "Home Assistant",
        "app_version": "2026.11",
        "device_name": name,
        "device_id": name,
        "manufacturer": "Apple",
        "model": "iPhone",
        "os_name": "iOS",
        "os_version": "26.1",
        "supports_encryption": False,
        "app_data": {"push_token": f"token of {name}", "push_url": relay.url, "push_websocket_channel": True},
    }
    asked = {"Authorization": f"Bearer {token}"}
    answer = await client.post("/api/mobile_app/registrations", json=said, headers=asked)
    assert answer.status == 201, await answer.text()
    webhook_id = (await answer.json())["webhook_id"]
    await hass.async_block_till_done()
    return App(client=client, token=token, webhook_id=webhook_id)


@pytest.fixture
async def app(hass: HomeAssistant, home: Home, hass_client_no_auth: ClientSessionGenerator, relay: Relay) -> App:
    """Have the owner sign in on a phone; all approvers' phones are told at any hour."""
    assert await async_setup_component(hass, "mobile_app", {})
    app = await sign_in_on(await hass_client_no_auth(), hass, home.owner, PHONE, relay)
    await home.tell_phones()
    return app


@pytest.mark.usefixtures("app", "recorded")
async def test_a_makers_relay_reads_the_same_of_a_request_that_a_camera_covers_and_of_one_that_none_does(
    home: Home, relay: Relay
) -> None:
    """The constant words and a tag of chance; beside them what the app itself registered, and nothing else."""
    await home.place_camera()
    covered = await home.held()
    await home.place_camera(position=FAR_AWAY)
    other = await home.receive()
    await home.until(lambda: len(relay.read) == 2)
    tags = [message["data"]["tag"] for message in relay.read]
    assert all(re.fullmatch(r"[0-9a-f]{32}", tag) for tag in tags)
    assert len(set(tags)) == 2
    first, second = (str(message).replace(tag, "") for message, tag in zip(relay.read, tags, strict=True))
    assert first == second
    assert relay.read[0]["message"] == MESSAGES["en"]
    assert set(relay.read[0]) == {"title", "message", "data", "push_token", "registration_info"}
    assert relay.read[0]["push_token"] == f"token of {PHONE}"
    assert home.request(other).cases == ()
    for known in (covered.request_id, other, home.entry.data["home_id"]):
        assert known not in str(relay.read)


@pytest.mark.usefixtures("recorded")
async def test_what_is_pressed_in_the_app_decides_nothing_and_what_was_made_up_is_shown(
    home: Home, relay: Relay, app: App
) -> None:
    """What puts the message off is one of its own buttons; who presses another made it up."""
    await home.place_camera()
    case = await home.looked_at()
    await home.until(lambda: relay.read)
    buttons = [button["action"] for button in relay.read[0]["data"]["actions"]]
    later = f"{LATER}{relay.read[0]['data']['tag']}"
    assert buttons == ["URI", later]
    for action in (later, "MILTON_SHARE_APPROVE"):
        await app.press(action)
    await home.until(lambda: home.state().attempts)
    await home.hass.async_block_till_done()
    assert home.case(case.request_id).state == case.state
    assert [(each.rule, each.count) for each in home.state().attempts] == [("no_button", 1)]


async def test_a_phone_that_is_at_home_is_told_without_any_relay(home: Home, relay: Relay, app: App) -> None:
    """By the app's own line to Home Assistant, in the same words."""
    async with app.client.ws_connect("/api/websocket") as line:
        assert (await line.receive_json())["type"] == "auth_required"
        await line.send_json({"type": "auth", "access_token": app.token})
        assert (await line.receive_json())["type"] == "auth_ok"
        channel = {"id": 1, "type": "mobile_app/push_notification_channel", "webhook_id": app.webhook_id}
        await line.send_json(channel)
        assert (await line.receive_json())["success"]
        await home.receive()
        told = (await line.receive_json())["event"]
    assert told["message"] == MESSAGES["en"]
    assert relay.read == []


@pytest.mark.usefixtures("app")
async def test_a_relay_that_is_out_of_order_loses_no_request(
    home: Home, relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    """It is in the list as ever; Home Assistant itself logs what its relay answered."""
    relay.status = 503
    request_id = await home.receive()
    await home.until(lambda: relay.read)
    assert home.request(request_id).refused is None
    assert not [each for each in caplog.records if "milton_share" in each.name and each.levelname == "ERROR"]


async def test_a_phone_that_somebody_else_signs_in_on_is_not_told(
    hass: HomeAssistant, home: Home, relay: Relay, app: App
) -> None:
    """Nor is the owner's from then on when both have one name: nobody can say whose phone the service reaches."""
    provider = hass.auth.auth_providers[0]
    max_ = await sign_in(hass, provider, "max")  # type: ignore[arg-type]
    await sign_in_on(app.client, hass, max_, "Max", relay)
    await home.receive()
    await home.until(lambda: relay.read)
    await sign_in_on(app.client, hass, max_, PHONE, relay)
    await home.receive()
    await hass.async_block_till_done()
    assert [message["push_token"] for message in relay.read] == [f"token of {PHONE}"]
