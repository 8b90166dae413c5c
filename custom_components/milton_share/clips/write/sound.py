"""The sound inside the range: AAC packets as they are, anything else decoded, cut to the sample and encoded."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING

from ..bitstream.aac import ROUNDED_TICKS, aac_span, audio_inside
from ..bitstream.adts import read_adts
from ..plan.model import Way
from ..plan.sound import AudioPlacer, encoded_rate_hz, sounding
from ..read.packets import packets
from ..read.recording import UNDECODED, open_recording, sound_in
from ..refusal import ClipRefused, CutRule
from ..timeline import TICKS_PER_S, nearest
from .hearing import heard_frames, trim
from .sound_encoder import SoundEncoder, silent_packet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import av
    from av.audio.stream import AudioStream

    from ..plan.model import Plan, SegmentPlan
    from ..read.probe import AudioFacts
    from .writer import ClipWriter


class SoundCopier:
    """Takes packets one by one."""

    def __init__(self, plan: Plan, writer: ClipWriter) -> None:
        """Remember where they go."""
        self._plan, self._writer, self._placer = plan, writer, AudioPlacer()
        self._facts: AudioFacts | None = None
        self._silence: bytes | None = None
        self._index = 0  # of the next packet of the file

    def take(self, packet: av.Packet, facts: AudioFacts, shift: int) -> None:
        """Write the packet when all that can be heard from it is inside. A file's packets come in order, and all."""
        if facts is not self._facts:
            self._facts, self._index = facts, 0
        index, self._index = self._index, self._index + 1
        if index >= len(facts.ticks):
            return
        tick, span = facts.ticks[index], facts.spans[index]
        if span and audio_inside(tick, span, self._plan.audio_from, self._plan.end):
            stored = self._placer.place(tick + shift, span)
            if stored is not None:
                samples = nearest(span * facts.rate_hz, TICKS_PER_S)
                self._silence = self._silence or silent_packet(facts)
                base = Fraction(1, facts.rate_hz)
                self._writer.sound(payload(packet, facts), stored, base, samples, self._silence)

    def take_all(self, segment: SegmentPlan) -> None:
        """Write what a file has whose pictures are not wanted."""
        facts = segment.facts.audio
        if facts is not None:
            with open_recording(segment.facts.segment.path, UNDECODED) as container:
                for is_video, packet in packets(container, audio=True):
                    if not is_video:
                        self.take(packet, facts, segment.shift)
                    if self.is_past(facts):
                        break

    def is_past(self, facts: AudioFacts) -> bool:
        """Whether nothing more of a file will be taken."""
        return facts is self._facts and self._index >= len(facts.ticks)


def payload(packet: av.Packet, facts: AudioFacts) -> bytes:
    """Return the packet without the header that a transport stream gives it."""
    data = bytes(packet)
    found = read_adts(data) if facts.headers else None
    return found[1] if found else data


def start_sound(plans: Sequence[Plan], writer: ClipWriter) -> EncodedSound | None:
    """Add the sound's track; returns what fills it when it is to be encoded."""
    facts = next(sounding(plans))
    segments = (segment.facts for plan in plans for segment in plan.heard)
    segment = next(one.segment for one in segments if one.audio is facts)
    if plans[0].audio_way is Way.COPY:
        with open_recording(segment.path) as container:
            track = sound_in(container)
            assert track is not None  # noqa: S101 - its facts were found; this tells the type checker
            writer.copy_audio(track, facts.extradata)
        return None
    return EncodedSound(plans, writer.encode_audio(encoded_rate_hz(facts.rate_hz), facts.channels), writer)


class EncodedSound:
    """The sound of all ranges, encoded as the pictures go on: what lies far ahead of them would wait in memory."""

    def __init__(self, plans: Sequence[Plan], stream: AudioStream, writer: ClipWriter) -> None:
        """Encode nothing yet."""
        self._steps, self._end = _encode(plans, stream, writer), -inf

    def up_to(self, tick: int) -> None:
        """Write all that is heard before the stored `tick`, and a little more."""
        while self._end <= tick:
            self._end = next(self._steps, inf)

    def finish(self) -> None:
        """Write the rest."""
        for _ in self._steps:
            pass


def _encode(plans: Sequence[Plan], stream: AudioStream, writer: ClipWriter) -> Iterator[int]:
    """Decode the sound of all segments, cut it to the sample, encode it in one run that goes on into a next range.

    Yields up to which stored tick it has come; raises ClipRefused `sound_undecodable` where nothing can be heard.
    """
    run: SoundEncoder | None = None
    first = plans[0].zero + aac_span(stream.codec_context.sample_rate)
    for plan, segment in ((each, segment) for each in plans for segment in each.heard):
        start, end = plan.audio_from + segment.shift, plan.end + segment.shift
        for tick, frame in heard_frames(segment, plan):
            if run is not None and abs(tick - run.end) <= ROUNDED_TICKS:
                kept = trim(frame, max(tick, run.end), run.end, end)
            else:
                kept = trim(frame, tick, max(start, run.end if run else start), end)
            if kept is None:
                continue
            if run is None:
                run = SoundEncoder(stream, writer, min(kept[0], first), kept[1])
            run.put(kept[1], kept[0])
            yield run.end
    if run is None:  # the clip would have no track of it, and say that it has
        names = ", ".join(sorted({segment.facts.segment.path.name for plan in plans for segment in plan.heard}))
        raise ClipRefused(CutRule.SOUND_UNDECODABLE, f"nothing can be heard of the sound in {names}")
    run.finish()
