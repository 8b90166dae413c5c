"""What any recorder or folder could do to the others of a home: each is alone with its trouble, and that is said."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from aiohttp import web

from custom_components.milton_share.sources.errors import SourceError
from custom_components.milton_share.sources.media_folder import FolderAdapter, FolderServer
from custom_components.milton_share.sources.media_folder.adapter import CAMERA
from custom_components.milton_share.sources.recorder_clients import CopiedSource, CopyRule, RecorderCamera, recorders
from custom_components.milton_share.sources.recorder_clients.adapter import Known, RecorderStanding
from custom_components.milton_share.sources.recorder_clients.clock.offset import ClockOffset
from custom_components.milton_share.sources.recorder_clients.connection.json_answers import VALUES_MAX, from_json
from tests.clips.frigate_recordings import record_as_frigate
from tests.milton_share.sources.frigate import kitchen as kitchens
from tests.milton_share.sources.frigate.kitchen import refused_by, rule_of
from tests.milton_share.sources.protect import console as consoles

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from custom_components.milton_share.sources.recorder_clients.adapter import Adapter

BEGINNING = "Thu, 01 Jan 1970 00:10:00 GMT"
DATES = ("Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 1001 00:00:00 GMT", BEGINNING)
SECRET = "what the other side sent"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Film a few files, and one of them all."""
    video: dict[str, object] = {"vcodec": "libx264", "preset": "ultrafast", "g": 15, "bf": 0}
    folder = tmp_path_factory.mktemp("recorded") / "parts"
    record_as_frigate(folder, seconds=9, segment_s=3, video=video, sound="none")
    return folder


@pytest.fixture(scope="module")
def parts(recorded: Path) -> list[Path]:
    """Return the files."""
    return sorted(recorded.glob("[0-9]*.mp4"))


@pytest.fixture
def _quick_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at their clocks six times at once, not within a second: how exactly they are known is not the matter."""
    monkeypatch.setattr("custom_components.milton_share.sources.recorder_clients.clock.offset.CLOCK_STEP_S", 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A recorder of which nothing but its name is needed."""

    kind: ClassVar[str] = "frigate"

    name: str


@dataclass(slots=True, kw_only=True)
class Breaking:
    """A recorder whose words break the code that reads them, in a way that nobody thought of."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def rest(self) -> None:
        """Do nothing."""

    async def look(self) -> Any:  # noqa: ANN401  it never answers
        """Break it."""
        raise KeyError(SECRET)

    async def listed(self, *_: object) -> Any:  # noqa: ANN401  as above
        """Break it."""
        raise KeyError(SECRET)

    async def copy(self, *_: object) -> None:
        """Break it."""
        raise KeyError(SECRET)


@pytest.fixture
async def folder(tmp_path: Path, recorded: Path) -> FolderServer:
    """Have a camera's folder with a recording of an hour ago."""
    place = tmp_path / "media" / "front"
    place.mkdir(parents=True)
    film = recorded / "camera.mp4"
    began = datetime.now(UTC) - timedelta(hours=1)
    path = place / f"{began:%Y%m%d_%H%M%S}.mp4"
    path.write_bytes(await asyncio.to_thread(film.read_bytes))
    os.utime(path, (began.timestamp() + 12, began.timestamp() + 12))
    return FolderServer(folder=str(place), zone="UTC", roots=(str(tmp_path / "media"),))


def sources(tmp_path: Path, peers: dict[str, tuple[Any, Adapter]]) -> CopiedSource:
    """Put a source in front of recorders, by what their cameras are called."""
    return CopiedSource(
        tmp_path / "copies",
        10**9,
        cameras=lambda: {name: RecorderCamera(server=server, name=CAMERA) for name, (server, _) in peers.items()},
        peer=lambda server: next(peer for one, peer in peers.values() if one == server),
        on_change=lambda: None,
        free_bytes=lambda _: 10**12,
        look_every_s=0.05,
    )


@pytest.fixture
async def beside(tmp_path: Path, folder: FolderServer) -> AsyncIterator[CopiedSource]:
    """Start a source of a recorder that breaks everything, and of a folder that is well."""
    source = sources(
        tmp_path, {"bad": (Name(name="bad"), Breaking()), "well": (folder, FolderAdapter(folder, look_every_s=0.0))}
    )
    await source.start()
    yield source
    await source.stop()


def span() -> tuple[datetime, datetime, datetime]:
    """Return a range with the folder's recording in it, and a deadline."""
    now = datetime.now(UTC)
    return now - timedelta(minutes=70), now - timedelta(minutes=50), now + timedelta(days=1)


async def test_words_that_nobody_thought_of_are_one_recorders_trouble(
    beside: CopiedSource, caplog: pytest.LogCaptureFixture
) -> None:
    """The other is looked at and held from; the log says where it broke, and nothing of what was sent."""
    caplog.set_level(logging.DEBUG)
    async with asyncio.timeout(30):
        while beside.standing("well") != RecorderStanding(kind="media_folder", records=True):  # noqa: ASYNC110  it looks
            await asyncio.sleep(0.02)
    standing = beside.standing("bad")
    assert standing is not None
    assert standing.trouble == CopyRule.WRONG_ANSWER
    from_, until, later = span()
    assert await refused_by(beside.coverage("bad", from_, until)) == CopyRule.WRONG_ANSWER
    assert await refused_by(beside.hold("bad", "bad", from_, until, later)) == CopyRule.WRONG_ANSWER
    assert (await beside.coverage("well", from_, until)).spans
    async with asyncio.timeout(30):
        while not (await beside.hold("well", "well", from_, until, later)).segments:  # noqa: ASYNC110  it is asked
            await asyncio.sleep(0.02)
    assert not any(watch.done() for watch in beside._watches)  # noqa: SLF001  both still look
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert said
    assert all("KeyError at test_hostile_sources.py:" in line for line in said)
    assert SECRET not in caplog.text


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch, folder: FolderServer) -> Iterator[threading.Semaphore]:
    """Have the folder on a share whose machine is away: the kernel lets who lists it wait. Each wait is counted."""
    back, waiting, scandir = threading.Event(), threading.Semaphore(0), os.scandir

    def slow(path: Any) -> Any:  # noqa: ANN401  as the real one
        if str(path) == folder.folder:
            waiting.release()
            back.wait()
        return scandir(path)

    monkeypatch.setattr(os, "scandir", slow)
    yield waiting
    back.set()


async def test_a_share_that_is_away_takes_one_thread_and_no_more(
    tmp_path: Path, folder: FolderServer, away: threading.Semaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it is asked: Home Assistant has some dozens of threads for everything that it does."""
    monkeypatch.setattr(recorders, "LOOK_S", 0.02)
    monkeypatch.setattr(recorders, "COVERAGE_S", 0.02)
    source = sources(tmp_path, {"away": (folder, FolderAdapter(folder, look_every_s=0.0))})
    await source.start()
    from_, until, _ = span()
    for _ in range(20):
        assert await refused_by(source.coverage("away", from_, until)) == CopyRule.AWAY
        await source.look()
    standing = source.standing("away")
    assert standing is not None
    assert standing.trouble == CopyRule.AWAY
    monkeypatch.setattr(recorders, "COVERAGE_S", 3_600.0)
    async with asyncio.timeout(60):  # nobody else's turn waits for it again so soon
        assert await refused_by(source.coverage("away", from_, until)) == CopyRule.AWAY
    assert await asyncio.to_thread(away.acquire, timeout=30)
    assert not away.acquire(blocking=False)
    await source.stop()


@dataclass(slots=True, kw_only=True)
class Silent(Breaking):
    """A recorder that takes every question and never answers."""

    async def look(self) -> Any:  # noqa: ANN401  it never answers
        """Take it."""
        await asyncio.Event().wait()


@dataclass(slots=True, kw_only=True)
class Counting(Breaking):
    """A recorder that is well; it counts how often it is looked at."""

    looks: int = 0

    async def look(self) -> Known:
        """Count it."""
        self.looks += 1
        return Known(records={CAMERA: True}, version="1", clock=ClockOffset(offset_s=0.0, uncertainty_s=0.0))


async def test_one_that_never_says_how_it_is_keeps_no_other_from_being_looked_at(tmp_path: Path) -> None:
    """Each is looked at in its own time; and the silent one is not asked a second time meanwhile."""
    counting = Counting()
    source = sources(tmp_path, {"silent": (Name(name="silent"), Silent()), "well": (Name(name="well"), counting)})
    await source.start()
    async with asyncio.timeout(30):
        while counting.looks < 5:  # noqa: ASYNC110  it is looked at
            await asyncio.sleep(0.01)
    assert source.standing("well") == RecorderStanding(kind="frigate", records=True)
    assert source.standing("silent") == RecorderStanding(kind="frigate")
    await source.stop()


async def test_a_frigate_that_claims_more_than_there_can_be_is_not_copied_from(
    tmp_path: Path, parts: list[Path]
) -> None:
    """A recording each second, for a quarter of a day: each listing is in its bounds."""

    async def recordings(request: web.Request) -> web.Response:
        after, before = int(float(request.query["after"])) + 1, int(float(request.query["before"]))
        return web.json_response(
            [{"id": "x", "start_time": at, "end_time": at + 0.5, "duration": 0.5} for at in range(after, before)]
        )

    async with kitchens.cooking(tmp_path, parts) as kitchen:
        kitchen.peer.answer["recordings"] = recordings
        range_ = (kitchen.until - timedelta(hours=6), kitchen.until)
        assert await refused_by(kitchen.source.coverage(kitchens.CAMERA_ID, *range_)) == CopyRule.WRONG_ANSWER
        later = kitchen.until + timedelta(days=1)
        assert await refused_by(kitchen.source.hold("one", kitchens.CAMERA_ID, *range_, later)) == CopyRule.WRONG_ANSWER
        assert kitchen.peer.asked["file"] == 0


@pytest.mark.usefixtures("_quick_clocks")
@pytest.mark.parametrize("date", DATES)
async def test_a_frigate_of_another_age_is_asked_and_believed_nothing(
    tmp_path: Path, parts: list[Path], date: str
) -> None:
    """Its clock says the year 1001, or 9999, or was never set: a stated outcome, and it is looked at again."""

    async def version(_request: web.Request) -> web.Response:
        return web.Response(text="0.16.0", headers={"Date": date})

    async with kitchens.cooking(tmp_path, parts) as kitchen:
        kitchen.peer.answer["version"] = version
        await kitchen.source.look()
        later = datetime.now(UTC) + timedelta(days=1)
        span_ = (kitchen.began, kitchen.until)
        rule = await refused_by(kitchen.source.coverage(kitchens.CAMERA_ID, *span_))
        assert rule in {None, CopyRule.WRONG_ANSWER}
        try:
            coverage = await kitchen.source.hold("one", kitchens.CAMERA_ID, *span_, later)
        except SourceError as refused:
            assert refused.rule == CopyRule.WRONG_ANSWER  # noqa: PT017  one of two stated outcomes
        else:
            assert coverage.segments == () or coverage.clock.uncertainty_ms > 10**11
        assert not any(watch.done() for watch in kitchen.source._watches)  # noqa: SLF001


@pytest.mark.usefixtures("_quick_clocks")
@pytest.mark.parametrize("date", DATES)
async def test_a_console_of_another_age_that_gives_a_film_for_anything_states_how_unsure_its_time_is(
    tmp_path: Path, recorded: Path, date: str
) -> None:
    """What it is asked for lies before 1970, or after all calendars: what comes is as unsure as its clock is off."""

    async def nvr(_request: web.Request) -> web.Response:
        return web.json_response({"version": "7.2.110"}, headers={"Date": date})

    async def film(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(recorded / "camera.mp4", headers={"Content-Type": "video/mp4"})

    async with consoles.running(tmp_path, recorded / "camera.mp4") as console:
        console.peer.answer |= {"nvr": nvr, "export": film}
        await console.source.stop()
        await console.source.start()
        coverage = await console.hold(0, 7)
        assert len(coverage.segments) == 1
        assert coverage.clock.uncertainty_ms >= abs(coverage.clock.offset_ms) > 10**11
        assert coverage.trouble is None


def test_a_body_of_nothing_but_empty_lists_is_not_unpacked() -> None:
    """In memory it would take twenty times its own room."""
    few, many = (b"[" + b"[]," * count + b"[]]" for count in (10, VALUES_MAX // 2))
    assert from_json(few) == [[]] * 11
    assert rule_of(lambda: from_json(many)) == CopyRule.WRONG_ANSWER
