"""A recording's packets as they are stored, with the times at which they are shown."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Final
from zlib import crc32

import av

from ..bitstream.nal import RULES, read_extradata, split
from ..bitstream.padded import packet_of
from ..bitstream.reordering import is_of_later
from ..mp4.fragments import first_fragment, negative_offsets
from ..refusal import ClipRefused, CutRule
from .containers import MP4, says_times, wrap_of
from .recording import codec_of, film_in, place_of, sound_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.container import InputContainer
    from av.video.stream import VideoStream

    from ..bitstream.nal import NalRules
    from ..mp4.fragments import Offsets

ENCRYPTED: Final = "encryption_info"  # what FFmpeg says of a packet with a key of its own (ISO/IEC 23001-7)
CLOSE_S, REMEMBERED = Fraction(1, 10), 16  # by which lengths are rounded; packets among which a repeat is found
READ_MAX_TIMES, READ_FREE_BYTES = 4, 64 * 2**20  # an edit list may show a part again, nobody shows all so often


def print_of(parts: list[bytes]) -> int:
    """Return a short print of a frame's slices or of a packet: enough to tell it from its neighbours, no proof."""
    value = 0
    for unit in parts:
        value = crc32(unit, value)
    return value


def packets(container: InputContainer, *, audio: bool) -> Iterator[tuple[bool, av.Packet]]:
    """Yield `(is video, packet)` as stored; raises ClipRefused `unreadable_segment`, `times_unknown`.

    A file whose end was lost in a power cut ends where it ends.

    In a stream FFmpeg doubts each picture after which packets are counted anew, also where streams were joined: it is
    there as it was recorded. In other containers what it doubts is cut off.
    """
    film = film_in(container)
    if film is None:
        return
    sound = sound_in(container) if audio else None
    streams = [film, sound] if sound is not None else [film]
    demuxed = container.demux(streams)
    times = _Times.of(container, film)
    close = _Close(place=place_of(container)) if MP4.demuxer in container.format.name else None
    is_counted = bool(wrap_of(container.format.name))
    left = READ_MAX_TIMES * place_of(container).stat().st_size + READ_FREE_BYTES
    while True:
        try:
            packet = next(demuxed)
        except (StopIteration, av.error.InvalidDataError):
            return
        except av.error.BlockingIOError as error:  # FFmpeg's "try again"; on a file there is nothing to wait for
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "it can't be read on") from error
        left -= packet.size
        if left < 0:
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "its samples have the same bytes over and over")
        is_video = packet.stream is streams[0]
        if packet.size and (not packet.is_corrupt or (is_video and is_counted)):
            if is_video and packet.has_sidedata(ENCRYPTED):
                raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "its pictures are encrypted")
            if is_video:
                times.tell(packet)
            yield is_video, close.shown(packet) if close is not None else packet


@dataclass(slots=True, kw_only=True)
class _Times:
    """Tells when pictures are shown, where FFmpeg tells what isn't so."""

    place: Path
    may_offset: bool  # no fragment of the file was looked at yet
    counted: bool  # the container counts its pictures, and says no time
    rules: NalRules | None
    length_size: int
    offsets: Offsets | None = None

    @classmethod
    def of(cls, container: InputContainer, film: VideoStream) -> _Times:
        """Take a file that is open."""
        rules, name = RULES.get(codec_of(film)), container.format.name
        extradata = bytes(film.codec_context.extradata or b"") if rules else b""
        return cls(
            place=place_of(container),
            may_offset=MP4.demuxer in name,
            counted=not says_times(name),
            rules=rules,
            length_size=read_extradata(extradata, rules)[0] if rules and not says_times(name) else 0,
        )

    def tell(self, packet: av.Packet) -> None:
        """Set a picture's times; raises ClipRefused `times_unknown` where nobody can say them."""
        if self.counted:
            self._count(packet)
        elif self.may_offset and packet.pts != packet.dts:  # stored in another order than shown
            self.may_offset = False
            with self.place.open("rb") as file:
                self.offsets = negative_offsets(file, os.fstat(file.fileno()).st_size)
        if self.offsets is not None and packet.dts is not None:
            packet.pts, packet.dts = packet.dts + self.offsets.of(packet.pos), packet.dts + self.offsets.least

    def _count(self, packet: av.Packet) -> None:
        """Show a picture by its place, unless it may be shown at another."""
        if self.rules and (self.rules.hevc or is_of_later(split(bytes(packet), self.length_size))):
            raise ClipRefused(CutRule.TIMES_UNKNOWN, "its pictures are reordered, and have no times of their own")
        packet.pts = packet.dts


@dataclass(slots=True, kw_only=True)
class _Close:
    """Finds what FFmpeg keeps from being shown, though the file does not: what is not stored for later than the last.

    So it takes fragments that overlap. But the lengths of pictures are rounded, and where one fragment ends a little
    after the next one begins, the next one's first picture is none that was there before. What follows on a picture
    that stays hidden is of a fragment that came twice.
    """

    place: Path
    begins: int | None = None  # the first fragment
    last: dict[int, int] = field(default_factory=dict)  # when each track's last packet is decoded
    recent: deque[av.Packet] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    hidden: set[int] = field(default_factory=set)  # tracks of which the last packet stays hidden

    def shown(self, packet: av.Packet) -> av.Packet:
        """Return the packet, or one like it that is shown: right after the last one."""
        index, dts = packet.stream_index, packet.dts
        found = packet
        if packet.is_discard and dts is not None and index in self.last and index not in self.hidden:
            late_s = (self.last[index] - dts) * packet.time_base
            if 0 <= late_s <= CLOSE_S and self._is_in_fragment(packet) and not self._was_there(packet):
                found = _like(packet, later=self.last[index] + 1 - dts)
        (self.hidden.add if found.is_discard else self.hidden.discard)(index)
        if dts is not None:
            self.last[index] = max(found.dts or dts, self.last.get(index, dts))
        self.recent.append(packet)
        return found

    def _is_in_fragment(self, packet: av.Packet) -> bool:
        if self.begins is None:
            with self.place.open("rb") as file:
                self.begins = first_fragment(file, os.fstat(file.fileno()).st_size)
        return packet.pos is not None and packet.pos >= self.begins

    def _was_there(self, packet: av.Packet) -> bool:
        data = bytes(packet)
        return any(one.size == packet.size and bytes(one) == data for one in self.recent)


def _like(packet: av.Packet, later: int) -> av.Packet:
    made = packet_of(bytes(packet))
    made.pts, made.dts = (None if at is None else at + later for at in (packet.pts, packet.dts))
    made.duration, made.time_base, made.is_keyframe = packet.duration, packet.time_base, packet.is_keyframe
    for more in packet.iter_sidedata():
        made.set_sidedata(more)
    return made
