"""The word by which a page of the hub's own shows that it is one: another site's page can't know it.

It is derived from the session, so it is kept nowhere, ends with the session, and is no other session's. It stands
beside the checks of where a request came from, not in their place.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from hub.kit.errors import HubError

if TYPE_CHECKING:
    from aiohttp import web

HEADER = "Milton-CSRF"  # of a script's call
FIELD = "csrf"  # of the one form that works without a script: signing out
FIELDS_MAX = 4
FORBIDDEN = 403
_FORM = "application/x-www-form-urlencoded"
_LABEL = b"milton csrf v1\0"


def word_of(secret: bytes, token: str) -> str:
    """Return the word of the session that ``token`` is the cookie of, 64 hex."""
    return hmac.new(secret, _LABEL + token.encode(), hashlib.sha256).hexdigest()


async def check_word(request: web.Request, word: str) -> None:
    """Raise ``csrf_wrong`` (403) unless the request brings ``word``."""
    sent = request.headers.get(HEADER)
    if sent is None and request.content_type == _FORM:
        sent = field_of(await request.read())
    if not hmac.compare_digest((sent or "").encode(errors="replace"), word.encode()):
        rule = "csrf_wrong"
        raise HubError(rule, FORBIDDEN, "This page is older than your sign-in. Load it again.")


def field_of(body: bytes) -> str:
    """Return the word that a form's body brings, nothing where it brings none."""
    try:
        return dict(parse_qsl(body.decode("ascii", "replace"), max_num_fields=FIELDS_MAX)).get(FIELD, "")
    except ValueError:  # more fields than any form of the hub's
        return ""
