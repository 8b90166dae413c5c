"""Sound as it is encoded: in one run, whatever forms it was recorded in."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import Flags

from ..bitstream.aac import AAC_FRAME, ROUNDED_TICKS
from ..timeline import TICKS_PER_S, nearest
from .mixing import recorded_as, resampled

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream

    from ..read.probe import AudioFacts
    from .writer import ClipWriter

BITS_PER_S = 64_000  # a channel


class SoundEncoder:
    """All sound in one run, whatever forms it was recorded in; holes in it are silent."""

    def __init__(self, stream: AudioStream, writer: ClipWriter, tick: int, first: AudioFrame) -> None:
        """Start the run at `tick`, with sound that was recorded as `first` was."""
        self._context = stream.codec_context
        self.rate_hz = self._context.sample_rate
        self._writer, self._start = writer, tick
        self._samples = 0  # come out of resamplers
        layout = self._context.layout
        self._encoder = _encoder(self.rate_hz, layout.name, layout.nb_channels)
        self._go_on(tick, first)

    def _go_on(self, tick: int, first: AudioFrame) -> None:
        """Take sound from `tick` on that was recorded as `first` was."""
        self._recorded_hz, self._recorded_as = first.sample_rate, recorded_as(first)
        self._tick, self._given = tick, 0
        self._resampler = av.AudioResampler(format="fltp", layout=self._context.layout, rate=self.rate_hz)

    @property
    def end(self) -> int:
        """The tick after the last sample so far."""
        return self._tick + nearest(self._given * TICKS_PER_S, self._recorded_hz)

    def put(self, frame: AudioFrame, tick: int) -> None:
        """Encode samples; a hole before them is filled with silence. Raises ClipRefused `sound_undecodable`."""
        if recorded_as(frame) != self._recorded_as:
            self._drain()
            self._go_on(self.end, frame)
        if tick - self.end > ROUNDED_TICKS:
            hole = (tick - self.end) * self._recorded_hz // TICKS_PER_S
            form, layout = frame.format.name, frame.layout.name
            for at in range(0, hole, self._recorded_hz):
                samples = min(self._recorded_hz, hole - at)
                self._resample(_silence(form, layout, frame.sample_rate, samples))
        self._resample(frame)

    def finish(self) -> None:
        """Encode what is left."""
        self._drain()
        self._write(self._encoder.encode(None))

    def _drain(self) -> None:
        for made in self._resampler.resample(None):
            self._encode(made)

    def _resample(self, frame: AudioFrame) -> None:
        frame.pts = None  # the resampler would fill what rounded times leave open
        self._given += frame.samples
        for made in resampled(self._resampler, frame):
            self._encode(made)

    def _encode(self, frame: AudioFrame) -> None:
        frame.pts, frame.time_base = self._samples, Fraction(1, self.rate_hz)
        self._samples += frame.samples
        self._write(self._encoder.encode(frame))

    def _write(self, made: list[av.Packet]) -> None:
        """Write the encoder's run-in and all up to the last sample: beyond those that were put in it has silence."""
        for packet in made:
            start = packet.pts or 0
            if start < self._samples:
                tick = self._start + nearest(start * TICKS_PER_S, self.rate_hz)
                self._writer.sound(bytes(packet), tick, Fraction(1, self.rate_hz), AAC_FRAME)


def _encoder(rate_hz: int, layout: str, channels: int) -> AudioCodecContext:
    encoder = av.CodecContext.create("aac", "w")
    assert isinstance(encoder, AudioCodecContext)  # noqa: S101 - tells the type checker
    encoder.sample_rate, encoder.layout, encoder.format = rate_hz, layout, "fltp"
    encoder.bit_rate, encoder.time_base = BITS_PER_S * channels, Fraction(1, rate_hz)
    encoder.flags |= Flags.bitexact  # or its first packet would say what made it
    return encoder


def silent_packet(facts: AudioFacts) -> bytes:
    """Return a packet of silence in the form of a track that is copied."""
    layout = "mono" if facts.channels == 1 else "stereo"
    encoder = _encoder(facts.rate_hz, layout, facts.channels)
    frame = _silence("fltp", layout, facts.rate_hz, AAC_FRAME)
    frame.pts, frame.time_base = 0, encoder.time_base
    return bytes([*encoder.encode(frame), *encoder.encode(None)][-1])


def _silence(form: str, layout: str, rate_hz: int, samples: int) -> AudioFrame:
    frame = av.AudioFrame(format=form, layout=layout, samples=samples, align=True)
    frame.sample_rate = rate_hz
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame
