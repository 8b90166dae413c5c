"""What we tell a camera of its packets: receiver reports (RFC 3550 section 6.4.2). Some want them. Pure.

They hold no name: who receives is a random number, anew for each run (RFC 7022).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .track import Track

RECEIVER_REPORT, SOURCE_DESCRIPTION = 201, 202
EVERY_S = 5.0
"""The least that RFC 3550 (section 6.2) has for two."""
LOST_MAX, LOST_MIN = 0x7FFFFF, -0x800000


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Where a track stood at the last report."""

    expected: int = 0
    received: int = 0


def counted(track: Track) -> Counted:
    """Count what should have come and what came."""
    return Counted(expected=track.highest - track.first + 1, received=track.received)


def receiver_report(track: Track, before: Counted, own: bytes) -> bytes:
    """Write a report of a track of which packets came; `own` are four random bytes."""
    now = counted(track)
    expected, received = now.expected - before.expected, now.received - before.received
    missing = max(expected - received, 0)
    share = min(missing * 256 // expected, 255) if expected > 0 else 0
    lost = min(max(now.expected - now.received, LOST_MIN), LOST_MAX) & 0xFFFFFF
    block = track.ssrc + struct.pack(">IIIII", share << 24 | lost, track.highest & 0xFFFFFFFF, 0, 0, 0)
    name = own.hex().encode()
    about = own + bytes((1, len(name))) + name
    about += b"\0" * (4 - len(about) % 4)
    return _rtcp(RECEIVER_REPORT, own + block) + _rtcp(SOURCE_DESCRIPTION, about)


def _rtcp(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0x81, kind, len(body) // 4) + body
