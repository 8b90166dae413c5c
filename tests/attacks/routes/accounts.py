"""Signing in, invitations, a person's own keys."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import RouteAccess
from tests.attacks.routes.listed import Listed

LISTED = Listed(
    officers={
        ("GET", "/sign-in"): RouteAccess.OPEN,
        ("GET", "/sign-in/return"): RouteAccess.OPEN,
        ("POST", "/sign-in/options"): RouteAccess.OPEN,
        ("POST", "/sign-in/verify"): RouteAccess.OPEN,
        ("GET", "/invite"): RouteAccess.OPEN,
        ("POST", "/invite/open"): RouteAccess.OPEN,
        ("POST", "/invite/register"): RouteAccess.OPEN,
        ("GET", "/"): RouteAccess.SIGNED_IN,
        ("GET", "/api/session"): RouteAccess.SIGNED_IN,
        ("POST", "/sign-out"): RouteAccess.SIGNED_IN,
        ("POST", "/reverify/options"): RouteAccess.SIGNED_IN,
        ("POST", "/reverify/verify"): RouteAccess.SIGNED_IN,
        ("GET", "/account"): RouteAccess.SIGNED_IN,
        ("POST", "/account/signing-key/options"): Action.REQUEST_ASSERT,
        ("POST", "/account/signing-key"): Action.REQUEST_ASSERT,
    },
    last=(("POST", "/sign-out"),),
)
