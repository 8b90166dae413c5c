"""An owner's own session, as Home Assistant's login with name and password makes it: nothing about it is refused."""

from __future__ import annotations

from custom_components.milton_share.approvers.rules import Session

GOOD = Session(
    user_id="olivia",
    is_owner=True,
    active=True,
    system_generated=False,
    token_type="normal",
    provider=("homeassistant", None),
    credential_id="login-1",
)
