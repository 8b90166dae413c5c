"""A caller's session, from Home Assistant's registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.core import callback

from .rules import Session

if TYPE_CHECKING:
    from homeassistant.auth.models import User
    from homeassistant.core import HomeAssistant


@callback
def session_of(hass: HomeAssistant, user: User, refresh_token_id: str | None) -> Session:
    """Return the session of a WebSocket connection or a request.

    Pass the connection's own ``user`` and ``refresh_token_id``, never ``websocket_api.current_connection``, which
    an automation inherits from the call that set it off.
    """
    token = hass.auth.async_get_refresh_token(refresh_token_id) if refresh_token_id else None
    if token is not None and token.user.id != user.id:
        token = None
    credential = token.credential if token else None
    return Session(
        user_id=user.id,
        is_owner=user.is_owner,
        active=user.is_active,
        system_generated=user.system_generated,
        token_type=token.token_type if token else None,
        provider=(credential.auth_provider_type, credential.auth_provider_id) if credential else None,
        credential_id=credential.id if credential else None,
        session_id=token.id if token else None,
    )
