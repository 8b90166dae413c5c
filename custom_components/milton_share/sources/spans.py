"""Spans of time, of which there may be thousands. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

type Range = tuple[int, int]
"""Epoch milliseconds."""


def merged(spans: Iterable[Range]) -> list[Range]:
    """Return what some spans cover, in order and apart from each other; of empty ones nothing."""
    found: list[Range] = []
    for low, high in sorted(span for span in spans if span[0] < span[1]):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], high)
        else:
            found.append((low, high))
    return found
