"""The boxes of a finished clip (ISO/IEC 14496-12): only those that playing needs, and no byte that is not used."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from ..refusal import ClipRefused, CutRule
from .descriptions import check_descriptions
from .reader import INDEX_MAX_BYTES, file_boxes
from .tables import ROWS, SIZES, Samples, check_places

if TYPE_CHECKING:
    from pathlib import Path

    from .reader import Box

PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf"})
PLAIN = frozenset(
    {b"ftyp", b"mvhd", b"tkhd", b"mdhd", b"hdlr", b"vmhd", b"smhd", b"dref", b"stsd", b"stts", b"ctts", b"stss"}
    | {b"stsc", b"stsz", b"stco", b"co64", b"sgpd", b"sbgp", b"mdat", b"free"}
)
FILE = b""
# Which boxes lie in which. `free` may lie anywhere, with nothing in it.
WITHIN = {
    FILE: frozenset({b"ftyp", b"moov", b"mdat"}),
    b"moov": frozenset({b"mvhd", b"trak", b"udta"}),
    b"trak": frozenset({b"tkhd", b"mdia"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
    b"minf": frozenset({b"vmhd", b"smhd", b"dinf", b"stbl"}),
    b"dinf": frozenset({b"dref"}),
    b"stbl": frozenset({b"stsd", SIZES, *ROWS, b"sgpd"}),
}
SEVERAL = frozenset({b"trak", b"mdat", b"free"})  # of any other players go by one, wherever there are more
# FFmpeg writes a `udta` with an empty list of tags whatever one asks: that, byte for byte, is let through.
EMPTY_TAGS = b"\0\0\0\x35meta\0\0\0\0\0\0\0\x21hdlr\0\0\0\0\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0\0\0\0\x08ilst"
DATED = frozenset({b"mvhd", b"tkhd", b"mdhd"})
HANDLERS = frozenset({b"VideoHandler", b"SoundHandler"})
HANDLER_NAME_AT = 20  # in `hdlr`: version, pre_defined, type, three reserved words
DEPTH_MAX = 8  # a sample table is at 5
# How long boxes of numbers are at most: of `ftyp` eight brands, of `sgpd` what is said of a few groups.
MOST_BYTES = {b"ftyp": 40, b"mvhd": 112, b"tkhd": 96, b"mdhd": 36, b"vmhd": 12, b"smhd": 8, b"sgpd": 32}
OWN_FILE = b"\0\0\0\0\0\0\0\1\0\0\0\x0curl \0\0\0\1"  # of `dref`: what is described lies in this file


def check_boxes(path: Path) -> None:
    """Raise ClipRefused `hidden_data` or `metadata` when the file has more than a clip may have."""
    with path.open("rb") as file:
        media: list[tuple[int, int]] = []
        tracks: list[Samples] = []
        for box, _ in _walk(file, 0, path.stat().st_size):
            if box.kind not in PARENTS:
                _check_box(file, box)
            if box.kind == b"mdat":
                media.append((box.body, box.end))
            elif box.kind == b"stbl":
                tracks.append(Samples())
            elif box.kind == SIZES or box.kind in ROWS:
                if not tracks:
                    raise ClipRefused(CutRule.HIDDEN_DATA, f"box {box.kind!r} of no track")
                tracks[-1].take(box.kind, _read(file, box))
        check_places(tracks, media)


def check_nesting(path: Path) -> None:
    """Raise ClipRefused `metadata` for a box where none of its type belongs: no player looks at what it says there."""
    with path.open("rb") as file:
        for box, within in _walk(file, 0, path.stat().st_size):
            if box.kind != b"free" and box.kind not in WITHIN[within]:
                raise ClipRefused(CutRule.METADATA, f"box {box.kind!r} in {within!r}")


def _check_box(file: BinaryIO, box: Box) -> None:
    if box.kind == b"udta" and _read(file, box) == EMPTY_TAGS:
        return
    if box.kind not in PLAIN:
        raise ClipRefused(CutRule.METADATA, f"box {box.kind!r}")
    if box.size > MOST_BYTES.get(box.kind, box.size):
        raise ClipRefused(CutRule.HIDDEN_DATA, f"box {box.kind!r} is longer than it has to be")
    if box.kind == b"dref" and _read(file, box) != OWN_FILE:
        raise ClipRefused(CutRule.METADATA, "media that lies elsewhere")
    if box.kind == b"free" and box.size:
        raise ClipRefused(CutRule.HIDDEN_DATA, "free space with something in it")
    if box.kind == b"hdlr":
        _check_handler(_read(file, box))
    if box.kind == b"stsd":
        check_descriptions(_read(file, box))
    if box.kind in DATED:
        _check_dates(_read(file, box), box.kind)


def _walk(file: BinaryIO, start: int, end: int, within: bytes = FILE, depth: int = 1) -> list[tuple[Box, bytes]]:
    """List all boxes, with the type of the one that each lies in; no byte is in none."""
    if depth > DEPTH_MAX:
        raise ClipRefused(CutRule.HIDDEN_DATA, "boxes in boxes")
    found, at, seen = [], start, set()
    for box in file_boxes(file, end, start):
        if box.kind in seen:
            raise ClipRefused(CutRule.HIDDEN_DATA, f"box {box.kind!r} twice")
        seen.update({box.kind} - SEVERAL)
        found.append((box, within))
        if box.kind in PARENTS:
            found += _walk(file, box.body, box.end, box.kind, depth + 1)
        at = box.end
    if at != end:
        raise ClipRefused(CutRule.HIDDEN_DATA, "a box of a wrong size")
    return found


def _read(file: BinaryIO, box: Box) -> bytes:
    if box.size > INDEX_MAX_BYTES:
        raise ClipRefused(CutRule.HIDDEN_DATA, f"box {box.kind!r} is too large")
    file.seek(box.body)
    return file.read(box.size)


def _check_handler(payload: bytes) -> None:
    name = payload[HANDLER_NAME_AT + 4 :].rstrip(b"\0")
    if name not in HANDLERS:
        raise ClipRefused(CutRule.METADATA, "a handler with a name of its own")


def _check_dates(payload: bytes, kind: bytes) -> None:
    width = 8 if payload[:1] == b"\1" else 4
    if any(payload[4 : 4 + 2 * width]):
        raise ClipRefused(CutRule.METADATA, f"a date in {kind!r}")
