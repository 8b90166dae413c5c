"""The independent pass over a finished clip: every sample in the container, edit lists ignored.

It trusts nothing that the cut says about times: those of the frames must be among those that the recordings have in the
range.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter
from typing import TYPE_CHECKING

from ..bitstream.fields import FieldReader
from ..bitstream.in_force import may_keep_back
from ..bitstream.nal import RULES, SETS_MAX_BYTES, prefixed, read_extradata, split, write_avcc, write_hvcc
from ..mp4.boxes import check_boxes, check_nesting
from ..mp4.turning import UPRIGHT, matrix_in
from ..plan.copy_or_encode import SHIFT_MIN, prints
from ..plan.ledger import Ledger, Stored
from ..plan.model import Audio, Way
from ..plan.sound import audio_prints, sounding
from ..read.packets import packets, print_of
from ..read.recording import UNDECODED, open_recording
from ..read.several import Alone
from ..refusal import ClipRefused, CutRule
from ..result import COPIED
from ..timeline import TICK, TICKS_PER_MS, Ruler
from ..write.sound_encoder import silent_packet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from av.codec.context import CodecContext
    from av.container import InputContainer

    from ..bitstream.nal import NalRules
    from ..mp4.turning import Turn
    from ..plan.model import Plan
    from ..result import FrameRange

STORED_AS_IS = {"ignore_editlist": "1", "advanced_editlist": "0", **UNDECODED}
OF_THE_FORMAT = frozenset({"major_brand", "minor_version", "compatible_brands"})
MOVED_MAX = SHIFT_MIN  # sound is pushed on where segments meet
APART_MAX = 2 * TICKS_PER_MS  # a container's rounding; a person sees 45 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """What may be in the clip, in ticks: the frames' times (and prints), and where sound may lie.

    `turn` is what the header says of the picture. `audio` are the recorded packets that may be there, or None when the
    sound was encoded anew.
    """

    shown: Mapping[int, int]
    turn: Turn
    audio_track: bool
    audio: Sequence[tuple[int, int]] | None
    silence: int | None  # the print of a packet that may lie in holes
    audio_extent: int
    zero: int  # the stored tick at which both tracks begin


def approved_by(plans: Sequence[Plan]) -> Approved:
    """Return what the facts about the recordings allow, by the plans of the clip's ranges."""
    first, last = plans[0], plans[-1]
    audio, silence = None, None
    if first.audio is Audio.KEPT and first.audio_way is Way.COPY:
        silence = print_of([silent_packet(next(sounding(plans)))])
        copied = [packet for plan in plans for packet in audio_prints(plan.heard, plan.audio_from, plan.end)]
        audio = [(tick, mark) for tick, _, mark in copied if mark != silence]
    copies = first.way is Way.COPY
    return Approved(
        turn=first.segments[0].facts.video.form.turn if copies else UPRIGHT,
        shown={tick: mark for plan in plans for tick, mark in prints(plan).items()},
        audio_track=first.audio is Audio.KEPT,
        audio=audio,
        silence=silence,
        audio_extent=last.end + last.segments[-1].shift - first.zero,
        zero=first.zero,
    )


def check(path: Path, approved: Approved, frames: Sequence[FrameRange] | None) -> Stored:
    """Read all of the clip; raises ClipRefused that names what is wrong with it.

    `frames` is None for a preview, whose slices the manifest doesn't list.
    """
    seen = look_into(path, frames)
    if seen.matrix != approved.turn.matrix():
        raise ClipRefused(CutRule.METADATA, "a picture turned otherwise than the camera's")
    if seen.audio_track != approved.audio_track:
        raise ClipRefused(CutRule.METADATA, "a track too many or too few")
    start = approved.zero + seen.first
    _check_pictures(seen.pictures, start, approved.shown)
    _check_audio(seen.sound, approved)
    ticks = tuple(start + tick for tick, _ in seen.pictures)
    return Stored(codec=seen.codec, width=seen.width, height=seen.height, ticks=ticks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the file itself shows: `pictures` are `(tick after the first frame's, print)` of all, sorted by time."""

    codec: str
    width: int
    height: int
    matrix: bytes | None
    audio_track: bool
    first: int
    pictures: Sequence[tuple[int, int | None]]
    sound: Sequence[Sound]


def look_into(path: Path, frames: Sequence[FrameRange] | None) -> Seen:
    """Read all of the clip, and judge what can be judged without its recordings; raises ClipRefused."""
    check_boxes(path)
    check_nesting(path)
    with open_recording(path, STORED_AS_IS) as container:
        audio_tracks = len(container.streams.audio)
        if (len(container.streams), len(container.streams.video)) != (1 + audio_tracks, 1) or audio_tracks > 1:
            raise ClipRefused(CutRule.METADATA, "a track too many or too few")
        contexts: list[CodecContext | None] = [each.codec_context for each in container.streams]
        if None in contexts:
            raise ClipRefused(CutRule.METADATA, "a codec that is not ours, nor known")
        if container.metadata.keys() - OF_THE_FORMAT:
            raise ClipRefused(CutRule.METADATA, "a tag")
        first, pictures, sound = _read(container, _SliceCheck(frames))
        context = container.streams.video[0].codec_context
        return Seen(
            codec=context.name,
            width=context.width,
            height=context.height,
            matrix=matrix_in(path),
            audio_track=audio_tracks == 1,
            first=first,
            pictures=pictures,
            sound=sound,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """One packet of sound, by its ticks and its print."""

    tick: int
    end: int
    mark: int


class _SliceCheck:
    """Holds the slices of the file against the ranges of the manifest, frame by frame."""

    def __init__(self, frames: Sequence[FrameRange] | None) -> None:
        self._frames = frames
        self._again = Ledger()
        self._kinds = iter([kind for run in frames or () for kind in [run.kind] * run.count])

    def add(self, slices: list[bytes]) -> int | None:
        """Note the next frame of the file; returns its print when the ranges say that it is the camera's own."""
        if next(self._kinds, None) == COPIED:
            self._again.copied(slices)
            return print_of(slices)
        self._again.encoded()
        return None

    def finish(self) -> None:
        """Raise ClipRefused `slices_differ` when the file is not what the manifest would say."""
        if self._frames is not None and self._again.ranges() != tuple(self._frames):
            raise ClipRefused(CutRule.SLICES_DIFFER)


def _read(container: InputContainer, slices: _SliceCheck) -> tuple[int, list[tuple[int, int | None]], list[Sound]]:
    """Return the first frame's tick, `(tick after that, print)` of all, sorted, and all packets of sound."""
    context = container.streams.video[0].codec_context
    rules = RULES.get(context.name)
    if rules is None:
        raise ClipRefused(CutRule.METADATA, f"a codec that is not ours: {context.name}")
    said = bytes(context.extradata or b"")
    length_size, sets = read_extradata(said, rules)
    if len(said) > len(write_hvcc(sets, rules) if rules.hevc else write_avcc(sets)):
        raise ClipRefused(CutRule.HIDDEN_DATA, "more beside the parameter sets than how long units are")
    _check_sets(sets, rules)  # also where each picture brings its own
    pictures, sound, fields = [], [], FieldReader()
    zero = Fraction(0)
    rulers = [Ruler(segment_tick=0, start_s=zero, time_base=each.time_base or TICK) for each in container.streams]
    alone = [Alone(bytes(each.codec_context.extradata or b"")) for each in container.streams.audio]
    for is_video, packet in packets(container, audio=True):
        ruler = rulers[packet.stream.index]
        tick = ruler.tick(packet.pts or 0)
        if not is_video:
            if not all(each.is_one(bytes(packet)) for each in alone):
                raise ClipRefused(CutRule.UNAPPROVED_AUDIO, "a packet of sound with more in it than one")
            end = tick + ruler.span(packet.duration or 0)
            sound.append(Sound(tick=tick, end=end, mark=print_of([bytes(packet)])))
            continue
        data = bytes(packet)
        units = split(data, length_size)
        if prefixed(units) != data:
            raise ClipRefused(CutRule.HIDDEN_DATA, "bytes in the video that are in no unit")
        if not all(rules.is_slice(unit) or rules.is_set(unit) for unit in units):
            raise ClipRefused(CutRule.METADATA, "a message in the video")
        sets = tuple(unit for unit in units if rules.is_set(unit)) or sets
        _check_sets(sets, rules)
        of_picture = [unit for unit in units if rules.is_slice(unit)]
        if fields.are_several(of_picture, sets, rules):
            raise ClipRefused(CutRule.HIDDEN_DATA, "several pictures in one packet")
        pictures.append((tick, slices.add(of_picture)))
    slices.finish()
    first = min((tick for tick, _ in pictures), default=0)
    return first, sorted(((tick - first, mark) for tick, mark in pictures), key=itemgetter(0)), sound


def _check_sets(sets: tuple[bytes, ...], rules: NalRules) -> None:
    """Nothing is in parameter sets that players pass over, and none has them pass over a picture."""
    if sum(map(len, sets)) > 2 * SETS_MAX_BYTES:  # the camera's, and an encoder's beside them
        raise ClipRefused(CutRule.HIDDEN_DATA, "parameter sets with more in them than pictures need")
    if may_keep_back(sets, rules):
        raise ClipRefused(CutRule.HIDDEN_DATA, "pictures that may say that they are not to be shown")


def _check_pictures(pictures: Sequence[tuple[int, int | None]], start: int, shown: Mapping[int, int]) -> None:
    """Every frame is an approved one, by time and by print; `start` is the first one's stored tick by the file's word.

    A frame that could not be decoded is missing, the first one too: nothing but the file says which it begins with.
    """
    times = {start + tick for tick, _ in pictures}
    if not pictures or len(times) != len(pictures):
        raise ClipRefused(CutRule.UNAPPROVED_FRAMES, "two frames of one time, or none at all")
    if not all(start + tick in shown and mark in (None, shown[start + tick]) for tick, mark in pictures):
        raise ClipRefused(CutRule.UNAPPROVED_FRAMES, f"{len(pictures)} frames, {len(shown)} approved")


def _check_audio(sound: Sequence[Sound], approved: Approved) -> None:
    """Sound lies where it may: no more of it than the range is long, no packet that was not approved.

    Its times count from where both tracks begin, as the pictures' do: sound that is apart from them is found.
    """
    if not sound:
        return
    first = sound[0].tick
    if abs(first) > APART_MAX:
        raise ClipRefused(CutRule.UNAPPROVED_AUDIO, "apart from the pictures")
    if sound[-1].end - first > approved.audio_extent + MOVED_MAX:
        raise ClipRefused(CutRule.UNAPPROVED_AUDIO, "longer than the range")
    if approved.audio is None:
        return
    recorded = [packet for packet in sound if packet.mark != approved.silence]
    if [packet.mark for packet in recorded] != [mark for _, mark in approved.audio]:
        raise ClipRefused(CutRule.UNAPPROVED_AUDIO, f"{len(recorded)} packets, {len(approved.audio)} approved")
    for packet, (tick, _) in zip(recorded, approved.audio, strict=True):
        if abs(packet.tick + approved.zero - tick) > MOVED_MAX:
            raise ClipRefused(CutRule.UNAPPROVED_AUDIO, "a packet out of place")
