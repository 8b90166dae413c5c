"""How far each approved share is, in bytes of its sealed bodies.

It is kept in memory: every page that is opened reads the same, and a start of Home Assistant seals and sends anew from
where the disk and the hub are.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..shared.milton_protocol.errors import ProtocolError
from .receipts import announced_share

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..cases.shares_table import StoredShare
    from ..shared.milton_protocol.messages.shares.share import SealedPart

TOLD_TIMES: Final = 100  # of one sealing: the page's bar has no more steps that can be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Bytes of one share."""

    size_bytes: int  # of all its sealed bodies; 0 before its sealing began
    sealed_bytes: int
    sent_bytes: int  # that the hub has


class UploadProgress:
    """Keeps what the sealing and the sending tell; belongs to the event loop."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        """Know of nothing yet."""
        self._on_change = on_change
        self._sealing: dict[str, tuple[int, int]] = {}
        self._sent: dict[str, int] = {}
        self._sizes: dict[str, int] = {}

    def of(self, share: StoredShare) -> Progress:
        """Return how far a share is."""
        sealed_bytes, size_bytes = self._sealing.get(share.share_id, (0, 0))
        if share.envelope is not None:
            sealed_bytes = size_bytes = self._size_bytes(share)
        return Progress(size_bytes=size_bytes, sealed_bytes=sealed_bytes, sent_bytes=self.sent_bytes(share.share_id))

    def _size_bytes(self, share: StoredShare) -> int:
        """Return 0 for an announcement that can't be read: the page shows that this share fails, and the others."""
        if share.share_id not in self._sizes:
            parts: tuple[SealedPart, ...] = ()
            with suppress(ProtocolError):
                parts = announced_share(share)[0].parts
            self._sizes[share.share_id] = sum(part.body_size_bytes for part in parts)
        return self._sizes[share.share_id]

    def sent_bytes(self, share_id: str) -> int:
        """Return what the hub has of a share."""
        return self._sent.get(share_id, 0)

    def sealing(self, share_id: str, sealed_bytes: int, size_bytes: int) -> None:
        """Take down how much of a share is sealed."""
        self._sealing[share_id] = sealed_bytes, size_bytes
        self._on_change()

    def sending(self, share_id: str, sent_bytes: int) -> None:
        """Take down how much of a share the hub has."""
        self._sent[share_id] = sent_bytes
        self._on_change()


class Counted:
    """Tells how much of something is done: first nothing, last all, between at most `TOLD_TIMES` times."""

    def __init__(self, size_bytes: int, tell: Callable[[int, int], None]) -> None:
        """Begin; ``tell`` gets what is done and ``size_bytes``."""
        self._size_bytes = size_bytes
        self._tell = tell
        self._done_bytes = self._told_bytes = 0
        tell(0, size_bytes)

    def add(self, length: int) -> None:
        """So many bytes more are done."""
        self._done_bytes += length
        new_bytes = self._done_bytes - self._told_bytes
        if new_bytes * TOLD_TIMES >= self._size_bytes or self._done_bytes == self._size_bytes:
            self._told_bytes = self._done_bytes
            self._tell(self._done_bytes, self._size_bytes)
