"""Signing in, invitations, a person's own keys."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import Door
from tests.attacks.doors.listed import Listed

LISTED = Listed(
    officers={
        ("GET", "/sign-in"): Door.OPEN,
        ("GET", "/sign-in/return"): Door.OPEN,
        ("POST", "/sign-in/options"): Door.OPEN,
        ("POST", "/sign-in/verify"): Door.OPEN,
        ("GET", "/invite"): Door.OPEN,
        ("POST", "/invite/open"): Door.OPEN,
        ("POST", "/invite/register"): Door.OPEN,
        ("GET", "/"): Door.SIGNED_IN,
        ("GET", "/api/session"): Door.SIGNED_IN,
        ("POST", "/sign-out"): Door.SIGNED_IN,
        ("POST", "/reverify/options"): Door.SIGNED_IN,
        ("POST", "/reverify/verify"): Door.SIGNED_IN,
        ("GET", "/account"): Door.SIGNED_IN,
        ("POST", "/account/signing-key/options"): Action.REQUEST_ASSERT,
        ("POST", "/account/signing-key"): Action.REQUEST_ASSERT,
    },
    last=(("POST", "/sign-out"),),
)
