"""The head of an MP4's box (ISO/IEC 14496-12, 4.2), and how long an index may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD_BYTES, LONG_HEAD_BYTES = 8, 16
INDEX_MAX_BYTES = 512 * 2**20  # twelve hours at 60 frames a second, and some
_LONG_SIZE = 1


def box_head(data: bytes, at: int, left: int) -> tuple[int, int, bytes]:
    """Return what the box at `at` says of its size, how long its head is, and its type; `left` bytes are there.

    A size that is less than the head is none, but for 0: all that is left.
    """
    size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + HEAD_BYTES]
    if size == _LONG_SIZE and left >= LONG_HEAD_BYTES:
        return int.from_bytes(data[at + HEAD_BYTES : at + LONG_HEAD_BYTES]), LONG_HEAD_BYTES, kind
    return size, HEAD_BYTES, kind


def whole_head(data: bytes, at: int, left: int) -> tuple[int, int, bytes]:
    """Return how long a box is, with its head, how long that is, and its type; 0 means all that is left."""
    size, header, kind = box_head(data, at, left)
    return size or left, header, kind


def top_boxes(file: BinaryIO, size_bytes: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield `(type, where it begins, how long it says that it is)` of a file's boxes, up to one that can't be one."""
    at = 0
    while at + HEAD_BYTES <= size_bytes:
        file.seek(at)
        size, header, kind = whole_head(file.read(LONG_HEAD_BYTES), 0, size_bytes - at)
        if size < header:
            return
        yield kind, at, size
        at += size
