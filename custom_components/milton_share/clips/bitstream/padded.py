"""Packets that are made of bytes, for decoders."""

from __future__ import annotations

import av


def packet_of(data: bytes) -> av.Packet:
    """Return a packet with room behind its bytes: decoders read past their end (`AV_INPUT_BUFFER_PADDING_SIZE`).

    PyAV 19 leaves bytes where Python has them, and the memory may end there.
    """
    made = av.Packet(len(data))
    if data:
        made.update(data)
    return made
