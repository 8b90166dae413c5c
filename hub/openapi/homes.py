"""The input of the homes' routes, by route: bodies, headers, and queries, as in ``docs/protocol.md``.

What a home says is canonical JSON; most of it is a signed envelope, whose payload this does not describe.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from hub.enrollment import routes as enrollment
from hub.feed import routes as feed
from hub.openapi.schemas import base64url, digits, envelope, fields, matching, text
from hub.publiclog import routes as publiclog
from hub.publiclog.api import SIZE_MAX_CHARS
from hub.shares import routes as custody
from hub.shares.passing import routes as passing
from hub.shares.upload import routes as submissions
from hub.shares.upload import tus
from hub.web.known import CURSOR_MAX_CHARS
from milton_protocol.limits import CODE_MAX_CHARS, SHORT_ID_HEX_CHARS
from milton_protocol.messages.homes.enrollment import EnrolRequest
from milton_protocol.messages.shares.consent import Consent
from milton_protocol.messages.shares.share import Share
from milton_protocol.messages.shares.share_key import CHARS, HEADER
from milton_protocol.messages.shares.withdrawal import Withdrawal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.openapi.schemas import Schema
    from hub.web.routing import Route

BODIES: Mapping[Route, Schema] = MappingProxyType(
    {
        enrollment.ENROL: fields(
            type={"const": EnrolRequest.TYPE},
            version={"const": 1},
            code=text(CODE_MAX_CHARS),
            home_id=digits(SHORT_ID_HEX_CHARS),
            device_key=base64url("the home's Ed25519 key, 32 bytes"),
        ),
        submissions.ANNOUNCE: envelope(Share.PAYLOAD_TYPE),
        custody.WITHDRAW: envelope(Withdrawal.PAYLOAD_TYPE),
        custody.AGREE: envelope(Consent.PAYLOAD_TYPE),
        passing.VIEW: fields(link=digits(SHORT_ID_HEX_CHARS), view=digits(SHORT_ID_HEX_CHARS)),
    }
)
# The one body that is no JSON.
PIECES: Mapping[Route, str] = MappingProxyType({submissions.PATCH: tus.PIECE_CONTENT_TYPE})

_NUMBER = f"[0-9]{{1,{tus.NUMBER_MAX_CHARS}}}"
_SHARE_KEY: Mapping[str, Schema] = {HEADER: matching(f"[A-Za-z0-9_-]{{{CHARS}}}", "the share key")}
_UPLOAD: Mapping[str, Schema] = {**{name: {"const": value} for name, value in tus.RESUMABLE.items()}, **_SHARE_KEY}
HEADERS: Mapping[Route, Mapping[str, Schema]] = MappingProxyType(
    {
        submissions.HEAD: _UPLOAD,
        submissions.CREATE: {**_UPLOAD, "Upload-Length": matching(_NUMBER, "as the share announced it")},
        submissions.PATCH: {
            **_UPLOAD,
            "Upload-Offset": matching(_NUMBER, "how much the hub has"),
            "Upload-Checksum": matching("sha256 [A-Za-z0-9+/]{43}=", "the piece's SHA-256"),
        },
        submissions.TERMINATE: _UPLOAD,
        custody.RECEIPTS: _SHARE_KEY,
    }
)
QUERIES: Mapping[Route, Mapping[str, Schema]] = MappingProxyType(
    {
        feed.FEED: {"after": matching(f"[0-9]{{1,{CURSOR_MAX_CHARS}}}", "the `next` of the page before")},
        publiclog.CONSISTENCY: {
            name: matching(f"[0-9]{{1,{SIZE_MAX_CHARS}}}", "a size that the log has had") for name in ("from", "to")
        },
    }
)
NEEDED = frozenset(
    {
        *((route, name) for route, headers in HEADERS.items() for name in _UPLOAD if name in headers),
        (submissions.CREATE, "Upload-Length"),
        (submissions.PATCH, "Upload-Offset"),
        (publiclog.CONSISTENCY, "from"),
        (publiclog.CONSISTENCY, "to"),
    }
)
BEARER = frozenset({enrollment.LEAVE})  # proves itself, and by the same token as what is closed to all but homes
