"""AAC as a transport stream carries it: each packet with a header of its own (ISO/IEC 13818-7, 6.2). Pure."""

from __future__ import annotations

from .aac import RATES_HZ

HEADER_BYTES, CHECK_BYTES = 7, 2
SYNC = 0xFFF
CHANNELS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 8}  # ISO/IEC 14496-3, 1.6.3.5; 0 is told in the packet


def read_adts(packet: bytes) -> tuple[bytes, bytes] | None:
    """Return the AudioSpecificConfig that a packet's header states, and the rest; None if it can't be copied."""
    if len(packet) <= HEADER_BYTES or int.from_bytes(packet[:2]) >> 4 != SYNC or packet[1] & 0b110:
        return None
    checked = not packet[1] & 1
    object_type, rate = (packet[2] >> 6) + 1, packet[2] >> 2 & 15
    channels = (packet[2] & 1) << 2 | packet[3] >> 6
    length = (packet[3] & 3) << 11 | packet[4] << 3 | packet[5] >> 5
    payload_at = HEADER_BYTES + CHECK_BYTES * checked
    if rate >= len(RATES_HZ) or channels not in CHANNELS or packet[6] & 3:
        return None
    if length != len(packet) or length <= payload_at:
        return None
    return (object_type << 11 | rate << 7 | channels << 3).to_bytes(2), packet[payload_at:]


def channels_in(config: bytes) -> int:
    """Return how many channels such a configuration states."""
    return CHANNELS[config[1] >> 3 & 15]
