"""What a transport stream says of its streams, in its program map (ISO/IEC 13818-1, 2.4.4.8). Pure, over bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKET_BYTES, STARTS, HAS_PAYLOAD, IS_ADAPTED = 188, 0x40, 0x10, 0x20
PROGRAM_MAP = 2  # table_id
LOOP_AT, CHECK_BYTES = 12, 4
# Apple's "MPEG-2 Stream Encryption Format for HTTP Live Streaming": H.264 and AAC of which parts are encrypted.
ENCRYPTED = frozenset({0xDB, 0xCF})
# GB/T 28181, annex C: G.711, G.722.1, G.723.1, G.729 and SVAC, which FFmpeg takes for no sound.
NAMELESS_SOUND = frozenset({0x90, 0x91, 0x92, 0x93, 0x99, 0x9B})


def stream_types(head: bytes, size: int, before: int) -> frozenset[int]:
    """Return the types of all streams that are named in packets of `size` bytes, `before` of them before each."""
    firsts = range(before, len(head) - PACKET_BYTES + 1, size)
    return frozenset(kind for at in firsts for kind in _types(head[at : at + PACKET_BYTES]))


def _types(packet: bytes) -> Iterator[int]:
    if not (packet[1] & STARTS and packet[3] & HAS_PAYLOAD):
        return
    at = 5 + packet[4] if packet[3] & IS_ADAPTED else 4
    at += 1 + packet[at] if at < len(packet) else 0
    section = packet[at:]
    if len(section) < LOOP_AT or section[0] != PROGRAM_MAP:
        return
    end = min(3 + (_word(section, 1) & 0xFFF), len(section)) - CHECK_BYTES
    at = LOOP_AT + (_word(section, 10) & 0xFFF)
    while at + 5 <= end:
        yield section[at]
        at += 5 + (_word(section, at + 3) & 0xFFF)


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2])
