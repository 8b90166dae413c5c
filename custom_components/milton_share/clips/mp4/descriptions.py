"""What describes a track's samples in an MP4 (ISO/IEC 14496-12, 8.5.2 and 12.1): in a clip only what playing needs.

A description has room for words: a color profile (ISO 15076-1) is a file of its own, with its device in it, and FFmpeg
takes it over into a copy. Pure, over bytes, but for `has_profile`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..refusal import ClipRefused, Rule
from .heads import HEAD_BYTES, INDEX_MAX_BYTES, box_head, top_boxes

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
    return _boxes(body, ENTRIES_AT)


def check_descriptions(body: bytes) -> None:
    """Raise ClipRefused `metadata` when a `stsd` of a clip has more than playing needs."""
    size = ENTRIES_AT
    for number, (kind, entry) in enumerate(entries(body)):
        if number:
            raise ClipRefused(Rule.METADATA, "samples described twice")
        size += len(entry)
        if kind not in PICTURES and kind != SOUND:
            raise ClipRefused(Rule.METADATA, f"samples described as {kind!r}")
        _check_entry(entry, SOUND_HEAD if kind == SOUND else PICTURES_HEAD)
    if size != len(body):
        raise ClipRefused(Rule.HIDDEN_DATA, "a description of a wrong size")


def has_profile(path: Path) -> bool:
    """Whether a film in an MP4 may describe its colors by a profile: bytes that look like one are taken for one."""
    with path.open("rb") as file:
        for kind, at, size in top_boxes(file, path.stat().st_size):
            if kind == b"moov":
                file.seek(at)
                index = file.read(min(size, INDEX_MAX_BYTES))
                return any(profile in index for profile in PROFILES)
    return False


def _check_entry(entry: bytes, head: int) -> None:
    if head == PICTURES_HEAD and any(entry[NAME]):
        raise ClipRefused(Rule.METADATA, "a name of what made the pictures")
    size, seen = head, set()
    for kind, box in _boxes(entry, head):
        size += len(box)
        if kind in seen:
            raise ClipRefused(Rule.METADATA, f"samples described by {kind!r} twice")
        seen.add(kind)
        numbers = len(box) == HEAD_BYTES + NUMBERS.get(kind, -1)
        if kind == COLORS:
            numbers = numbers and box[HEAD_BYTES:].startswith(COLORS_SAID)
        said = kind in CONFIGURATIONS and (kind != b"esds" or len(box) <= SOUND_MAX_BYTES)
        if not numbers and not said:
            raise ClipRefused(Rule.METADATA, f"samples described by {kind!r}")
    if size != len(entry):
        raise ClipRefused(Rule.HIDDEN_DATA, "a description of a wrong size")


def _boxes(data: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    while at + HEAD_BYTES <= len(data):
        size, header, kind = box_head(data, at, len(data) - at)
        if size < header or at + size > len(data):
            return
        yield kind, data[at : at + size]
        at += size
