"""Walks the boxes of an MP4 file (ISO/IEC 14496-12). No codec is touched.

Invariants: never reads a payload; every size is bounded by its parent.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER_BOX_BYTES_MAX = 4 * 1024 * 1024
"""A header beyond this isn't one of a segment."""
FILE_BOXES_MAX = 100_000
"""In one file, at its top: a film has some, one in fragments has its index before them."""
VERSION_64_BIT = 1

_SHORT_HEADER, _LONG_HEADER = 8, 16
_LONG_SIZE_FOLLOWS = 1


def file_boxes(file: BinaryIO, size_bytes: int) -> Iterator[tuple[bytes, int, int]]:
    """Whole boxes at the top of the file, so many at most: kind, where the body begins, where it ends."""
    at = 0
    for _ in range(FILE_BOXES_MAX):
        if at + _SHORT_HEADER > size_bytes:
            return
        file.seek(at)
        box = _header(file.read(_LONG_HEADER), at, size_bytes)
        if box is None:
            return
        yield box
        at = box[2]


def breaks_off(file: BinaryIO, size_bytes: int) -> bool:
    """Whether the file ends within its media data, as half an upload does; of size 0 they reach to any end (4.2.2)."""
    file.seek(max((end for *_, end in file_boxes(file, size_bytes)), default=0))
    head = file.read(_SHORT_HEADER)
    return head[4:] == b"mdat" and head[:4] != bytes(4)


def load(file: BinaryIO, body: int, end: int) -> bytes:
    """Read a header box; raises ValueError when it is too large for one."""
    if end - body > HEADER_BOX_BYTES_MAX:
        message = "a header box is too large"
        raise ValueError(message)
    file.seek(body)
    return file.read(end - body)


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Boxes in the body of another: kind and body; raises ValueError when one is larger than its parent."""
    at = 0
    while at + _SHORT_HEADER <= len(data):
        box = _header(data[at : at + _LONG_HEADER], at, len(data))
        if box is None:
            message = "a box is larger than its parent"
            raise ValueError(message)
        kind, body, at = box
        yield kind, data[body:at]


def inside(data: bytes, *path: bytes) -> bytes | None:
    """Body of the first box down a path."""
    for wanted in path:
        found = next((body for kind, body in boxes(data) if kind == wanted), None)
        if found is None:
            return None
        data = found
    return data


def video_trak(moov: bytes) -> bytes | None:
    """Body of the first video track."""
    for kind, trak in boxes(moov):
        handler = inside(trak, b"mdia", b"hdlr") if kind == b"trak" else None
        if handler is not None and handler[8:12] == b"vide":
            return trak
    return None


def timescale_of(media_header: bytes) -> int:
    """Ticks a second, out of an `mdhd`."""
    return int(struct.unpack_from(">I", media_header, 20 if media_header[0] == VERSION_64_BIT else 12)[0])


def _header(head: bytes, at: int, limit: int) -> tuple[bytes, int, int] | None:
    size, kind = struct.unpack_from(">I4s", head)
    header = _SHORT_HEADER
    if size == _LONG_SIZE_FOLLOWS:
        size, header = struct.unpack_from(">Q", head, _SHORT_HEADER)[0], _LONG_HEADER
    if size < header or at + size > limit:
        return None
    return kind, at + header, at + size
