"""Folders of programs (ffmpeg, VLC, motion, recorders): files in any container that the cutter takes, and what is none.

Those without an index are measured by a limited child, once, and only for who copies them.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO

import pytest

from custom_components.milton_share.shared.milton_protocol.limits import DURATION_MAX
from custom_components.milton_share.sources.errors import SourceError
from custom_components.milton_share.sources.media_folder import FolderAdapter, checks, lengths
from custom_components.milton_share.sources.media_folder.checks import NoAnswerError, read_extent
from custom_components.milton_share.sources.media_folder.lengths import UNREAD, Lengths, contents_at
from custom_components.milton_share.sources.media_folder.listing import list_files
from custom_components.milton_share.sources.one_thread import OneThread
from custom_components.milton_share.sources.recorder_clients.archive.contents import LENGTH_MAX_S, Contents
from custom_components.milton_share.sources.recorder_clients.errors import CopyError, CopyRule
from tests.cases import in_ci

from .conftest import CAMERA_ID, LENGTH_S, Camera, hold, in_container, moment, server_of, watching

if TYPE_CHECKING:
    from pathlib import Path

FORM = "%Y%m%d-%H%M%S"
FRAGMENTS = ("-movflags", "frag_keyframe+empty_moov+default_base_moof")
HALF_INDEX = ("-movflags", "frag_keyframe")
"""What ffmpeg writes then: an index of the first fragment alone, before the others."""
KINDS = {
    "MPEG-TS": ("ts", ()),
    "MPEG-TS with times": ("m2ts", ()),
    "Matroska": ("mkv", ()),
    "Matroska, as it is streamed": ("mkv", ("-live", "1")),
    "MP4 in fragments": ("mp4", FRAGMENTS),
    "MP4 whose index has its first fragment": ("mp4", HALF_INDEX),
    "MOV": ("mov", ()),
}


@pytest.fixture
def stream(camera: Camera, tmp_path: Path) -> Camera:
    """Let a program write transport streams."""
    camera.film = in_container(camera.film, tmp_path, "ts")
    camera.form = f"{FORM}.ts"
    return camera


def start() -> int:
    """Return a whole second an hour ago."""
    return int(time.time()) - 3_600


@pytest.mark.parametrize("kind", in_ci(list(KINDS), ["MPEG-TS", "Matroska, as it is streamed", "MOV"]))
async def test_every_container_is_measured_and_held_byte_by_byte(camera: Camera, tmp_path: Path, kind: str) -> None:
    """As long as it is, at its time."""
    suffix, options = KINDS[kind]
    camera.film = in_container(camera.film, tmp_path, suffix, *options)
    camera.form = f"{FORM}.{suffix}"
    began = start()
    camera.write(began)
    async with watching(camera, tmp_path / "copies") as source:
        held = await hold(source, began, began + LENGTH_S)
        (segment,) = held.segments
        assert await asyncio.to_thread(segment.path.read_bytes) == camera.film
    assert held.pending == ()
    assert (segment.until - segment.from_).total_seconds() == pytest.approx(LENGTH_S, abs=0.25)
    assert abs(segment.from_.timestamp() - began) * 1000 <= held.clock.uncertainty_ms + 1


@pytest.mark.parametrize("ahead_s", [pytest.param(-240.0, marks=pytest.mark.long), 0.4])
async def test_a_clock_is_judged_by_files_without_an_index_too(stream: Camera, tmp_path: Path, ahead_s: float) -> None:
    """However wrong it is."""
    stream.ahead_s = ahead_s
    began = start()
    for number in range(2):
        stream.write(began + LENGTH_S * number)
    async with watching(stream, tmp_path / "copies") as source:
        held = await hold(source, began - 400, began + 400)
        known = await source._recorders.peer(server_of(stream)).look()  # noqa: SLF001
    assert len(held.segments) == 2
    assert abs(held.segments[0].from_.timestamp() - began) * 1000 <= held.clock.uncertainty_ms + 1
    assert (known.clock.offset_s == 0) == (abs(ahead_s) < 1)


def leaping(stream: Camera, folder: Path, leap_s: int) -> bytes:
    """Return ten seconds in which the time stamps leap in the middle."""
    whole, halves = folder / "whole.ts", []
    whole.write_bytes(stream.film)
    for number in range(2):
        half = folder / f"half{number}.ts"
        part = ["-ss", str(number * LENGTH_S // 2), "-t", str(LENGTH_S // 2), "-i", str(whole), "-c", "copy"]
        at_s = 1_000 + number * (LENGTH_S // 2 + leap_s)
        subprocess.run(["ffmpeg", "-v", "error", *part, "-output_ts_offset", str(at_s), str(half)], check=True)
        halves.append(half.read_bytes())
    return b"".join(halves)


async def test_a_file_whose_time_begins_anew_is_held_whole_and_as_unsure_as_it_may_have_paused(
    stream: Camera, tmp_path: Path
) -> None:
    """It paused no longer than until it was written; where that says nothing it ends where its own time does."""
    film = await asyncio.to_thread(leaping, stream, tmp_path, -100)
    began = start()
    whole, moved = stream.write(began, film), stream.write(began + 1_000, film)
    os.utime(moved, (began + 3_000, began + 3_000))
    async with watching(stream, tmp_path / "copies") as source:
        (segment,) = (await hold(source, began, began + LENGTH_S)).segments
        (half,) = (await hold(source, began + 1_000, began + 1_000 + LENGTH_S, "two")).segments
    assert (segment.until - segment.from_).total_seconds() == pytest.approx(LENGTH_S, abs=0.25)
    assert segment.clock is not None
    assert segment.clock.uncertainty_ms >= (whole.stat().st_mtime - began - LENGTH_S) * 1000
    assert (half.until - half.from_).total_seconds() == pytest.approx(LENGTH_S / 2, abs=0.25)


async def test_a_file_whose_time_stamps_leap_does_not_move_the_cameras_clock(stream: Camera, tmp_path: Path) -> None:
    """By its stamps it was written before what is in it was filmed: those of its neighbours are believed."""
    began = start()
    stream.write(began)
    stream.write(began + 60, await asyncio.to_thread(leaping, stream, tmp_path, 100))
    async with watching(stream, tmp_path / "copies") as source:
        held = await hold(source, began, began + 200)
    assert len(held.segments) == 2
    assert held.clock.offset_ms == 0
    assert abs(held.segments[0].from_.timestamp() - began) * 1000 <= held.clock.uncertainty_ms + 1


@pytest.mark.parametrize(
    "early_s", [0.9, pytest.param(5.0, marks=pytest.mark.long), pytest.param(9.0, marks=pytest.mark.long)]
)
async def test_a_first_file_that_begins_before_its_name_is_within_what_is_stated(
    camera: Camera, tmp_path: Path, early_s: float
) -> None:
    """A program looks at the stream before it writes; a camera keeps what was before the event."""
    began = start()
    camera.ahead_s = early_s
    camera.write(began)
    camera.ahead_s = 0.0
    for number in range(1, 3):
        camera.write(began + LENGTH_S * number)
    camera.upload_s = 0.0
    async with watching(camera, tmp_path / "copies") as source:
        held = await hold(source, began - 60, began + 60)
    assert len(held.segments) == 3
    for number, segment in enumerate(held.segments):
        off_ms = abs(segment.from_.timestamp() - (began + LENGTH_S * number)) * 1000
        assert off_ms <= held.clock.uncertainty_ms + 1


async def test_a_file_is_read_once_and_only_for_who_copies(stream: Camera, tmp_path: Path) -> None:
    """What it had stays known by its size and its time of writing; what is asked for the page reads nothing."""
    stream.upload_s = 30.0
    began = start()
    path = stream.write(began)
    status = path.stat()
    asked = moment(began - 100), moment(began + 100)
    async with watching(stream, tmp_path / "copies") as source:
        ((low, high),) = (await source.coverage(CAMERA_ID, *asked)).spans
        assert (high - low).total_seconds() == pytest.approx(LENGTH_S + 30)
        await hold(source, began, began + LENGTH_S)
        await source.release("one")
        path.write_bytes(b"x" * status.st_size)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        ((low, high),) = (await source.coverage(CAMERA_ID, *asked)).spans
        assert (high - low).total_seconds() == pytest.approx(LENGTH_S, abs=0.25)
        held = await hold(source, began, began + LENGTH_S, "two")
    assert held.segments == ()


async def test_a_file_of_which_nothing_is_known_may_be_as_long_as_any(stream: Camera, tmp_path: Path) -> None:
    """Its time of writing is before its beginning: it was moved here. Once it is read, it is as long as it is."""
    began = start()
    path = stream.write(began)
    os.utime(path, (began - 86_400, began - 86_400))
    asked = moment(began + 1_800), moment(began + 1_900)
    async with watching(stream, tmp_path / "copies") as source:
        assert (await source.coverage(CAMERA_ID, *asked)).spans
        held = await hold(source, began + 1_800, began + 1_900)
        assert (held.segments, held.pending) == ((), ())
        assert not (await source.coverage(CAMERA_ID, *asked)).spans


async def test_what_no_child_can_measure_is_a_gap_and_hurts_nothing_else(stream: Camera, tmp_path: Path) -> None:
    """A page, scripts that lead elsewhere, sound alone, a file that broke off: it holds what it has."""
    began = start()
    sound = tmp_path / "sound.ts"
    make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=10", "-c:a", "aac", str(sound)]
    await asyncio.to_thread(subprocess.run, make, check=True)
    bad = (
        b"<!doctype html>",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/a.ts\n",
        sound.read_bytes(),
    )
    for number, data in enumerate(bad):
        stream.write(began + 20 * number, data)
    stream.write(began + 100, stream.film[: len(stream.film) // 2])
    stream.write(began + 120)
    async with watching(stream, tmp_path / "copies") as source:
        held = await hold(source, began, began + 200)
    assert [round((one.until - one.from_).total_seconds()) for one in held.segments] in ([5, 10], [4, 10], [6, 10])
    assert held.pending == ()


async def test_how_many_broken_files_cost_a_child_at_once_is_bounded(
    stream: Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is pending, and goes on at the next turn where this one ended."""
    monkeypatch.setattr(lengths, "BROKEN_MAX", 2)
    began = start()
    for number in range(3):
        stream.write(began + LENGTH_S * number, b"<!doctype html>" + bytes([number]))
    stream.write(began + 3 * LENGTH_S)
    files = list_files(str(stream.folder), (str(stream.folder.parent),))
    known = Lengths(server_of(stream), OneThread())
    await known.ask(files)
    assert [known.of(found) for found in files] == [None, None, UNREAD, UNREAD]
    async with watching(stream, tmp_path / "copies") as source:
        held = await hold(source, began, began + 4 * LENGTH_S)
        while held.pending:
            held = await hold(source, began, began + 4 * LENGTH_S)
    assert len(held.segments) == 1


async def test_a_child_that_takes_too_long_or_too_much_measures_nothing(
    stream: Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is ended; the file is no recording then, unless one of the next children says so."""
    path = stream.write(start())
    assert (await contents_at(path)).length_s == pytest.approx(LENGTH_S, abs=0.25)
    with monkeypatch.context() as smaller:
        smaller.setattr(checks, "LIMITS", {**checks.LIMITS, "memory_bytes": 2**24})
        with pytest.raises(CopyError, match="source_unreadable"):
            await contents_at(path)
    monkeypatch.setattr(checks, "WALL_S", 0.0)
    with pytest.raises(CopyError, match="source_unreadable"):
        await contents_at(path)
    copies = tmp_path / "copies"
    async with watching(stream, copies) as source:
        began = stream.written[0][1]
        held = await hold(source, began, began + LENGTH_S)
        assert held.pending
        while held.pending:
            held = await hold(source, began, began + LENGTH_S)
    assert (held.segments, held.pending) == ((), ())
    assert not await asyncio.to_thread(lambda: list(copies.rglob("*.part")))
    known, files = Lengths(server_of(stream), OneThread()), list_files(str(stream.folder), (str(stream.folder.parent),))
    await known.ask(files)
    monkeypatch.undo()
    await known.ask(files)
    assert [isinstance(known.of(found), Contents) for found in files] == [True]


async def test_a_file_that_becomes_another_while_it_is_copied_is_judged_by_what_came(
    stream: Camera, tmp_path: Path
) -> None:
    """It was measured; what was copied then is no recording: a gap, and nothing of it stays."""
    began = start()
    path = stream.write(began)
    status = path.stat()
    server = server_of(stream)
    async with watching(stream, tmp_path / "copies") as source:
        await source.look()
        peer = source._recorders.peer(server)  # noqa: SLF001
        assert isinstance(peer, FolderAdapter)
        (found,) = list_files(server.folder, server.roots)
        await peer._lengths.ask([found])  # noqa: SLF001
        path.write_bytes(b"y" * status.st_size)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        held = await hold(source, began, began + LENGTH_S)
    assert (held.segments, held.pending) == ((), ())
    assert not await asyncio.to_thread(lambda: list((tmp_path / "copies").rglob("*.part")))


STARTS_WITH_INDEX = ("mp4", ("-movflags", "+faststart"))


@pytest.mark.parametrize(
    "kind",
    [STARTS_WITH_INDEX, *(pytest.param(KINDS[kind], marks=pytest.mark.long) for kind in ("MPEG-TS", "Matroska"))],
)
async def test_half_an_upload_that_stands_still_is_not_taken_for_the_whole(
    camera: Camera, tmp_path: Path, kind: tuple[str, tuple[str, ...]]
) -> None:
    """Over a weak link: what came is readable, and its index may say that all is there. The rest comes, and is held."""
    suffix, options = kind
    film = in_container(camera.film, tmp_path, suffix, *options)
    camera.form = f"{FORM}.{suffix}"
    began = int(time.time()) - 150
    path = camera.write(began, film[: len(film) // 2])
    stood_still_s = time.time() - 60
    os.utime(path, (stood_still_s, stood_still_s))
    async with watching(camera, tmp_path / "copies") as source:
        half = await hold(source, began, began + LENGTH_S)
        assert (half.segments, half.gaps, len(half.pending)) == ((), (), 1)
        camera.write(began, film)
        held = await hold(source, began, began + LENGTH_S)
        assert [segment.path.read_bytes() for segment in held.segments] == [film]


async def test_an_upload_that_broke_off_is_as_long_as_what_came(camera: Camera, tmp_path: Path) -> None:
    """The index before it says more: that what never came was there would be a lie."""
    suffix, options = STARTS_WITH_INDEX
    film = in_container(camera.film, tmp_path, suffix, *options)
    camera.form = f"{FORM}.{suffix}"
    began = start()
    camera.write(began, film[: len(film) // 2])
    async with watching(camera, tmp_path / "copies") as source:
        held = await hold(source, began, began + LENGTH_S)
    (segment,) = held.segments
    assert LENGTH_S * 0.3 < (segment.until - segment.from_).total_seconds() < LENGTH_S * 0.7
    assert (len(held.gaps), held.pending) == (1, ())


async def test_a_copy_of_which_a_child_says_nothing_is_made_again(
    stream: Camera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a moment there was no memory for the child here: that is no gap in what the camera wrote."""
    stream.write(start())
    began, asked, look_into = stream.written[0][1], Counter[str](), lengths.look_into

    async def ended(file: BinaryIO) -> Contents:
        asked["copy" if ".part" in str(file.name) else "file"] += 1  # of a folder it has but a number
        if asked["copy"] == 1:
            raise NoAnswerError(CopyRule.RECORDING_UNREADABLE, "SIGKILL")
        return await look_into(file)

    monkeypatch.setattr(lengths, "look_into", ended)
    async with watching(stream, tmp_path / "copies") as source:
        with pytest.raises(SourceError, match="source_away"):
            await hold(source, began, began + LENGTH_S)
        held = await hold(source, began, began + LENGTH_S)
    assert (len(held.segments), held.trouble) == (1, None)


def test_a_file_that_is_gone_or_can_not_be_read_now_is_not_remembered_as_none(stream: Camera) -> None:
    """A share that was away for a moment."""
    stream.form = f"{FORM}.mp4"
    path = stream.write(start())
    (found,) = list_files(str(stream.folder), (str(stream.folder.parent),))
    known = Lengths(server_of(stream), OneThread())
    away = path.rename(path.with_name("away"))
    assert known.of(found) is None
    away.rename(path)
    assert known.of(found) is UNREAD


async def test_a_file_that_is_gone_when_its_turn_comes_is_left_out(stream: Camera) -> None:
    """The camera deleted it meanwhile; the next one is measured."""
    first, second = stream.write(start()), stream.write(start() + LENGTH_S)
    files = list_files(str(stream.folder), (str(stream.folder.parent),))
    first.unlink()
    known = Lengths(server_of(stream), OneThread())
    await known.ask(files)
    assert known.of(files[0]) is UNREAD
    contents = known.of(files[1])
    assert isinstance(contents, Contents)
    assert contents.length_s == pytest.approx(LENGTH_S, abs=0.25)
    assert second.exists()


async def test_what_a_child_measured_is_known_until_all_of_the_longest_range_is(stream: Camera) -> None:
    """Files of two seconds (HLS): the first was forgotten before the last was measured, and nothing was ever copied."""
    stream.write(start())
    (first,) = list_files(str(stream.folder), (str(stream.folder.parent),))
    known = Lengths(server_of(stream), OneThread())
    await known.ask([first])
    for number in range((DURATION_MAX // timedelta(seconds=1) + LENGTH_MAX_S) // 2):
        assert known.of(replace(first, path=f"{number}.ts")) is UNREAD
    assert isinstance(known.of(first), Contents)


def test_how_much_is_remembered_is_bounded(stream: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was forgotten is looked at again."""
    monkeypatch.setattr(lengths, "REMEMBERED_MAX", 1)
    for number in range(3):
        stream.write(start() + LENGTH_S * number)
    known = Lengths(server_of(stream), OneThread())
    for found in list_files(str(stream.folder), (str(stream.folder.parent),)):
        assert known.of(found) is UNREAD
    assert len(known._known) == 1  # noqa: SLF001


@pytest.mark.parametrize(
    "line",
    [
        b"", b"[]", b"{}", b'{"refused":"bad_job"}', b'{"extent":[]}',
        b'{"extent":{"start_s":0,"end_s":0,"gaps":[],"anew":[]}}',
        b'{"extent":{"start_s":0,"end_s":NaN,"gaps":[],"anew":[]}}',
        b'{"extent":{"start_s":0,"end_s":7300,"gaps":[],"anew":[]}}',
        b'{"extent":{"start_s":true,"end_s":5,"gaps":[],"anew":[]}}',
        b'{"extent":{"start_s":0,"end_s":5,"gaps":[[3,1]],"anew":[]}}',
        b'{"extent":{"start_s":0,"end_s":5,"gaps":[[1,9]],"anew":[]}}',
        b'{"extent":{"start_s":0,"end_s":5,"gaps":[[1]],"anew":[]}}',
        b'{"extent":{"start_s":0,"end_s":1' + b"0" * 400 + b',"gaps":[],"anew":[]}}',
        b'{"extent":{"start_s":0,"end_s":5,"gaps":[]}}', b'{"extent":{"start_s":0,"end_s":5,"gaps":[],"anew":[9]}}',
    ],
)  # fmt: skip
def test_the_child_is_not_believed_blindly(line: bytes) -> None:
    """Numbers that can't be are none."""
    assert read_extent(b'{"extent":{"start_s":0,"end_s":5,"gaps":[[1,3]],"anew":[4]}}').anew == (4,)
    with pytest.raises(CopyError, match="source_unreadable"):
        read_extent(line)
