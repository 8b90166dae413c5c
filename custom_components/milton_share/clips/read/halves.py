"""Pictures that are one field, in the proportions of the frame that they are half of: to look at, not to share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..bitstream.hevc_fields import is_in_fields, parity_of
from ..bitstream.nal import HEVC, RULES, read_extradata, split
from .scaling import scaled

if TYPE_CHECKING:
    import av
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame


class Halves:
    """Tells which packets of a track of HEVC are fields; of H.264 decoders make frames of both themselves."""

    def __init__(self, context: VideoCodecContext) -> None:
        """Read what the track's header says; raises ClipRefused `unreadable_segment`."""
        self._rules = RULES[HEVC] if context.name == HEVC else None
        self._length_size, self._sets = (
            read_extradata(bytes(context.extradata or b""), self._rules) if self._rules else (0, ())
        )

    def are_in(self, packet: av.Packet) -> bool:
        """Whether the packet's picture is half a frame; raises ClipRefused `unreadable_segment`."""
        if self._rules is None:
            return False
        units = split(bytes(packet), self._length_size)
        inside = tuple(unit for unit in units if self._rules.is_set(unit))
        return is_in_fields(inside or self._sets) and parity_of(units) is not None


def stretched(field: VideoFrame) -> VideoFrame:
    """Return a field as high as its frame; each of its lines is seen twice, nearly."""
    return scaled(field, height=2 * field.height)
