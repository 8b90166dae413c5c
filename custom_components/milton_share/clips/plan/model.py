"""What a plan says of a clip: what to copy and what to encode (`planning.py` makes it).

A frame is inside when its own time is in `[0, end)`; its duration does not count. A whole group of frames (from one IDR
to the next) is copied; of a group that the range's start cuts, the inside is encoded; of one that the range's end cuts,
the decode-order prefix that is wholly inside and shown first is copied, the few left are encoded. Of a group with a
broken packet all that can be seen is encoded; where that follows on what lies before the range, nothing is made of
that, for a decoder would go on with a picture from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ..bitstream.fields import Scan

if TYPE_CHECKING:
    from ..read.probe import SegmentFacts


class Way(StrEnum):
    """How the track gets into the clip."""

    COPY = "copy"
    ENCODE = "encode"


class Audio(StrEnum):
    """What became of the sound (the manifest's words)."""

    KEPT = "kept"
    REMOVED = "removed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class GopPlan:
    """One group: `copy` frames of its decode order, then the frames from tick `encode_from` on.

    They are decoded from the place `decode_from` on.
    """

    first: int
    count: int
    copy: int
    encode_from: int | None
    parameter_sets: tuple[bytes, ...]
    decode_from: int
    scan: Scan = Scan.FRAMES
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentPlan:
    """One segment: `shift` ticks keep its frames after those of the segment before. One without groups is but heard."""

    facts: SegmentFacts
    shift: int
    gops: tuple[GopPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One range of the clip; the whole clip, where it has only one. Its ticks begin with the range."""

    end: int
    way: Way
    in_band: bool
    parameter_sets: tuple[bytes, ...]
    encoder_set_id: int
    interlaced: bool  # what is encoded has two fields in a frame, as what is copied
    segments: tuple[SegmentPlan, ...]  # those that have pictures inside
    heard: tuple[SegmentPlan, ...]  # these, and neighbours that have but sound inside
    shown: tuple[int, ...]  # the true ticks of all frames inside, in order of time, segment by segment
    stored: tuple[int, ...]  # the same, as the clip has them
    audio: Audio
    audio_way: Way
    audio_from: int  # sound before the first picture is left out
    zero: int  # the stored tick at which both tracks begin
    step: int = 1  # in ticks: stored pictures are at whole multiples
