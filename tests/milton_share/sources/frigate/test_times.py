"""What is said of Frigate's files, recorded from a real stream as Frigate does, against what the pictures say."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import aiohttp
import pytest

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.sources.frigate import FrigateServer
from custom_components.milton_share.sources.recorder_clients import CopiedSource, RecorderCamera
from tests.clips.recordings import stored_packets
from tests.milton_share.sources.frigate.kitchen import peer_of
from tests.milton_share.sources.recorder.conftest import FILMED_AT_MOST, LEAVES_OUT_S, doorbell, late_s
from tests.simulators.doorbell import pixels
from tests.simulators.frigate.peer import Frigate
from tests.simulators.frigate.recording import Recording, path_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage
    from tests.milton_share.sources.recorder.conftest import Doorbell
    from tests.simulators.frigate.recording import Row

KINDS = {"sound encoded": ("aac", ()), "sound copied": ("copy", ()), "sound dropped": ("drop", ())}
KINDS |= {"mute": ("none", ("--sound", "none"))}
NAMES = {kind: kind.rpartition(" ")[2] for kind in KINDS}
LOST_BY_NAME = "dropped"  # what waited for sound is written at once: of files of one second the last one stays
FILM_MAX_S, SEGMENT_S = 120.0, 2
FPS = 15
SEGMENTS_MIN = 3
ROUNDING_MS = 2
UNCERTAIN_MAX_MS = 9_000  # of a run that begins late and may have been waited for; nothing is less sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """What Frigate has of each kind of stream."""

    media: Path
    rows: list[Row]
    began: datetime
    late_s: float = 0.0
    """By how much a doorbell itself was late with a picture, at worst: as no camera is, but a busy machine."""
    left_out_s: float = 0.0
    """What lacks in Frigate's own files between two pictures, at worst: a busy machine had no time for its recorder."""

    @property
    def is_whole(self) -> bool:
        """Whether this machine had time for doorbells and for Frigate."""
        return self.late_s < LEAVES_OUT_S and self.left_out_s == 0


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Record all kinds at once; again where this machine was so busy that pictures were left out."""
    for _ in range(FILMED_AT_MOST):
        film = _film(tmp_path_factory.mktemp("film"))
        if film.is_whole:
            break
    return film


def _film(media: Path) -> Film:
    """Record in a thread that has a loop of its own."""
    film = Film(media=media, rows=[], began=datetime.now(UTC) - timedelta(seconds=20))
    late: list[float] = []

    async def record(bells: dict[str, Doorbell]) -> None:
        recordings = [
            Recording(NAMES[kind], bell.urls[0], film.media, film.rows, segment_s=SEGMENT_S, sound=KINDS[kind][0])
            for kind, bell in bells.items()
        ]
        for recording in recordings:
            await recording.start()
        async with asyncio.timeout(FILM_MAX_S):
            while min(Counter(row.camera for row in film.rows)[name] for name in NAMES.values()) < SEGMENTS_MIN:
                await asyncio.sleep(SEGMENT_S / 2)
                for recording in recordings:
                    await recording.move(in_use=1)
        for recording in recordings:
            await recording.stop()
        late.extend([await late_s(bell) for bell in bells.values()])

    with contextlib.ExitStack() as stack:
        bells = {kind: stack.enter_context(doorbell("--gop", "15", *extra)) for kind, (_, extra) in KINDS.items()}
        thread = threading.Thread(target=lambda: asyncio.run(record(bells)))
        thread.start()
        thread.join()
    assert {row.camera for row in film.rows} == set(NAMES.values())
    whole = (name for name in NAMES.values() if name != LOST_BY_NAME)
    return replace(film, late_s=max(late), left_out_s=max(_left_out_s(film, name) for name in whole))


def _left_out_s(film: Film, name: str) -> float:
    """Return what lacks between two pictures of a camera's files, at worst."""
    files = [
        film.media / path_of(name, start_s) for start_s in sorted(r.start_time for r in film.rows if r.camera == name)
    ]
    numbers = [sample.stamp.frame for file in files for sample in pixels.samples(file) if sample.stamp is not None]
    return max(after - before - 1 for before, after in pairwise(numbers)) / FPS


@pytest.fixture
async def coverage(film: Film, kind: str, tmp_path: Path) -> AsyncIterator[Coverage]:
    """Serve the film, and hold all of a kind; the young end may stay pending."""
    peer = Frigate(film.media, {})
    peer.rows = film.rows
    peer.sound = KINDS[kind][0]
    await peer.start()
    camera = RecorderCamera(server=FrigateServer(url=peer.url), name=NAMES[kind])
    async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()) as session:
        source = CopiedSource(
            tmp_path / "copies",
            10**9,
            cameras=lambda: {kind: camera},
            peer=lambda one: peer_of(session, one),
            on_change=lambda: None,
        )
        await source.start()
        until = datetime.now(UTC)
        async with asyncio.timeout(60):
            while True:
                held = await source.hold(kind, kind, film.began, until, until + timedelta(days=1))
                if len(held.pending) <= 1 and held.segments:
                    break
                await asyncio.sleep(0.1)
        yield held
        await source.stop()
    await peer.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_times_are_as_true_as_is_stated(film: Film, coverage: Coverage) -> None:
    """Each picture's own clock against its file's time; a doorbell that this machine had no time for is late by itself.

    Of sound that is announced and dropped all names but the first are ten seconds late.
    """
    late_ms = 0.0 if film.is_whole else 1000 * (film.late_s + film.left_out_s)
    assert len(coverage.segments) >= SEGMENTS_MIN
    assert coverage.clock.uncertainty_ms < UNCERTAIN_MAX_MS
    for segment in coverage.segments:
        shown = list(pixels.samples(segment.path))
        first_s = min(sample.pts_s for sample in shown)
        for sample in shown:
            assert sample.stamp is not None
            said_ms = segment.from_.timestamp() * 1000 + (sample.pts_s - first_s) * 1000
            assert abs(said_ms - sample.stamp.epoch_ms) <= coverage.clock.uncertainty_ms + ROUNDING_MS + late_ms


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_the_sound_that_it_is_named_for(film: Film, kind: str) -> None:
    """Else its times would be those of another kind."""
    files = [film.media / path_of(row.camera, row.start_time) for row in film.rows if row.camera == NAMES[kind]]
    assert any(stored_packets(file, "audio") for file in files) == (kind in ("sound encoded", "sound copied"))


@pytest.mark.parametrize("kind", ["sound encoded", "sound copied", "mute"])
def test_a_clip_of_several_of_frigates_files_has_each_frame_once(
    film: Film, coverage: Coverage, tmp_path: Path
) -> None:
    """From the middle of the first to the middle of the last: numbers in the pixels go up by one, none is outside.

    But for pictures that no file has, because this machine had no time for a doorbell or a recorder in three films.
    """
    segments = coverage.segments
    from_ms = round(segments[0].from_.timestamp() * 1000) + 700
    until_ms = round(segments[-1].from_.timestamp() * 1000) + 700
    job = Job(
        segments=tuple(
            JobSegment(
                path=segment.path,
                from_ms=segment.from_.timestamp() * 1000,
                until_ms=segment.until.timestamp() * 1000,
            )
            for segment in segments
        ),
        from_ms=from_ms,
        until_ms=until_ms,
        audio=True,
        masks=(),
        out=tmp_path / "clip.mp4",
        preview=False,
    )
    result = make_clip(job, lambda _: None)
    stamps = [sample.stamp for sample in pixels.samples(job.out)]
    numbers = [stamp.frame for stamp in stamps if stamp is not None]
    assert len(numbers) == len(stamps)
    if film.is_whole:
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert result.gaps_ms == ()
    inside = [
        sample.stamp.frame
        for segment in segments
        for sample in _timed(segment.path, segment.from_.timestamp() * 1000)
        if sample.stamp is not None and from_ms <= sample.pts_s < until_ms
    ]
    assert sorted(inside) == numbers
    assert len(set(numbers)) == len(numbers)


def _timed(path: Path, from_ms: float) -> list[pixels.Sample]:
    """Return the samples of a file with their time as is said, in milliseconds since 1970, in place of theirs."""
    shown = list(pixels.samples(path))
    first_s = min(sample.pts_s for sample in shown)
    return [
        type(sample)(pts_s=round(from_ms + (sample.pts_s - first_s) * 1000, 3), stamp=sample.stamp) for sample in shown
    ]
