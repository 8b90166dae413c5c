"""AAC as it is packed: how long a packet lasts, and which of them lie in a range. Pure."""

from __future__ import annotations

from ..timeline import TICKS_PER_MS, TICKS_PER_S, nearest

ROUNDED_TICKS = 2 * TICKS_PER_MS  # containers round times: a gap or an overlap up to this is none
AAC_FRAME = 1024  # samples in a packet
CHANNELS_MAX = 2  # as many as an encoder here makes


def aac_span(rate_hz: int) -> int:
    """Return how long a packet of AAC lasts, in ticks."""
    return nearest(AAC_FRAME * TICKS_PER_S, rate_hz)


def audio_inside(tick: int, span: int, audio_from: int, end: int) -> bool:
    """Whether an AAC packet may be in the clip: with its overlap it carries twice its own length."""
    return tick >= audio_from and tick + 2 * span <= end
