"""What an expert is told of a clip and of recordings that were kept: nothing holds that doesn't."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.expert.compare import Comparison, Run, Source, compare, sha256_of
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from custom_components.milton_share.clips.result import COPIED, ENCODED
from tests.clips.jobs import job_of
from tests.clips.recordings import START_MS
from tests.clips.test_hidden_units import stated

if TYPE_CHECKING:
    from custom_components.milton_share.clips.expert.statement import Statement
    from tests.clips.recordings import Recording

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


def cut(recording: Recording, out: Path) -> tuple[Statement, Path]:
    """Cut from the middle of one group to the middle of the next: of the second all is copied."""
    result = make_clip(job_of(recording, START_MS + 1_500, START_MS + 7_500, out, audio=False), lambda _: None)
    return stated(result, recording), recording.parts[0].path


def runs_of(found: Comparison) -> list[tuple[str, int, int | None, int | None]]:
    """Say of each run what it is, how long, and where in which source it begins."""
    return [(run.kind, run.count, run.source, run.source_first) for run in found.runs]


def test_each_run_says_by_how_much_the_time_of_any_of_its_frames_is_off_at_most(
    recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """Also where the manifest is wrong of its latter part alone."""
    statement, source = cut(recorded["gop 60"], tmp_path / "clip.mp4")
    (part,) = statement.ranges
    assert part.first_frame_ms is not None
    assert part.stored_ms is not None
    for wrong_ms in (0, 300, -300):
        later = replace(part, first_frame_ms=part.first_frame_ms + 4_000 + wrong_ms, stored_ms=part.stored_ms + 4_000)
        nothing = replace(part, first_frame_ms=None, stored_ms=None)
        said = replace(statement, ranges=(part, later, nothing))
        found = compare(said, tmp_path / "clip.mp4", [source, source])
        assert runs_of(found) == [(ENCODED, 37, None, None), (COPIED, 53, 0, 60)]
        assert [run.apart_ms is not None and round(run.apart_ms) for run in found.runs] == [False, abs(wrong_ms)]
        assert found.holds


def test_what_the_manifest_does_not_name_and_what_is_not_given_is_said(
    recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """Times are compared with those of named recordings alone."""
    clip = tmp_path / "clip.mp4"
    statement, source = cut(recorded["gop 60"], clip)
    unnamed = compare(replace(statement, sources=()), clip, [source])
    assert (unnamed.holds, unnamed.not_given, unnamed.is_the_clip) == (False, (), True)
    assert [run.apart_ms for run in unnamed.runs] == [None, None]
    assert runs_of(unnamed) == [(ENCODED, 37, None, None), (COPIED, 53, 0, 60)]
    nothing = compare(statement, clip, [])
    assert (nothing.holds, nothing.not_given) == (False, (sha256_of(source),))
    assert runs_of(nothing) == [(ENCODED, 37, None, None), (COPIED, 53, None, None)]
    given = compare(statement, clip, [recorded["gop 60"].parts[1].path, source])
    assert (given.not_given, runs_of(given)[1]) == ((), (COPIED, 53, 1, 60))
    others = tuple(replace(run, slices_sha256="0" * 64) if run.kind == COPIED else run for run in statement.frames)
    with pytest.raises(ClipRefused) as refused:
        compare(replace(statement, frames=others), clip, [source])
    assert refused.value.rule is CutRule.SLICES_DIFFER
