"""Files and index in step: what holds may take, when they end, what a sudden end leaves."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import stat
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.recorder import Recorder
from custom_components.milton_share.sources.recorder.errors import RecorderError, RecorderRule
from custom_components.milton_share.sources.recorder.store.files import link
from custom_components.milton_share.sources.recorder.store.holds import hold_folder_name
from custom_components.milton_share.sources.recorder.store.index import Hold, IndexDamagedError, Row
from custom_components.milton_share.sources.recorder.store.library import Library
from custom_components.milton_share.sources.recorder.store.ring import Limits
from custom_components.milton_share.sources.recorder.store.timeline import coverage, from_ms
from custom_components.milton_share.sources.recorder_clients.archive.archive import Archive
from custom_components.milton_share.sources.upload.shelf import Shelf
from custom_components.milton_share.storage.private_folder import PrivateFolder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

CAMERA = "camera.front_door"
NOON_MS = 1_800_000_000_000
SEGMENT_MS = 10_000
SIZE_BYTES = 1000
LIMITS = Limits(hold_bytes=2500)
ELSEWHERE = "/dev/shm", "/var/tmp"  # noqa: S108 - another file system than the tests' own is what is wanted


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Open one with four segments."""
    opened = Library(tmp_path / "r", LIMITS)
    enter(opened, 4)
    yield opened
    opened.close()


def enter(library: Library, count: int, first: int = 0) -> None:
    """Write segments and enter them."""
    library.enter(written(library, count, first), NOON_MS)


def written(library: Library, count: int, first: int = 0) -> list[Row]:
    """Write segments; return their rows."""
    rows = []
    for number in range(first, count):
        path = library.folder(CAMERA) / f"{NOON_MS:013}-{number:06}.mp4"
        path.write_bytes(bytes([number]) * SIZE_BYTES)
        start = NOON_MS + number * SEGMENT_MS
        rows.append(
            Row(
                name=f"{path.parent.name}/{path.name}",
                camera_id=CAMERA,
                from_ms=start,
                until_ms=start + SEGMENT_MS,
                size_bytes=SIZE_BYTES,
                sha256="0" * 64,
                media_start_s=0.0,
                offset_ms=0,
                uncertainty_ms=100,
                method="rtcp",
            )
        )
    return rows


def hold(first: int, count: int, name: str = "case") -> Hold:
    """Ask for some segments, for an hour; to their middles, for those beside a range's ends would be held too."""
    return Hold(
        hold_id=name,
        camera_id=CAMERA,
        folder=hold_folder_name(name),
        from_ms=NOON_MS + first * SEGMENT_MS + SEGMENT_MS // 2,
        until_ms=NOON_MS + (first + count) * SEGMENT_MS - SEGMENT_MS // 2 + 1,
        deadline_ms=NOON_MS + 3_600_000,
    )


def test_a_hold_beyond_the_quota_is_refused_and_takes_nothing(library: Library) -> None:
    """By the rule's name."""
    library.holds.hold(hold(0, 2))
    with pytest.raises(RecorderError) as refused:
        library.holds.hold(hold(2, 1, "another"))
    assert refused.value.rule is RecorderRule.HOLD_QUOTA
    assert library.holds.find("another") is None


def test_what_is_held_already_needs_no_second_room(library: Library) -> None:
    """Segments of several holds count once, also for what is held next; beyond that the quota stands."""
    library.holds.hold(hold(0, 2))
    library.holds.hold(hold(0, 2, "court"))
    library.holds.hold(hold(1, 1, "third"))
    library.holds.release("case")
    with pytest.raises(RecorderError, match="hold_quota"):
        library.holds.hold(hold(2, 1, "more"))
    library.holds.release("court")
    library.holds.hold(hold(2, 1, "more"))
    assert [len(library.holds.held(hold(0, 0, name))) for name in ("third", "more")] == [1, 1]


def test_what_is_held_can_be_kept_under_a_limit_that_became_smaller(tmp_path: Path) -> None:
    """It takes nothing more; anything else is refused."""
    library = Library(tmp_path / "r", LIMITS)
    enter(library, 4)
    library.holds.hold(hold(0, 2))
    library.close()
    library = Library(tmp_path / "r", Limits(hold_bytes=1))
    library.holds.hold(hold(0, 2, "court"))
    assert len(library.holds.held(hold(0, 2, "court"))) == 2
    with pytest.raises(RecorderError, match="hold_quota"):
        library.holds.hold(hold(1, 2, "more"))
    library.close()


def test_copies_take_room_of_their_own(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file system gives no second names."""
    _without_second_names(monkeypatch)
    library.holds.hold(hold(0, 1))
    library.holds.hold(hold(0, 1, "court"))
    with pytest.raises(RecorderError, match="hold_quota"):
        library.holds.hold(hold(0, 1, "third"))


def test_a_hold_whose_files_can_not_be_made_is_none(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full says so each time, and a later try keeps everything."""
    with monkeypatch.context() as patch:
        _without_second_names(patch)
        patch.setattr(shutil, "copy2", _full)
        for _ in range(2):
            with pytest.raises(OSError, match="No space left"):
                library.holds.hold(hold(0, 2))
        assert library.holds.find("case") is None
    library.holds.hold(hold(0, 2))
    assert len(library.holds.held(hold(0, 2))) == 2


def _full(*_paths: Path) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _without_second_names(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_paths: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", refused)


def test_files_beside_a_range_are_held_for_their_sound(tmp_path: Path) -> None:
    """Sound that comes later than its pictures lies in the next file, whether that is there already or comes later."""
    with closing(Library(tmp_path / "r", replace(LIMITS, hold_bytes=10_000))) as library:
        asked = replace(hold(1, 1), from_ms=NOON_MS + SEGMENT_MS, until_ms=NOON_MS + 2 * SEGMENT_MS)
        assert library.holds.hold(asked)
        for count, held in ((1, 0), (2, 2), (3, 3), (4, 3)):
            enter(library, count, count - 1)
            assert len(library.holds.held(asked)) == held
        inside = replace(hold(1, 1, "inside"), from_ms=asked.from_ms + 2_000, until_ms=asked.until_ms - 2_000)
        assert library.holds.hold(inside)
        assert len(library.holds.held(inside)) == 1
        assert coverage(library.holds.held(asked), from_ms(asked.from_ms), from_ms(asked.until_ms)).gaps == ()
        assert library.holds.found(CAMERA, NOON_MS - 1_000, NOON_MS - 1) == ()


def test_a_hold_ends_at_its_deadline(library: Library) -> None:
    """Nobody needs to remember it."""
    library.holds.hold(hold(0, 2))
    folder = library.holds.folder(hold(0, 2))
    library.make_room(NOON_MS + 3_599_999)
    assert len(list(folder.iterdir())) == 2
    library.make_room(NOON_MS + 3_600_000)
    assert not folder.exists()


def test_a_hold_that_can_t_be_wiped_keeps_no_other_from_it(library: Library) -> None:
    """It is tried again with each look, and told of; what the others had is gone at their deadlines."""
    for name in ("first", "second"):
        library.holds.hold(hold(0, 1, name))
    folder = library.holds.folder(hold(0, 1, "first"))
    shutil.rmtree(folder)
    folder.touch()  # it can't be gone through
    with pytest.raises(OSError, match=folder.name):
        library.make_room(NOON_MS + 3_600_000)
    assert [one.hold_id for one in library.index.holds()] == ["first"]
    folder.unlink()
    library.make_room(NOON_MS + 3_600_000)
    assert library.index.holds() == ()


def test_a_hold_can_take_from_another_what_the_ring_has_no_more(library: Library) -> None:
    """And keeps it when the other ends."""
    library.holds.hold(hold(0, 1))
    ten_days_ms = 10 * 24 * 3_600_000
    for row, path in library.holds.found(CAMERA, NOON_MS, NOON_MS + ten_days_ms):
        path.unlink()
        library.index.remove([row.name])
    library.holds.hold(hold(0, 1, "another"))
    library.holds.release("case")
    ((_, path),) = library.holds.found(CAMERA, NOON_MS, NOON_MS + SEGMENT_MS)
    assert path.read_bytes() == bytes(SIZE_BYTES)


@pytest.mark.parametrize("lost", ["emptied", "gone"])
def test_an_index_that_was_lost_takes_nothing_along_that_is_held(library: Library, tmp_path: Path, lost: str) -> None:
    """Else each hold would be a folder that nobody owns, and footage that was promised to a court would be wiped."""
    library.holds.hold(hold(0, 2))
    library.close()
    index, held = tmp_path / "r" / "index.sqlite3", library.holds.folder(hold(0, 2))
    names, whole = sorted(path.name for path in held.iterdir()), index.read_bytes()
    os.truncate(index, 0) if lost == "emptied" else index.unlink()
    for _ in range(2):  # nor does the next start take for new what this one made
        with pytest.raises(IndexDamagedError):
            Library(tmp_path / "r", LIMITS)
    assert sorted(path.name for path in held.iterdir()) == names
    for log in index.parent.glob("index.sqlite3-*"):
        log.unlink()
    index.write_bytes(whole)
    with closing(Library(tmp_path / "r", LIMITS)) as again:
        assert len(again.holds.held(hold(0, 2))) == 2


@pytest.mark.parametrize("held", [0, 2])
def test_an_index_that_is_another_s_or_older_takes_nothing_along_that_is_held(
    library: Library, tmp_path: Path, held: int
) -> None:
    """One that owns none of what is held, of whatever time it is: a hold's row is there before its files, and after."""
    library.holds.hold(hold(0, 1))
    library.close()
    with closing(Library(tmp_path / "other", LIMITS)) as other:
        enter(other, 4)
        if held:
            other.holds.hold(hold(0, held, "others"))
    shutil.copyfile(tmp_path / "other" / "index.sqlite3", tmp_path / "r" / "index.sqlite3")
    files = sorted(path for path in (tmp_path / "r").rglob("*.mp4"))
    with pytest.raises(IndexDamagedError):
        Library(tmp_path / "r", LIMITS)
    assert sorted(path for path in (tmp_path / "r").rglob("*.mp4")) == files


@pytest.mark.parametrize("left", ["@eaDir/x@SynoEAStream", ".AppleDouble/.Parent", ".@__thumb/1.jpg", "lost+found/#12"])
def test_what_other_programs_leave_among_holds_is_no_hold_of_another_index(tmp_path: Path, left: str) -> None:
    """A file server writes beside every folder: nothing is lost by that, and Milton Share starts."""
    Library(tmp_path / "r", LIMITS).close()
    path = tmp_path / "r" / "holds" / left
    path.parent.mkdir()
    path.write_bytes(b"")
    with closing(Library(tmp_path / "r", LIMITS)) as again:
        enter(again, 1)
        assert again.holds.hold(hold(0, 1))


def test_a_sudden_end_leaves_neither_rows_without_files_nor_holds_without_owners(tmp_path: Path) -> None:
    """Settled at the next start; a hold that was begun is finished."""
    library = Library(tmp_path / "r", LIMITS)
    enter(library, 4)
    lost = library.index.everything()[3]
    (library.ring / lost.name).unlink()
    begun = hold(0, 1)
    library.index.begin_hold(begun)
    stray = library.holds.folder(begun).with_name("stray")
    stray.mkdir()
    (stray / "x.mp4").write_bytes(b"x")
    library.close()
    again = Library(tmp_path / "r", LIMITS)
    assert lost not in again.index.everything()
    assert [path.exists() for _, path in again.holds.held(begun)] == [True]
    assert not stray.exists()
    again.close()


def test_a_start_with_a_clock_that_is_behind_keeps_what_is_recorded_then(tmp_path: Path) -> None:
    """As of a computer without a battery, until a time service sets it: what was recorded before gives room."""
    with closing(Library(tmp_path / "r", replace(LIMITS, camera_bytes=4 * SIZE_BYTES))) as library:
        enter(library, 4)
        (row, *_) = rows = library.index.everything()
        ages_ms = 10**13  # the clock of the tests may be any
        library.index.add(replace(one, from_ms=one.from_ms + ages_ms, until_ms=one.until_ms + ages_ms) for one in rows)
        path = library.folder(CAMERA) / f"{NOON_MS - 10**12:013}-000000.mp4"
        path.write_bytes(bytes(SIZE_BYTES))
        late = replace(row, name=f"{path.parent.name}/{path.name}", from_ms=0, until_ms=SEGMENT_MS)
        library.enter([late], SEGMENT_MS)
        assert path.exists()
        assert len(library.index.everything()) == 3  # the two oldest: a little more goes than must


def test_a_start_with_a_clock_that_is_a_little_behind_lets_the_oldest_go(tmp_path: Path) -> None:
    """As after a power cut: what was recorded just before it is ahead of that clock, and the last to go but one."""
    with closing(Library(tmp_path / "r", replace(LIMITS, camera_bytes=4 * SIZE_BYTES))) as library:
        enter(library, 4)
        first, *others = library.index.everything()
        recent_ms = round(time.time() * 1000) + 600_000
        library.index.add([replace(first, from_ms=recent_ms - 7_200_000, until_ms=recent_ms - 7_190_000)])
        library.index.add(
            replace(one, from_ms=recent_ms + number * SEGMENT_MS, until_ms=recent_ms + (number + 1) * SEGMENT_MS)
            for number, one in enumerate(others)
        )
        behind_ms = recent_ms - 600_000
        path = library.folder(CAMERA) / f"{behind_ms:013}-000000.mp4"
        path.write_bytes(bytes(SIZE_BYTES))
        name = f"{path.parent.name}/{path.name}"
        library.enter([replace(first, name=name, from_ms=behind_ms, until_ms=behind_ms + SEGMENT_MS)], behind_ms)
        kept = [row.name for row in library.index.everything()]
        assert first.name not in kept
        assert {others[-1].name, name} <= set(kept)


@pytest.mark.parametrize("whole", [False, True])
def test_what_a_disk_has_lost_of_a_hold_is_said_to_be_gone_and_no_start_fails_at_it(
    tmp_path: Path, *, whole: bool
) -> None:
    """By a file system that was repaired, or a person: what the ring has is held again, the rest is a gap."""
    with closing(Library(tmp_path / "r", LIMITS)) as library:
        enter(library, 2)
        library.holds.hold(hold(0, 2))
        library.holds.hold(hold(0, 2, "other"))
        (_, first), (row, second) = library.holds.held(hold(0, 2))
        (library.ring / library.index.everything()[0].name).unlink()
        for path in (first, second):
            path.unlink()
        if whole:
            shutil.rmtree(tmp_path / "r" / "holds")
    with closing(Library(tmp_path / "r", LIMITS)) as library:
        kept = [path.read_bytes() for _, path in library.holds.held(hold(0, 2))]
        other = [path.read_bytes() for _, path in library.holds.held(hold(0, 2, "other"))]
        assert kept == other == [bytes([n]) * SIZE_BYTES for n in ((1,) if whole else (0, 1))]
        assert library.holds.held(hold(0, 2))[-1][0] == row


def test_what_cannot_be_deleted_keeps_nothing_else_from_being(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Else the ring grew until the disk was nearly full, and each new segment ended its run. It is said once."""
    unlink_of, bad = Path.unlink, ("-000000.mp4", "-000003.mp4")

    def unlink(path: Path, *, missing_ok: bool = False) -> None:
        if path.name.endswith(bad):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        unlink_of(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    limits = replace(LIMITS, camera_bytes=3 * SIZE_BYTES)
    with closing(Library(tmp_path / "r", limits)) as library:
        for number in range(8):
            enter(library, number + 1, first=number)
        assert len(library.index.everything()) <= 3
        assert sorted(path.name[-10:] for path in library.ring.rglob("*.mp4") if path.name.endswith(bad)) == [
            "000000.mp4", "000003.mp4",
        ]  # fmt: skip
        assert len(list(library.ring.rglob("*.mp4"))) <= 5
    assert caplog.text.count("could not be deleted") == 1
    os.utime(next(library.ring.rglob("*-000000.mp4")), (0, 0))
    Library(tmp_path / "r", limits).close()  # it is too old and of no row, and stops no start


def test_a_hold_that_cannot_be_given_what_comes_keeps_neither_others_nor_the_ring_from_it(tmp_path: Path) -> None:
    """Each new segment ended its camera's run while such a hold lasted."""
    limits = replace(LIMITS, camera_bytes=2 * SIZE_BYTES, hold_bytes=100 * SIZE_BYTES)
    with closing(Library(tmp_path / "r", limits)) as library:
        for one in ("a", "b", "c"):
            library.holds.hold(hold(0, 9, one))
        bad = library.holds.folder(hold(0, 9, "b"))
        bad.rmdir()
        bad.write_bytes(b"no folder")
        assert library.sort((), written(library, 4), (), NOON_MS) == ()
        assert [len(library.holds.held(hold(0, 9, one))) for one in ("a", "b", "c")] == [4, 0, 4]
        assert len(library.index.everything()) < 4
        names = [row.name for row in library.index.everything()]
        library.put_right(names, lambda row: replace(row, uncertainty_ms=1), NOON_MS)
        assert {row.uncertainty_ms for row in library.index.named(names)} == {1}
        bad.unlink()
        assert library.holds.hold(hold(0, 9, "b"))
        assert len(library.holds.held(hold(0, 9, "b"))) == 4


def test_what_comes_for_a_hold_is_not_refused_for_one_that_can_neither_be_filled_nor_wiped(tmp_path: Path) -> None:
    """Each copy failed, for a case that had ended, until somebody mended the disk."""
    wants = hold(0, 9, "wants")
    with closing(Library(tmp_path / "r", Limits(camera_bytes=0, total_bytes=0))) as library:
        library.holds.hold(replace(hold(0, 9, "ended"), deadline_ms=NOON_MS))
        library.holds.hold(wants)
        bad = library.holds.folder(hold(0, 9, "ended"))
        bad.rmdir()
        bad.write_bytes(b"no folder")
        for row in written(library, 3):
            library.give(row, wants.hold_id, NOON_MS + 1)
        assert len(library.holds.held(wants)) == 3
        library.give(written(library, 20, 19)[0], wants.hold_id, NOON_MS + 1)  # of another time, as it turned out
        assert len(library.holds.held(wants)) == 3
        with pytest.raises(NotADirectoryError):
            library.give(written(library, 4, 3)[0], "ended", NOON_MS + 1)


@pytest.mark.parametrize(
    "keeper", [lambda at: Archive(at, 1, float), lambda at: Shelf(at, 1, ())], ids=["copies", "added"]
)
def test_what_passes_through_and_cannot_be_deleted_stops_no_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keeper: Callable[[Path], Archive | Shelf]
) -> None:
    """A bad place of the disk is of that file."""
    with closing(Library(tmp_path / "r", LIMITS)) as library:
        written(library, 2)
    bad = next((tmp_path / "r").rglob("*.mp4"))
    unlink_of = Path.unlink

    def unlink(path: Path, *, missing_ok: bool = False) -> None:
        if path == bad:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        unlink_of(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    keeper(tmp_path / "r").close()
    assert list((tmp_path / "r").rglob("*.mp4")) == [bad]


def test_of_a_hold_that_ended_goes_what_can_be_deleted(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its deadline is a promise; what is left of it is tried again, and is nobody's meanwhile."""
    library.holds.hold(hold(0, 2))
    unlink_of, bad = os.unlink, list[str]()

    def unlink(path: str, **where: int) -> None:
        bad.append(path)
        if path == bad[0]:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        unlink_of(path, **where)

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", unlink)
        for _ in range(2):
            with pytest.raises(OSError, match=os.strerror(errno.EIO)):
                library.holds.release("case")
            assert [path.name for path in library.holds.folder(hold(0, 2)).iterdir()] == bad[:1]
    library.holds.release("case")
    assert not library.holds.folder(hold(0, 2)).exists()


async def started(folder: Path) -> None:
    """Start a recorder, and stop it."""
    recorder = Recorder(folder)
    await recorder.start()
    await recorder.stop()


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("clock_unset", started),
        ("incoming/one.film", lambda at: asyncio.to_thread(lambda: Shelf(at, 1, ("one",)).close())),
        ("0.mp4", lambda at: asyncio.to_thread(PrivateFolder(at).is_empty)),
    ],
)
async def test_what_is_only_looked_at_and_lies_on_a_bad_place_of_the_disk_stops_no_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, start: Callable[[Path], Awaitable[object]]
) -> None:
    """Python 3.13 raises what 3.14 takes for not there."""
    bad = tmp_path / "r" / name
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"")

    def failing[**P](look: Callable[P, os.stat_result]) -> Callable[P, os.stat_result]:
        def looked(*path: P.args, **how: P.kwargs) -> os.stat_result:
            if str(path[0]) == str(bad):
                raise OSError(errno.EUCLEAN, os.strerror(errno.EUCLEAN))
            return look(*path, **how)

        return looked

    for owner, kind in ((Path, "stat"), (os, "stat"), (os, "lstat")):
        monkeypatch.setattr(owner, kind, failing(getattr(owner, kind)))
    await start(tmp_path / "r")


def test_a_hold_whose_folder_cannot_be_found_for_now_is_not_forgotten(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its files would be nobody's once the disk finds them, and the index taken for another home's."""
    library.holds.hold(hold(0, 2))
    folder = str(library.holds.folder(hold(0, 2)))

    def failing[**P](look: Callable[P, os.stat_result]) -> Callable[P, os.stat_result]:
        def looked(*path: P.args, **how: P.kwargs) -> os.stat_result:
            if str(path[0]) == folder:
                raise OSError(errno.EUCLEAN, os.strerror(errno.EUCLEAN))
            return look(*path, **how)

        return looked

    with monkeypatch.context() as patched:
        for owner, name in ((Path, "stat"), (os, "stat"), (os, "lstat")):
            patched.setattr(owner, name, failing(getattr(owner, name)))
        with suppress(OSError):
            library.holds.release("case")
    library.close()
    Library(tmp_path / "r", LIMITS).close()


def test_what_cannot_be_found_on_a_bad_place_of_the_disk_stops_no_start_and_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system may find it again: a card that sat loosely, a share that was away."""
    library = Library(tmp_path / "r", LIMITS)
    enter(library, 4)
    library.holds.hold(hold(0, 2))
    library.close()
    bad = frozenset(map(str, (tmp_path / "r").rglob("*-000000.mp4")))

    def failing[**P](look: Callable[P, os.stat_result]) -> Callable[P, os.stat_result]:
        def looked(*path: P.args, **how: P.kwargs) -> os.stat_result:
            if str(path[0]) in bad:
                raise OSError(errno.EUCLEAN, os.strerror(errno.EUCLEAN))
            return look(*path, **how)

        return looked

    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", failing(os.stat))
        patched.setattr(os, "lstat", failing(os.lstat))
        with closing(Library(tmp_path / "r", LIMITS)) as library:
            assert len(library.holds.held(hold(0, 2))) == 1
            assert len(library.holds.found(CAMERA, NOON_MS, NOON_MS + 2 * SEGMENT_MS)) == 2  # and what is beside it
    with closing(Library(tmp_path / "r", LIMITS)) as library:
        assert len(library.holds.held(hold(0, 2))) == 2
        assert len(library.index.everything()) == 4


def test_what_lies_beside_a_file_that_somebody_took_away_can_be_held(library: Library) -> None:
    """One that is gone while the recorder runs would else keep the whole range from being held, for good."""
    (library.folder(CAMERA) / f"{NOON_MS:013}-000000.mp4").unlink()
    assert library.holds.hold(hold(0, 2))
    assert [path.name for _, path in library.holds.held(hold(0, 2))] == [f"{NOON_MS:013}-000001.mp4"]
    enter(library, 5, first=4)
    (library.folder(CAMERA) / f"{NOON_MS:013}-000002.mp4").unlink()
    library.holds.hold(hold(2, 1, "all gone"))
    assert library.holds.held(hold(2, 1, "all gone")) == ()


def test_an_index_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    """Downgrades don't eat recordings."""
    Library(tmp_path / "r", LIMITS).close()
    library = Library(tmp_path / "r", LIMITS)
    library.index._db.execute("PRAGMA user_version = 99")  # noqa: SLF001  as a later version would have
    library.close()
    with pytest.raises(RecorderError) as refused:
        Library(tmp_path / "r", LIMITS)
    assert refused.value.rule is RecorderRule.INDEX_TOO_NEW


def test_a_file_is_copied_where_it_can_t_have_a_second_name(tmp_path: Path) -> None:
    """Holds on another file system."""
    here = tmp_path.stat().st_dev
    others = [place for place in map(Path, ELSEWHERE) if place.is_dir() and place.stat().st_dev != here]
    if not others:
        pytest.skip("there is no second file system")
    source = tmp_path / "a.mp4"
    source.write_bytes(b"footage")
    with tempfile.TemporaryDirectory(dir=others[0]) as folder:
        target = Path(folder) / "a.mp4"
        link(source, target)
        link(source, target)
        assert target.read_bytes() == b"footage"
        assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_half_a_copy_is_never_taken_for_a_whole_one(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file system has no second names, and the process ended within the copy."""

    def dies(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[: SIZE_BYTES // 2])
        raise KeyboardInterrupt

    source = library.folder(CAMERA) / f"{NOON_MS:013}-000000.mp4"
    target = library.folder(CAMERA) / "kept.mp4"
    _without_second_names(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copy2", dies)
        with pytest.raises(KeyboardInterrupt):
            link(source, target)
    assert not target.exists()
    link(source, target)
    assert target.read_bytes() == source.read_bytes()


def test_what_a_camera_that_is_gone_left_goes_when_it_is_too_old(tmp_path: Path) -> None:
    """Killed while it was recording, and its camera was never recorded again: no row, but a file."""
    first = Library(tmp_path / "r", LIMITS)
    old, new = (first.folder(CAMERA) / f"{NOON_MS:013}-00000{number}.mp4" for number in (1, 2))
    first.close()
    for path in (old, new):
        path.write_bytes(b"left behind")
    os.utime(old, (1.0, 1.0))
    Library(tmp_path / "r", LIMITS).close()
    assert not old.exists()
    assert new.exists()
