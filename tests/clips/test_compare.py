"""What an expert is told of a clip and of recordings that were kept: nothing holds that doesn't."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from custom_components.milton_share.clips.compare import Comparison, Run, Source
from custom_components.milton_share.clips.ledger import COPIED, ENCODED

NAMED = Source(path=Path("/a.mp4"), sha256="a", from_ms=1)
UNNAMED = Source(path=Path("/b.mp4"), sha256="b", from_ms=None)
FOUND = Run(first=0, count=3, kind=COPIED, source=0, source_first=7, apart_ms=None)
MADE = Run(first=3, count=2, kind=ENCODED, source=None, source_first=None, apart_ms=None)
LOST = Run(first=5, count=1, kind=COPIED, source=None, source_first=None, apart_ms=None)
GOOD = Comparison(clip_sha256="c", is_the_clip=True, sources=(NAMED, UNNAMED), not_given=(), runs=(FOUND, MADE))


def test_it_holds_when_each_copied_frame_is_in_a_recording_that_the_manifest_names() -> None:
    """Encoded ones are in none, and a clip without a copied one has nothing to hold against."""
    assert GOOD.holds
    assert replace(GOOD, runs=(MADE,)).holds
    assert replace(GOOD, not_given=("z",)).holds  # no frame of it was missed


def test_it_does_not_hold_of_another_clip_or_where_one_copied_frame_is_nowhere() -> None:
    """Nor where it is only in a recording that the manifest says nothing of."""
    assert not replace(GOOD, is_the_clip=False).holds
    assert not replace(GOOD, runs=(FOUND, MADE, LOST)).holds
    assert not replace(GOOD, runs=(FOUND, replace(FOUND, source=1))).holds


def test_frames_are_counted_by_kind_and_by_whether_a_recording_has_them() -> None:
    """Frames, not runs."""
    whole = replace(GOOD, runs=(FOUND, MADE, LOST))
    assert (whole.count(COPIED), whole.count(COPIED, found=True)) == (4, 3)
    assert (whole.count(ENCODED), whole.count(ENCODED, found=True)) == (2, 0)
