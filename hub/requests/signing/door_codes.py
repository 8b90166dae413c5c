"""The codes of requests that only those answer to whom an officer hands one at the door.

Invariants: a code is made from the hub's own secret and the draft's id, so that no table and no backup of one has it;
the signed payload has its SHA-256 alone; it opens its one request, for as long as that is open.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.kit.errors import HubError
from hub.requests.states import State
from milton_protocol.door_code import code_sha256, new_door_code
from milton_protocol.limits import DOOR_CODE_SIZE_BYTES
from milton_protocol.messages.requests.request import Audience, AudienceKind, Request

if TYPE_CHECKING:
    from hub.requests.model import RequestRow

CONFLICT = 409
_LABEL = b"milton door code v1\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What stands on a door sheet: the code as it is typed, and the ``address`` that its QR code leads to."""

    code: str
    address: str


class DoorCodes:
    """The door codes of one hub. ``pages`` is the origin of the residents' pages; None: nobody could enter one."""

    def __init__(self, secret: bytes, pages: str | None) -> None:
        """Make codes from the hub's own ``secret``."""
        self._key = hmac.new(secret, _LABEL, hashlib.sha256).digest()
        self._pages = pages

    @property
    def are_taken(self) -> bool:
        """Whether residents have a page that takes a code."""
        return self._pages is not None

    def audience_of(self, draft_id: str, *, by_code: bool) -> Audience:
        """Return whom a draft asks: every home of its area, or who is handed its code."""
        if not by_code:
            return Audience(kind=AudienceKind.AREA)
        return Audience(kind=AudienceKind.CODE, code_sha256=code_sha256(self._code(draft_id)))

    def door_of(self, row: RequestRow) -> Door:
        """Return what a published request's sheet says.

        Raises ``door_code_none`` (409) for a request that asks its whole area, or of which the code is lost with the
        secret that it was made from; ``wrong_state`` (409) where it isn't open.
        """
        code, audience = self._code(row.draft_id), Request.from_bytes(row.payload).audience
        if self._pages is None or audience.code_sha256 != code_sha256(code):
            rule = "door_code_none"
            raise HubError(rule, CONFLICT, "This request has no door code.")
        if State(row.state) is not State.PUBLISHED:
            rule = "wrong_state"
            raise HubError(
                rule, CONFLICT, f"The request is {row.state}. Its door sheet can be printed while it is published."
            )
        return Door(code=code, address=f"{self._pages}/requests#{code}")

    def _code(self, draft_id: str) -> str:
        made = hmac.new(self._key, draft_id.encode(), hashlib.sha256).digest()
        return new_door_code(made[:DOOR_CODE_SIZE_BYTES])
