"""The two halves of a passkey ceremony as JSON: what a page is given, and what it sends back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.kit.errors import HubError

if TYPE_CHECKING:
    from hub.kit.passkeys.challenges import Begun
    from hub.kit.passkeys.service import Json
    from milton_protocol.fields import Fields

BAD_REQUEST = 400
CEREMONY_ID_CHARS = 32


def begun_response(begun: Begun, options: Json, **more: object) -> web.Response:
    """Answer with a ceremony that was begun."""
    return web.json_response({"ceremony": begun.ceremony_id, "options": options, **more})


def read_answer(body: Fields) -> tuple[str, Json]:
    """Read the end of a ceremony; the ``webauthn`` package reads the credential itself."""
    ceremony_id = body.hex("ceremony", CEREMONY_ID_CHARS)
    credential = body.value("credential")
    body.done()
    if not isinstance(credential, dict):
        rule = "wrong_type"
        raise HubError(rule, BAD_REQUEST, "There is no passkey's answer in this.")
    return ceremony_id, credential
