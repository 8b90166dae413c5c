"""Decoding as it is done here: a broken packet gives nothing, and the machine's trouble is not the file's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from collections.abc import Callable

    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame

# No memory, no thread: the machine's trouble. Of a broken picture FFmpeg says all that there is, also "not permitted".
NOT_THE_FILE = (av.error.MemoryError, av.error.BlockingIOError)
BROKEN = (av.error.FFmpegError, ValueError)  # the other is the word of PyAV 19 where a decoder could not be opened


def decode(decoder: VideoCodecContext, packet: av.Packet | None) -> list[VideoFrame]:
    """Return the frames that come out; a broken picture does not, so the clip has a gap there. None drains."""
    return unbroken(decoder.decode, packet)


def unbroken[Frame](decode: Callable[[av.Packet | None], list[Frame]], packet: av.Packet | None) -> list[Frame]:
    """Return what a decoder makes of a packet: nothing of a broken one. Raises what is the machine's trouble."""
    return attempted(decode, packet) or []


def attempted[Frame](decode: Callable[[av.Packet | None], list[Frame]], packet: av.Packet | None) -> list[Frame] | None:
    """Return what a decoder makes of a packet, None of a broken one. Raises what is the machine's trouble."""
    try:
        return decode(packet)
    except NOT_THE_FILE:
        raise
    except BROKEN:
        return None
