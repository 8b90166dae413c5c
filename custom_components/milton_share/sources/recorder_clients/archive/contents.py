"""Reads from the index of a plain MP4 (ISO/IEC 14496-12 section 8.6) how long pictures and sound last, with gaps.

Invariant: what it reads is bounded; a file that isn't such an MP4 with pictures is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

from ....clips.mp4.reader import (
    SOUND,
    VIDEO,
    BoxError,
    decode_times,
    durations,
    edits,
    find,
    index_of,
    shifts,
    track_of,
)
from ..errors import CopyError, CopyRule

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
    """The frame times of a file, in seconds of its own time, and its audio's length.

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
    except (ValueError, IndexError) as error:
        raise CopyError(CopyRule.RECORDING_UNREADABLE, "a broken index") from error
    if not 0 < contents.length_s <= LENGTH_MAX_S + 1:
        raise CopyError(CopyRule.RECORDING_UNREADABLE, "an impossible length")
    return contents


def _read(file: BinaryIO, size_bytes: int) -> Contents:
    moov = index_of(file, size_bytes)
    if find(moov, b"mvex") is not None:  # what this index has is but the beginning
        raise CopyError(CopyRule.RECORDING_UNREADABLE, "in fragments")
    film = track_of(moov, VIDEO)
    stts = film.table(b"stts") if film else None
    decoded = list(decode_times(stts, PICTURES_MAX)) if stts else []
    if film is None or not decoded:
        raise CopyError(CopyRule.RECORDING_UNREADABLE, "no pictures")
    scale = film.timescale
    later = shifts(film.table(b"ctts"), len(decoded))
    begins = _begins(find(film.body, b"edts", b"elst") or b"")
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
        sound_s=_sound_s(moov),
    )


def _begins(elst: bytes) -> int:
    """Return the track time at which playing starts (8.6.6); an export's earlier frames are only for decoding."""
    return next((edit.start for edit in edits(elst) if edit.start >= 0), 0)


def _sound_s(moov: bytes) -> float:
    """How long the first track of sound lasts; 0 without one, or where it is damaged."""
    try:
        sound = track_of(moov, SOUND)
        stts = sound.table(b"stts") if sound else None
        if sound is None or stts is None:
            return 0.0
        return sum(min(count, SOUND_MAX) * length for count, length in durations(stts)) / sound.timescale
    except BoxError:
        return 0.0
