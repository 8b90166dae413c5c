"""What describes a track's samples in an MP4 (ISO/IEC 14496-12, 8.5.2 and 12.1): in a clip only what playing needs.

A description has room for words: a color profile (ISO 15076-1) is a file of its own, with its device in it, and FFmpeg
takes it over into a copy. Pure, over bytes, but for `has_profile`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..refusal import ClipRefused, CutRule
from .reader import HEAD_BYTES, INDEX_MAX_BYTES, boxes, file_boxes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENTRIES_AT = 8  # in `stsd`: after version, flags and count
# What lies before an entry's boxes, its head too, and where in that a writer may put its name.
PICTURES, SOUND = frozenset({b"avc1", b"avc3", b"hev1"}), b"mp4a"
PICTURES_HEAD, SOUND_HEAD, NAME = 86, 36, slice(50, 82)
CONFIGURATIONS = frozenset({b"avcC", b"hvcC", b"esds"})
SOUND_MAX_BYTES = 54  # of an `esds` that FFmpeg writes for AAC-LC with nothing beside (ISO/IEC 14496-14, 3.1.2)
# Numbers of a fixed length: of colors, of a pixel's form, of rates, of fields, of what is cut off, of light.
NUMBERS = {b"colr": 11, b"pasp": 8, b"btrt": 12, b"fiel": 2, b"clap": 32, b"clli": 4, b"mdcv": 24, b"amve": 8}
COLORS, COLORS_SAID = b"colr", b"nclx"
PROFILES = (b"colrprof", b"colrrICC")


def entries(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield `(type, the whole of it)` of each description in a `stsd`, as far as they are whole."""
    return ((box.kind, body[box.at : box.end]) for box in boxes(body, ENTRIES_AT))


def check_descriptions(body: bytes) -> None:
    """Raise ClipRefused `metadata` when a `stsd` of a clip has more than playing needs."""
    size = ENTRIES_AT
    for number, (kind, entry) in enumerate(entries(body)):
        if number:
            raise ClipRefused(CutRule.METADATA, "samples described twice")
        size += len(entry)
        if kind not in PICTURES and kind != SOUND:
            raise ClipRefused(CutRule.METADATA, f"samples described as {kind!r}")
        _check_entry(entry, SOUND_HEAD if kind == SOUND else PICTURES_HEAD)
    if size != len(body):
        raise ClipRefused(CutRule.HIDDEN_DATA, "a description of a wrong size")


def has_profile(path: Path) -> bool:
    """Whether a film in an MP4 may describe its colors by a profile: bytes that look like one are taken for one."""
    with path.open("rb") as file:
        for box in file_boxes(file, path.stat().st_size, loose=True):
            if box.kind == b"moov":
                file.seek(box.body)
                index = file.read(min(box.size, INDEX_MAX_BYTES))
                return any(profile in index for profile in PROFILES)
    return False


def _check_entry(entry: bytes, head: int) -> None:
    if head == PICTURES_HEAD and any(entry[NAME]):
        raise ClipRefused(CutRule.METADATA, "a name of what made the pictures")
    size, seen = head, set()
    for kind, at, _, end in boxes(entry, head):
        size += end - at
        if kind in seen:
            raise ClipRefused(CutRule.METADATA, f"samples described by {kind!r} twice")
        seen.add(kind)
        numbers = end - at == HEAD_BYTES + NUMBERS.get(kind, -1)
        if kind == COLORS:
            numbers = numbers and entry.startswith(COLORS_SAID, at + HEAD_BYTES)
        said = kind in CONFIGURATIONS and (kind != b"esds" or end - at <= SOUND_MAX_BYTES)
        if not numbers and not said:
            raise ClipRefused(CutRule.METADATA, f"samples described by {kind!r}")
    if size != len(entry):
        raise ClipRefused(CutRule.HIDDEN_DATA, "a description of a wrong size")
