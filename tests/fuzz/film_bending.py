"""Bends recordings by their own structure: boxes of MP4, packets of TS, elements of Matroska, chunks of AVI."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

PACKET_BYTES = 188
MOST = 7  # things that are bent in one file
NUMBERS = (0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF, 2**63 - 1)
# Elements of Matroska that hold others (RFC 9559): segment, info, tracks, entry, video, audio, codings, cluster, group.
MASTERS = frozenset(
    {0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0, 0xE1, 0x6D80, 0x6240, 0x1F43B675, 0xA0, 0x1C53BB6B, 0x114D9B74}
)
PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex", b"moof", b"traf", b"edts", b"dinf", b"udta"})
PACK, START = b"\0\0\1\xba", re.compile(rb"\x00\x00\x01[\xb9-\xff]")  # of a program stream: its packs and packets
LISTS = frozenset({b"RIFF", b"LIST"})
type Span = tuple[int, int, int]  # where a piece begins, where its content does, where it ends


def boxes(data: bytes, at: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Yield `(type, start, end)` of every box of an MP4 file."""
    end = len(data) if end is None else end
    while at + 8 <= end:
        size, kind, header = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8], 8
        if size == 1:
            size, header = int.from_bytes(data[at + 8 : at + 16]), 16
        if size < header:
            return
        yield kind, at, at + size
        if kind in PARENTS:
            yield from boxes(data, at + header, min(at + size, end))
        at += size


def pieces(data: bytes) -> list[Span]:
    """Return the pieces of a recording, by its container; one that is in none is one piece."""
    if data[4:8] in {b"ftyp", b"moov", b"styp"}:
        found = [(start, min(start + 8, end), min(end, len(data))) for _, start, end in boxes(data)]
    elif data[:1] == b"G":
        found = [(at, at + 4, min(at + PACKET_BYTES, len(data))) for at in range(0, len(data) - 4, PACKET_BYTES)]
    elif data[:4] == PACK:
        starts = [each.start() for each in START.finditer(data)]
        found = [(at, at + 6, end) for at, end in pairwise([*starts, len(data)])]
    elif data[:4] == b"RIFF":
        found = _chunks(data, 0, len(data))
    else:
        found = _elements(data, 0, len(data))
    return [piece for piece in found if piece[0] < piece[2]] or [(0, 0, len(data))]


def _chunks(data: bytes, at: int, end: int) -> list[Span]:
    """Return the chunks of an AVI; lists hold others after a word of their own."""
    found: list[Span] = []
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        after = min(at + 8 + size + size % 2, end)
        found.append((at, at + 8, after))
        if data[at : at + 4] in LISTS:
            found += _chunks(data, at + 12, after)
        at = after
    return found


def _elements(data: bytes, at: int, end: int) -> list[Span]:
    found: list[Span] = []
    while at < end:
        width = 9 - data[at].bit_length()
        size_at = at + width
        if width > 4 or size_at >= end:
            break
        size_width = 9 - data[size_at].bit_length()
        start = size_at + size_width
        size = int.from_bytes(data[size_at:start]) & ((1 << 7 * size_width) - 1)
        if size_width > 8 or start + size > end:
            break
        found.append((at, start, start + size))
        if int.from_bytes(data[at:size_at]) in MASTERS:
            found += _elements(data, start, start + size)
        at = start + size
    return found


def _number(data: bytes, span: Span, random: Random) -> bytes:
    """Put a number that is seldom meant somewhere into a piece, most often near its beginning."""
    start, body, end = span
    width = random.choice((1, 1, 2, 4, 4, 8))
    first = random.choice((start, body))
    at = min(first + min(random.randrange(64), random.randrange(64)), max(end - width, start))
    value = (random.choice(NUMBERS) & ((1 << 8 * width) - 1)).to_bytes(width)
    return data[:at] + value + data[at + width :]


def _noise(data: bytes, span: Span, random: Random) -> bytes:
    """Flip bits of what a piece holds."""
    start, body, end = span
    bent = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8, 64))):
        bent[random.randrange(min(body, end - 1), end)] ^= 1 << random.randrange(8)
    return bytes(bent[: len(data)]) if start < end else data


def _repeat(data: bytes, span: Span, random: Random) -> bytes:
    start, _, end = span
    return data[:end] + data[start:end] * random.choice((1, 1, 2, 20)) + data[end:]


def _drop(data: bytes, span: Span, random: Random) -> bytes:
    start, body, end = span
    return data[: random.choice((start, body))] + data[end:]


def _move(data: bytes, span: Span, random: Random) -> bytes:
    start, _, end = span
    rest = data[:start] + data[end:]
    _, _, at = random.choice(pieces(rest))
    return rest[:at] + data[start:end] + rest[at:]


def _cut(data: bytes, span: Span, random: Random) -> bytes:
    return data[: random.choice((span[0], span[1], span[2], random.randrange(len(data))))]


def _grow(data: bytes, span: Span, random: Random) -> bytes:
    _, body, _ = span
    return data[:body] + random.randbytes(random.choice((1, 4, 188, 4_000))) + data[body:]


BENDS: Sequence[Callable[[bytes, Span, Random], bytes]] = (
    *(_number,) * 6,
    *(_noise,) * 4,
    _repeat,
    _drop,
    _move,
    _cut,
    _grow,
)


def bend_film(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Return a recording with some of its pieces bent; now and then it goes on as another one."""
    for _ in range(random.randint(1, MOST)):
        if not data:
            break
        data = random.choice(BENDS)(data, random.choice(pieces(data)), random)
    if random.random() < 0.05:
        data = data[: random.randrange(len(data) + 1)] + random.choice(others)
    return data
