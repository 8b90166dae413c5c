"""The decoder for a camera's coding, and what it may show of the range."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import av
from av.video.codeccontext import VideoCodecContext

from ..bitstream.missing import Missing, is_made_of_others, is_referred_to
from ..bitstream.nal import H264, HEVC, RULES, framed, read_extradata, split
from ..bitstream.padded import packet_of
from ..read.decoder import attempted, decode
from ..read.recording import cut_off_exactly
from ..refusal import ClipRefused, Rule
from .blanks import Blanks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from av.video.frame import VideoFrame

    from ..read.probe import VideoFacts

# By two threads FFmpeg looks for no damage in H.264: what is missing of a picture then is what lay there in memory.
THREADS = 1
HELD_BACK = 4  # pictures: by no more are a camera's reordered, whatever its stream has room for
ENDS = 32  # pictures: more than decoders keep, shown or not


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


def range_decoder(video: VideoFacts, is_inside: Callable[[int], bool], *, shown: bool) -> RangeDecoder:
    """Return a decoder for the track, by the places of its pictures; raises ClipRefused `undecodable`."""
    context, blanks = make_decoder(video), Blanks() if video.codec == HEVC and not shown else None
    context.copy_opaque = blanks is not None
    return RangeDecoder(
        context=context,
        is_inside=is_inside,
        shown=shown,
        blanks=blanks,
        missing=Missing() if video.codec == H264 and not shown else None,
        length_size=video.length_size,
    )


@dataclass(slots=True, kw_only=True)
class RangeDecoder:
    """Gives out a range's pictures, and none that was made of what was before the range for want of a damaged one.

    What is missing of a damaged picture decoders show as the one before it had it, and go on with that up to the next
    key picture. So one that meets with damage before it has shown a picture of the range forgets all that it knows, and
    goes on where it can begin anew. Of its first picture it has nothing else to show; one of which no other is made is
    left out alone. Packets and frames have their place as their time.
    """

    context: VideoCodecContext
    is_inside: Callable[[int], bool]
    shown: bool  # a picture of the range was, or none is decoded that was before it
    blanks: Blanks | None = None  # where the decoder doesn't say what it left out
    missing: Missing | None = None  # where it shows another picture for one that is missing
    length_size: int = 0
    _first: int | None = None  # the place from which on it knows something
    _ends: deque[int | None] = field(default_factory=lambda: deque(maxlen=ENDS))  # places: none is made of these
    _begins: bool = False  # it forgot, and has shown nothing since: what it lacks is no damage
    _back: deque[VideoFrame] = field(default_factory=deque)  # what may be made of one that is shown after it

    def decode(
        self, packet: av.Packet | None, sets: tuple[bytes, ...] = (), *, is_picture: bool = True
    ) -> Iterator[VideoFrame]:
        """Yield the frames that come out, in order; None drains. `sets` are those in force."""
        if packet is not None and is_picture and self._is_past(packet, sets):
            return
        place = None if packet is None else packet.pts
        self._first = place if self._first is None else self._first
        frames = self._given_out(packet)
        if frames is None and is_picture and not (self.shown or self._begins or place in {self._first, *self._ends}):
            self.forget()
        coming = iter(frames or ())
        for frame in coming:
            if self.blanks is not None and not self.shown and not self._back:
                self.blanks.take(frame)
            if self.shown:
                yield frame
            elif self._is_damaged(frame):
                if frame.pts not in self._ends:
                    self.forget(coming)
            else:
                self._begins = False
                if self._back or self.is_inside(frame.pts or 0):
                    self._back.append(frame)
        yield from self._certain(is_end=packet is None)

    def _given_out(self, packet: av.Packet | None) -> list[VideoFrame] | None:
        if packet is None or self.blanks is None:
            return attempted(self.context.decode, packet)
        with self.blanks.following(packet):
            return attempted(self.context.decode, packet)

    def _certain(self, *, is_end: bool) -> Iterator[VideoFrame]:
        """Yield those that are made of none that may still be found to be damaged."""
        if self.missing is not None and self.missing.in_doubt:
            if is_end:
                self.forget()
        elif is_end or len(self._back) > HELD_BACK * self.context.has_b_frames:
            self.shown = self.shown or bool(self._back)
            yield from self._back
            self._back.clear()

    def _is_damaged(self, frame: VideoFrame) -> bool:
        left_out = self.blanks is not None and self.blanks.are_in(frame)
        return frame.pts != self._first and (frame.is_corrupt or left_out)

    def _is_past(self, packet: av.Packet, sets: tuple[bytes, ...]) -> bool:
        """Whether nothing can be made of a packet, for what was before it is forgotten.

        So it is where H.264 begins to refresh itself at a picture that is made of others: a decoder that has no others
        shows what lay in memory for it, and for all that it says will be whole by itself.
        """
        if self.missing is None or (self.shown and self._first is not None):
            return False
        units = self._units(packet)
        if units and not self.shown:
            if not is_referred_to(units):
                self._ends.append(packet.pts)
            if self.missing.is_before(units, sets):
                self.forget()
        return self._begins and self._first is None and packet.is_keyframe and is_made_of_others(units)

    def _units(self, packet: av.Packet) -> list[bytes]:
        try:
            return split(bytes(packet), self.length_size)
        except ClipRefused:
            return []

    def forget(self, coming: Iterable[VideoFrame] = ()) -> None:
        """Go on as a decoder that begins; `coming` are pictures that it gave out, and that nobody will look at."""
        if self.blanks is not None:
            self.blanks.forget((*coming, *decode(self.context, None)))
        self.context.flush_buffers()
        self._back.clear()
        self._first, self._begins = None, True
        if self.missing is not None:
            self.missing.in_doubt = False


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
    whole = packet_of(framed((*sets, *(unit for unit in units if unit not in inside)), video.length_size))
    whole.pts, whole.dts, whole.time_base = packet.pts, packet.dts, packet.time_base
    return whole
