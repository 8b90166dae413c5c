"""AAC as it is packed: what its configuration says, how long a packet lasts, and which lie in a range. Pure."""

from __future__ import annotations

from ..timeline import TICKS_PER_MS, TICKS_PER_S, nearest

ROUNDED_TICKS = 2 * TICKS_PER_MS  # containers round times: a gap or an overlap up to this is none
AAC_FRAME = 1024  # samples in a packet
CHANNELS_MAX = 2  # as many as an encoder here makes
AAC_LC, CONFIG_BYTES, SHORT_FRAMES = 2, 2, 0b100  # object type; a packet of 960 samples
RATES_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
EXTENSION, EXTENDED_BYTES = b"\x56\xe5", 5  # ISO/IEC 14496-3, 1.6.5: whether its higher half is made of the lower one


def aac_span(rate_hz: int) -> int:
    """Return how long a packet of AAC lasts, in ticks."""
    return nearest(AAC_FRAME * TICKS_PER_S, rate_hz)


def audio_inside(tick: int, span: int, audio_from: int, end: int) -> bool:
    """Whether an AAC packet may be in the clip: with its overlap it carries twice its own length."""
    return tick >= audio_from and tick + 2 * span <= end


def rate_in(config: bytes) -> int | None:
    """Return the rate that an AudioSpecificConfig names, None unless it is of AAC-LC with 1,024 samples a packet."""
    if len(config) < CONFIG_BYTES or config[0] >> 3 != AAC_LC or config[1] & SHORT_FRAMES:
        return None
    index = (config[0] & 7) << 1 | config[1] >> 7
    return RATES_HZ[index] if index < len(RATES_HZ) else None


def says_no_more(config: bytes) -> bool:
    """Whether an AudioSpecificConfig of AAC-LC has no room for words: a comment, or what nobody reads."""
    return len(config) == CONFIG_BYTES or (len(config) == EXTENDED_BYTES and config[2:4] == EXTENSION)
