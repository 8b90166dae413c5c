"""A session is what Home Assistant's own registry says of the connection's token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.auth.providers.homeassistant import HassAuthProvider

from custom_components.milton_share.approvers.rules import refuse_session
from custom_components.milton_share.approvers.session import session_of
from tests.milton_share.conftest import sign_in

if TYPE_CHECKING:
    from homeassistant.auth.models import RefreshToken
    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Owner


def token_of(owner: Owner) -> RefreshToken:
    """Return the token of a person's only session."""
    (token,) = owner.user.refresh_tokens.values()
    return token


async def test_a_token_of_somebody_else_makes_no_session(hass: HomeAssistant, owner: Owner) -> None:
    """Nobody becomes the owner by the id of the owner's token, nor the owner somebody else."""
    provider = hass.auth.get_auth_provider("homeassistant", None)
    assert isinstance(provider, HassAuthProvider)
    adam = await sign_in(hass, provider, "adam")
    assert refuse_session(session_of(hass, owner.user, token_of(owner).id)) is None
    assert refuse_session(session_of(hass, adam.user, token_of(owner).id)) == "no_session"
    assert refuse_session(session_of(hass, owner.user, token_of(adam).id)) == "no_session"


async def test_a_session_ends_with_its_token(hass: HomeAssistant, owner: Owner) -> None:
    """Signed out elsewhere while the page is still open."""
    token = token_of(owner)
    hass.auth.async_remove_refresh_token(token)
    assert refuse_session(session_of(hass, owner.user, token.id)) == "no_session"


async def test_a_connection_without_a_token_is_no_session(hass: HomeAssistant, owner: Owner) -> None:
    """The Supervisor's socket has none."""
    assert refuse_session(session_of(hass, owner.user, None)) == "no_session"
