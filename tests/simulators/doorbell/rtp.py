"""RTP (RFC 3550) and its sender reports, and of AAC (RFC 3640 AAC-hbr)."""

from __future__ import annotations

import struct

VIDEO_TYPE = 96
NTP_EPOCH_S = 2_208_988_800
"""From 1900, where NTP counts from, to 1970 (RFC 5905 section 6)."""
SENDER_REPORT, SOURCE_DESCRIPTION, BYE = 200, 202, 203
MARKER = 0x80


class Sender:
    """One RTP stream to one client: numbers its packets and counts them for its reports."""

    def __init__(self, *, payload_type: int, ssrc: int, sequence: int, timestamp_base: int, rate_hz: int) -> None:
        """Take the random beginnings that RFC 3550 wants."""
        self._type, self._ssrc, self._sequence = payload_type, ssrc, sequence
        self._base, self._rate = timestamp_base, rate_hz
        self._packets = self._octets = 0

    def timestamp(self, media_s: float) -> int:
        """RTP time of a moment of the media."""
        return (self._base + round(media_s * self._rate)) & 0xFFFFFFFF

    def packet(self, payload: bytes, media_s: float, *, marker: bool) -> bytes:
        """Make the next packet."""
        flags = self._type | (MARKER if marker else 0)
        head = struct.pack(">BBHII", 0x80, flags, self._sequence, self.timestamp(media_s), self._ssrc)
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._packets += 1
        self._octets += len(payload)
        return head + payload

    def report(self, *, epoch_s: float, media_s: float) -> bytes:
        """Make a sender report: the same moment by the wall clock and in RTP time, and a name (RFC 3550 6.4.1, 6.5)."""
        ntp = round((epoch_s + NTP_EPOCH_S) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF
        octets = self._octets & 0xFFFFFFFF
        body = struct.pack(">IQIII", self._ssrc, ntp, self.timestamp(media_s), self._packets, octets)
        name = struct.pack(">IBB", self._ssrc, 1, 8) + b"doorbell" + b"\0\0"
        return _rtcp(SENDER_REPORT, 0, body) + _rtcp(SOURCE_DESCRIPTION, 1, name)

    def bye(self) -> bytes:
        """Make the last word of the stream."""
        return _rtcp(BYE, 1, struct.pack(">I", self._ssrc))


def _rtcp(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0x80 | count, kind, len(body) // 4) + body


def nal_units(annex_b: bytes) -> list[bytes]:
    """Split a byte stream at its start codes (H.264 Annex B)."""
    units = annex_b.split(b"\0\0\1")[1:]
    return [*(unit.rstrip(b"\0") for unit in units[:-1]), *units[-1:]]


def aac_payload(unit: bytes) -> bytes:
    """One AAC access unit behind its header: 16 bits of header length, 13 of size, 3 of index."""
    return struct.pack(">HH", 16, len(unit) << 3) + unit
