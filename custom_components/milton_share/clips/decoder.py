"""The decoder for a camera's coding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
from av.video.codeccontext import VideoCodecContext

from .nal import RULES, framed, read_extradata, split
from .recording import cut_off_exactly
from .refusal import ClipRefused, Rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from av.video.frame import VideoFrame

    from .probe import VideoFacts

THREADS = 2
# No memory, no thread: the machine's trouble. Of a broken picture FFmpeg says all that there is, also "not permitted".
NOT_THE_FILE = (av.error.MemoryError, av.error.BlockingIOError)
BROKEN = (av.error.FFmpegError, ValueError)  # the other is the word of PyAV 19 where a decoder could not be opened


def make_decoder(video: VideoFacts) -> VideoCodecContext:
    """Return a decoder for the track; raises ClipRefused `undecodable`."""
    try:
        context = av.CodecContext.create(video.codec, "r")
    except (ValueError, av.error.FFmpegError) as error:
        raise ClipRefused(Rule.UNDECODABLE, video.codec) from error
    if not isinstance(context, VideoCodecContext):
        raise ClipRefused(Rule.UNDECODABLE, video.codec)
    if video.extradata:
        context.extradata = video.extradata
    context.width, context.height = video.width, video.height
    context.thread_count = THREADS
    # Where H.264 does not say how far its pictures are reordered FFmpeg finds out as it goes, and drops the first ones
    # that it then sees to be shown too early; by the standard (C.4.5.3) a decoder waits as long as they may be late.
    context.options = {"strict": "strict"}
    cut_off_exactly(context)
    return context


def decode(decoder: VideoCodecContext, packet: av.Packet | None) -> list[VideoFrame]:
    """Return the frames that come out; a broken picture does not, so the clip has a gap there. None drains."""
    return unbroken(decoder.decode, packet)


def unbroken[Frame](decode: Callable[[av.Packet | None], list[Frame]], packet: av.Packet | None) -> list[Frame]:
    """Return what a decoder makes of a packet: nothing of a broken one. Raises what is the machine's trouble."""
    try:
        return decode(packet)
    except NOT_THE_FILE:
        raise
    except BROKEN:
        return []


def with_sets(packet: av.Packet, video: VideoFacts, sets: tuple[bytes, ...]) -> av.Packet:
    """Return a group's first packet as a decoder needs it that has seen but the file's header.

    Where `sets`, those in force, are not the header's, they come before it: it need not bring them itself. Others that
    it brings are left out: FFmpeg would go by one that came broken.
    """
    rules = RULES.get(video.codec)
    if rules is None:
        return packet
    try:
        units = split(bytes(packet), video.length_size)
    except ClipRefused:  # a file that begins with a broken packet
        return packet
    inside = {unit for unit in units if rules.is_set(unit)}
    if sets == read_extradata(video.extradata, rules)[1] and inside <= set(sets):
        return packet
    whole = av.Packet(framed((*sets, *(unit for unit in units if unit not in inside)), video.length_size))
    whole.pts, whole.dts, whole.time_base = packet.pts, packet.dts, packet.time_base
    return whole
