"""Packets of AAC that have several in them: players play all, one after the other, at a time that nobody stated.

Some recorders store what came together over the network as one packet. Nothing in front of it says so: only a decoder
knows where the first one ends.
"""

from __future__ import annotations

import av

from .decoder import BROKEN, NOT_THE_FILE


class Alone:
    """Tells packets of one form that have nothing in them beside what they should."""

    def __init__(self, config: bytes) -> None:
        """Take the form, an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1)."""
        self._decoder = av.Codec("aac", "r").create("audio")
        self._decoder.extradata = config

    def is_one(self, packet: bytes) -> bool:
        """Whether a packet is one, whole; what lies behind one that breaks off nobody knows."""
        try:
            return len(self._decoder.decode(av.Packet(packet))) == 1
        except NOT_THE_FILE:
            raise
        except BROKEN:
            self._decoder.flush_buffers()
            return False
