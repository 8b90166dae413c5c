"""The clip's file: MP4 without edit list, tags or dates, its index at the front."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Self

import av

from ..bitstream.nal import RULES, annex_b, prefixed, write_avcc, write_hvcc
from ..bitstream.padded import packet_of
from ..plan.ledger import Ledger
from ..refusal import ClipRefused, CutRule
from ..timeline import TICK, TICKS_PER_S, floor, nearest
from .encoder import GroupEncoder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from av.audio.stream import AudioStream
    from av.video.stream import VideoStream

    from .encoder import Shape

KEYFRAME_EVERY = 60  # what is encoded whole can be sought in every few seconds
ROUNDED_S = Fraction(2, 1000)  # sound that comes later by less follows on: Matroska rounds to a millisecond
OPTIONS = {
    "use_editlist": "0",
    "fflags": "+bitexact",
    "movflags": "+faststart",
    "avoid_negative_ts": "disabled",  # all times are counted from where both tracks begin
}


class ClipWriter:
    """Writes frames in decode order; a context manager that closes the file."""

    def __init__(self, path: Path, zero: int = 0, step: int = 1) -> None:
        """Create the file, which must not be there; its tracks begin at the tick `zero`, its unit is `step` ticks."""
        path.touch(exist_ok=False)
        self._container = av.open(f"file:{path}", "w", format="mp4", options=OPTIONS)
        self._video: VideoStream  # by `copy_video` or `encode_video`, first of all
        self._audio: AudioStream
        self._annex_b = False
        self._zero, self._step = zero, step
        self._last_decode: int | None = None
        self._audio_end: int | None = None
        self._audio_played = 0
        self.before_frame: Callable[[int], None] | None = None  # told the tick of each frame that comes next
        self.ledger = Ledger()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the file; after an error only let go of it."""
        try:
            self._container.close()
        except (av.error.FFmpegError, ValueError):
            if kind is None:
                raise

    def copy_video(self, source: VideoStream, sets: tuple[bytes, ...], *, in_band: bool) -> None:
        """Add a track that goes on with the camera's own coding; `sets` are all that the frames refer to."""
        stream = self._container.add_stream_from_template(source, opaque=True)
        context = stream.codec_context
        rules = RULES[context.name]
        if rules.hevc:
            context.extradata = write_hvcc(sets, rules)
            context.codec_tag = "hev1"
        else:
            context.extradata = write_avcc(sets)
            context.codec_tag = "avc3" if in_band else "avc1"
        if source.sample_aspect_ratio:  # which may be the container's word alone
            context.sample_aspect_ratio = source.sample_aspect_ratio
        stream.time_base = self._step * TICK
        stream.metadata.clear()
        self._video = stream

    def encode_video(self, shape: Shape) -> GroupEncoder:
        """Add a track that is encoded here, as H.264; returns its encoder."""
        stream = self._container.add_stream("libx264", rate=shape.rate)
        encoder = GroupEncoder(shape, stream.codec_context, KEYFRAME_EVERY)
        stream.time_base = self._step * TICK
        self._video, self._annex_b = stream, True
        return encoder

    def copy_audio(self, source: AudioStream, config: bytes) -> None:
        """Add a track for the camera's own AAC, as `config` (an AudioSpecificConfig) describes it."""
        self._audio = self._container.add_stream_from_template(source)
        self._audio.codec_context.extradata = config
        self._audio.metadata.clear()

    def encode_audio(self, rate_hz: int, channels: int) -> AudioStream:
        """Add a track for AAC that is encoded here."""
        stream = self._container.add_stream("aac", rate=rate_hz, layout="mono" if channels == 1 else "stereo")
        self._audio = stream
        return stream

    def frame(self, units: list[bytes], tick: int, decode_tick: int, *, is_key: bool, span: int) -> None:
        """Write one frame. Its decode time is moved as little as the order of the file asks for.

        Raises ClipRefused `times_unknown` for one that would be shown before it is decoded: the recording says one
        order of its pictures by how they are stored, and another by their times.
        """
        if self.before_frame is not None:
            self.before_frame(tick)
        packet = packet_of(annex_b(units) if self._annex_b else prefixed(units))
        tick, decode_tick = tick - self._zero, decode_tick - self._zero
        decode_tick = floor(decode_tick, self._step)
        earliest = 0 if self._last_decode is None else max(decode_tick, self._last_decode + self._step)
        self._last_decode = min(earliest, tick) if self._last_decode is None or tick > self._last_decode else earliest
        if tick < self._last_decode:
            raise ClipRefused(CutRule.TIMES_UNKNOWN, "a picture's time lies before pictures that it is made from")
        packet.stream, packet.time_base = self._video, TICK
        packet.pts, packet.dts, packet.duration, packet.is_keyframe = tick, self._last_decode, span, is_key
        self._container.mux(packet)

    def sound(self, data: bytes, tick: int, time_base: Fraction, duration: int, silence: bytes | None = None) -> None:
        """Write one AAC packet that starts at `tick`, or when the one before ends; a hole is filled with `silence`.

        What lies before it is counted in packets, for browsers play them on without a hole.
        """
        timestamp = nearest((tick - self._zero) * time_base.denominator, TICKS_PER_S * time_base.numerator)
        if silence is not None:
            for _ in range((timestamp - self._audio_played + duration // 2) // duration):
                self._sound(silence, self._audio_end or 0, time_base, duration)
        self._sound(data, timestamp, time_base, duration)

    def _sound(self, data: bytes, timestamp: int, time_base: Fraction, duration: int) -> None:
        end = self._audio_end
        if end is not None and timestamp != end and timestamp - end < ROUNDED_S / time_base:
            timestamp = end
        packet = packet_of(data)
        packet.stream, packet.time_base, packet.is_keyframe = self._audio, time_base, True
        packet.pts = packet.dts = timestamp
        self._audio_end = timestamp + duration
        self._audio_played += duration
        packet.duration = duration
        self._container.mux(packet)
