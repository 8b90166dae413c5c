"""Packets as a camera interleaves them on its line (RFC 2326 section 10.12), to be bent in tests."""

from __future__ import annotations

import re
import struct

import av

VIDEO, SOUND = 0, 2
"""Channels."""
MARKER = 0x80
SENDER_REPORT = 200


def rtp(sequence: int, payload: bytes, *, at: int = 0, kind: int = 96, marker: bool = False, ssrc: int = 77) -> bytes:
    """Write a packet."""
    flags = kind | (MARKER if marker else 0)
    return struct.pack(">BBHII", 0x80, flags, sequence & 0xFFFF, at & 0xFFFFFFFF, ssrc) + payload


def framed(channel: int, packet: bytes) -> bytes:
    """Interleave it."""
    return struct.pack(">BBH", 0x24, channel, len(packet)) + packet


def report(ssrc: int = 77, *, ntp: int = 1 << 60, at: int = 9000) -> bytes:
    """Write a sender report."""
    return struct.pack(">BBHIQIII", 0x80, SENDER_REPORT, 6, ssrc, ntp, at & 0xFFFFFFFF, 1, 1)


def key_picture(sequence: int, at: int) -> bytes:
    """Interleave a small picture that can be shown, with what is needed for that."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = 64, 48, "yuv420p", 15
    (whole,) = (*encoder.encode(av.VideoFrame(64, 48, "yuv420p")), *encoder.encode(None))
    units = [unit for unit in re.split(b"\0\0\0?\1", bytes(whole)) if unit]
    packets = (rtp(sequence + number, unit, at=at) for number, unit in enumerate(units))
    return b"".join(framed(VIDEO, packet) for packet in packets)
