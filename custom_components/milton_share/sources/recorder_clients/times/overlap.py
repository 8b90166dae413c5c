"""Finds where one file continues another, by a keyframe that both have bit for bit. Blocking.

A recorder that gives ranges out begins each with a key picture before its start, which the range before has too. So
how far the two are from each other is known exactly, however unsure the time of both is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from ....clips.mp4.reader import VIDEO, decode_times, index_of, places, rows, shifts, track_of
from ..archive.archive import Placed
from ..archive.contents import PICTURES_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .requested import AskedRange

PICTURE_MAX_BYTES = 16 * 1024 * 1024
"""Of one key picture."""
KEYS_LOOKED_AT = 60
"""Key pictures at a file's end that are compared: two ranges overlap by some seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A keyframe: when it is shown, counted from the file's first frame, and where it lies."""

    at_s: float
    offset: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """The file that came for a requested range."""

    key: str
    path: Path
    asked: AskedRange
    length_s: float


def seam_s(before: Path, after: Path) -> float | None:
    """Return when the first frame of another file is shown in this one; None unless it is there exactly once."""
    try:
        with before.open("rb") as one, after.open("rb") as other:
            first = next(iter(_keys(other)), None)
            if first is None or first.at_s != 0 or first.size_bytes > PICTURE_MAX_BYTES:
                return None
            wanted = _picture(other, first)
            same = [
                key.at_s
                for key in _keys(one)[-KEYS_LOOKED_AT:]
                if key.size_bytes == first.size_bytes and _picture(one, key) == wanted
            ]
    except ValueError:
        return None
    return same[0] if len(same) == 1 else None


def placed_in_order(came: Sequence[Came], seams: dict[tuple[str, str], float | None]) -> dict[str, Placed]:
    """Place each file; a file that continues the one before is placed exactly.

    Each is as unsure as it is by itself: a hole in one says nothing of it in the other. What was found out between
    two is kept in `seams`.
    """
    found: dict[str, Placed] = {}
    run: list[tuple[Came, float]] = []
    low, high = 0.0, 0.0
    for one in came:
        own = one.asked.placed(one.length_s)
        seam = _seam(run[-1][0], one, seams) if run else None
        if seam is not None:
            at = run[-1][1] + seam
            both = max(low, own.from_s - own.uncertainty_s - at), min(high, own.from_s + own.uncertainty_s - at)
            if both[0] <= both[1]:
                (low, high), run = both, [*run, (one, at)]
                continue
        found |= _settled(run, (low + high) / 2)
        low, high = own.from_s - own.uncertainty_s, own.from_s + own.uncertainty_s
        run = [(one, 0.0)]
    return found | _settled(run, (low + high) / 2)


def _seam(before: Came, after: Came, seams: dict[tuple[str, str], float | None]) -> float | None:
    both = before.key, after.key
    if both not in seams:
        seams[both] = seam_s(before.path, after.path)
    return seams[both]


def _settled(run: Sequence[tuple[Came, float]], began_s: float) -> dict[str, Placed]:
    found = {}
    for one, at in run:
        own = one.asked.placed(one.length_s)
        doubt_s = own.uncertainty_s + abs(began_s + at - own.from_s)
        found[one.key] = Placed(from_s=began_s + at, uncertainty_s=doubt_s)
    return found


def _picture(file: BinaryIO, key: Key) -> bytes:
    file.seek(key.offset)
    picture = file.read(key.size_bytes)
    if not picture or len(picture) < key.size_bytes:
        message = "a picture that is cut off"
        raise ValueError(message)
    return picture


def _keys(file: BinaryIO) -> list[Key]:
    """List the keyframes of a plain MP4, in order; raises ValueError for any other file."""
    film = track_of(index_of(file, file.seek(0, 2)), VIDEO)
    if film is None:
        return []
    decoded = [at for at, _ in decode_times(film.table(b"stts") or b"", PICTURES_MAX)]
    shown = [at + shift for at, shift in zip(decoded, shifts(film.table(b"ctts"), len(decoded)), strict=True)]
    lying = list(islice(places(film), len(decoded)))
    stss = film.table(b"stss")
    numbers = range(1, len(lying) + 1) if stss is None else rows(stss)
    first, scale = min(shown, default=0), film.timescale
    return [
        Key(at_s=(shown[number - 1] - first) / scale, offset=lying[number - 1][0], size_bytes=lying[number - 1][1])
        for number in numbers
        if 0 < number <= len(lying)
    ]
