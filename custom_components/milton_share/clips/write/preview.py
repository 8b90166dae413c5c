"""A transcode to look at, for a clip that the browser can't play. The page says that it is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..bitstream.nal import H264
from ..mp4.turning import Turner
from ..read.forms import form_of
from ..read.packets import packets
from ..read.recording import open_recording
from ..timeline import TICK, TICKS_PER_S, usual_distance
from .encoder import Shape, fit
from .writer import ClipWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..plan.ledger import Stored

WIDTH_MAX_PX = 1280  # to recognize what is on it; the clip itself has every pixel


def needs_preview(stored: Stored) -> bool:
    """Whether browsers can't be trusted to play the clip: Chromium plays no HEVC."""
    return stored.codec != H264


def make_preview(clip: Path, out: Path, stored: Stored, step: int, progress: Callable[[float], None]) -> None:
    """Decode the clip and encode it as H.264, at most 1,280 wide; sound goes along.

    `step` is the clip's; `progress` gets shares of 1.
    """
    span, count, seen = usual_distance(list(stored.ticks)), len(stored.ticks), 0
    with open_recording(clip) as container, ClipWriter(out, step=step) as writer:
        stream = container.streams.video[0]
        form = form_of(clip)
        turner = Turner(form.turn)
        shape = Shape.of(form, span, 0).turned(form.turn).as_h264(WIDTH_MAX_PX)
        encoder = writer.encode_video(shape)
        for sound in container.streams.audio:
            writer.copy_audio(sound, bytes(sound.codec_context.extradata or b""))
        time_base = stream.time_base or TICK
        for is_video, packet in packets(container, audio=True):
            if not is_video:
                tick = round((packet.pts or 0) * packet.time_base * TICKS_PER_S)
                writer.sound(bytes(packet), tick, packet.time_base, packet.duration or 0)
                continue
            seen += 1
            progress(min(1.0, seen / count))
            for frame in stream.codec_context.decode(packet):
                tick = round((frame.pts or 0) * time_base * TICKS_PER_S)
                for made_tick, is_key, slices in encoder.encode(fit(turner.turn(frame), shape), tick):
                    writer.frame(slices, made_tick, made_tick, is_key=is_key, span=span)
        for frame in stream.codec_context.decode(None):
            tick = round((frame.pts or 0) * time_base * TICKS_PER_S)
            for made_tick, is_key, slices in encoder.encode(fit(turner.turn(frame), shape), tick):
                writer.frame(slices, made_tick, made_tick, is_key=is_key, span=span)
        for made_tick, is_key, slices in encoder.encode(None):
            writer.frame(slices, made_tick, made_tick, is_key=is_key, span=span)
