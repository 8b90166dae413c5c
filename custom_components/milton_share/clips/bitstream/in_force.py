"""Which parameter sets are in force, and which of them pictures go by (ITU-T H.264, 7.4.1.2.1; H.265, 7.4.2.4). Pure.

One stays in force until another of its kind and number comes: a camera may change to sets of another number and back,
and not send the first ones again, or send each of several by itself.
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

SET_BYTES, SLICE_BYTES = 128, 16  # more than what leads to a number takes
SUB_LAYERS_MAX = 8
KEY_PICTURES = range(16, 24)  # of HEVC: their slices have a flag more


def is_whole(unit: bytes, rules: NalRules) -> bool:
    """Whether a set can be gone by: where one came broken over the air, decoders go on by the one before."""
    try:
        if not rules.hevc and rules.kind(unit) == SPS:
            read_sequence(unit)
    except ClipRefused:
        return False
    return bool(_numbers(unit, rules))


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
    found = {(rules.kind(unit), _numbers(unit, rules)[:1]): unit for unit in (*before, *inside)}
    return tuple(sorted(found.values(), key=lambda unit: (rules.kind(unit), unit)))


def used_by(picture: bytes, sets: tuple[bytes, ...], rules: NalRules) -> tuple[bytes, ...]:
    """Return those of `sets` that a picture (one of its slices) and what follows it go by; all where that isn't told.

    Until the next key picture all go by one sequence set.
    """
    sequences, pictures = (HEVC_SPS, HEVC_PPS) if rules.hevc else (SPS, PPS)
    if sum(rules.kind(unit) == sequences for unit in sets) <= 1:
        return sets
    number = _picture_set(picture, rules)
    known = {(rules.kind(unit), *_numbers(unit, rules)): unit for unit in sets}
    sequence = next((key[2:] for key in known if key[:2] == (pictures, number)), ())
    whole = next((key for key in known if sequence and key[:2] == (sequences, *sequence)), None)
    if whole is None:
        return sets

    def is_used(key: tuple[int, ...]) -> bool:
        of_pictures = key[0] == pictures and key[2:] == sequence
        return of_pictures or key == whole or (key[0] == HEVC_VPS and rules.hevc and key[1:] == whole[2:])

    return tuple(unit for key, unit in known.items() if is_used(key))


def _numbers(unit: bytes, rules: NalRules) -> tuple[int, ...]:
    """Return a set's own number, and that of the one that it goes by where it goes by one; nothing of a broken one."""
    kind = rules.kind(unit)
    try:
        if not rules.hevc:
            if kind == SPS:
                return (Bits.of(unit[4:SET_BYTES]).ue(),)
            bits = Bits.of(unit[1:SET_BYTES])
            return bits.ue(), bits.ue()
        bits = Bits.of(unit[2:SET_BYTES])
        if kind == HEVC_VPS:
            return (bits.u(4),)
        if kind == HEVC_PPS:
            return bits.ue(), bits.ue()
        goes_by, sub_layers = bits.u(4), bits.u(3)
        bits.u(1)
        _skip_profile(bits, sub_layers)
        return bits.ue(), goes_by
    except ClipRefused:
        return ()


def _skip_profile(bits: Bits, sub_layers: int) -> None:
    """Skip profile, tier and level (H.265, 7.3.3)."""
    bits.u(88 + 8)
    said = [(bits.u(1), bits.u(1)) for _ in range(sub_layers)]
    if sub_layers:
        bits.u(2 * (SUB_LAYERS_MAX - sub_layers))
    for profile, level in said:
        bits.u(88 * profile + 8 * level)


def _picture_set(unit: bytes, rules: NalRules) -> int | None:
    """Return by which picture set a slice goes; None for a broken one."""
    bits = Bits.of(unit[1 + rules.hevc : SLICE_BYTES])
    try:
        if rules.hevc:
            bits.u(1 + (rules.kind(unit) in KEY_PICTURES))
        else:
            bits.ue()
            bits.ue()
        return bits.ue()
    except ClipRefused:
        return None
