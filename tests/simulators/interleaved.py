"""Packets as a camera interleaves them on its line (RFC 2326 section 10.12), to be bent in tests."""

from __future__ import annotations

import re
import struct

import av

from custom_components.milton_share.sources.recorder.filming.description import Fragments

VIDEO, SOUND = 0, 2
"""Channels."""
MARKER, FIRST, LAST = 0x80, 0x80, 0x40
SENDER_REPORT = 200
HEADS = {Fragments.H264: b"\x7c", Fragments.HEVC: b"\x62\x01"}
KINDS = {Fragments.H264: 5, Fragments.HEVC: 19}


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


def picture(sequence: int, unit: bytes, length: int, fragments: Fragments, at: int = 0) -> list[bytes]:
    """Break a unit into fragments of a length."""
    pieces = [unit[from_ : from_ + length] for from_ in range(0, len(unit), length)]
    found = []
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        mark = KINDS[fragments] | (FIRST if number == 0 else 0) | (LAST if last else 0)
        payload = HEADS[fragments] + bytes((mark,)) + piece
        found.append(rtp(sequence + number, payload, at=at, marker=last))
    return found


def key_picture(sequence: int, at: int) -> bytes:
    """Interleave a small picture that can be shown, with what is needed for that."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = 64, 48, "yuv420p", 15
    (whole,) = (*encoder.encode(av.VideoFrame(64, 48, "yuv420p")), *encoder.encode(None))
    units = [unit for unit in re.split(b"\0\0\0?\1", bytes(whole)) if unit]
    packets = (rtp(sequence + number, unit, at=at) for number, unit in enumerate(units))
    return b"".join(framed(VIDEO, packet) for packet in packets)
