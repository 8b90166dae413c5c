"""The decoder for a camera's coding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
from av.video.codeccontext import VideoCodecContext

from .refusal import ClipRefused

if TYPE_CHECKING:
    from .probe import VideoFacts

THREADS = 2


def make_decoder(video: VideoFacts) -> VideoCodecContext:
    """Return a decoder for the track; raises ClipRefused `undecodable`."""
    try:
        context = av.CodecContext.create(video.codec, "r")
    except (ValueError, av.error.FFmpegError) as error:
        raise ClipRefused("undecodable", video.codec) from error
    if not isinstance(context, VideoCodecContext):
        raise ClipRefused("undecodable", video.codec)
    if video.extradata:
        context.extradata = video.extradata
    context.width, context.height = video.width, video.height
    context.thread_count = THREADS
    return context
