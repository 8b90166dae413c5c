"""Routes of signing in, of invitations and of a person's own keys."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import RouteAccess, get, post

START = get("/", RouteAccess.SIGNED_IN)
SIGN_IN = get("/sign-in", RouteAccess.OPEN)
# Open: a Strict cookie does not come along from another site, where the signer is.
RETURN = get("/sign-in/return", RouteAccess.OPEN)
SIGN_IN_OPTIONS = post("/sign-in/options", RouteAccess.OPEN)
SIGN_IN_VERIFY = post("/sign-in/verify", RouteAccess.OPEN)
SESSION = get("/api/session", RouteAccess.SIGNED_IN)
SIGN_OUT = post("/sign-out", RouteAccess.SIGNED_IN)
INVITE = get("/invite", RouteAccess.OPEN)
INVITE_OPEN = post("/invite/open", RouteAccess.OPEN)
INVITE_REGISTER = post("/invite/register", RouteAccess.OPEN)
REVERIFY_OPTIONS = post("/reverify/options", RouteAccess.SIGNED_IN)
REVERIFY = post("/reverify/verify", RouteAccess.SIGNED_IN)
ACCOUNT = get("/account", RouteAccess.SIGNED_IN)
# A key is proposed for the directory: whoever begins it proves who they are, and the rest follows within minutes.
SIGNING_KEY_OPTIONS = post("/account/signing-key/options", Action.REQUEST_ASSERT, fresh="signing_key.propose")
SIGNING_KEY = post("/account/signing-key", Action.REQUEST_ASSERT)
