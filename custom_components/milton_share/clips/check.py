"""The independent pass over a finished clip: every sample in the container, edit lists ignored.

It trusts nothing that the cut says about times: the frames' times must be among those that the recordings have in the range.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from .boxes import check_boxes
from .ledger import COPIED, Ledger
from .nal import RULES, read_extradata, split
from .plan import Audio, Way, audio_ticks
from .probe import open_recording, packets
from .refusal import ClipRefused
from .timeline import Ruler

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from av.container import InputContainer

    from .ledger import FrameRange
    from .plan import Plan

STORED_AS_IS = {"ignore_editlist": "1", "advanced_editlist": "0"}
OF_THE_FORMAT = frozenset({"major_brand", "minor_version", "compatible_brands"})
ROUNDING_TICKS = 90  # 1 ms: packets of sound start between ticks, and move by a sample where segments touch


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """What may be in the clip, in ticks: the frames' times, and where sound may lie.

    `audio` are the times of the recorded packets that may be there, or None when the sound was encoded anew.
    """

    shown: Sequence[int]
    audio_track: bool
    audio: Sequence[int] | None
    audio_extent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is in the clip; `ticks` are sorted and start at 0."""

    codec: str
    width: int
    height: int
    ticks: tuple[int, ...]
    audio_packets: int


def approved_by(plan: Plan) -> Approved:
    """Return what the plan's facts about the recordings allow."""
    audio = None
    if plan.audio is Audio.KEPT and plan.audio_way is Way.COPY:
        audio = audio_ticks(plan)
    return Approved(
        shown=plan.stored,
        audio_track=plan.audio is Audio.KEPT,
        audio=audio,
        audio_extent=plan.end - plan.audio_from + plan.segments[-1].shift,
    )


def check(path: Path, approved: Approved, frames: Sequence[FrameRange] | None) -> Stored:
    """Read all of the clip; raises ClipRefused that names what is wrong with it.

    `frames` is None for a preview, whose slices the manifest doesn't list.
    """
    check_boxes(path)
    with open_recording(path, STORED_AS_IS) as container:
        tracks = len(container.streams), len(container.streams.video), len(container.streams.audio)
        if tracks != (1 + approved.audio_track, 1, approved.audio_track):
            raise ClipRefused("metadata", "a track too many or too few")
        if container.metadata.keys() - OF_THE_FORMAT:
            raise ClipRefused("metadata", "a tag")
        stored, audio = _read(container, _SliceCheck(frames))
    _check_times(stored.ticks, approved.shown)
    _check_audio(audio, approved)
    return stored


class _SliceCheck:
    """Holds the slices of the file against the ranges of the manifest, frame by frame."""

    def __init__(self, frames: Sequence[FrameRange] | None) -> None:
        self._frames = frames
        self._again = Ledger()
        self._kinds = iter([kind for run in frames or () for kind in [run.kind] * run.count])

    def add(self, slices: list[bytes]) -> None:
        """Note the next frame of the file."""
        if self._frames is None:
            return
        if next(self._kinds, None) == COPIED:
            self._again.copied(slices)
        else:
            self._again.encoded()

    def finish(self) -> None:
        """Raise ClipRefused `slices_differ` when the file is not what the manifest would say."""
        if self._frames is not None and self._again.ranges() != tuple(self._frames):
            raise ClipRefused("slices_differ")


def _read(container: InputContainer, slices: _SliceCheck) -> tuple[Stored, list[tuple[int, int]]]:
    context = container.streams.video[0].codec_context
    rules = RULES.get(context.name)
    if rules is None:
        raise ClipRefused("metadata", f"a codec that is not ours: {context.name}")
    length_size, _ = read_extradata(bytes(context.extradata or b""), rules)
    ticks, audio = [], []
    for is_video, packet in packets(container, audio=True):
        ruler = Ruler(segment_tick=0, start_s=Fraction(0), time_base=packet.time_base)
        tick = ruler.tick(packet.pts or 0)
        if not is_video:
            audio.append((tick, ruler.span(packet.duration or 0)))
            continue
        ticks.append(tick)
        units = split(bytes(packet), length_size)
        if not all(rules.is_slice(unit) or rules.is_set(unit) for unit in units):
            raise ClipRefused("metadata", "a message in the video")
        slices.add([unit for unit in units if rules.is_slice(unit)])
    slices.finish()
    first = min(ticks, default=0)
    stored = Stored(
        codec=context.name,
        width=context.width,
        height=context.height,
        ticks=tuple(sorted(tick - first for tick in ticks)),
        audio_packets=len(audio),
    )
    return stored, audio


def _check_times(ticks: Sequence[int], shown: Sequence[int]) -> None:
    """Every frame has the time of an approved one. The first may be missing (it could not be decoded), so try each."""
    if len(set(ticks)) != len(ticks) or not ticks:
        raise ClipRefused("unapproved_frames", "two frames of one time, or none at all")
    allowed = set(shown)
    for start in shown[: len(shown) - len(ticks) + 1]:
        if all(start + tick in allowed for tick in ticks):
            return
    raise ClipRefused("unapproved_frames", f"{len(ticks)} frames, {len(shown)} approved")


def _check_audio(packets_seen: Sequence[tuple[int, int]], approved: Approved) -> None:
    """Sound lies where it may: no more of it than the range is long, no packet that was not approved."""
    if not packets_seen:
        return
    first, extent = packets_seen[0][0], packets_seen[-1][0] + packets_seen[-1][1] - packets_seen[0][0]
    if extent > approved.audio_extent + ROUNDING_TICKS:
        raise ClipRefused("unapproved_audio", "longer than the range")
    if approved.audio is None:
        return
    if len(packets_seen) != len(approved.audio):
        raise ClipRefused("unapproved_audio", f"{len(packets_seen)} packets, {len(approved.audio)} approved")
    for (tick, _), expected in zip(packets_seen, approved.audio, strict=True):
        if abs((tick - first) - (expected - approved.audio[0])) > ROUNDING_TICKS:
            raise ClipRefused("unapproved_audio", "a packet out of place")
