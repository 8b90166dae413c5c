"""What Protect has is exported when it is held: every picture, at times that are as sure as is stated."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from custom_components.milton_share.sources.errors import SourceError
from custom_components.milton_share.sources.protect.server import PACKAGE
from custom_components.milton_share.sources.recorder_clients import CopyError, CopyRule, RecorderStanding
from custom_components.milton_share.sources.recorder_clients.failures import TRIES_MAX
from tests.cases import in_ci
from tests.clips.recordings import numbers_in
from tests.milton_share.held_films import CAMERA_ID, LATER
from tests.milton_share.sources.frigate.kitchen import refused_by
from tests.milton_share.sources.protect.console import FPS, LENGTH_S, running
from tests.simulators.unifi_protect.peer import MAC, VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage
    from tests.milton_share.sources.protect.console import Console

ROUNDING_S = 0.01


def wrong_by_s(console: Console, coverage: Coverage) -> float:
    """Return by how much the time of any picture is wrong, at most: each says its number."""
    worst = 0.0
    for segment in coverage.segments:
        for index, number in enumerate(numbers_in(segment.path)):
            said = segment.from_ + timedelta(seconds=index / FPS)
            worst = max(worst, abs((said - console.at(number / FPS)).total_seconds()))
    return worst


def numbers(coverage: Coverage) -> set[int]:
    """Return which pictures there are."""
    return {number for segment in coverage.segments for number in numbers_in(segment.path)}


async def test_what_is_held_is_one_file_with_every_picture_and_times_as_true_as_stated(console: Console) -> None:
    """Its digest was taken while it came; Protect and its version are named."""
    coverage = await console.hold(21.5, 38.2)
    (segment,) = coverage.segments
    assert hashlib.sha256(segment.path.read_bytes()).hexdigest() == segment.sha256
    assert numbers(coverage) >= set(range(round(21.5 * FPS), round(38.2 * FPS)))
    assert wrong_by_s(console, coverage) <= coverage.clock.uncertainty_ms / 1000 + ROUNDING_S
    assert coverage.clock.uncertainty_ms <= 7_000
    assert (coverage.gaps, coverage.pending, coverage.trouble) == ((), (), None)
    assert (coverage.software, coverage.clock.method) == ((("unifi_protect", VERSION),), "source")
    assert console.peer.asked["export"] == 1


async def test_what_there_is_can_be_asked_without_an_export(console: Console) -> None:
    """From the first recording to the last, as far as they touch the range."""
    extent = await console.source.coverage(CAMERA_ID, console.at(-30), console.at(20))
    assert extent.spans == ((console.began, console.at(20)),)
    assert (await console.source.coverage(CAMERA_ID, console.at(-60), console.at(-30))).spans == ()
    console.peer.films.clear()
    assert (await console.source.coverage(CAMERA_ID, console.at(0), console.at(20))).spans == ()
    assert console.peer.asked["export"] == 0


async def test_a_hole_is_found_by_halves_and_no_picture_gets_the_time_of_another(tmp_path: Path, film: Path) -> None:
    """Pictures after the hole follow those before it in one export: its length tells, and halves show where."""
    async with running(tmp_path, film) as console:
        console.keep((0.0, 16.0), (42.0, LENGTH_S))
        coverage = await console.hold(0, LENGTH_S)
        assert wrong_by_s(console, coverage) <= coverage.clock.uncertainty_ms / 1000 + ROUNDING_S
        kept = {number for number in range(round(LENGTH_S * FPS)) if not 16 <= number / FPS < 42}
        assert numbers(coverage) == kept
        assert any(start <= console.at(29) < end for start, end in coverage.gaps)
        assert console.peer.asked["export"] > 1
        asked = console.peer.asked["export"]
        assert await console.hold(0, LENGTH_S) == coverage
        assert console.peer.asked["export"] == asked


async def test_no_file_is_said_to_be_here_before_its_time_is_weighed_with_its_neighbors(
    tmp_path: Path, film: Path
) -> None:
    """Until then two may have the same pictures at times that are seconds apart: a clip would have them twice."""
    async with running(tmp_path, film) as console:
        console.keep((0.0, 30.0), (42.0, LENGTH_S))
        looks: list[Coverage] = []

        async def look() -> None:
            while True:
                with contextlib.suppress(CopyError):
                    looks.append(await console.source.held("case"))
                await asyncio.sleep(0)

        looking = asyncio.create_task(look())
        await console.hold(0, LENGTH_S)
        looking.cancel()
    shown: dict[Path, list[int]] = {}
    for coverage in looks:
        at: dict[int, datetime] = {}
        for segment in coverage.segments:
            if segment.path not in shown:
                shown[segment.path] = list(numbers_in(segment.path))
            for index, number in enumerate(shown[segment.path]):
                said = segment.from_ + timedelta(seconds=index / FPS)
                if any(start <= said < end for start, end in coverage.pending):
                    continue
                assert abs(at.setdefault(number, said) - said) < timedelta(seconds=1 / FPS)
    assert len(looks) > len(shown) > 1


async def test_after_a_restart_halves_are_known_by_what_is_here(tmp_path: Path, film: Path) -> None:
    """What had holes is not exported whole again."""
    async with running(tmp_path, film) as console:
        console.keep((0.0, 16.0), (42.0, LENGTH_S))
        before = await console.hold(0, LENGTH_S)
        await console.source.stop()
        await console.source.start()
        console.peer.queries.clear()
        after = await console.hold(0, LENGTH_S)
        assert [(one.path, one.from_, one.sha256) for one in after.segments] == [
            (one.path, one.from_, one.sha256) for one in before.segments
        ]  # its clock was measured anew
        assert (after.gaps, after.pending) == (before.gaps, ())
        spans = [int(query["end"]) - int(query["start"]) for query in console.peer.queries]
        assert all(span < LENGTH_S * 1000 / 2 for span in spans)


@pytest.mark.parametrize("status", in_ci([200, 400, 404, 500, 503], [200, 404, 503]))
async def test_nothing_there_is_a_gap_however_it_is_said(console: Console, status: int) -> None:
    """An empty file, a refusal; a failure only once it failed again and again while the console is well."""
    console.peer.nothing_status = status
    span = (console.at(-900), console.at(-700))
    async with asyncio.timeout(120):
        while True:
            try:
                coverage = await console.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + LATER)
            except Exception as refused:  # noqa: BLE001  as the journey does: it asks again
                assert getattr(refused, "rule", None) == CopyRule.AWAY  # noqa: PT017  it says why
                continue
            break
    assert (coverage.segments, coverage.gaps, coverage.pending) == ((), (span,), ())
    assert console.peer.asked["export"] == (3 if status >= 500 else 1)


async def test_a_console_whose_protect_is_stopped_for_a_moment_has_no_gap_for_it(console: Console) -> None:
    """As for an update: the console itself answers, that nothing of it is there."""

    async def stopped(_request: web.Request) -> web.Response:
        return web.Response(status=404)

    await console.source.look()
    console.peer.answer |= dict.fromkeys(("nvr", "cameras", "export"), stopped)
    span = (console.at(0), console.at(LENGTH_S))
    assert await refused_by(console.source.coverage(CAMERA_ID, *span)) == CopyRule.AWAY
    assert await refused_by(console.hold(0, LENGTH_S)) == CopyRule.AWAY
    assert (await console.source.held("case")).gaps == ()
    console.peer.answer.clear()
    coverage = await console.hold(0, LENGTH_S)
    assert numbers(coverage) == set(range(round(LENGTH_S) * FPS))
    assert (coverage.gaps, coverage.trouble) == ((), None)


async def test_a_piece_that_a_console_fails_at_is_asked_for_last_and_keeps_no_other_from_being_copied(
    tmp_path: Path, film: Path
) -> None:
    """A bad sector of its disk, at which it may be silent for minutes each time."""
    async with running(tmp_path, film) as console:
        whole = console.peer.films[0]
        console.peer.films[:] = [replace(whole, began_s=whole.began_s + 57 * n) for n in range(3)]
        console.peer.mode = "detections"
        await console.source.look()
        own, spans = console.peer._export, list[tuple[int, int]]()  # noqa: SLF001

        async def give(request: web.Request) -> web.StreamResponse:
            spans.append((int(request.query["start"]), int(request.query["end"])))
            return web.Response(status=500) if spans[-1] == spans[0] else await own(request)

        console.peer.answer["export"] = give
        for _ in range(3):
            with contextlib.suppress(SourceError):
                coverage = await console.hold(5, 165)
        assert spans.count(spans[0]) == 3
        assert spans[1] != spans[0] == spans[-1]
        assert (len(coverage.segments), coverage.trouble, coverage.pending) == (len({*spans}) - 1, None, ())


async def test_what_a_console_does_not_export_for_a_moment_comes_later(tmp_path: Path, film: Path) -> None:
    """Its disks are checked, while all else of it answers: no gap, however often it was asked."""
    async with running(tmp_path, film, stumbles_s=900.0) as console:

        async def fail(_: web.Request) -> web.Response:
            return web.Response(status=500)

        console.peer.answer["export"] = fail
        for _ in range(TRIES_MAX + 1):
            assert await refused_by(console.hold(0, LENGTH_S)) == CopyRule.AWAY
        assert (await console.source.held("case")).pending
        console.peer.answer.clear()
        coverage = await console.hold(0, LENGTH_S)
        assert coverage.segments
        assert (coverage.gaps, coverage.pending) == ((), ())


async def test_a_camera_that_records_by_event_is_asked_in_small_pieces(tmp_path: Path, film: Path) -> None:
    """Most have nothing; what is there comes whole."""
    async with running(tmp_path, film) as console:
        console.peer.mode = "detections"
        console.peer.films[:] = [replace(console.peer.films[0], from_s=20.0, until_s=40.0)]
        await console.source.look()
        coverage = await console.hold(-300, 360)
        assert numbers(coverage) == set(range(20 * FPS, 40 * FPS))
        assert wrong_by_s(console, coverage) <= coverage.clock.uncertainty_ms / 1000 + ROUNDING_S
        assert (coverage.pending, coverage.trouble) == ((), None)


async def test_pieces_stay_what_they_were_when_its_owner_changes_how_a_camera_is_recorded(
    tmp_path: Path, film: Path
) -> None:
    """What is here in one piece isn't asked for in small ones too."""
    async with running(tmp_path, film) as console:
        whole = console.peer.films[0]
        console.peer.films[:] = [replace(whole, path=film, began_s=whole.began_s + 57 * n) for n in range(3)]
        before = await console.hold(5, 165)
        asked = console.peer.asked["export"]
        console.peer.mode = "detections"
        await console.source.stop()
        await console.source.start()
        await console.source.look()
        after = await console.hold(5, 165)
        assert [segment.path for segment in after.segments] == [segment.path for segment in before.segments]
        assert console.peer.asked["export"] == asked


async def test_a_hold_is_let_go_once_what_is_on_its_way_into_it_is_in(tmp_path: Path, film: Path) -> None:
    """Nothing of it is written by a thread that nobody waits for any more."""
    entering, going_on = threading.Event(), threading.Event()

    def doubt_s() -> float:
        """Be asked in the middle of entering a file."""
        entering.set()
        going_on.wait(30)
        return 0.0

    async with running(tmp_path, film, home_doubt_s=doubt_s) as console:
        holding = asyncio.create_task(console.hold(20, 40))
        await asyncio.to_thread(entering.wait, 30)
        letting_go = asyncio.create_task(console.source.release("case"))
        await asyncio.sleep(0.2)
        assert not letting_go.done()
        going_on.set()
        await letting_go
        holding.cancel()
        assert not [path for path in console.folder.rglob("*") if path.suffix in {".mp4", ".part"}]


async def test_a_file_that_came_and_was_not_entered_yet_goes_with_its_hold(console: Console) -> None:
    """It lies beside the holds until it has its turn: let go before, it had no owner and was counted nowhere."""
    going_on = threading.Event()
    own, others = console.peer._export, []  # noqa: SLF001  what it does by itself

    async def export(request: web.Request) -> web.StreamResponse:
        others.append(asyncio.create_task(console.source._do(going_on.wait, 30)))  # noqa: SLF001  whoever else asks
        return await own(request)

    console.peer.answer["export"] = export
    holding = asyncio.create_task(console.hold(20, 40))
    while not any(path.stat().st_size for path in console.folder.rglob("*.part")):  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.5)
    letting_go = asyncio.create_task(console.source.release("case"))
    await asyncio.sleep(0.1)
    going_on.set()
    await letting_go
    holding.cancel()
    assert not [path for path in console.folder.rglob("*") if path.suffix in {".mp4", ".part"}]


async def test_what_is_young_may_still_come(tmp_path: Path, film: Path) -> None:
    """A range that has not ended is pending at its end, and what is asked for stays the same pieces."""
    async with running(tmp_path, film) as console:
        now = datetime.now(UTC)
        coverage = await console.source.hold(
            "case", CAMERA_ID, now - timedelta(seconds=20), now + timedelta(seconds=20), now + LATER
        )
        assert coverage.segments == ()
        assert coverage.gaps == ()
        assert coverage.pending
        assert console.peer.asked["export"] == 0


async def test_a_clock_that_is_an_hour_ahead_is_corrected_and_stated(tmp_path: Path, film: Path) -> None:
    """The console's clock is wrong: it is asked by its own time, and what came is put where it belongs by ours."""
    async with running(tmp_path, film) as console:
        console.peer.ahead_s = 3_600
        await console.source.stop()
        await console.source.start()
        coverage = await console.hold(20, 40)
        assert numbers(coverage) >= set(range(20 * FPS, 40 * FPS))
        assert wrong_by_s(console, coverage) < 7
        assert abs(coverage.clock.offset_ms + 3_600_000) < 1_000
        assert coverage.clock.uncertainty_ms > 3_600_000


async def test_it_is_known_whether_protect_records_a_camera(console: Console) -> None:
    """And not whether it does of a camera that it doesn't have."""
    await console.source.look()
    assert console.source.standing(CAMERA_ID) == RecorderStanding(kind="unifi_protect", records=True)
    console.peer.mode = "never"
    await console.source.look()
    assert console.source.standing(CAMERA_ID) == RecorderStanding(kind="unifi_protect", records=False)
    assert console.source.standing("other") is None


async def test_a_refused_login_is_said_and_not_tried_again_and_again(tmp_path: Path, film: Path) -> None:
    """Consoles count failures. The password is in no error."""
    async with running(tmp_path, film) as console:
        await console.source.stop()  # it looks too
        console.peer.login = ("home", "another")
        console.peer.asked.clear()
        client = console.client()
        for _ in range(3):
            assert await refused_by(client.version()) == CopyRule.LOGIN_REFUSED
        assert console.peer.asked["login"] == 1
        keyed = console.client(replace(console.server, username="", password=""))
        assert await refused_by(keyed.version()) == CopyRule.LOGIN_REFUSED
        assert console.peer.asked["login"] == 1
        assert "a-password" not in repr(console.server)


async def test_a_token_that_no_longer_counts_is_renewed_once(console: Console) -> None:
    """In the middle of copying, too."""
    await console.source.stop()  # it looks too
    client = console.client()
    assert await client.version() == VERSION
    console.peer.tokens.clear()
    before = console.peer.asked["login"]
    assert await client.version() == VERSION
    assert console.peer.asked["login"] == before + 1


async def test_two_films_that_meet_are_one_range_without_a_gap(tmp_path: Path, film: Path) -> None:
    """Protect's own files end and begin as they like."""
    async with running(tmp_path, film) as console:
        console.keep((0.0, 30.0), (30.0, LENGTH_S))
        coverage = await console.hold(10, 50)
        assert numbers(coverage) >= set(range(10 * FPS, 50 * FPS))
        assert coverage.gaps == ()


async def test_the_second_lens_of_a_doorbell_is_asked_for_as_such(tmp_path: Path, film: Path) -> None:
    """Its entity's channel is 3; it is recorded as the first is."""
    async with running(tmp_path, film, name=f"{MAC}{PACKAGE}") as console:
        await console.source.look()
        assert console.source.standing(CAMERA_ID) == RecorderStanding(kind="unifi_protect", records=True)
        assert (await console.hold(20, 40)).segments
        (query,) = console.peer.queries
        assert (query["lens"], "channel" in query) == ("2", False)


async def test_a_camera_that_the_console_does_not_have_is_said(tmp_path: Path, film: Path) -> None:
    """It was taken away from it."""
    async with running(tmp_path, film, name="AABBCCDDEEFF") as console:
        await console.source.look()
        assert console.source.standing(CAMERA_ID) == RecorderStanding(kind="unifi_protect")
        assert await refused_by(console.hold(20, 40)) == CopyRule.RECORDING_GONE
