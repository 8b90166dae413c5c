"""Pictures that a recording lacks, by how the others are counted."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.missing import Missing
from custom_components.milton_share.clips.nal import RULES, read_extradata, split

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


def test_none_is_missed_where_many_are_left_out(recorded: dict[str, Recording]) -> None:
    """A camera whose count leaps all the time counts in its own way: each clip would lose its beginning."""
    pictures, sets = pictures_of(recorded["gop 60"])
    assert missed([units for heap in batched(pictures, 3, strict=False) for units in heap[:2]], sets) == []
