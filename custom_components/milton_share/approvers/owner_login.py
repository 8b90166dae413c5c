"""The Home Assistant owner and the login that approvals are bound to (law 6)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from homeassistant.auth.providers.homeassistant import HassAuthProvider, InvalidAuth
from homeassistant.util.hass_dict import HassKey

from ..errors import MiltonShareError

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

PASSWORD_TRIES: Final = 5  # as many as of a PIN: an administrator opens the dialog as often as they like
PASSWORD_TRIES_WITHIN_S: Final = 3_600.0
_TRIED: Final = HassKey[deque[float]]("milton_share.password_tried")  # when, by a clock that nobody puts


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerLogin:
    """The owner, and the login by name and password."""

    user_id: str
    credential_id: str
    username: str


async def owner_login(hass: HomeAssistant) -> OwnerLogin:
    """Return the owner's login; raise MiltonShareError `owner_without_login` when there is none with a password."""
    for user in await hass.auth.async_get_users():
        for credential in user.credentials if user.is_owner else ():
            if (credential.auth_provider_type, credential.auth_provider_id) == ("homeassistant", None):
                return OwnerLogin(
                    user_id=user.id, credential_id=credential.id, username=str(credential.data["username"])
                )
    rule = "owner_without_login"
    raise MiltonShareError(rule)


async def check_password(hass: HomeAssistant, login: OwnerLogin, password: str) -> None:
    """Raise MiltonShareError `wrong_password` unless this is the owner's; `too_many_tries` after five within an hour.

    A try is counted before the password is compared: many at once are as many.
    """
    provider = hass.auth.get_auth_provider("homeassistant", None)
    rule = "wrong_password"
    if not isinstance(provider, HassAuthProvider):
        raise MiltonShareError(rule)
    tried = hass.data.setdefault(_TRIED, deque(maxlen=PASSWORD_TRIES))
    now_s = hass.loop.time()
    if len(tried) == PASSWORD_TRIES and now_s - tried[0] < PASSWORD_TRIES_WITHIN_S:
        rule = "too_many_tries"
        raise MiltonShareError(rule)
    tried.append(now_s)
    try:
        await provider.async_validate_login(login.username, password)
    except InvalidAuth as error:
        raise MiltonShareError(rule) from error
    tried.clear()
