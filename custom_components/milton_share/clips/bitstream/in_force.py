"""Which parameter sets are in force (ITU-T H.264, 7.4.1.2.1; H.265, 7.4.2.4). Pure.

One stays in force until another of its kind and number comes: a camera need not send all of them again with one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..refusal import ClipRefused
from .bits import Bits
from .fields import read_sequence
from .nal import HEVC_PPS, HEVC_SPS, HEVC_VPS, PPS, SPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .nal import NalRules

SET_BYTES = 128  # more than what leads to a number takes
SUB_LAYERS_MAX = 8


def is_whole(unit: bytes, rules: NalRules) -> bool:
    """Whether a set can be gone by: where one came broken over the air, decoders go on by the one before."""
    try:
        if not rules.hevc and rules.kind(unit) == SPS:
            read_sequence(unit)
    except ClipRefused:
        return False
    return _number(unit, rules) is not None


def may_keep_back(sets: Iterable[bytes], rules: NalRules) -> bool:
    """Whether pictures may say that they are not to be shown (H.265, 7.4.7.1: `pic_output_flag`): nobody sees those."""
    return rules.hevc and any(_may_keep_back(unit) for unit in sets if rules.kind(unit) == HEVC_PPS)


def _may_keep_back(unit: bytes) -> bool:
    bits = Bits.of(unit[2:SET_BYTES])
    try:
        bits.ue()
        bits.ue()
        bits.u(1)
        return bool(bits.u(1))
    except ClipRefused:
        return False


def merged(before: Iterable[bytes], inside: Iterable[bytes], rules: NalRules) -> tuple[bytes, ...]:
    """Return what is in force after `inside` came, in an order that does not depend on when each came."""
    found = {(rules.kind(unit), _number(unit, rules)): unit for unit in (*before, *inside)}
    return tuple(sorted(found.values(), key=lambda unit: (rules.kind(unit), unit)))


def _number(unit: bytes, rules: NalRules) -> int | None:
    """Return a set's own number; None of one that is broken."""
    kind = rules.kind(unit)
    try:
        if not rules.hevc:
            bits = Bits.of(unit[4 if kind == SPS else 1 : SET_BYTES])
            return _first(bits, further=kind == PPS)
        bits = Bits.of(unit[2:SET_BYTES])
        if kind == HEVC_VPS:
            return bits.u(4)
        if kind == HEVC_SPS:
            bits.u(4)
            sub_layers = bits.u(3)
            bits.u(1)
            _skip_profile(bits, sub_layers)
        return _first(bits, further=kind == HEVC_PPS)
    except ClipRefused:
        return None


def _first(bits: Bits, *, further: bool) -> int:
    """Read a set's number, and the one of the set that it goes by where there is a further one."""
    number = bits.ue()
    if further:
        bits.ue()
    return number


def _skip_profile(bits: Bits, sub_layers: int) -> None:
    """Skip profile, tier and level (H.265, 7.3.3)."""
    bits.u(88 + 8)
    said = [(bits.u(1), bits.u(1)) for _ in range(sub_layers)]
    if sub_layers:
        bits.u(2 * (SUB_LAYERS_MAX - sub_layers))
    for profile, level in said:
        bits.u(88 * profile + 8 * level)
