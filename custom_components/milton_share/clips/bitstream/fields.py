"""Interlaced pictures: which are single fields, and whether frames have two (ITU-T H.264, 7.3.2.1, 7.3.3). Pure.

A camera may code both fields of a frame together, so that each frame is one picture, or as two pictures of half the
lines, which most containers store as two packets: such a packet alone is half a frame, and is refused
(`plan/regular.py`). H.264 says so in each slice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from ..refusal import ClipRefused, CutRule
from .bits import Bits
from .nal import PPS, SPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .nal import NalRules

CHROMA_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
PLANES_APART = 3  # chroma_format_idc of 4:4:4
FRAME_NUM_BITS = range(4, 17)
CYCLE_MAX = 255
HEAD_BYTES = 32  # of a slice: more than its first fields take
SET_BYTES_MAX = 4_096
FIELDS_OF_A_FRAME = 2
type _Field = tuple[int, int]  # 0 for upper lines or 1 for lower ones, and the number of their frame (frame_num)
CODINGS_MAX = 16  # remembered at a time: a camera has two or three


class Scan(StrEnum):
    """How the pictures of a group carry lines."""

    FRAMES = "frames"
    LINES = "lines"  # each picture is a frame of two fields
    MIXED = "mixed"  # of some packets both fields are a picture each
    HALVES = "halves"  # some packets are one field alone


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceSet:
    """What an SPS says of fields; `adaptive`: pictures that are frames are coded so that they have two fields.

    `may_skip`: numbers of frames, and none is missing.
    """

    set_id: int
    frames_only: bool
    adaptive: bool
    planes_apart: bool
    frame_num_bits: int
    may_skip: bool


def read_sequence(unit: bytes) -> SequenceSet:
    """Read an SPS; raises ClipRefused `unreadable_segment`."""
    return read_head(Bits.of(unit[1:SET_BYTES_MAX]))


def read_head(bits: Bits) -> SequenceSet:
    """Read an SPS up to what it says of fields; raises ClipRefused `unreadable_segment`."""
    profile = bits.u(8)
    bits.u(16)
    set_id = bits.ue()
    planes_apart = profile in CHROMA_PROFILES and _skip_chroma(bits)
    frame_num_bits = bits.ue() + FRAME_NUM_BITS.start
    if frame_num_bits not in FRAME_NUM_BITS:
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "a parameter set counts frames in no way")
    _skip_order(bits)
    bits.ue()  # how many pictures are referred to
    may_skip = bool(bits.u(1))
    bits.ue()
    bits.ue()
    frames_only = bool(bits.u(1))
    return SequenceSet(
        set_id=set_id,
        frames_only=frames_only,
        adaptive=not frames_only and bool(bits.u(1)),
        planes_apart=planes_apart,
        frame_num_bits=frame_num_bits,
        may_skip=may_skip,
    )


def _skip_chroma(bits: Bits) -> bool:
    """Skip what high profiles say of colors; returns whether each color is a picture of its own."""
    chroma = bits.ue()
    apart = chroma == PLANES_APART and bool(bits.u(1))
    bits.ue()
    bits.ue()
    bits.u(1)
    if bits.u(1):
        for index in range(12 if chroma == PLANES_APART else 8):
            if bits.u(1):
                _skip_scaling(bits, 16 if index < 6 else 64)  # noqa: PLR2004  six lists of 4 by 4 come first
    return apart


def _skip_scaling(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _skip_order(bits: Bits) -> None:
    """Skip how the order of pictures is told."""
    kind = bits.ue()
    if kind == 0:
        bits.ue()
    if kind == 1:
        bits.u(1)
        bits.se()
        bits.se()
        for _ in range(min(bits.ue(), CYCLE_MAX)):
            bits.se()


@dataclass(slots=True, kw_only=True)
class FieldReader:
    """Tells, packet by packet, which pictures are fields."""

    _known: dict[tuple[bytes, ...], Mapping[int, SequenceSet]] = field(default_factory=dict)
    _shapes: set[str] = field(default_factory=set)
    _adaptive: bool = False

    def add(self, slices: Iterable[bytes], sets: tuple[bytes, ...]) -> None:
        """Take the next packet; `sets` are the parameter sets in force."""
        sequences = self._sequences(sets)
        if all(one.frames_only for one in sequences.values()):
            return
        fields = {_field_of(unit, sequences) for unit in slices}
        self._adaptive = any(one.adaptive for one in sequences.values())
        if None in fields or not fields:
            self._shapes.add("frame")
        else:
            self._shapes.add("lone" if len(fields) == 1 else "pair")

    def are_several(self, slices: Sequence[bytes], sets: tuple[bytes, ...], rules: NalRules) -> bool:
        """Whether a packet's slices are of more than one picture; both fields of a frame of H.264 are one."""
        begun = sum(map(rules.begins, slices))
        if begun <= 1:
            return False
        if rules.hevc or begun > FIELDS_OF_A_FRAME:
            return True
        fields = {_field_of(unit, self._sequences(sets)) for unit in slices}
        first = next(iter(fields))
        return first is None or fields != {first, _other_of(first)}

    def _sequences(self, sets: tuple[bytes, ...]) -> Mapping[int, SequenceSet]:
        if sets not in self._known:
            if len(self._known) >= CODINGS_MAX:
                self._known.clear()
            self._known[sets] = _sequences(sets)
        return self._known[sets]

    def scan(self) -> Scan:
        """Say how the packets since the last call carried lines."""
        shapes, self._shapes = self._shapes, set()
        if "lone" in shapes:
            return Scan.HALVES
        if len(shapes) > 1 and not self._adaptive:
            return Scan.MIXED
        return Scan.LINES if shapes and (self._adaptive or shapes == {"pair"}) else Scan.FRAMES


def _other_of(one: _Field) -> _Field:
    """Return the field with which a field makes a frame (3.30, 7.4.3): of the other lines, by the same number."""
    parity, frame_number = one
    return 1 - parity, frame_number


def _sequences(sets: tuple[bytes, ...]) -> dict[int, SequenceSet]:
    """Return what each picture parameter set leads to."""
    sequences = {one.set_id: one for one in (read_sequence(unit) for unit in sets if unit[0] & 31 == SPS)}
    found = {}
    for unit in sets:
        if unit[0] & 31 == PPS:
            bits = Bits.of(unit[1:HEAD_BYTES])
            picture_id, set_id = bits.ue(), bits.ue()
            if set_id in sequences:
                found[picture_id] = sequences[set_id]
    return found


def _field_of(unit: bytes, sequences: Mapping[int, SequenceSet]) -> _Field | None:
    """Return whose field a slice is of; None for a slice of a frame, or a broken one."""
    bits = Bits.of(unit[1:HEAD_BYTES])
    try:
        sequence, frame_number = _begin(bits, sequences)
        if sequence is None or sequence.frames_only:
            return None
        is_field = bits.u(1)
        return (bits.u(1), frame_number) if is_field else None
    except ClipRefused:  # no decoder makes a picture of it either
        return None


def count_of(unit: bytes, sets: tuple[bytes, ...]) -> tuple[int, int] | None:
    """Return the number of a slice's frame, and how many there are; None where it is broken, or some may be skipped."""
    try:
        sequence, number = _begin(Bits.of(unit[1:HEAD_BYTES]), _sequences(sets))
    except ClipRefused:
        return None
    return None if sequence is None or sequence.may_skip else (number, 1 << sequence.frame_num_bits)


def _begin(bits: Bits, sequences: Mapping[int, SequenceSet]) -> tuple[SequenceSet | None, int]:
    """Read a slice up to the number of its frame; returns what it goes by (None: not known), and that."""
    bits.ue()
    bits.ue()
    sequence = sequences.get(bits.ue())
    if sequence is None:
        return None, 0
    bits.u(2 if sequence.planes_apart else 0)
    return sequence, bits.u(sequence.frame_num_bits)
