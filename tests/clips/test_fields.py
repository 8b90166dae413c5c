"""What sequence sets and slices of H.264 say of fields, read from sets made by hand in every form (7.3.2.1, 7.3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.bitstream.fields import (
    FieldReader,
    Scan,
    SequenceSet,
    count_of,
    read_sequence,
)
from custom_components.milton_share.clips.bitstream.nal import RULES
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.field_pictures import I_SLICE, LEVEL, MAIN_PROFILE, OTHER, PPS, SPS, START, Bits

if TYPE_CHECKING:
    from collections.abc import Sequence

HIGH = 100
GRAY, USUAL, FULL = 0, 1, 3  # chroma_format_idc
SET_ID, NUMBER_BITS = 5, 9


def signed(value: int) -> int:
    """Return the number by which a signed one is written (9.1.1)."""
    return 2 * value - 1 if value > 0 else -2 * value


def sequence(
    *,
    profile: int = MAIN_PROFILE,
    chroma: int = USUAL,
    apart: bool = False,
    lists: Sequence[Sequence[int] | None] = (),
    order: Sequence[int] = (0, 4),
    cycle: Sequence[int] | None = None,
    number_bits: int = NUMBER_BITS,
    frames_only: bool = False,
    adaptive: bool = True,
    may_skip: bool = False,
) -> bytes:
    """Return a sequence set; `lists` are the steps of each scaling list that is there, None for one that is not."""
    bits = Bits().u(8, profile).u(8, 0).u(8, LEVEL).ue(SET_ID)
    if profile != MAIN_PROFILE:
        bits.ue(chroma)
        if chroma == FULL:
            bits.u(1, int(apart))
        bits.ue(2, 1).u(1, 1).u(1, int(bool(lists)))
        for steps in lists:
            bits.u(1, int(steps is not None)).ue(*map(signed, steps or ()))
    bits.ue(number_bits - 4)
    if cycle is None:
        bits.ue(*order)
    else:
        bits.ue(1).u(1, 1).ue(signed(-3), signed(2), len(cycle), *map(signed, cycle))
    bits.ue(1).u(1, int(may_skip)).ue(19, 10).u(1, int(frames_only))
    if not frames_only:
        bits.u(1, int(adaptive))
    return bits.u(1, 1).unit(SPS).removeprefix(START)


def said(**changes: object) -> SequenceSet:
    """Return what a set is read to say."""
    return read_sequence(sequence(**changes))  # type: ignore[arg-type]


PLAIN = SequenceSet(
    set_id=SET_ID,
    frames_only=False,
    adaptive=True,
    planes_apart=False,
    frame_num_bits=NUMBER_BITS,
    may_skip=False,
)
NO_LISTS = [None] * 8
EARLY = [3, 4, -15]  # 8 + 3 + 4 - 15 is 0: the list ends there


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"profile": HIGH},
        {"profile": HIGH, "chroma": GRAY},
        {"profile": 244, "chroma": FULL},
        {"profile": HIGH, "lists": NO_LISTS},
        {"profile": HIGH, "lists": [[-8], *NO_LISTS[1:]]},
        {"profile": HIGH, "lists": [[1] * 16, *NO_LISTS[1:]]},
        {"profile": HIGH, "lists": [*NO_LISTS[:5], [2] * 16, [1] * 64, None]},
        {"profile": HIGH, "lists": [*NO_LISTS[:7], [-1] * 7 + [2] * 57]},
        {"profile": HIGH, "lists": [EARLY, *NO_LISTS[:6], EARLY]},
        {"profile": HIGH, "lists": [*NO_LISTS[:7], [127, 121]]},
        {"profile": 244, "chroma": FULL, "lists": [*NO_LISTS, None, None, None, [1] * 64]},
    ],
    ids=str,
)
def test_what_a_set_says_of_fields_is_found_behind_all_that_may_lie_before(changes: dict[str, object]) -> None:
    """Colors, and scaling lists that are whole, end early or are the usual ones."""
    assert said(**changes) == PLAIN


@pytest.mark.parametrize(
    "changes",
    [
        {"order": (0, 0)},
        {"order": (0, 12)},
        {"order": (2,)},
        {"cycle": []},
        {"cycle": [4, -7, 100]},
        {"cycle": [1] * 255},
    ],
    ids=str,
)
def test_each_way_to_tell_the_order_is_skipped(changes: dict[str, object]) -> None:
    """By a number in each slice, of so many bits, or otherwise."""
    assert said(**changes) == PLAIN


def test_each_thing_that_a_set_says_is_read() -> None:
    """Frames alone, frames of two fields or not, colors apart, and how long the number of a frame is."""
    assert said(adaptive=False).adaptive is False
    only = said(frames_only=True)
    assert (only.frames_only, only.adaptive) == (True, False)
    assert said(profile=244, chroma=FULL, apart=True).planes_apart
    assert not said(profile=244, chroma=FULL).planes_apart
    assert [said(number_bits=bits).frame_num_bits for bits in (4, 16)] == [4, 16]


def test_a_frame_is_counted_unless_its_set_lets_numbers_be_skipped() -> None:
    """Then none is missing. Of a slice that breaks off nothing is known."""
    sets = (sequence(), picture_set(0))
    assert count_of(slice_of(0, 17, None), sets) == (17, 1 << NUMBER_BITS)
    assert count_of(slice_of(0, 17, None)[:1], sets) is None
    assert count_of(slice_of(0, 17, None), (sequence(may_skip=True), picture_set(0))) is None


def test_a_set_that_counts_frames_by_more_bits_than_there_are_is_refused() -> None:
    """Whatever it is, it is no camera's."""
    with pytest.raises(ClipRefused, match="counts frames") as refused:
        read_sequence(sequence(number_bits=17))
    assert refused.value.rule is CutRule.UNREADABLE_SEGMENT


def picture_set(number: int, sequence_id: int = SET_ID) -> bytes:
    """Return a picture set, as far as it is read."""
    return Bits().ue(number, sequence_id).u(8, 0).unit(PPS).removeprefix(START)


def slice_of(number: int, frame: int, field: int | None, *, apart: bool = False, bits: int = NUMBER_BITS) -> bytes:
    """Return the head of a slice: its picture set, its frame's number, and 0 or 1 for a field."""
    head = Bits().ue(0, I_SLICE, number)
    if apart:
        head.u(2, 0)
    head.u(bits, frame).u(1, int(field is not None))
    if field is not None:
        head.u(1, field)
    return head.u(32, 0).unit(OTHER).removeprefix(START)


@pytest.mark.parametrize("apart", [False, True])
def test_fields_of_one_packet_are_several_pictures_unless_they_make_one_frame(*, apart: bool) -> None:
    """Else players show one, and the other comes along unseen."""
    sets = (
        sequence(profile=244, chroma=FULL, apart=apart),
        picture_set(0, 3),  # its sequence set is nowhere
        picture_set(7),
    )

    def are_several(*slices: tuple[int, int | None]) -> bool:
        units = [slice_of(7, frame, field, apart=apart) for frame, field in slices]
        return FieldReader().are_several(units, sets, RULES["h264"])

    assert not are_several((300, 0), (300, 1))
    assert not are_several((300, 1), (300, 0))
    assert not are_several((300, 0))
    assert are_several((300, 0), (300, 0))
    assert are_several((300, 0), (301, 0))
    assert are_several((300, 0), (301, 1))
    assert are_several((300, 0), (300, None))
    assert are_several((300, 0), (300, 1), (301, 0))


def test_slices_of_an_unknown_set_are_of_frames() -> None:
    """No decoder makes a picture of them."""
    reader, sets = FieldReader(), (sequence(), picture_set(7), picture_set(0, 3))
    for number in (0, 6):
        reader.add([slice_of(number, 1, 0)], sets)
    reader.add([slice_of(7, 1, 0)[:2]], sets)
    assert reader.scan() is Scan.LINES
