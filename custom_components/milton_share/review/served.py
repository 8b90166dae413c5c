"""Which clips were sent to whose session, so that nothing is approved that its approver's session was never sent.

- It counts bytes of the very file that were handed to the session's own connection, whatever ranges its player asked
  for; a HEAD, a path that was signed, and small pictures count for nothing.
- It lasts as long as this run of Home Assistant: after a restart a clip is sent once more.
- It shows what was sent to a device, not that a person watched (docs/adr/0089).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    type Span = tuple[int, int]

BEGINNING_BYTES: Final = 2 * 1024 * 1024  # browsers keep so much ahead: whoever plays a clip's beginning was sent it
END_BYTES: Final = 64 * 1024  # a jump to the last second brings more of any clip that is longer than its beginning
SPANS_MAX: Final = 1_000  # of one file and session; a player leaves a handful


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in order, those that touch as one."""
    first, until = 0, 0
    for start, end in sorted(spans):
        if start > until:
            if until > first:
                yield first, until
            first = start
        until = max(until, end)
    if until > first:
        yield first, until


def is_enough(spans: Sequence[Span], size_bytes: int) -> bool:
    """Whether its beginning and its end are among the spans: of a short clip every byte."""
    wanted = ((0, min(BEGINNING_BYTES, size_bytes)), (max(0, size_bytes - END_BYTES), size_bytes))
    return all(any(start <= first and until <= end for start, end in spans) for first, until in wanted)


class ServedClips:
    """What was sent of each file to each session, in memory."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        self._sent: dict[tuple[str, str], tuple[int, tuple[Span, ...]]] = {}  # by session and digest

    def note(self, session_id: str, sha256: str, size_bytes: int, span: Span) -> None:
        """Take down that these bytes of a file were sent; ``session_id`` is the id of its refresh token."""
        _, spans = self._sent.get((session_id, sha256), (size_bytes, ()))
        self._sent[session_id, sha256] = size_bytes, tuple(joined((*spans, span)))[:SPANS_MAX]

    def was_sent(self, session_id: str | None, files: Iterable[str]) -> bool:
        """Whether enough of one of the files was sent to the session; ``files`` are the clip and its transcode."""
        found = [self._sent.get((session_id or "", sha256)) for sha256 in files]
        return any(is_enough(spans, size_bytes) for size_bytes, spans in filter(None, found))

    def keep_only(self, files: Collection[str]) -> None:
        """Forget files that are wiped."""
        self._sent = {key: sent for key, sent in self._sent.items() if key[1] in files}
