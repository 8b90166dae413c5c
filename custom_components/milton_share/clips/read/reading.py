"""One pass over the packets of a recording: where its groups begin, and when each packet is shown or heard."""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby, pairwise
from math import ceil
from typing import TYPE_CHECKING, cast

from ..bitstream.aac import AAC_FRAME, aac_span, rate_in
from ..bitstream.adts import channels_in, read_adts
from ..mp4.channels import channels_of
from ..timeline import TICKS_PER_S, Ruler, floor, nearest, usual_distance
from ..timestamps import EMPTY, NEVER, Timestamps, decode_order, fill, in_order
from .gops import ANEW
from .packets import ENCRYPTED, packets, print_of
from .recording import sound_in
from .several import Alone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import av
    from av.audio.codeccontext import AudioCodecContext
    from av.container import InputContainer

    from .gops import GopReader

AAC, UNNAMED = "aac", "a codec that has no name"
UNREADABLE, CHANGED = "a form that is encrypted", "two forms, one after the other"
UNORDERED = "an order of channels that is its own"
ELSEWHERE = "two tracks, not both of which have it all along"
HIDDEN = -1  # the tick of a picture that the file keeps from being shown: outside, whatever the range is
NEAR = 16  # pictures: as many as a decoder keeps
ROW_MAX = 16  # packets without a picture that some writer may store one after the other
KEYS_PAST = 2  # pictures stored after a key frame may be shown before it, those after the next one not
APART_MAX_S = Fraction(1, 2)  # sound and pictures of one encoder are reset together
RESET_SLACK_TICKS = TICKS_PER_S // 4  # as far as a recorder's note of a file's end may be off to prove a reset


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What was found of the sound: times in the track's time base, NEVER for what is not to be heard."""

    codec: str
    rate_hz: int
    channels: int
    extradata: bytes
    odd: Sequence[int]  # the places of packets that aren't one whole frame of AAC
    headers: bool  # each packet begins with an ADTS header, which is not part of the print
    shown: array[int]
    spans: array[int]  # in ticks
    prints: array[int]


@dataclass(slots=True, kw_only=True)
class SoundReader:
    """Reads the packets of sound."""

    codec: str
    extradata: bytes
    said_hz: int  # by the file, 0 when it doesn't say
    channels: int
    timestamps: Timestamps
    spans: array[int] = field(default_factory=lambda: array("q"))
    prints: array[int] = field(default_factory=lambda: array("L"))
    hidden: list[int] = field(default_factory=list)
    last: int = NEVER
    rate_hz: int | None = None  # of AAC-LC
    wanted: bool = True  # in the clip
    headers: bool = False
    alone: Alone | None = None  # looks into what may be copied
    odd: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, container: InputContainer, lasts_s: Fraction, wrap: int, *, wanted: bool) -> SoundReader | None:
        """Return a reader for the file's sound, None when it has none; only what is `wanted` is looked into."""
        stream = sound_in(container)
        if stream is None:
            return None
        base = stream.time_base or Fraction(1, 1)
        timestamps = Timestamps(time_base=base, lasts=int(lasts_s / base), wrap=wrap)
        context = cast("AudioCodecContext | None", stream.codec_context)
        if context is None:  # a codec that FFmpeg doesn't know
            return cls(codec=UNNAMED, extradata=b"", said_hz=0, channels=0, timestamps=timestamps)
        extradata = bytes(context.extradata or b"")
        channels, are_unnamed = channels_of(context)
        rate_hz = rate_in(extradata) if context.name == AAC else None
        return cls(
            codec=UNORDERED if are_unnamed else context.name,
            extradata=extradata,
            said_hz=context.sample_rate,
            channels=channels,
            timestamps=timestamps,
            rate_hz=rate_hz,
            wanted=wanted,
            alone=Alone(extradata) if rate_hz and wanted else None,
        )

    def add(self, packet: av.Packet) -> int:
        """Take a packet; returns its time, or that of the last one that had one."""
        data = bytes(packet)
        if packet.has_sidedata(ENCRYPTED):
            self.codec = UNREADABLE
        elif packet.has_sidedata(ANEW) and self.prints:
            self.codec = CHANGED
        if self.codec == AAC and not self.extradata and not self.prints:
            self._begin(data)
        base = self.timestamps.time_base
        if self.rate_hz:  # what containers say of a packet's length is rounded, or reaches over a hole
            span = aac_span(self.rate_hz)
        else:
            span = nearest((packet.duration or 0) * base.numerator * TICKS_PER_S, base.denominator)
        found = read_adts(data) if self.headers else (self.extradata, data)
        if found is None or found[0] != self.extradata:
            self.odd.append(len(self.prints))
        else:
            data = found[1]
            self._look_into(data)
        self.prints.append(print_of([data]))
        if packet.is_discard:
            self.hidden.append(len(self.spans))
            self.spans.append(span)
            self.timestamps.pass_by(packet.pts, packet.pts)
            return self.last
        place = self.timestamps.add(
            packet.pts, packet.pts, nearest(span * base.denominator, TICKS_PER_S * base.numerator)
        )
        self.spans.append(span)
        self.last = place if place != NEVER else self.last
        return self.last

    def _begin(self, data: bytes) -> None:
        """Take the form that the first packet's own header states."""
        found = read_adts(data)
        if found is not None:
            self.headers, self.extradata = True, found[0]
            self.rate_hz, self.channels = rate_in(found[0]), channels_in(found[0])
            self.alone = Alone(found[0]) if self.rate_hz and self.wanted else None

    def _look_into(self, data: bytes) -> None:
        """Note a packet that can't be copied: after silence players hear no higher half that comes unsaid."""
        alone = self.alone
        if alone is not None and not (alone.is_one(data) and alone.samples <= AAC_FRAME):
            self.odd.append(len(self.prints))

    def finish(self, pictures: Timestamps) -> Sound:
        """Return what was found, its times on the pictures' line."""
        if pictures.first is not None and pictures.time_base == self.timestamps.time_base:
            self.timestamps.near(pictures.first)
        self.timestamps.follow(pictures.moves_s, APART_MAX_S)
        self._fill()
        for index in self.hidden:
            self.timestamps.shown[index] = NEVER
        return Sound(
            codec=self.codec,
            rate_hz=self.rate_hz or self.said_hz,
            channels=self.channels,
            extradata=self.extradata,
            odd=self.odd,
            headers=self.headers,
            shown=self.timestamps.shown,
            spans=self.spans,
            prints=self.prints,
        )

    def _fill(self) -> None:
        """Let a packet without a time follow the one before it: of several in one unit only the first has one."""
        shown, at, ticks = self.timestamps.shown, NEVER, 0
        usual = self._usual_span() if 0 in self.spans and NEVER in shown else 0
        for index, own in enumerate(shown):
            if own != NEVER:
                at, ticks = own, 0
            elif at != NEVER and (span := self.spans[index - 1] or usual):
                ticks += span
                shown[index] = at + round(Fraction(ticks, TICKS_PER_S) / self.timestamps.time_base)

    def _usual_span(self) -> int:
        """Return how many ticks a packet lasts by the times of others, 0 for unknown: LATM doesn't say it."""
        known = [(index, at) for index, at in enumerate(self.timestamps.shown) if at != NEVER]
        base = self.timestamps.time_base * TICKS_PER_S
        spans = sorted(round((at - last) * base / (index - before)) for (before, last), (index, at) in pairwise(known))
        return spans[len(spans) // 2] if spans else 0


@dataclass(slots=True, kw_only=True)
class Reading:
    """One pass over a file; `lasts_s` is how long it may be, by who made it."""

    segment_tick: int
    end: int
    timestamps: Timestamps
    gops: GopReader
    sound: SoundReader | None
    ordered: bool = True  # whether the container says when a picture is decoded
    step: int = 1  # ticks: pictures are shown and decoded at whole multiples
    hidden: list[int] = field(default_factory=list)
    keys: int = 0
    keys_past: int = 0
    earliest: int | None = None  # the time of what is shown first
    foreign: bool = False  # whether the range has many packets in a row without a picture
    is_past: bool = False  # whether there are pictures past the range's end
    limits: tuple[int, int] | None = None  # the end of the range, in the units of the pictures and of the sound

    def read(self, container: InputContainer) -> None:
        """Read until pictures and sound are past the end, the first group in any case, all after a reset."""
        audio_past = self.sound is None
        for is_video, packet in packets(container, audio=self.sound is not None):
            if is_video:
                self.is_past = self.is_past or self._picture(packet)
            elif self.sound is not None:
                at = self.sound.add(packet)
                audio_past = self.limits is not None and at >= self.limits[1] and not self.timestamps.resets
            if self.is_past and audio_past:
                break

    @property
    def ruler(self) -> Ruler:
        """Return what turns the pictures' times into ticks: what is shown first is shown when the segment begins."""
        base = self.timestamps.time_base
        return Ruler(segment_tick=self.segment_tick, start_s=(self.earliest or 0) * base, time_base=base)

    def ticks(self) -> tuple[array[int], array[int]]:
        """Return when each picture is shown and decoded, in ticks; NEVER of one shown at a time that is not known."""
        ruler, step = self.ruler, self.step
        shown = array("q", (NEVER if at == NEVER else floor(ruler.tick(at), step) for at in self.timestamps.shown))
        if NEVER in shown and in_order(shown):
            shown = array("q", (floor(at, step) for at in fill(shown, self.end)))
        for index in self.hidden:
            shown[index] = HIDDEN
        self.foreign = any(0 <= shown[index] < self.end for index in _in_rows(self.gops.empty))
        for index in self.gops.empty:
            shown[index] = EMPTY
        _set_apart(shown, step)
        if NEVER in shown or NEVER in self.timestamps.decoded:
            return shown, decode_order(shown)
        return shown, array("q", (floor(ruler.tick(at), step) for at in self.timestamps.decoded))

    def unproved(self, until_tick: int) -> int | None:
        """Return from which tick on times are not known: those after a reset, unless the file's end bears them out."""
        if not self.timestamps.resets:
            return None
        ruler, first = self.ruler, self.timestamps.resets[0][0]
        known = [ruler.tick(at) for at in self.timestamps.shown if at != NEVER]
        end = max(known) + usual_distance(sorted(known))
        if abs(end - until_tick) <= RESET_SLACK_TICKS:
            return None
        return ruler.tick(max(at for at in self.timestamps.shown[:first] if at != NEVER))

    def _picture(self, packet: av.Packet) -> bool:
        decoded = packet.dts if self.ordered or packet.pts is None else None
        take = self.timestamps.pass_by if packet.is_discard else self.timestamps.add
        place = take(packet.pts, decoded)
        self.keys += packet.is_keyframe
        shown = self.timestamps.shown[-1]
        if self.keys <= 1:
            if shown != NEVER and not packet.is_discard:
                self.earliest = min(shown, shown if self.earliest is None else self.earliest)
        elif not packet.is_discard and place >= (self.limits or self._set_limits())[0] and not self.timestamps.resets:
            self.keys_past += packet.is_keyframe
            if decoded is not None or self.keys_past >= KEYS_PAST:
                self.timestamps.shown.pop()
                self.timestamps.decoded.pop()
                return True
        if packet.is_discard:
            self.hidden.append(len(self.timestamps.shown) - 1)
        self.gops.add(packet, timed=shown != NEVER)
        return False

    def _set_limits(self) -> tuple[int, int]:
        """Say where the range ends, once it is known what is shown first."""
        base = self.timestamps.time_base
        end_s = Fraction(self.end - self.segment_tick, TICKS_PER_S) + (self.earliest or 0) * base
        self.limits = ceil(end_s / base), ceil(end_s / (self.sound.timestamps.time_base if self.sound else base))
        return self.limits


def _in_rows(indexes: Sequence[int]) -> Iterator[int]:
    """Yield those of sorted `indexes` of which more than `ROW_MAX` follow each other."""
    for _, row in groupby(enumerate(indexes), key=lambda pair: pair[1] - pair[0]):
        found = [index for _, index in row]
        if len(found) > ROW_MAX:
            yield from found


def _set_apart(shown: array[int], step: int) -> None:
    """Move a picture by a step that is shown when one near it is: players tell pictures by their times."""
    near: deque[int] = deque(maxlen=NEAR)
    for index, own in enumerate(shown):
        if own in {NEVER, HIDDEN, EMPTY}:
            continue
        tick = own
        while tick in near:
            tick += step
        near.append(tick)
        shown[index] = tick
