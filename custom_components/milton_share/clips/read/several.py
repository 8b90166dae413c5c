"""Packets of AAC that have several in them: players play all, one after the other, at a time that nobody stated.

Some recorders store what came together over the network as one packet. Nothing in front of it says so: only a decoder
knows where the first one ends.
"""

from __future__ import annotations

import av

from ..bitstream.padded import packet_of
from .decoder import BROKEN, NOT_THE_FILE
from .recording import PYAV

REST_MAX_BYTES = 64  # a checksum, a stamp
TRIES_MAX = 1_000_000  # a minute; a checksum in each packet of four hours
# PyAV 16 says where something behind the first one can't be decoded; by 19 it gives out the first one, without a word.
SAYS_SO = 16
PASSES_OVER = PYAV > SAYS_SO


class Alone:
    """Tells packets of one form that have nothing in them beside what they should."""

    def __init__(self, config: bytes) -> None:
        """Take the form, an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1)."""
        self._decoder = av.Codec("aac", "r").create("audio")
        self._decoder.extradata = config
        self._tries = TRIES_MAX
        self.samples = 0  # in the longest that was heard: more than the form says where a higher half is added to it

    def is_one(self, packet: bytes) -> bool:
        """Whether a packet is one, whole; what lies behind one that breaks off nobody knows."""
        return self._count(packet) == 1 and not (PASSES_OVER and self._has_rest(packet))

    def _has_rest(self, packet: bytes) -> bool:
        """Whether a packet is one also without its last byte: its end mark lies before that (ISO/IEC 14496-3, 4.5.2.1).

        Zeros behind it say nothing.
        """
        return self._count(packet.rstrip(b"\0")[:-1]) == 1

    def without_rest(self, packet: bytes) -> bytes:
        """Return a packet that can't be decoded with as few zeros at its end as make it one; else as it is.

        Of one behind which lies what is none PyAV gives out nothing, though it can be decoded itself.
        """
        if self._count(packet) is not None:
            return packet
        for count in range(1, min(REST_MAX_BYTES, self._tries, len(packet))):
            self._tries -= 1
            made = packet[:-count] + bytes(count)
            if self.is_one(made):
                return made
        return packet

    def _count(self, packet: bytes) -> int | None:
        """Return how many a packet has in it, None where something can't be decoded."""
        try:
            heard = self._decoder.decode(packet_of(packet))
        except NOT_THE_FILE:
            raise
        except BROKEN:
            self._decoder.flush_buffers()
            return None
        self.samples = max([self.samples, *(frame.samples for frame in heard)])
        return len(heard)
