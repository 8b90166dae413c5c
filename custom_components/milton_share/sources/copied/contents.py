"""Reads from the index of a plain MP4 (ISO/IEC 14496-12 section 8.6) how long pictures and sound last, with gaps.

Invariant: what it reads is bounded; a file that isn't such an MP4 with pictures is refused.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from ..boxes import VERSION_64_BIT, boxes, file_boxes, inside, load, timescale_of, video_trak
from .errors import CopyError, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTH_MAX_S = 7_200
"""Two hours: Frigate writes minutes, Reolink up to an hour, Protect what it is asked for."""
PICTURES_MAX = 300_000
"""In one file; two hours at 40 a second are fewer."""
GAP_S = 1.0
"""A picture that stands longer than this is a gap, as the own recorder has it."""
SOUND_SHORT_S = 1.0
"""By how much sound may be shorter than the pictures: it begins and ends in the middle of them."""
SOUND_MAX = 1_000_000
"""Packets of sound in one file; ten minutes of AAC at 96 kHz are a twentieth of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The pictures of a file, in seconds of its own time, and how long its sound is.

    `anew`: where it counts anew, and nobody knows how long nothing was filmed.
    """

    start_s: float
    end_s: float
    gaps: tuple[tuple[float, float], ...]
    sound_s: float = 0.0
    anew: tuple[float, ...] = ()

    @property
    def length_s(self) -> float:
        """From the first picture shown to the end of the last."""
        return self.end_s - self.start_s

    @property
    def sounds_to_its_end(self) -> bool:
        """Whether there is sound all along; of a short file at least through half of it."""
        return self.sound_s >= max(self.length_s - SOUND_SHORT_S, self.length_s / 2)


def read_contents(file: BinaryIO, size_bytes: int) -> Contents:
    """Read it; raises CopyError `source_unreadable`."""
    try:
        contents = _read(file, size_bytes)
    except (struct.error, ValueError, ZeroDivisionError, IndexError) as error:
        raise CopyError(Rule.RECORDING_UNREADABLE, "a broken index") from error
    if not 0 < contents.length_s <= LENGTH_MAX_S + 1:
        raise CopyError(Rule.RECORDING_UNREADABLE, "an impossible length")
    return contents


def _read(file: BinaryIO, size_bytes: int) -> Contents:
    moov = next((load(file, body, end) for kind, body, end in file_boxes(file, size_bytes) if kind == b"moov"), b"")
    if inside(moov, b"mvex") is not None:  # what this index has is but the beginning
        raise CopyError(Rule.RECORDING_UNREADABLE, "in fragments")
    trak = video_trak(moov)
    header = trak and inside(trak, b"mdia", b"mdhd")
    table = trak and inside(trak, b"mdia", b"minf", b"stbl")
    if not header or not table:
        raise CopyError(Rule.RECORDING_UNREADABLE, "no pictures")
    scale = timescale_of(header)
    decoded = list(decode_times(inside(table, b"stts") or b""))
    sound_s = _sound_s(moov)
    if not decoded:
        raise CopyError(Rule.RECORDING_UNREADABLE, "no pictures")
    later = shifts(inside(table, b"ctts"), len(decoded))
    begins = _begins(inside(trak or b"", b"edts", b"elst") or b"")
    times = ((at + shift, length) for (at, length), shift in zip(decoded, later, strict=True))
    shown = sorted((at, length) for at, length in times if at >= begins)
    usual = sorted(length for _, length in shown)[len(shown) // 2]
    return Contents(
        start_s=shown[0][0] / scale,
        end_s=max(at + length for at, length in shown) / scale,
        gaps=tuple(
            ((one + usual) / scale, other / scale)
            for (one, _), (other, _) in pairwise(shown)
            if other - one > GAP_S * scale
        ),
        sound_s=sound_s,
    )


def _begins(edits: bytes) -> int:
    """From which time of the track on it is shown (8.6.6): what an export has before it is there to be decoded only."""
    wide = edits[:1] == bytes([VERSION_64_BIT])
    rows = struct.iter_unpack(">QqI" if wide else ">IiI", edits[8:])
    return next((at for _, at, _ in rows if at >= 0), 0)


def _sound_s(moov: bytes) -> float:
    """How long the first track of sound lasts; 0 without one."""
    for kind, trak in boxes(moov):
        handler = inside(trak, b"mdia", b"hdlr") if kind == b"trak" else None
        if handler is None or handler[8:12] != b"soun":
            continue
        header, stts = inside(trak, b"mdia", b"mdhd"), inside(trak, b"mdia", b"minf", b"stbl", b"stts")
        if header is None or stts is None:
            return 0.0
        return sum(min(count, SOUND_MAX) * length for count, length in pairs(stts, ">II")) / timescale_of(header)
    return 0.0


def decode_times(stts: bytes) -> Iterator[tuple[int, int]]:
    """When each picture is decoded, and how long it lasts."""
    at, total = 0, 0
    for count, length in pairs(stts, ">II"):
        total += count
        if total > PICTURES_MAX:
            message = "too many pictures"
            raise ValueError(message)
        for _ in range(count):
            yield at, length
            at += length


def shifts(ctts: bytes | None, count: int) -> list[int]:
    """How much later than decoded each picture is shown."""
    if ctts is None:
        return [0] * count
    signed = ctts[0] == VERSION_64_BIT
    found: list[int] = []
    for repeat, shift in pairs(ctts, ">Ii" if signed else ">II"):
        if len(found) + repeat > count:
            message = "more shifts than pictures"
            raise ValueError(message)
        found += [shift] * repeat
    return found


def pairs(table: bytes, form: str) -> Iterator[tuple[int, int]]:
    """Return the entries of a table of two numbers each; raises ValueError where it is cut off."""
    (entries,) = struct.unpack_from(">I", table, 4)
    if entries * 8 > len(table):
        message = "a table that is cut off"
        raise ValueError(message)
    return struct.iter_unpack(form, table[8 : 8 + entries * 8])
