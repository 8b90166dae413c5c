"""What a camera wrote into a folder is held at the times of its names, as sure as those are, and read nowhere else."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, BinaryIO
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import pytest

from custom_components.milton_share.sources.errors import SourceError
from custom_components.milton_share.sources.media_folder import (
    FolderAdapter,
    copying,
    lengths,
    list_files,
    listing,
    require_inside,
)
from custom_components.milton_share.sources.media_folder import adapter as peer
from custom_components.milton_share.sources.media_folder.listing import open_below
from custom_components.milton_share.sources.one_thread import OneThread
from custom_components.milton_share.sources.recorder_clients.archive.contents import Contents
from custom_components.milton_share.sources.recorder_clients.errors import CopyError
from custom_components.milton_share.sources.recorder_clients.failures import TRIES_MAX
from custom_components.milton_share.sources.steady import SteadyClock
from tests.e2e.processes import until
from tests.simulators.small_disk import small_disk, take_room

from .conftest import CAMERA_ID, DAY, LENGTH_S, ZONE, Camera, hold, in_container, moment, server_of, watching

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

HOUR_AGO_S = 3_600


def start() -> int:
    """Return a whole second an hour ago."""
    return int(time.time()) - HOUR_AGO_S


async def test_files_are_copied_byte_by_byte_and_kept_though_the_camera_deletes_them(
    camera: Camera, tmp_path: Path
) -> None:
    """Three files one after the other: three segments, no gap between them, by the source's clock."""
    began = start()
    paths = [camera.write(began + LENGTH_S * number) for number in range(3)]
    async with watching(camera, tmp_path / "copies") as source:
        extent = await source.coverage(CAMERA_ID, moment(began), moment(began + 30))
        assert len(extent.spans) == 3
        held = await hold(source, began, began + 3 * LENGTH_S)
        for path in paths:
            path.write_bytes(b"overwritten")
            path.unlink()
        held = await source.held("one")
        data = [await asyncio.to_thread(segment.path.read_bytes) for segment in held.segments]
        assert data == [camera.film] * 3
        assert held.clock.method == "source"
        assert held.software == (("media_folder", "files"),)
        assert held.pending == ()
        inside = [gap for gap in held.gaps if gap[0] > moment(began + 2) and gap[1] < moment(began + 28)]
        assert inside == []
        await source.release("one")
        assert not list((tmp_path / "copies").rglob("*.mp4"))


@pytest.mark.parametrize("ahead_s", [-240.0, -45.0, -0.7, 0.0, 0.4, 50.0, 300.0])
@pytest.mark.parametrize("upload_s", [0.5, 20.0, 55.0])
async def test_the_true_time_is_within_what_is_stated(
    camera: Camera, tmp_path: Path, ahead_s: float, upload_s: float
) -> None:
    """However wrong the camera's clock is: the times at which files were written tell."""
    camera.ahead_s, camera.upload_s = ahead_s, upload_s
    began = start()
    for number in range(4):
        camera.write(began + LENGTH_S * number)
    async with watching(camera, tmp_path / "copies") as source:
        held = await hold(source, began - 600, began + 600)
    assert len(held.segments) == 4
    for number, segment in enumerate(held.segments):
        off_ms = abs(segment.from_.timestamp() - (began + LENGTH_S * number)) * 1000
        assert off_ms <= held.clock.uncertainty_ms + 1
    assert held.clock.uncertainty_ms < 400_000


async def test_a_folder_that_is_named_from_above_gives_no_moment_twice(camera: Camera, tmp_path: Path) -> None:
    """Its owner says where the folder is once more while a request is open: all files have other paths then."""
    began = start()
    for number in range(3):
        camera.write(began + LENGTH_S * number)
    span, above = (began - LENGTH_S, began + 4 * LENGTH_S), str(camera.folder.parent)
    async with watching(camera, tmp_path / "copies") as source:
        before = await hold(source, *span)
    async with watching(camera, tmp_path / "copies", server=server_of(camera, folder=above)) as source:
        after = await hold(source, *span)
    assert (len(after.segments), after.spans) == (3, before.spans)


async def test_copies_are_wiped_when_their_hold_ends_though_the_home_was_off_then(
    camera: Camera, tmp_path: Path
) -> None:
    """The deadline passes between two starts: the first thing that the second does is to wipe them."""
    began = start()
    camera.write(began)
    copies = tmp_path / "copies"
    async with watching(camera, copies) as source:
        assert (await hold(source, began, began + LENGTH_S)).segments

    async def nothing_is_there() -> bool:
        return not await asyncio.to_thread(lambda: list(copies.rglob("*.mp4")))

    later = SteadyClock(lambda: time.time() + 2 * DAY.total_seconds())
    async with watching(camera, copies, clock=later) as source:
        await until(nothing_is_there, 30, "a copy past its deadline is still there", every_s=0.02)
        with pytest.raises(CopyError, match="hold_unknown"):
            await source.held("one")


async def test_what_is_still_being_written_is_pending_and_then_copied(camera: Camera, tmp_path: Path) -> None:
    """Half a file is never taken for one."""
    began = int(time.time()) - 2 * LENGTH_S
    path = camera.write(began, camera.film[: len(camera.film) // 2])
    os.utime(path)
    async with watching(camera, tmp_path / "copies") as source:
        held = await hold(source, began, began + LENGTH_S)
        assert held.segments == ()
        assert held.pending != ()
        camera.write(began)
        old_s = time.time() - 60
        os.utime(path, (old_s, old_s))
        held = await hold(source, began, began + LENGTH_S)
        assert len(held.segments) == 1


async def test_what_was_written_at_a_time_that_is_to_come_is_copied_once_it_must_be_whole(
    camera: Camera, tmp_path: Path
) -> None:
    """By a share whose clock was never right: it was taken for one that is still being written, for years."""
    now_s = time.time()
    began, lately = int(now_s) - 3 * 3_600, int(now_s) - 60
    for start_s in (began, lately):
        os.utime(camera.write(start_s), (now_s + 10**8,) * 2)
    async with watching(camera, tmp_path / "copies") as source:
        held = await hold(source, began, began + LENGTH_S)
        assert (len(held.segments), held.pending) == (1, ())
        young = await hold(source, lately, lately + LENGTH_S, "young")
        assert (young.segments, bool(young.pending)) == ((), True)


async def test_what_is_no_recording_is_a_gap(camera: Camera, tmp_path: Path) -> None:
    """A page, a script, a file that broke off for good: nothing is pending, nothing else is hurt."""
    began = start()
    camera.write(began)
    for number, data in enumerate((b"<!doctype html>", b"ffconcat version 1.0\nfile /etc/passwd\n", camera.film[:900])):
        camera.write(began + LENGTH_S * (number + 1), data)
    async with watching(camera, tmp_path / "copies") as source:
        held = await hold(source, began, began + 4 * LENGTH_S)
    assert len(held.segments) == 1
    assert held.pending == ()
    assert held.gaps


async def test_a_file_that_comes_late_is_found(camera: Camera, tmp_path: Path) -> None:
    """Of the last minutes it isn't known what there is: that is pending, no gap."""
    began = int(time.time()) - 120
    async with watching(camera, tmp_path / "copies") as source:
        held = await hold(source, began, began + LENGTH_S)
        assert held.pending != ()
        camera.write(began)
        held = await hold(source, began, began + LENGTH_S)
    assert len(held.segments) == 1


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d/001/dav/%H/%H.%M.%S-23.59.59[M][0@0][0].mp4",
        "%Y/%m/RecM01_%Y%m%d_%H%M%S_000000_AB.mp4",
        "%Y%m%dT%H%M%S%z.mov",
    ],
)
async def test_folders_of_several_makers_are_read(camera: Camera, tmp_path: Path, form: str) -> None:
    """Dahua and Amcrest, Reolink, and names with a zone."""
    camera.form = form
    began = start()
    camera.write(began)
    async with watching(camera, tmp_path / "copies") as source:
        held = await hold(source, began, began + LENGTH_S)
    assert len(held.segments) == 1


async def test_a_name_of_a_minute_is_no_surer_than_that(camera: Camera, tmp_path: Path) -> None:
    """Wyze's cards: the first picture is somewhere in that minute."""
    camera.form = "%Y%m%d/%H/%M.mp4"
    began = start()
    camera.write(began)
    async with watching(camera, tmp_path / "copies") as source:
        held = await hold(source, began - 120, began + 120)
    (segment,) = held.segments
    assert held.clock.uncertainty_ms >= 30_000
    assert abs(segment.from_.timestamp() - began) * 1000 <= held.clock.uncertainty_ms


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize("length_s", [LENGTH_S, HOUR_AGO_S])
@pytest.mark.parametrize("late_s", [3, DAY.total_seconds()])
async def test_of_an_hour_that_comes_twice_length_and_time_of_writing_tell(
    camera: Camera, tmp_path: Path, fold: int, length_s: int, late_s: float
) -> None:
    """Where they don't (the file was moved), both hours are within what is stated; one of an hour ends in the other."""
    began = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo(ZONE), fold=fold).timestamp()
    data = in_container(camera.film, tmp_path, "mp4", "-bsf:v", f"setts=ts=TS*{length_s // LENGTH_S}")
    written_s = began + length_s + late_s
    os.utime(camera.write(began, data), (written_s, written_s))
    async with watching(camera, tmp_path / "copies") as source:
        held = await hold(source, began - 3_600, began + 7_200)
    (segment,) = held.segments
    assert abs(segment.from_.timestamp() - began) * 1000 <= held.clock.uncertainty_ms
    assert (held.clock.uncertainty_ms < 120_000) == (late_s == 3)


async def test_files_that_were_restored_say_nothing_of_the_clock(camera: Camera) -> None:
    """All written long after they were filmed: then the clock is not known, and that is stated."""
    began = start()
    path = camera.write(began)
    late_s = began + 3_000
    os.utime(path, (late_s, late_s))
    known = await FolderAdapter(server_of(camera)).look()
    assert (known.clock.offset_s, known.clock.uncertainty_s) == (0.0, 60.0)


async def test_a_folder_without_times_records_nothing(camera: Camera, tmp_path: Path) -> None:
    """Then this home's own recorder records the camera."""
    (camera.folder / "holiday.mp4").write_bytes(camera.film)
    (camera.folder / "20261110_021000.jpg").write_bytes(b"picture")
    async with watching(camera, tmp_path / "copies") as source:
        await source.look()
        standing = source.standing(CAMERA_ID)
        assert standing is not None
        assert (standing.kind, standing.records, standing.trouble) == ("media_folder", False, None)


def test_a_folder_elsewhere_is_not_looked_at(camera: Camera, tmp_path: Path) -> None:
    """Not by its name, not by a link, not by dots; and one that isn't there is said."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "20261110_021000.mp4").write_bytes(camera.film)
    link = camera.folder.parent / "link"
    link.symlink_to(secret)
    roots = (str(camera.folder.parent),)
    for folder in (str(secret), str(link), f"{camera.folder}/../../secret", "/etc", "/"):
        with pytest.raises(CopyError, match="folder_outside"):
            require_inside(folder, roots)
    for folder in (str(tmp_path / "nothing"), f"{camera.folder}\0", str(camera.write(start()))):
        with pytest.raises(CopyError, match="folder_gone"):
            require_inside(folder, roots)


def test_no_link_is_followed_and_nothing_but_files_is_opened(camera: Camera, tmp_path: Path) -> None:
    """Links to files and folders, pipes: not listed; and when one takes a file's place later, not opened."""
    secret = tmp_path / "20261110_021000.mp4"
    secret.write_bytes(b"secret")
    (camera.folder / "20261110_021001.mp4").symlink_to(secret)
    (camera.folder / "day").symlink_to(tmp_path)
    os.mkfifo(camera.folder / "20261110_021002.mp4")
    roots = (str(camera.folder.parent),)
    assert list_files(str(camera.folder), roots) == ()
    for path in ("20261110_021001.mp4", "day/20261110_021000.mp4", "20261110_021002.mp4", "gone.mp4", "a\0b.mp4"):
        with pytest.raises(CopyError, match="source_gone"):
            open_below(str(camera.folder), roots, path)
    for path in (f"../{camera.folder.name}/../../20261110_021000.mp4", str(secret)):
        with pytest.raises(CopyError, match="source_gone"):
            open_below(str(camera.folder), roots, path)


def test_how_much_is_looked_at_is_bounded(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    """By number and by depth."""
    began = start()
    for number in range(3):
        camera.write(began + LENGTH_S * number)
    deep = camera.folder.joinpath(*"abcdefghij")
    deep.mkdir(parents=True)
    (deep / "20261110_021000.mp4").write_bytes(camera.film)
    roots = (str(camera.folder.parent),)
    assert len(list_files(str(camera.folder), roots)) == 3
    monkeypatch.setattr(listing, "FILES_MAX", 2)
    with pytest.raises(CopyError, match="folder_too_full"):
        list_files(str(camera.folder), roots)


def test_what_is_deleted_while_a_folder_is_gone_through_hides_nothing_else(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A camera whose disk is full deletes the oldest for each new one: a file, and a day's folder."""
    began = start()
    gone, *left = [camera.write(began + LENGTH_S * number) for number in range(4)]
    day = camera.folder / "2026-11-09"
    day.mkdir()
    scandir = os.scandir

    @contextmanager
    def slow(folder: Path) -> Iterator[Iterator[os.DirEntry[str]]]:
        with scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        gone.unlink(missing_ok=True)
        if day.exists():
            day.rmdir()
        yield iter(found)

    monkeypatch.setattr(listing.os, "scandir", slow)
    found = list_files(str(camera.folder), (str(camera.folder.parent),))
    assert [one.path for one in found] == [path.name for path in left]


def test_a_folder_within_that_is_not_ours_to_read_hides_nothing_else(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk's `lost+found`, a share's bin."""
    path = camera.write(start())
    (camera.folder / "lost+found").mkdir()
    scandir = os.scandir

    def refuse(folder: Path) -> object:
        if folder.name == "lost+found":
            raise PermissionError
        return scandir(folder)

    monkeypatch.setattr(listing.os, "scandir", refuse)
    roots = (str(camera.folder.parent),)
    assert [one.path for one in list_files(str(camera.folder), roots)] == [path.name]
    with pytest.raises(CopyError, match="folder_gone"):
        list_files(str(camera.folder / "lost+found"), roots)


def test_a_folder_within_whose_files_are_not_ours_to_look_at_hides_nothing_else(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their names can be read, and no more (a folder without the right to enter it)."""
    path, closed = camera.write(start()), set[str]()
    day = camera.folder / "day"
    day.mkdir()
    (day / path.name).touch()
    scandir = os.scandir

    def denied(**_: object) -> None:
        raise PermissionError

    @contextmanager
    def names_alone(folder: Path) -> Iterator[Iterator[object]]:
        with scandir(folder) as entries:
            yield (SimpleNamespace(**facts_of(one), stat=denied if folder == day else one.stat) for one in entries)

    def facts_of(entry: os.DirEntry[str]) -> dict[str, object]:
        facts = {"is_dir": entry.is_dir, "is_symlink": entry.is_symlink}
        return {"path": entry.path, "name": entry.name, **facts}

    monkeypatch.setattr(listing.os, "scandir", names_alone)
    found = list_files(str(camera.folder), (str(camera.folder.parent),), closed)
    assert ([one.path for one in found], closed) == ([path.name], {str(day)})


@pytest.mark.parametrize("broken", [errno.EIO, errno.EUCLEAN, errno.EBADMSG])
async def test_a_bad_place_of_the_disk_hides_nothing_but_what_lies_there(
    camera: Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: int
) -> None:
    """A day's folder can't be read any more: all other days are there, and the owner is told. A share away is more."""
    began = start()
    camera.write(began)
    day, scandir, said = camera.folder / "day", os.scandir, [broken]
    day.mkdir()

    def scan(folder: Path) -> object:
        if folder == day:
            raise OSError(said[0], "bad")
        return scandir(folder)

    monkeypatch.setattr(listing.os, "scandir", scan)
    async with watching(camera, tmp_path / "copies") as source:
        held = await hold(source, began, began + LENGTH_S)
        assert (len(held.segments), held.gaps) == (1, ())
        await source.look()
        standing = source.standing(CAMERA_ID)
        assert standing is not None
        assert (standing.trouble, standing.records) == ("folder_closed", True)
        said[0] = errno.EHOSTDOWN
        await source.look()
        standing = source.standing(CAMERA_ID)
        assert standing is not None
        assert standing.trouble == "folder_gone"


async def test_a_folder_within_that_can_not_be_read_is_said_and_no_gap_at_once(
    camera: Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recorder in a container makes a folder for each day, and some as another user: it may have what is missing."""
    began = start()
    camera.write(began)
    day = camera.folder / "next day"
    day.mkdir()
    there = camera.write(began + LENGTH_S).rename(day / camera.written[-1][0].name)
    span = (began, began + 2 * LENGTH_S)
    scandir = os.scandir
    with monkeypatch.context() as patched:
        patched.setattr(listing.os, "scandir", lambda folder: scandir(folder if folder != day else deny()))
        async with watching(camera, tmp_path / "copies") as source:
            held = await hold(source, *span)
            assert (len(held.segments), held.gaps, held.trouble) == (1, (), "folder_closed")
            await source.look()
            standing = source.standing(CAMERA_ID)
            assert standing is not None
            assert (standing.trouble, standing.records) == ("folder_closed", True)
            held = [await hold(source, *span) for _ in range(TRIES_MAX)][-1]
            assert (len(held.segments), len(held.gaps), held.pending) == (1, 1, ())
    async with watching(camera, tmp_path / "others") as source:
        assert len((await hold(source, *span)).segments) == 2
    assert there.exists()


def deny() -> Path:
    """Refuse to say what lies in a folder."""
    raise PermissionError


async def test_a_folder_that_stays_empty_was_emptied(camera: Camera, tmp_path: Path) -> None:
    """After a day of waiting for its share: else nothing around what is missing could be shown until the deadline."""
    began = start()
    path = camera.write(began)
    span = (began, began + 2 * LENGTH_S)
    async with watching(camera, tmp_path / "copies") as source:
        await hold(source, *span)
    path.unlink()
    async with watching(camera, tmp_path / "copies", empty_s=0.0) as source:
        for _ in range(2):
            held = await hold(source, *span)
            assert (len(held.segments), len(held.gaps), held.pending, held.trouble) == (1, 1, (), None)
        camera.write(began)
        camera.write(began + LENGTH_S)  # its share is there again after a weekend
        assert len((await hold(source, *span)).segments) == 2


async def test_an_empty_folder_that_had_some_is_said_and_has_no_gap_for_a_new_request(
    camera: Camera, tmp_path: Path
) -> None:
    """Else ten seconds that another source has were kept for good, and the owner was told of nothing."""
    began = start()
    path = camera.write(began)
    async with watching(camera, tmp_path / "copies") as source:
        await source.look()
        path.unlink()
        await source.look()
        standing = source.standing(CAMERA_ID)
        assert standing is not None
        assert (standing.trouble, standing.records) == ("folder_empty", False)
        with pytest.raises(SourceError, match="folder_empty"):
            await source.coverage(CAMERA_ID, moment(began), moment(began + LENGTH_S))
        camera.write(began)
        await source.look()
        standing = source.standing(CAMERA_ID)
        assert standing is not None
        assert (standing.trouble, standing.records) == (None, True)
        assert len((await source.coverage(CAMERA_ID, moment(began), moment(began + LENGTH_S))).spans) == 1


async def test_a_file_that_can_not_be_read_keeps_no_other_from_being_copied(
    camera: Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad sector in the middle of it: it is a gap when it was tried often enough, and is never copied in part."""
    began = start()
    bad, *_ = [camera.write(began + LENGTH_S * number) for number in range(3)]
    opened = copying.open_below

    class Broken(io.BytesIO):
        def __init__(self, file: BinaryIO) -> None:
            super().__init__(b"some")
            self._file = file

        def fileno(self) -> int:
            return self._file.fileno()

        def close(self) -> None:
            self._file.close()
            super().close()

        def read(self, size: int | None = -1) -> bytes:
            if (piece := super().read(size)) == b"":
                raise OSError(errno.EIO, "bad sector")
            return piece

    def open_below(folder: str, roots: Sequence[str], path: str) -> BinaryIO:
        file = opened(folder, roots, path)
        return Broken(file) if path == bad.name else file

    monkeypatch.setattr(copying, "open_below", open_below)
    async with watching(camera, tmp_path / "copies") as source:
        for _ in range(TRIES_MAX):
            with suppress(SourceError):
                held = await hold(source, began, began + 3 * LENGTH_S)
        assert (len(held.segments), held.pending, held.trouble) == (2, (), None)
        assert list((tmp_path / "copies" / "ring").glob("*/*")) == []


async def test_a_disk_that_fills_while_a_file_is_copied_keeps_no_part_of_it(camera: Camera, tmp_path: Path) -> None:
    """Else it would stay full: a recording may have gigabytes."""
    began = start()
    camera.write(began)
    with small_disk(tmp_path, 2**20) as disk:
        async with watching(camera, disk / "copies") as source:
            ballast = take_room(disk, len(camera.film) * 3 // 4)
            with pytest.raises(SourceError, match="hold_failed"):
                await hold(source, began, began + LENGTH_S)
            assert list((disk / "copies" / "ring").glob("*/*")) == []
            ballast.unlink()
            assert len((await hold(source, began, began + LENGTH_S)).segments) == 1


@pytest.mark.parametrize("is_stopped", [False, True])
async def test_a_part_of_a_file_goes_though_its_hold_ends_while_others_have_the_ledger(
    camera: Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_stopped: bool
) -> None:
    """The share gave half of it; what ends its copying then comes before its part had its turn to be removed."""
    path = camera.write(start())
    began, going_on, loop = camera.written[0][1], threading.Event(), asyncio.get_running_loop()
    others: list[asyncio.Task[bool]] = []

    class BreaksOff(io.FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() == 0:
                return super().read(min(size or -1, 1_000))
            asking = asyncio.run_coroutine_threadsafe(ask(), loop)
            asking.result(30)
            raise OSError(errno.EIO, "")

    async with watching(camera, tmp_path / "copies") as source:

        async def ask() -> None:
            others.append(asyncio.create_task(source._do(going_on.wait, 30)))  # noqa: SLF001  whoever else asks

        async def is_asked() -> bool:
            return bool(others)

        monkeypatch.setattr(copying, "open_below", lambda *_: BreaksOff(path))
        holding = asyncio.create_task(hold(source, began, began + LENGTH_S))
        await until(is_asked, 30, "nothing is copied", every_s=0.02)
        await asyncio.sleep(0.2)
        ending = asyncio.create_task(source.stop() if is_stopped else source.release("one"))
        await asyncio.sleep(0.1)
        going_on.set()
        await ending
        holding.cancel()
        assert list((tmp_path / "copies" / "ring").glob("*/*")) == []


async def test_a_file_that_a_share_does_not_open_for_a_moment_is_copied_later(
    camera: Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That its host is down says nothing of the file."""
    began = start()
    name = camera.write(began).name
    opened = os.open

    def down(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if path == name:
            raise OSError(errno.EHOSTDOWN, "host is down")
        return opened(path, flags, mode, dir_fd=dir_fd)

    async with watching(camera, tmp_path / "copies") as source:
        await source.look()
        with monkeypatch.context() as patched:
            patched.setattr(listing.os, "open", down)
            with pytest.raises(SourceError, match="source_away"):
                await hold(source, began, began + LENGTH_S)
        assert len((await hold(source, began, began + LENGTH_S)).segments) == 1


def test_what_can_not_be_looked_into_now_is_not_taken_for_no_recording(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that goes away meanwhile, or stumbles: else nothing more would be copied."""
    camera.write(start())
    (found,) = list_files(str(camera.folder), (str(camera.folder.parent),))
    known = lengths.Lengths(server_of(camera), OneThread())
    away = camera.folder.rename(camera.folder.with_name("away"))
    with pytest.raises(CopyError, match="folder_gone"):
        known.of(found)
    away.rename(camera.folder)
    with monkeypatch.context() as patched:
        patched.setattr(lengths, "open_below", Mock(side_effect=OSError(errno.EIO, "it stumbled")))
        assert known.of(found) is lengths.UNREAD
    assert isinstance(known.of(found), Contents)


@pytest.mark.parametrize(("stumbles_s", "comes"), [(lengths.STUMBLES_S, True), (0.0, False)])
async def test_no_child_is_asked_about_what_can_not_be_read_for_a_moment(
    camera: Camera, monkeypatch: pytest.MonkeyPatch, stumbles_s: float, *, comes: bool
) -> None:
    """It could not read it either, and would take it for no recording, for good; only what stays so is none."""
    camera.write(start())
    (found,) = list_files(str(camera.folder), (str(camera.folder.parent),))
    known = lengths.Lengths(server_of(camera), OneThread(), stumbles_s)
    with monkeypatch.context() as patched:
        patched.setattr(lengths, "read_contents", Mock(side_effect=OSError(errno.EIO, "it stumbled")))
        patched.setattr(lengths, "look_into", Mock(side_effect=CopyError("source_unreadable")))
        for _ in range(TRIES_MAX):
            await known.ask([found])
    assert isinstance(known.of(found), Contents) is comes


async def test_a_folder_that_goes_away_is_said_and_comes_back(camera: Camera, tmp_path: Path) -> None:
    """A share that isn't mounted: what was held stays."""
    began = start()
    camera.write(began)
    async with watching(camera, tmp_path / "copies") as source:
        await hold(source, began, began + LENGTH_S)
        away = camera.folder.with_name("away")
        camera.folder.rename(away)
        await source.look()
        standing = source.standing(CAMERA_ID)
        assert standing is not None
        assert standing.trouble == "folder_gone"
        assert len((await source.held("one")).segments) == 1
        away.rename(camera.folder)
        await source.look()
        standing = source.standing(CAMERA_ID)
        assert standing is not None
        assert (standing.trouble, standing.records) == (None, True)


async def test_a_folder_is_gone_through_no_more_often_for_a_hold_than_must_be(
    camera: Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a hundred thousand files each time takes two seconds: before they are measured, and after that."""
    began = start()
    camera.write(began)
    listings = Mock(wraps=list_files)
    async with watching(camera, tmp_path / "copies") as source:
        await hold(source, began, began + LENGTH_S)
        monkeypatch.setattr(peer, "list_files", listings)
        assert len((await hold(source, began, began + LENGTH_S - 1, "other")).segments) == 1
    assert listings.call_count == 2


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_share_that_is_not_mounted_is_not_taken_for_a_folder_without_recordings(
    camera: Camera, tmp_path: Path, *, restarted: bool
) -> None:
    """Where it was there is an empty folder: what isn't here yet is no gap, also after a restart."""
    began = start()
    files = [camera.write(began + LENGTH_S * number) for number in range(3)]
    span = (began, began + 3 * LENGTH_S)
    async with watching(camera, tmp_path / "copies") as source:
        later = files[1].read_bytes()
        files[1].write_bytes(later[:1])
        now_s = time.time()
        os.utime(files[1], (now_s, now_s))  # still being written
        assert len((await hold(source, *span)).segments) == 2
        files[1].write_bytes(later)
        os.utime(files[1], (began + 3 * LENGTH_S,) * 2)
        if restarted:
            await source.stop()
            await source.start()
        away = camera.folder.with_name("away")
        camera.folder.rename(away)
        camera.folder.mkdir()
        held = await hold(source, *span)
        assert (len(held.segments), held.gaps, held.trouble) == (2, (), "folder_empty")
        assert held.pending
        camera.folder.rmdir()
        away.rename(camera.folder)
        assert len((await hold(source, *span)).segments) == 3


async def test_no_more_is_copied_than_may_be_held(camera: Camera, tmp_path: Path) -> None:
    """The rest is said as the quota."""
    began = start()
    for number in range(3):
        camera.write(began + LENGTH_S * number)
    async with watching(camera, tmp_path / "copies") as source:
        source._archive._room._budget.total_bytes = len(camera.film) + 10  # noqa: SLF001
        held = await hold(source, began, began + 3 * LENGTH_S)
    assert len(held.segments) == 1
    assert held.trouble == "hold_quota"


async def test_a_file_that_says_it_is_larger_than_any_can_be_keeps_no_other_from_being_copied(
    camera: Camera, tmp_path: Path
) -> None:
    """A broken disk says so, or a hostile camera: it is no recording, and nobody's want of room."""
    began = start()
    camera.write(began, in_container(camera.film, tmp_path, "mp4", "-movflags", "+faststart"))
    path, _ = camera.written[0]
    written_s = path.stat().st_mtime
    os.truncate(path, 2**40)
    os.utime(path, (written_s, written_s))
    camera.write(began + LENGTH_S)
    async with watching(camera, tmp_path / "copies") as source:
        held = await hold(source, began, began + 2 * LENGTH_S)
    assert (len(held.segments), len(held.gaps), held.pending, held.trouble) == (1, 1, (), None)


def test_a_file_is_told_from_others_whatever_it_is_called(camera: Camera) -> None:
    """By its path; and what a camera calls it is no name among the copies."""
    first = camera.write(start())
    (found,) = list_files(str(camera.folder), (str(camera.folder.parent),))
    assert found.path == first.name
    assert len(found.key) == 32
    assert found.key != replace(found, path="other.mp4").key
    assert timedelta(seconds=found.written_s) > timedelta()


async def test_a_folder_is_not_gone_through_at_every_turn(camera: Camera) -> None:
    """What there is for a hold is always looked up; how the camera is, now and then."""
    camera.write(start())
    peer = FolderAdapter(server_of(camera))
    before = await peer.look()
    for path, _ in camera.written:
        path.unlink()
    assert await peer.look() is before
    assert (await FolderAdapter(server_of(camera), look_every_s=0.0).look()).records == {"files": False}
