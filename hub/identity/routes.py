"""Routes of signing in, of invitations and of a person's own keys."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import Door, get, post

START = get("/", Door.SIGNED_IN)
SIGN_IN = get("/sign-in", Door.OPEN)
# Open: a Strict cookie does not come along from another site, where the signer is.
RETURN = get("/sign-in/return", Door.OPEN)
SIGN_IN_OPTIONS = post("/sign-in/options", Door.OPEN)
SIGN_IN_VERIFY = post("/sign-in/verify", Door.OPEN)
SESSION = get("/api/session", Door.SIGNED_IN)
SIGN_OUT = post("/sign-out", Door.SIGNED_IN)
INVITE = get("/invite", Door.OPEN)
INVITE_OPEN = post("/invite/open", Door.OPEN)
INVITE_REGISTER = post("/invite/register", Door.OPEN)
REVERIFY_OPTIONS = post("/reverify/options", Door.SIGNED_IN)
REVERIFY = post("/reverify/verify", Door.SIGNED_IN)
ACCOUNT = get("/account", Door.SIGNED_IN)
# A key is proposed for the directory: whoever begins it proves who they are, and the rest follows within minutes.
SIGNING_KEY_OPTIONS = post("/account/signing-key/options", Action.REQUEST_ASSERT, fresh="signing_key.propose")
SIGNING_KEY = post("/account/signing-key", Action.REQUEST_ASSERT)
