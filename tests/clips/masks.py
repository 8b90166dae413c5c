"""Masks for tests."""

from __future__ import annotations

from custom_components.milton_share.clips.job import Mask, MaskKey

AT_MS = 1_760_000_000_000


def box(x: int, y: int, w: int, h: int) -> tuple[tuple[int, int], ...]:
    """Return the corners of a rectangle, in ten-thousandths."""
    return ((x, y), (x + w, y), (x + w, y + h), (x, y + h))


def polygon(*corners: tuple[int, int]) -> Mask:
    """Return a mask that stays."""
    return Mask(keys=(MaskKey(at_ms=AT_MS, corners=corners),))


def rectangle(x: int, y: int, w: int, h: int) -> Mask:
    """Return a rectangle that stays."""
    return polygon(*box(x, y, w, h))


def moving(*keys: tuple[int, tuple[tuple[int, int], ...]]) -> Mask:
    """Return a mask with these keys: milliseconds after `AT_MS`, and corners."""
    return Mask(keys=tuple(MaskKey(at_ms=AT_MS + after_ms, corners=corners) for after_ms, corners in keys))
