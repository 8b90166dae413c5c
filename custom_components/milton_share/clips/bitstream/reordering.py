"""Whether H.264 states how far its frames are reordered (ITU-T H.264, E.1.1: `bitstream_restriction_flag`). Pure.

Where it doesn't, FFmpeg finds out as it decodes, and drops frames that turn out to be shown too early. In a clip that
would happen after each encoded edge, which states that it is in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..refusal import ClipRefused
from .bits import Bits
from .fields import SET_BYTES_MAX, read_head
from .nal import H264, RULES, SPS

if TYPE_CHECKING:
    from collections.abc import Iterable

SLICE_KINDS, B_SLICE = 5, 1  # slice_type: H.264, table 7-6, where the same come twice
SLICE_BYTES = 12  # more than the two numbers at its beginning take
ANY_ASPECT = 255  # of a pixel: its width and height follow
CODED_BUFFERS_MAX = 32


def says_order(sets: Iterable[bytes]) -> bool:
    """Whether all SPS among `sets` say it; a broken one does not."""
    try:
        return all(_says(unit) for unit in sets if unit[0] & 31 == SPS)
    except ClipRefused:
        return False


def is_of_later(units: Iterable[bytes]) -> bool:
    """Whether a picture of H.264 may be made of such as are shown after it: they are stored before it then."""
    return any(_is_b(unit) for unit in units if RULES[H264].is_slice(unit))


def _is_b(unit: bytes) -> bool:
    bits = Bits.of(unit[1:SLICE_BYTES])
    try:
        bits.ue()
        return bits.ue() % SLICE_KINDS == B_SLICE
    except ClipRefused:  # no decoder makes a picture of it either
        return False


def _says(unit: bytes) -> bool:
    bits = Bits.of(unit[1:SET_BYTES_MAX])
    read_head(bits)
    bits.u(1)
    if bits.u(1):  # cut off
        for _ in range(4):
            bits.ue()
    return bool(bits.u(1)) and _restricts(bits)


def _restricts(bits: Bits) -> bool:
    """Read the description for viewers (E.1.1) up to its last flag."""
    if bits.u(1) and bits.u(8) == ANY_ASPECT:
        bits.u(32)
    if bits.u(1):
        bits.u(1)
    if bits.u(1):
        bits.u(4)
        bits.u(24 if bits.u(1) else 0)
    if bits.u(1):
        bits.ue()
        bits.ue()
    bits.u(65 if bits.u(1) else 0)
    buffered = False
    for _ in range(2):
        if bits.u(1):
            _skip_buffers(bits)
            buffered = True
    bits.u(1 if buffered else 0)
    bits.u(1)
    return bool(bits.u(1))


def _skip_buffers(bits: Bits) -> None:
    """Skip what is said of a decoder's buffers (E.1.2)."""
    count = bits.ue() + 1
    bits.u(8)
    for _ in range(min(count, CODED_BUFFERS_MAX)):
        bits.ue()
        bits.ue()
        bits.u(1)
    bits.u(20)
