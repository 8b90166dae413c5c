"""Packets of AAC with more in them than one frame: players play all of it, at a time that nobody stated.

Nothing in front of a packet says so: only a decoder knows where its frame ends.
"""

from __future__ import annotations

import av

from ..bitstream.padded import packet_of
from .decoder import attempted
from .recording import PYAV

# PyAV 16 says where something behind the first one can't be decoded; by 19 it gives out the first one, without a word.
SAYS_SO = 16
PASSES_OVER = PYAV > SAYS_SO


class Alone:
    """Tells packets of one form that have nothing in them but one frame."""

    def __init__(self, config: bytes) -> None:
        """Take the form, an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1)."""
        self._decoder = av.Codec("aac", "r").create("audio")
        self._decoder.extradata = config
        self.samples = 0  # in the longest that was heard: more than the form says where a higher half is added to it

    def is_one(self, packet: bytes) -> bool:
        """Whether a packet is one frame, whole."""
        return self._frames_in(packet) == 1 and not (PASSES_OVER and self._has_rest(packet))

    def _has_rest(self, packet: bytes) -> bool:
        """Whether a packet is a frame also without its last byte: its end mark lies before that (4.5.2.1).

        Zeros behind it say nothing.
        """
        return self._frames_in(packet.rstrip(b"\0")[:-1]) == 1

    def _frames_in(self, packet: bytes) -> int:
        """Return how many frames a packet has in it; 0 where something can't be decoded."""
        heard = attempted(self._decoder.decode, packet_of(packet))
        if heard is None:
            self._decoder.flush_buffers()
            return 0
        self.samples = max([self.samples, *(frame.samples for frame in heard)])
        return len(heard)
