"""What a recording holds: one pass over its packets, nothing decoded but a picture for each coding."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from ..bitstream.aac import audio_inside
from ..bitstream.in_force import is_whole
from ..bitstream.nal import RULES, read_extradata
from ..bitstream.reordering import says_order
from ..refusal import ClipRefused, CutRule
from ..timeline import Ruler, ticks_of
from ..timestamps import EMPTY, NEVER, Timestamps, at_once, in_order
from .containers import tells_order, wrap_of
from .forms import UNKNOWN, Form, Forms, check_size
from .gops import Gop, GopReader
from .reading import ELSEWHERE, HIDDEN, Reading, SoundReader
from .recording import (
    MOTION_JPEG,
    SOUNDS,
    UNDECODED,
    film_goes_on,
    is_joined,
    open_recording,
    picture_track,
    sound_goes_on,
    sound_is_elsewhere,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from av.container import InputContainer

    from ..bitstream.nal import NalRules
    from ..job import Job, JobSegment

SLACK_MS = 2_000  # how far a recorder's note of a segment's end may be off
LATE_SOUND_MS = 2_000  # how much later than its pictures sound may come, and lie in the file after theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """The video track; `ticks`, `decode_ticks` and `prints` have one entry a frame, in decode order."""

    codec: str
    width: int
    height: int
    extradata: bytes
    length_size: int
    ticks: array[int]
    decode_ticks: array[int]
    prints: array[int]
    gops: tuple[Gop, ...]
    codings: Mapping[tuple[bytes, ...], bytes]  # a picture of each coding but the file's own, until its form is known
    track: int = 0  # its number in the file
    form: Form = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """The audio track; `shown`, `ticks`, `spans` and `prints` have one entry a packet.

    `shown` are the times as the decoder takes them, in the units of `ruler`; of what is never heard they are NEVER.
    With `headers` each packet begins with an ADTS header. `extradata` is of what can be copied: nothing is where a
    packet of the range isn't one whole frame, or packets alone say how many channels there are.
    """

    codec: str
    rate_hz: int
    channels: int
    extradata: bytes
    ruler: Ruler
    shown: array[int]
    ticks: array[int]
    spans: array[int]
    prints: array[int]
    headers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFacts:
    """One recorded file, as far as it matters to the range."""

    segment: JobSegment
    video: VideoFacts
    audio: AudioFacts | None
    unheard: str = ""  # the codec of sound that can't be decoded, or why else none is heard


def probe(job: Job, step: int = 1) -> tuple[SegmentFacts, ...]:
    """Look into every segment that can touch the range, in order of time; `step` is the clip's. Raises ClipRefused."""
    end = ticks_of(job.until_ms - job.from_ms)
    found = []
    forms = Forms()
    for segment in job.segments:
        if segment.until_ms + SLACK_MS < job.from_ms or segment.from_ms >= job.until_ms + LATE_SOUND_MS:
            continue
        try:
            with open_recording(segment.path, UNDECODED) as container:
                if container.streams.video:
                    look = _Look(job=job, segment=segment, end=end, step=step)
                    found.append(_formed(look.into(container), forms, end))
        except OverflowError as error:
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, f"{segment.path.name} has times that no clock has") from error
        except ClipRefused:
            if segment.from_ms < job.until_ms:  # else only its sound could be of the range
                raise
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """A look into one file."""

    job: Job
    segment: JobSegment
    end: int
    step: int

    def into(self, container: InputContainer) -> SegmentFacts:
        """Read the file, which is open without its decoders."""
        film = picture_track(container, self.segment.path.name)
        context = film.codec_context
        check_size(self.segment.path.name, context.width, context.height)
        extradata, rules = bytes(context.extradata or b""), RULES.get(context.name)
        length_size, said = read_extradata(extradata, rules) if rules else (0, ())
        sets = tuple(unit for unit in said if rules and is_whole(unit, rules))
        alone = context.name == MOTION_JPEG
        reading = self._reading(
            container, GopReader(rules=rules, length_size=length_size, parameter_sets=sets, alone=alone)
        )
        reading.read(container)
        ticks, decode_ticks = reading.ticks()
        video = VideoFacts(
            codec=context.name,
            track=film.id,
            width=context.width,
            height=context.height,
            extradata=extradata,
            length_size=length_size,
            ticks=ticks,
            decode_ticks=decode_ticks,
            prints=reading.gops.prints,
            gops=_followable(reading.gops.finish(), ticks, rules),
            codings=reading.gops.firsts,
        )
        self._check_times(video, reading)
        self._check_whole(video, container, reading)
        audio = self._audio(reading.sound, reading) if reading.sound and reading.sound.spans else None
        if audio is not None and len(container.streams.audio) > 1 and max(audio.ticks) < self.end:
            audio = replace(audio, codec=ELSEWHERE) if sound_goes_on(self.segment.path) else audio
        is_elsewhere = audio is None and len(container.streams.audio) > 1 and sound_is_elsewhere(self.segment.path)
        return SegmentFacts(segment=self.segment, video=video, audio=audio, unheard=ELSEWHERE if is_elsewhere else "")

    def _reading(self, container: InputContainer, gops: GopReader) -> Reading:
        film = picture_track(container, self.segment.path.name)
        time_base, wrap = film.time_base or Fraction(1, 1), wrap_of(container.format.name)
        lasts_s = Fraction(self.segment.until_ms - self.segment.from_ms + SLACK_MS) / 1000
        return Reading(
            segment_tick=ticks_of(self.segment.from_ms - self.job.from_ms),
            end=self.end,
            timestamps=Timestamps(time_base=time_base, lasts=int(lasts_s / time_base), wrap=wrap),
            gops=gops,
            sound=SoundReader.of(container, lasts_s, wrap, wanted=self.job.audio),
            ordered=tells_order(container.format.name),
            step=self.step,
        )

    def _check_times(self, video: VideoFacts, reading: Reading) -> None:
        """Raise ClipRefused `times_unknown` when a picture may lie in the range, and nobody can say."""
        until = ticks_of(self.segment.until_ms - self.job.from_ms)
        unproved = reading.unproved(until)
        if unproved is not None and unproved < self.end:
            raise ClipRefused(CutRule.TIMES_UNKNOWN, f"{self.segment.path.name} starts counting again in the middle")
        if any(first < self.end and last > 0 for first, last in at_once(_known(video.ticks), until, self.step)):
            raise ClipRefused(CutRule.TIMES_UNKNOWN, f"{self.segment.path.name} has many pictures of one time")
        for index in reading.gops.crowded:
            if video.ticks[index] < self.end and max(video.ticks[index : index + 2]) > 0:
                raise ClipRefused(CutRule.TIMES_UNKNOWN, f"{self.segment.path.name} has several pictures in one packet")
        for gop in video.gops:
            ticks = video.ticks[gop.first : gop.first + gop.count]
            if NEVER in ticks and any(0 <= tick < self.end for tick in ticks):
                raise ClipRefused(CutRule.TIMES_UNKNOWN, f"{self.segment.path.name} has pictures without a time")

    def _check_whole(self, video: VideoFacts, container: InputContainer, reading: Reading) -> None:
        """Raise ClipRefused `unreadable_segment` when pictures of the range lie where nobody looks for them."""
        if reading.foreign:
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, f"{self.segment.path.name} changes to another codec")
        ends = max(_known(video.ticks), default=NEVER) < self.end
        if ends and len(container.streams.video) > 1 and film_goes_on(self.segment.path):
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, f"{self.segment.path.name} goes on in another track")
        if not reading.is_past and is_joined(self.segment.path):
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, f"{self.segment.path.name} is several films that were joined")

    def _audio(self, reader: SoundReader, reading: Reading) -> AudioFacts:
        sound = reader.finish(reading.timestamps)
        pictures = reading.ruler
        ruler = Ruler(
            segment_tick=pictures.segment_tick, start_s=pictures.start_s, time_base=reader.timestamps.time_base
        )
        ticks = array("q", (NEVER if at == NEVER else ruler.tick(at) for at in sound.shown))
        is_odd = any(audio_inside(ticks[place], sound.spans[place], 0, self.end) for place in sound.odd)
        return AudioFacts(
            codec=sound.codec,
            rate_hz=sound.rate_hz,
            channels=sound.channels,
            extradata=b"" if is_odd else sound.extradata,
            ruler=ruler,
            shown=sound.shown,
            ticks=ticks,
            spans=sound.spans,
            prints=sound.prints,
            headers=sound.headers,
        )


def _followable(gops: tuple[Gop, ...], ticks: array[int], rules: NalRules | None) -> tuple[Gop, ...]:
    """Mark H.264 whose frames are reordered without a word of how far: players may lose some after an encoded edge."""
    if rules is None or rules.hevc:
        return gops
    unsaid = {sets for sets in {gop.parameter_sets for gop in gops} if not says_order(sets)}
    return tuple(
        replace(gop, decodable=False) if gop.parameter_sets in unsaid and not in_order(_known(gop.of(ticks))) else gop
        for gop in gops
    )


def _known(ticks: Iterable[int]) -> list[int]:
    return [tick for tick in ticks if tick not in {NEVER, HIDDEN, EMPTY}]


def _formed(facts: SegmentFacts, forms: Forms, end: int) -> SegmentFacts:
    """Add what only decoders know; a group in another form than the first one in the range can't be copied."""
    video, audio = facts.video, facts.audio
    own_sets = video.gops[0].parameter_sets if video.gops else ()
    # its decoder alone knows what the file doesn't say
    asked = audio.codec if audio is not None and not (audio.rate_hz and audio.channels) else ""
    form = forms.of_file(
        facts.segment.path, video.track, (video.codec, video.width, video.height, video.extradata, own_sets, asked)
    )
    by_sets = {own_sets: (form.width, form.height, form.pixel_format)}
    for sets, data in video.codings.items():
        by_sets.setdefault(sets, forms.of_picture(video.codec, sets, data))
    used = (gop for gop in video.gops if any(0 <= tick < end for tick in gop.of(video.ticks)))
    first = next(used, None)
    wanted = by_sets.get(first.parameter_sets if first else own_sets, by_sets[own_sets])
    width, height, pixel_format = wanted if all(wanted) else by_sets[own_sets]
    video = replace(
        video,
        gops=tuple(
            replace(gop, decodable=gop.decodable and by_sets.get(gop.parameter_sets) == wanted) for gop in video.gops
        ),
        form=replace(form, width=width, height=height, pixel_format=pixel_format),
        width=width,
        height=height,
        codings={},
    )
    if audio is not None and asked:  # each packet says it, and may say more: none is copied
        rate_hz, channels = audio.rate_hz or form.rate_hz, audio.channels or form.channels
        audio = replace(audio, rate_hz=rate_hz, channels=channels, extradata=b"")
    if audio is not None and not (audio.codec in SOUNDS and audio.rate_hz and audio.channels):
        return SegmentFacts(segment=facts.segment, video=video, audio=None, unheard=audio.codec)
    return SegmentFacts(segment=facts.segment, video=video, audio=audio, unheard=facts.unheard)
