"""Whether a recording is regular: what may be copied as the camera coded it. Pure.

A regular recording is cut exactly by copying: only the few frames at the edges of a range are encoded. Any other is
encoded whole, unless its packets are half a frame each: that is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..bitstream.aac import CHANNELS_MAX, rate_in, says_no_more
from ..bitstream.fields import Scan
from ..bitstream.nal import RULES, SETS_MAX_BYTES
from ..refusal import ClipRefused, CutRule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..read.probe import AudioFacts, VideoFacts
    from .model import SegmentPlan

EIGHT_BIT_420 = frozenset({"yuv420p", "yuvj420p"})


def is_regular(segments: Sequence[SegmentPlan]) -> bool:
    """Return whether the frames of all segments can be copied into one clip.

    Regular means, for every file of the clip:

    - H.264 or HEVC with 8 bits and 4:2:0;
    - the same codec, size, and rotation throughout, the rotation being one that a track's header can state;
    - no color profile, which a copy would take along;
    - whole frames, all interlaced or none;
    - closed GOPs whose parameter sets, times, and order of frames are known from their IDR on (`Gop.decodable`).
    """
    first = segments[0].facts.video
    scans = scans_of(segments)
    if Scan.MIXED in scans or len(scans) > 1:  # the encoder has one way
        return False
    return all(_is_regular_video(segment.facts.video, first) and _has_regular_gops(segment) for segment in segments)


def _is_regular_video(video: VideoFacts, first: VideoFacts) -> bool:
    form = video.form
    return (
        video.codec in RULES
        and form.pixel_format in EIGHT_BIT_420
        and (video.codec, video.width, video.height) == (first.codec, first.width, first.height)
        and form.turn == first.form.turn
        and form.turn.in_header
        and not form.profile
    )


def _has_regular_gops(segment: SegmentPlan) -> bool:
    firsts = {gop.first for gop in segment.gops}
    return all(
        gop.decodable and _are_sets(gop.parameter_sets) for gop in segment.facts.video.gops if gop.first in firsts
    )


def _are_sets(sets: tuple[bytes, ...]) -> bool:
    """Whether there are any, and no more in them than pictures can need: players pass over what is behind their end."""
    return 0 < sum(map(len, sets)) <= SETS_MAX_BYTES


def is_regular_sound(tracks: Sequence[AudioFacts]) -> bool:
    """Return whether the packets of all tracks can be copied into one.

    Regular means AAC-LC in one form, of one or two channels, with nothing in its configuration but that (ISO/IEC
    14496-3, 1.6.2.1), and one frame in each packet of the range. A packet is then heard for twice its own length. Other
    sound is encoded where it can be decoded; else the clip has none.
    """
    first = tracks[0]
    same = len({(track.codec, track.rate_hz, track.channels, track.extradata) for track in tracks}) == 1
    plain = first.codec == "aac" and first.channels <= CHANNELS_MAX and says_no_more(first.extradata)
    return same and plain and rate_in(first.extradata) == first.rate_hz


def scans_of(segments: Sequence[SegmentPlan]) -> frozenset[Scan]:
    """Return how the pictures of the segments carry lines."""
    return frozenset(gop.scan for segment in segments for gop in segment.gops)


def check_frames(segments: Sequence[SegmentPlan]) -> None:
    """Raise ClipRefused `unreadable_segment` where packets are one field each: a range could end within a frame."""
    for segment in segments:
        if segment.facts.video.form.in_fields or Scan.HALVES in scans_of([segment]):
            name = segment.facts.segment.path.name
            detail = f"{name} is interlaced, with half a frame in each picture; convert it to whole frames first"
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, detail)
