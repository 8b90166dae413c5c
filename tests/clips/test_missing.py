"""Pictures that a recording lacks, by how the others are counted."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.bitstream.missing import Missing, is_made_of_others, is_referred_to
from custom_components.milton_share.clips.bitstream.nal import RULES, read_extradata, split

if TYPE_CHECKING:
    from tests.clips.recordings import Recording


def pictures_of(recording: Recording) -> tuple[list[list[bytes]], tuple[bytes, ...]]:
    """Return the units of each picture of a camera's second file, and its sets."""
    with av.open(str(recording.parts[1].path)) as film:
        extradata = bytes(film.streams.video[0].codec_context.extradata or b"")
        pictures = [split(bytes(packet), 4) for packet in film.demux(video=0) if packet.size]
    return pictures, read_extradata(extradata, RULES["h264"])[1]


def missed(pictures: list[list[bytes]], sets: tuple[bytes, ...]) -> list[int]:
    """Return before which pictures one is missing."""
    missing = Missing()
    return [place for place, units in enumerate(pictures) if missing.is_before(units, sets)]


@pytest.mark.parametrize("kind", ["gop 60", "b-frames"])
def test_one_is_missed_right_behind_its_place(kind: str, recorded: dict[str, Recording]) -> None:
    """One that no other is made of is missed by nobody."""
    pictures, sets = pictures_of(recorded[kind])
    assert missed(pictures, sets) == []
    for place in range(20, 50):
        is_made_of = any(unit[0] & 0x60 for unit in pictures[place])
        assert missed(pictures[:place] + pictures[place + 1 :], sets) == [place] * is_made_of


@pytest.mark.parametrize("kind", ["gop 60", "b-frames"])
def test_one_of_the_first_is_missed_when_it_is_known_how_many_are(kind: str, recorded: dict[str, Recording]) -> None:
    """Behind a key picture a radio loses most."""
    pictures, sets = pictures_of(recorded[kind])
    for place in range(1, 11):
        is_made_of = any(unit[0] & 0x60 for unit in pictures[place])
        assert missed(pictures[:place] + pictures[place + 1 :], sets) == [10] * is_made_of


def test_one_that_is_missing_at_the_end_of_a_short_group_is_missed_at_the_next_key_picture(
    recorded: dict[str, Recording],
) -> None:
    """What was made for want of it ends there."""
    pictures, sets = pictures_of(recorded["gop 60"])
    for short in ([*pictures[:2], *pictures[3:6]], [pictures[0], pictures[2]]):
        assert missed([*short, *pictures[60:80]], sets) == [len(short)]


def test_none_is_missed_where_many_are_left_out(recorded: dict[str, Recording]) -> None:
    """A camera whose count leaps all the time counts in its own way: each clip would lose its beginning."""
    pictures, sets = pictures_of(recorded["gop 60"])
    for many in (2, 3, 4):
        assert missed([units for heap in batched(pictures, many, strict=False) for units in heap[:-1]], sets) == []


def test_each_is_missed_where_few_are(recorded: dict[str, Recording]) -> None:
    """Up to one for each four that came, counted from the first on."""
    pictures, sets = pictures_of(recorded["gop 60"])
    assert missed([*pictures[:2], *pictures[3:6], *pictures[7:20]], sets) == [10]
    assert missed([*pictures[:2], *pictures[3:6], *pictures[7:13], *pictures[14:20]], sets) == [10, 11]
    fours = [units for heap in batched(pictures[:60], 5, strict=True) for units in heap[:-1]]
    assert missed(fours, sets) == [10, *range(12, 48, 4)]


def test_what_cannot_be_read_is_taken_for_one_that_others_are_made_of_and_before_it_none_is_missed(
    recorded: dict[str, Recording],
) -> None:
    """Without a slice, or without the sets by which a slice is counted."""
    pictures, sets = pictures_of(recorded["gop 60"])
    assert missed([*pictures[:15], [], *pictures[15:20]], sets) == []
    assert missed(pictures[:15] + pictures[17:], ()) == []
    assert is_referred_to([])


def test_it_is_known_of_which_pictures_others_are_made(recorded: dict[str, Recording]) -> None:
    """As x264 has it: of two between others one."""
    kinds = ("gop 60", "b-frames")
    every, some = ([is_referred_to(units) for units in pictures_of(recorded[kind])[0]] for kind in kinds)
    assert all(every)
    assert 0 < sum(some) < len(some)


@pytest.mark.parametrize(
    ("picture", "is_made"),
    [
        ([b"\x09\xf0", b"\x65\x88\x80"], False),  # slice_type 7: I, behind a delimiter
        ([b"\x41\x9a\x00"], True),  # 5: P
        ([b"\x41\xb0\x00"], False),  # 2: I
        ([b"\x41"], False),
        ([], False),
    ],
)
def test_a_picture_says_whether_it_is_made_of_others(picture: list[bytes], *, is_made: bool) -> None:
    """By the type of its first slice (ITU-T H.264, table 7-6)."""
    assert is_made_of_others(picture) is is_made
