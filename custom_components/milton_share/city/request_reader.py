"""The content of requests: verified ones as judged, refused ones parsed once and cached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.milton_protocol.errors import ProtocolError
from ..shared.milton_protocol.messages.requests.bundle import Bundle
from ..shared.milton_protocol.messages.requests.request import Request
from ..shared.milton_protocol.verification import VerifiedRequest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .verdicts import Assessment

REFUSED_READ_MAX = 300  # a city has far fewer; a hub that floods must not keep Home Assistant reading at every change

type Requests = Mapping[str, Request | None]


class RequestReader:
    """Parses requests and caches recently shown refused ones."""

    def __init__(self) -> None:
        """Start with an empty cache."""
        self._known: dict[str, tuple[bytes, Request | None]] = {}

    def read(self, assessment: Assessment, known_good: Collection[str]) -> Requests:
        """Return requests by id, None for an unreadable one: all that are or were verified, and some of the others.

        ``known_good``: those that have cases or were verified here; no flood of others hides them.
        """
        found: dict[str, Request | None] = {}
        known: dict[str, tuple[bytes, Request | None]] = {}
        left = REFUSED_READ_MAX
        for request_id, verdict in assessment.verdicts.items():
            if isinstance(verdict, VerifiedRequest):
                found[request_id] = verdict.request
                continue
            if request_id not in known_good:
                if left == 0:
                    continue
                left -= 1
            known[request_id] = self._read(request_id, assessment.bundles[request_id])
            found[request_id] = known[request_id][1]
        self._known = known
        return found

    def _read(self, request_id: str, bundle: bytes) -> tuple[bytes, Request | None]:
        before = self._known.get(request_id)
        return before if before is not None and before[0] == bundle else (bundle, _request(bundle))


def _request(bundle: bytes) -> Request | None:
    try:
        return Request.from_bytes(Bundle.from_bytes(bundle).payload)
    except ProtocolError:
        return None
