"""Added files as a source: kept whole, held by their time, wiped by the same rules as everything that is held."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.hold_room import HoldBudget, room_of
from custom_components.milton_share.sources.steady import SteadyClock
from custom_components.milton_share.sources.upload import AddedFile, FileFacts, Timing, UploadError, UploadSource
from tests.e2e.processes import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

BEGAN = datetime(2026, 11, 10, 7, 10, tzinfo=UTC)
DAY = timedelta(days=1)
FACTS = FileFacts(
    start_s=1.5, length_s=10.0, width=320, height=240, codec="h264", sound=False, gaps=((4.5, 6.0),), tags={}
)


class Files:
    """The files that there are."""

    def __init__(self, *files: AddedFile) -> None:
        """Take them."""
        self.files = {file.case_id: file for file in files}

    def by_camera(self, camera_id: str) -> AddedFile | None:
        """Find one."""
        return next((file for file in self.files.values() if file.camera_id == camera_id), None)

    def by_case(self, case_id: str) -> AddedFile | None:
        """Find one."""
        return self.files.get(case_id)

    def everything(self) -> list[AddedFile]:
        """List them."""
        return list(self.files.values())


def added(**changes: object) -> AddedFile:
    """Return a file whose owner has said when it was filmed."""
    file = AddedFile(
        file_id="f" * 32,
        case_id="case",
        request_id="r",
        name="front.mp4",
        size_bytes=9,
        sha256="0" * 64,
        facts=FACTS,
        deadline_ms=round(time.time() * 1000) + 3_600_000,
        timing=Timing(from_ms=round(BEGAN.timestamp() * 1000), uncertainty_ms=60_000, offset_ms=500),
    )
    return replace(file, **changes)  # type: ignore[arg-type]


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    """Send a body."""
    for piece in data:
        yield piece


@pytest.fixture
def source(tmp_path: Path) -> UploadSource:
    """Return a source of one file, not started."""
    return UploadSource(tmp_path, 10_000_000, Files(added()), free_bytes=lambda _: 10**12, look_every_s=0.05)


async def kept(source: UploadSource) -> None:
    """Take the file in."""
    digest = hashlib.sha256(b"nine byte").hexdigest()
    assert await source.receive("f" * 32, 9, pieces(b"nine ", b"byte")) == (9, digest)
    await source.keep("f" * 32)


async def test_a_file_is_held_at_its_owner_s_time_and_its_gaps_are_stated(source: UploadSource, tmp_path: Path) -> None:
    """The same hold again changes nothing; it outlives a restart; another time is taken over."""
    await source.start()
    await kept(source)
    camera_id = added().camera_id
    end = BEGAN + timedelta(seconds=10)
    assert (await source.coverage(camera_id, BEGAN, end)).spans == ((BEGAN, end),)
    assert (await source.coverage(camera_id, end, end + DAY)).spans == ()
    for _ in range(2):
        held = await source.hold("case", camera_id, BEGAN, end, datetime.now(UTC) + DAY)
        (segment,) = held.segments
        assert (segment.from_, segment.until, segment.media_start_s) == (BEGAN, end, 1.5)
        assert held.gaps == ((BEGAN + timedelta(seconds=3), BEGAN + timedelta(seconds=4.5)),)
        assert (held.clock.method, held.clock.uncertainty_ms, held.clock.offset_ms) == ("owner", 60_000, 500)
    assert await asyncio.to_thread(segment.path.read_bytes) == b"nine byte"
    await source.stop()
    await source.stop()
    later = added(timing=Timing(from_ms=round(BEGAN.timestamp() * 1000) + 2_000, uncertainty_ms=5_000, offset_ms=0))
    again = UploadSource(tmp_path, 10_000_000, Files(later), free_bytes=lambda _: 10**12)
    await again.start()
    held = await again.hold("case", camera_id, BEGAN, end, datetime.now(UTC) + DAY)
    assert held.segments[0].from_ == BEGAN + timedelta(seconds=2)
    assert held.clock.uncertainty_ms == 5_000
    await again.release("case")
    with pytest.raises(UploadError, match="hold_unknown"):
        await again.held("case")
    await again.stop()


async def test_a_file_takes_its_room_of_all_that_is_held_before_it_is_held_itself(tmp_path: Path) -> None:
    """Once: else its room was given away meanwhile, and it could not be held when its owner had said its time."""
    budget = HoldBudget(20)
    other = budget.room()
    source = UploadSource(tmp_path, budget.room(), Files(added()), free_bytes=lambda _: 10**12)
    await source.start()
    await kept(source)
    assert other.left_bytes() == 11
    await source.stop()
    await source.start()
    assert other.left_bytes() == 11
    other.holds(11)
    span = (BEGAN, BEGAN + timedelta(seconds=10))
    for _ in range(2):
        held = await source.hold("case", added().camera_id, *span, datetime.now(UTC) + DAY)
        assert (len(held.segments), budget.held_bytes) == (1, 20)
    await source.release("case")
    assert other.left_bytes() == 9
    await kept(source)
    await source.discard("f" * 32)
    assert other.left_bytes() == 9
    await source.stop()


async def test_deadlines_wipe_what_is_held_and_what_never_was(tmp_path: Path) -> None:
    """By the clock that is believed, without anybody's doing."""
    files = Files(added())
    source = UploadSource(tmp_path, 10_000_000, files, free_bytes=lambda _: 10**12, look_every_s=0.02)
    await source.start()

    async def nothing_is_there() -> bool:
        return not await asyncio.to_thread(lambda: list(tmp_path.rglob("*.film")))

    await kept(source)
    files.files["case"] = added(deadline_ms=1)
    await until(nothing_is_there, 30, "a file that nobody timed is still there", every_s=0.02)
    files.files["case"] = added()
    await kept(source)
    soon = datetime.now(UTC) + timedelta(seconds=0.3)
    with contextlib.suppress(UploadError):  # on a slow machine it is over before it is told of
        await source.hold("case", added().camera_id, BEGAN, BEGAN + DAY, soon)
    await until(nothing_is_there, 30, "a file past its deadline is still there", every_s=0.02)
    await source.stop()


async def test_a_hold_that_ends_while_the_home_is_off_is_wiped_at_the_next_start(tmp_path: Path) -> None:
    """Its files, its picture, its room: nothing of it is left, nor of a file that was never held."""
    other = added(file_id="e" * 32, case_id="other", deadline_ms=round(time.time() * 1000) + 3_600_000)
    files = Files(added(), other)
    source = UploadSource(tmp_path, 1_000, files, free_bytes=lambda _: 10**12)
    await source.start()
    await kept(source)
    await source.receive("e" * 32, None, pieces(b"eight by"))
    await source.keep("e" * 32)
    for file in files.everything():
        await asyncio.to_thread(source.picture(file.file_id).write_bytes, b"picture")
    held = await source.hold("case", added().camera_id, BEGAN, BEGAN + DAY, datetime.now(UTC) + DAY)
    assert await asyncio.to_thread(held.segments[0].path.exists)
    assert await asyncio.to_thread(source._shelf.room_bytes) == 1_000 - 9 - 8  # noqa: SLF001
    await source.stop()
    clock = SteadyClock(lambda: time.time() + 2 * DAY.total_seconds())
    again = UploadSource(tmp_path, 1_000, files, free_bytes=lambda _: 10**12, clock=clock)
    await again.start()

    async def nothing_is_there() -> bool:
        def names() -> list[str]:
            return [path.name for path in tmp_path.rglob("*") if path.is_file() and "index" not in path.name]

        return not await asyncio.to_thread(names)

    await until(nothing_is_there, 30, "a file past its deadline is still there", every_s=0.02)
    with pytest.raises(UploadError, match="hold_unknown"):
        await again.held("case")
    assert (await again.coverage(added().camera_id, BEGAN, BEGAN + DAY)).spans == ()
    assert await asyncio.to_thread(again._shelf.room_bytes) == 1_000  # noqa: SLF001
    await again.stop()


async def test_what_is_not_known_is_wiped_at_the_start(tmp_path: Path) -> None:
    """What broke off, and files that no case has."""
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    for name in (f"{'f' * 32}.film", f"{'f' * 32}.part", f"{'e' * 32}.film", f"{'e' * 32}.jpg"):
        (incoming / name).write_bytes(b"x")
    source = UploadSource(tmp_path, 10_000_000, Files(added()), free_bytes=lambda _: 10**12)
    await source.start()
    assert [path.name for path in await asyncio.to_thread(lambda: list(incoming.iterdir()))] == [f"{'f' * 32}.film"]
    await source.stop()


async def test_a_file_that_does_not_come_whole_is_refused(source: UploadSource) -> None:
    """Shorter or longer than was said, or cut off."""
    await source.start()

    async def cut_off() -> AsyncIterator[bytes]:
        yield b"nine"
        raise ConnectionResetError

    for file_id, body, rule in (
        ("a", pieces(b"nine"), "file_broken_off"),
        ("b", pieces(b"nine bytes"), "file_broken_off"),
        ("c", cut_off(), "file_broken_off"),
    ):
        with pytest.raises(UploadError, match=rule):
            await source.receive(file_id * 32, 9, body)
        await source.discard(file_id * 32)
    await source.stop()


async def test_a_time_outside_of_what_is_held_holds_nothing(source: UploadSource) -> None:
    """Nor does a camera's id, nor a file without a time."""
    await source.start()
    await kept(source)
    later = BEGAN + DAY
    held = await source.hold("case", added().camera_id, later, later + DAY, datetime.now(UTC) + DAY)
    assert held.segments == ()
    held = await source.hold("other", "camera.door", later, later + DAY, datetime.now(UTC) + DAY)
    assert held.segments == ()
    assert (await source.coverage("camera.door", BEGAN, later)).spans == ()
    await source.release("nobody's")
    await source.stop()


async def test_what_can_not_be_held_stays_where_it_is(tmp_path: Path) -> None:
    """With less room than the file takes, which is said; with more room it goes on."""
    source = UploadSource(tmp_path, 10_000_000, Files(added()), free_bytes=lambda _: 10**12)
    await source.start()
    await kept(source)
    library = source._shelf._library  # noqa: SLF001
    enough, library.holds._room = library.holds._room, room_of(1)  # noqa: SLF001
    words = ("case", added().camera_id, BEGAN, BEGAN + DAY, datetime.now(UTC) + DAY)
    with pytest.raises(UploadError, match="hold_quota"):
        await source.hold(*words)
    library.holds._room = enough  # noqa: SLF001
    assert len((await source.hold(*words)).segments) == 1
    await source.stop()


async def test_a_source_that_is_not_started_says_so(source: UploadSource) -> None:
    """And a discard then does nothing: the next start wipes."""
    with pytest.raises(UploadError, match="recorder_stopped"):
        await source.held("case")
    await source.discard("f" * 32)
    await source.stop()


async def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    """Sixty-four megabytes go through two."""
    source = UploadSource(tmp_path, 10**9, Files(), free_bytes=lambda _: 10**12)
    await source.start()
    piece = bytes(256 * 1024)

    async def body() -> AsyncIterator[bytes]:
        for _ in range(256):
            yield piece

    tracemalloc.start()
    try:
        size_bytes, _ = await source.receive("f" * 32, None, body())
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size_bytes == 256 * len(piece)
    assert peak_bytes < 8 * 2**20
    await source.stop()
