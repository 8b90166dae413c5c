"""What goes into a hold and what doesn't, by camera and by time; and what the ring loses beside it. Real files."""

from __future__ import annotations

import logging
import stat
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.recorder.errors import RecorderError, RecorderRule
from custom_components.milton_share.sources.recorder.store.holds import NEAR_MS
from custom_components.milton_share.sources.recorder.store.index import Row
from custom_components.milton_share.sources.recorder.store.library import Library
from custom_components.milton_share.sources.recorder.store.ring import Limits
from custom_components.milton_share.sources.recorder.windows import Window

from .test_library import CAMERA, NOON_MS, SEGMENT_MS, SIZE_BYTES, hold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OTHER = "camera.back_door"
PLENTY = Limits(hold_bytes=100 * SIZE_BYTES)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Open an empty one with room."""
    with closing(Library(tmp_path / "r", PLENTY)) as one:
        yield one


def written(library: Library, number: int, *, camera: str = CAMERA, **changes: object) -> Row:
    """Write the n-th segment of a camera since noon; return its row."""
    path = library.folder(camera) / f"{NOON_MS:013}-{number:06}.mp4"
    path.write_bytes(bytes([number]) * SIZE_BYTES)
    start_ms = NOON_MS + number * SEGMENT_MS
    fields = {
        "name": f"{path.parent.name}/{path.name}", "camera_id": camera, "from_ms": start_ms,
        "until_ms": start_ms + SEGMENT_MS, "size_bytes": SIZE_BYTES, "sha256": "0" * 64, "media_start_s": 0.0,
        "offset_ms": 0, "uncertainty_ms": 100, "method": "rtcp",
    }  # fmt: skip
    return Row(**{**fields, **changes})


def test_what_comes_is_given_to_the_holds_of_its_camera_that_it_touches_and_to_no_other(library: Library) -> None:
    """Of several that come at once, of two cameras."""
    there, later = hold(1, 1), replace(hold(5, 1, "later"), camera_id=OTHER)
    assert library.holds.hold(there)
    assert library.holds.hold(later)
    rows = [written(library, number, camera=camera) for camera in (CAMERA, OTHER) for number in range(8)]
    library.enter(rows, NOON_MS)
    held = {
        one.hold_id: [(row.camera_id, row.from_ms, path.read_bytes()[:1]) for row, path in library.holds.held(one)]
        for one in (there, later)
    }
    assert held == {
        "case": [(CAMERA, NOON_MS + SEGMENT_MS, b"\1")],
        "later": [(OTHER, NOON_MS + 5 * SEGMENT_MS, b"\5")],
    }
    assert library.holds.ranges(CAMERA) == (Window(from_ms=there.from_ms, until_ms=there.until_ms),)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("apart_ms", "is_held"), [(NEAR_MS - 1, True), (NEAR_MS, False)])
def test_a_file_that_lies_two_seconds_beside_a_range_is_not_held_and_a_nearer_one_is(
    library: Library, apart_ms: int, *, after: bool, is_held: bool
) -> None:
    """Before it and after it; it came before the hold, or with what the hold is about."""
    asked = hold(3, 1)
    start_ms = asked.until_ms + apart_ms if after else asked.from_ms - apart_ms - SEGMENT_MS
    row = written(library, 9, from_ms=start_ms, until_ms=start_ms + SEGMENT_MS)
    library.enter([row], NOON_MS)
    library.holds.hold(asked)
    assert library.holds.held(asked) == ()
    library.enter([written(library, 3)], NOON_MS)
    assert NEAR_MS == 2_000
    assert len(library.holds.held(asked)) == 1 + is_held


def test_the_ring_loses_its_oldest_files_and_rows_when_a_segment_is_entered_and_a_hold_nothing(tmp_path: Path) -> None:
    """At three segments the ring is full; a fiftieth less is left, which are two."""
    with closing(Library(tmp_path / "r", replace(PLENTY, camera_bytes=3 * SIZE_BYTES))) as library:
        library.enter([written(library, number) for number in range(3)], NOON_MS)
        assert library.holds.hold(hold(0, 1))
        assert [one.size_bytes for one in library.usage] == [3 * SIZE_BYTES]
        library.enter([written(library, 3)], NOON_MS)
        kept = [f"{NOON_MS:013}-{number:06}.mp4" for number in (2, 3)]
        assert sorted(path.name for path in library.folder(CAMERA).iterdir()) == kept
        assert [row.name.rpartition("/")[2] for row in library.index.everything()] == kept
        assert [one.size_bytes for one in library.usage] == [2 * SIZE_BYTES]
        ((_, path),) = library.holds.held(hold(0, 1))
        assert path.read_bytes() == bytes(SIZE_BYTES)


def test_the_ring_is_counted_when_it_may_be_full_and_not_for_each_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large one has hundreds of thousands, and eight cameras have one each second."""
    with closing(Library(tmp_path / "r", replace(PLENTY, camera_bytes=3 * SIZE_BYTES))) as library:
        counted, usage = [], library.index.usage
        monkeypatch.setattr(library.index, "usage", lambda: counted.append(0) or usage())
        for number in range(4):
            library.enter([written(library, number)], NOON_MS)
            assert bool(counted) is (number == 3)
        assert sum(one.size_bytes for one in library.usage) < 3 * SIZE_BYTES


def test_an_id_is_of_one_camera_and_one_range(library: Library) -> None:
    """Asked for again it is the same hold; for anything else it is refused, and nothing changes."""
    library.enter([written(library, number) for number in range(4)], NOON_MS)
    first = hold(0, 2)
    assert library.holds.hold(first)
    assert library.holds.hold(first)
    for other in (
        replace(first, camera_id=OTHER),
        replace(first, from_ms=first.from_ms + 1),
        replace(first, until_ms=first.until_ms + 1),
    ):
        with pytest.raises(RecorderError) as refused:
            library.holds.hold(other)
        assert refused.value.rule is RecorderRule.HOLD_ID_TAKEN
    assert library.holds.find("case") == first
    assert len(library.holds.held(first)) == 2


def test_what_is_sorted_out_is_deleted_and_what_is_kept_is_entered(library: Library) -> None:
    """A better time of a file that is gone meanwhile enters nothing."""
    kept, gone, known, lost = (written(library, number) for number in range(4))
    library.enter([known, lost], NOON_MS)
    (library.ring / lost.name).unlink()
    library.index.remove([lost.name])
    library.sort([replace(known, uncertainty_ms=7), lost], [kept], [gone], NOON_MS)
    assert [(row.from_ms, row.uncertainty_ms) for row in library.index.everything()] == [
        (kept.from_ms, 100),
        (known.from_ms, 7),
    ]
    assert not (library.ring / gone.name).exists()
    library.sort([], [], [], NOON_MS)


def test_files_that_were_never_entered_are_strangers_but_for_those_that_wait(library: Library) -> None:
    """Of this camera only."""
    entered, waiting, stranger = (written(library, number) for number in range(3))
    elsewhere = written(library, 3, camera=OTHER)
    library.enter([entered], NOON_MS)
    assert [path.name for path in library.strangers(CAMERA, [waiting.name])] == [stranger.name.rpartition("/")[2]]
    assert [path.name for path in library.strangers(OTHER)] == [elsewhere.name.rpartition("/")[2]]


def test_what_a_run_left_is_looked_for_among_its_own_camera_s_recordings(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A camera that is away fails each minute, and a large ring has hundreds of thousands of all."""
    library.enter([written(library, 0), written(library, 1, camera=OTHER)], NOON_MS)
    monkeypatch.setattr(library.index, "everything", None)
    assert library.strangers(CAMERA) == ()


def test_what_a_run_of_months_left_is_found_too_in_its_order(library: Library) -> None:
    """Its segments have more digits then; the run after it comes after it."""
    folder = library.folder(CAMERA)
    names = [f"{NOON_MS:013}-999999.mp4", f"{NOON_MS:013}-1000000.mp4", f"{NOON_MS + 1:013}-000000.mp4"]
    for name in names:
        (folder / name).touch()
    assert [path.name for path in library.strangers(CAMERA)] == names


def test_what_is_found_is_in_the_order_of_time_whatever_its_names_are(library: Library) -> None:
    """A file of an earlier run may be named later; of two of one time the names decide."""
    rows = [
        written(library, number, from_ms=NOON_MS + at_ms, until_ms=NOON_MS + 9_000)
        for number, at_ms in ((3, 0), (1, 500), (2, 500), (0, 1_000))
    ]
    library.enter(reversed(rows), NOON_MS)
    assert [row for row, _ in library.holds.found(CAMERA, NOON_MS, NOON_MS + 2_000)] == rows


def test_that_nothing_more_can_be_held_is_logged_once_each_time_it_begins(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not at each segment; and again once there was room meanwhile."""
    caplog.set_level(logging.WARNING)
    with closing(Library(tmp_path / "r", Limits(hold_bytes=SIZE_BYTES))) as library:
        library.enter([written(library, number) for number in range(4)], NOON_MS)
        library.holds.hold(hold(0, 1))
        assert not caplog.messages
        for _ in range(2):
            with pytest.raises(RecorderError, match="hold_quota"):
                library.holds.hold(hold(1, 1, "more"))
        assert caplog.messages == ["No room to hold more recordings"]
        library.holds.release("case")
        library.holds.hold(hold(0, 1))
        with pytest.raises(RecorderError, match="hold_quota"):
            library.holds.hold(hold(1, 1, "more"))
        assert caplog.messages == ["No room to hold more recordings"] * 2


def test_a_library_that_never_had_room_says_so_at_the_first_refusal(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Also one whose room is nothing."""
    with closing(Library(tmp_path / "r", Limits(hold_bytes=0))) as library:
        library.enter([written(library, 0)], NOON_MS)
        with pytest.raises(RecorderError, match="hold_quota"):
            library.holds.hold(hold(0, 1))
    assert caplog.messages == ["No room to hold more recordings"]


def test_recordings_lie_in_folders_of_their_owner_alone(library: Library, tmp_path: Path) -> None:
    """Those of a camera, of a hold, and what they lie in."""
    library.enter([written(library, 0)], NOON_MS)
    library.holds.hold(hold(0, 1))
    folders = [tmp_path / "r", library.ring, library.folder(CAMERA), library.holds.folder(hold(0, 1))]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in [*folders, folders[-1].parent]] == [0o700] * 5
