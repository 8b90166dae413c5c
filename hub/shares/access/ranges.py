"""One byte range of RFC 9110 section 14, read strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.kit.errors import HubError

UNSATISFIABLE = 416
_RANGE = re.compile(r"bytes=(\d{0,16})-(\d{0,16})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRange:
    """From ``start`` to before ``end`` of ``size_bytes``."""

    start: int
    end: int
    size_bytes: int

    @property
    def is_whole(self) -> bool:
        """Say whether this is everything."""
        return self.start == 0 and self.end == self.size_bytes

    @property
    def content_range(self) -> str:
        """Return the Content-Range header."""
        return f"bytes {self.start}-{self.end - 1}/{self.size_bytes}"


def parse(header: str | None, size_bytes: int) -> ByteRange:
    """Return the range that ``header`` asks for; everything without one, or for a form that is not ours.

    Raises ``range_unsatisfiable`` (416).
    """
    match = _RANGE.fullmatch(header or "")
    if match is None or match.groups() == ("", ""):
        return ByteRange(start=0, end=size_bytes, size_bytes=size_bytes)
    first, last = match.groups()
    if first == "":
        start, end = max(0, size_bytes - int(last)), size_bytes
    else:
        start, end = int(first), min(size_bytes, int(last) + 1 if last else size_bytes)
    if not start < end <= size_bytes:
        rule = "range_unsatisfiable"
        raise HubError(
            rule, UNSATISFIABLE, "There are no such bytes.", headers={"Content-Range": f"bytes */{size_bytes}"}
        )
    return ByteRange(start=start, end=end, size_bytes=size_bytes)
