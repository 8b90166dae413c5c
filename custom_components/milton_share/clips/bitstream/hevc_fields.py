"""HEVC in fields: each picture is one field, half the lines of a frame (ITU-T H.265, 7.3.2.2, E.2.1, D.2.3). Pure.

That a stream is so its sequence parameter set says (`field_seq_flag`), and of each picture a message which field it is
(`pic_struct`). Which two make a frame is told by when they are shown, for they are decoded in another order: it begins
with a field of the kind that is shown first.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ..refusal import ClipRefused
from .bits import Bits
from .nal import HEVC_SPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SET_BYTES_MAX = 4_096
MESSAGE_BYTES_MAX = 64  # of which the field is said in the first
SEI, PICTURE_TIMING = 39, 1
UPPER, LOWER = 0, 1
PARITIES = {1: UPPER, 9: UPPER, 11: UPPER, 2: LOWER, 10: LOWER, 12: LOWER}  # by pic_struct (table D.2)
SUB_LAYERS_MAX, SETS_MAX, PICTURES_MAX = 8, 64, 16
CHROMA_APART = 3  # chroma_format_idc of 4:4:4
OWN_ASPECT = 255
APART_FIELDS = 1.5  # the other field of a frame is one field later; two, and one between was lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A frame's other field by its place in decoding order, and whether the first one has the upper lines."""

    second: int
    upper_first: bool


def is_in_fields(sets: Iterable[bytes]) -> bool:
    """Whether any SPS says that pictures are fields."""
    return any(_says_fields(unit) for unit in sets if (unit[0] >> 1) & 63 == HEVC_SPS)


def _says_fields(unit: bytes) -> bool:
    """Whether an SPS says it; one that breaks off, or is of another kind, doesn't."""
    try:
        return _field_seq(unit)
    except ClipRefused:
        return False


def _field_seq(unit: bytes) -> bool:
    bits = Bits.of(unit[2:SET_BYTES_MAX])
    bits.u(4)
    sub_layers = bits.u(3)
    bits.u(1)
    skip_profile(bits, sub_layers)
    bits.ue()
    if bits.ue() == CHROMA_APART:
        bits.u(1)
    _skip(bits, 2)  # width and height
    if bits.u(1):
        _skip(bits, 4)
    _skip(bits, 2)  # depths
    order_bits = bits.ue() + 4
    _skip(bits, 3 * (sub_layers + 1 if bits.u(1) else 1))
    _skip(bits, 6)  # sizes of blocks
    if bits.u(1) and bits.u(1):
        _skip_scaling(bits)
    bits.u(2)
    if bits.u(1):
        bits.u(8)
        _skip(bits, 2)
        bits.u(1)
    _skip_references(bits, order_bits)
    bits.u(2)
    return bool(bits.u(1)) and _usability(bits)


def _usability(bits: Bits) -> bool:
    """Read on to what is said of fields (E.2.1)."""
    if bits.u(1) and bits.u(8) == OWN_ASPECT:
        bits.u(32)
    if bits.u(1):
        bits.u(1)
    if bits.u(1):
        bits.u(4)
        if bits.u(1):
            bits.u(24)
    if bits.u(1):
        _skip(bits, 2)
    bits.u(1)
    return bool(bits.u(1))


def _skip(bits: Bits, count: int) -> None:
    for _ in range(count):
        bits.ue()


def skip_profile(bits: Bits, sub_layers: int) -> None:
    """Skip profile, tier and level (7.3.3)."""
    bits.u(88 + 8)
    said = [(bits.u(1), bits.u(1)) for _ in range(sub_layers)]
    if sub_layers:
        bits.u(2 * (SUB_LAYERS_MAX - sub_layers))
    for profile, level in said:
        bits.u(88 * profile + 8 * level)


def _skip_scaling(bits: Bits) -> None:
    """Skip lists of weights (7.3.4)."""
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):  # noqa: PLR2004  of the largest there are two
            if not bits.u(1):
                bits.ue()
                continue
            if size > 1:
                bits.se()
            for _ in range(min(64, 1 << (4 + (size << 1)))):
                bits.se()


def _skip_references(bits: Bits, order_bits: int) -> None:
    """Skip which pictures others are made from (7.3.7)."""
    counts: list[int] = []
    for index in range(min(bits.ue(), SETS_MAX)):
        if index and bits.u(1):
            bits.u(1)
            bits.ue()
            counts.append(sum(bits.u(1) or bits.u(1) for _ in range(counts[-1] + 1)))
            continue
        count = min(bits.ue(), PICTURES_MAX) + min(bits.ue(), PICTURES_MAX)
        for _ in range(count):
            bits.ue()
            bits.u(1)
        counts.append(count)
    if bits.u(1):
        for _ in range(min(bits.ue(), 2 * PICTURES_MAX)):
            bits.u(order_bits + 1)


def parity_of(units: Iterable[bytes]) -> int | None:
    """Return which field a picture is by its messages; None for a frame, or where nothing is said."""
    for unit in units:
        if (unit[0] >> 1) & 63 == SEI:
            body = unit[2:MESSAGE_BYTES_MAX].replace(b"\0\0\3", b"\0\0")
            said = _picture_struct(body)
            if said is not None:
                return PARITIES.get(said)
    return None


def _picture_struct(body: bytes) -> int | None:
    """Return what the message of a picture's timing begins with; None where there is none (7.3.5)."""
    at = 0
    while at + 2 < len(body):
        kind, size = body[at], body[at + 1]
        if kind == PICTURE_TIMING and size:
            return body[at + 2] >> 4
        at += 2 + size
    return None


def pairs_of(parities: Mapping[int, int], shown: Sequence[int]) -> dict[int, Pair]:
    """Find which fields make a frame, by the place of its first one; `shown` are times, by place.

    A field whose other one was lost is in no pair.
    """
    order = sorted(parities, key=lambda place: shown[place])
    steps = sorted(shown[after] - shown[before] for before, after in pairwise(order))
    usual = steps[len(steps) // 2] if steps else 0
    found: dict[int, Pair] = {}
    first: int | None = None
    for place in order:
        if parities[place] == parities[order[0]]:
            first = place
        elif first is not None:
            if shown[place] - shown[first] <= APART_FIELDS * usual:
                found[first] = Pair(second=place, upper_first=parities[first] == UPPER)
            first = None
    return found
