"""AAC as a transport stream carries it: each packet with a header of its own (ISO/IEC 13818-7, 6.2). Pure."""

from __future__ import annotations

from dataclasses import dataclass

HEADER_BYTES, CHECK_BYTES = 7, 2
SYNC = 0xFFF
AAC_LC, CONFIG_BYTES, SHORT_FRAMES = 2, 2, 0b100  # object type; a packet of 960 samples
RATES_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
EXTENSION, EXTENDED_BYTES = b"\x56\xe5", 5  # ISO/IEC 14496-3, 1.6.5: whether its higher half is made of the lower one
CHANNELS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 8}  # ISO/IEC 14496-3, 1.6.3.5; 0 is told in the packet


@dataclass(frozen=True, slots=True, kw_only=True)
class Adts:
    """What a header says: `config` is the AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1) that says the same."""

    rate_hz: int
    channels: int
    config: bytes
    payload_at: int


def rate_in(config: bytes) -> int | None:
    """Return the rate that an AudioSpecificConfig names, None unless it is of AAC-LC with 1,024 samples a packet."""
    if len(config) < CONFIG_BYTES or config[0] >> 3 != AAC_LC or config[1] & SHORT_FRAMES:
        return None
    index = (config[0] & 7) << 1 | config[1] >> 7
    return RATES_HZ[index] if index < len(RATES_HZ) else None


def says_no_more(config: bytes) -> bool:
    """Whether an AudioSpecificConfig of AAC-LC has no room for words: a comment, or what nobody reads."""
    return len(config) == CONFIG_BYTES or (len(config) == EXTENDED_BYTES and config[2:4] == EXTENSION)


def read_adts(packet: bytes) -> Adts | None:
    """Return what the header of a packet with one frame says; None when it is none, or one that can't be copied."""
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
    config = (object_type << 11 | rate << 7 | channels << 3).to_bytes(2)
    return Adts(rate_hz=RATES_HZ[rate], channels=CHANNELS[channels], config=config, payload_at=payload_at)
