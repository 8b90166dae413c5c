"""Home Assistant's own WebSocket and HTTP, for the people of one home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.auth.models import TOKEN_TYPE_LONG_LIVED_ACCESS_TOKEN

from custom_components.milton_share.approvers.session import session_of
from tests.milton_share.conftest import Home, Owner, sign_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import timedelta

    from homeassistant.auth.models import RefreshToken, User
    from homeassistant.auth.providers.homeassistant import HassAuthProvider
    from homeassistant.core import HomeAssistant
    from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator


@dataclass(kw_only=True)
class Line:
    """One person's WebSocket connection."""

    socket: MockHAClientWebSocket
    token: str

    async def ask(self, command: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
        """Send a command and return its answer, whatever it is; events that come meanwhile are dropped."""
        await self.socket.send_json_auto_id({"type": f"milton_share/{command}", **fields})
        while (answer := await self.socket.receive_json())["type"] != "result":
            pass
        return answer

    async def result(self, command: str, **fields: Any) -> Any:  # noqa: ANN401
        """Return a command's result."""
        answer = await self.ask(command, **fields)
        assert answer["success"], answer
        return answer["result"]

    async def refusal(self, command: str, **fields: Any) -> str:  # noqa: ANN401
        """Return the rule by which a command is refused."""
        answer = await self.ask(command, **fields)
        assert not answer["success"], answer
        return answer["error"]["code"]

    async def event(self) -> dict[str, Any]:
        """Return the next event."""
        while (message := await self.socket.receive_json())["type"] != "event":
            pass
        return message["event"]


type Connect = Callable[[RefreshToken], Awaitable[Line]]


@pytest.fixture
def connect(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> Connect:
    """Open a connection with a refresh token's access."""

    async def open_line(token: RefreshToken) -> Line:
        access = hass.auth.async_create_access_token(token)
        return Line(socket=await hass_ws_client(hass, access), token=access)

    return open_line


def token_of(user: User) -> RefreshToken:
    """Return the person's only session."""
    (token,) = user.refresh_tokens.values()
    return token


@pytest.fixture
def provider(home: Home) -> HassAuthProvider:
    """Return Home Assistant's own logins."""
    return home.hass.auth.auth_providers[0]


@pytest.fixture
async def line(home: Home, connect: Connect) -> Line:
    """Connect the owner."""
    return await connect(token_of(home.owner.user))


@pytest.fixture
async def administrator(home: Home, provider: HassAuthProvider) -> Owner:
    """Sign a second person in: an administrator with a login, whom nobody named."""
    return await sign_in(home.hass, provider, "adam")


async def long_lived(hass: HomeAssistant, owner: Owner, lives: timedelta) -> RefreshToken:
    """Make what the owner's programs use."""
    return await hass.auth.async_create_refresh_token(
        owner.user,
        client_name="script",
        token_type=TOKEN_TYPE_LONG_LIVED_ACCESS_TOKEN,
        access_token_expiration=lives,
    )


async def second_login(hass: HomeAssistant, owner: Owner, provider: HassAuthProvider) -> RefreshToken:
    """Make another login for the owner, as an administrator can, and sign in with it."""
    await provider.async_add_auth("olivia-too", "another horse")
    credential = await provider.async_get_or_create_credentials({"username": "olivia-too"})
    await hass.auth.async_link_user(owner.user, credential)
    token = await hass.auth.async_create_refresh_token(owner.user, "http://localhost/", credential=credential)
    assert session_of(hass, owner.user, token.id).credential_id == credential.id
    return token
