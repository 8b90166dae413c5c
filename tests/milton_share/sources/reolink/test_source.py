"""What a Reolink device has is copied when it is held, and put in time by the clock on its wall."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.sources.errors import SourceError
from custom_components.milton_share.sources.recorder_clients import CopyRule, RecorderStanding
from custom_components.milton_share.sources.recorder_clients.connection import line
from custom_components.milton_share.sources.recorder_clients.failures import TRIES_MAX
from custom_components.milton_share.sources.reolink import client
from custom_components.milton_share.sources.reolink import parts as reolink_parts
from custom_components.milton_share.storage.private_folder import sha256_of
from tests.cases import in_ci
from tests.clips.recordings import numbers_in
from tests.milton_share.held_films import CAMERA_ID, LATER
from tests.milton_share.sources.frigate.kitchen import refused_by
from tests.milton_share.sources.reolink.device import FILES, FPS, LENGTH_S, running
from tests.simulators.films import Film
from tests.simulators.reolink.peer import UID, VERSION, Stored

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage
    from tests.milton_share.sources.reolink.device import Device

ALL_S = LENGTH_S * FILES
ROUNDING_S = 0.01
NEW_YORK = ZoneInfo("America/New_York")


def wrong_by_s(device: Device, coverage: Coverage) -> float:
    """Return by how much the time of any picture is wrong, at most: each says its number."""
    return max(
        abs((segment.from_ + timedelta(seconds=index / FPS) - device.at(number / FPS)).total_seconds())
        for segment in coverage.segments
        for index, number in enumerate(numbers_in(segment.path))
    )


def numbers(coverage: Coverage) -> list[int]:
    """Return which pictures there are."""
    return [number for segment in coverage.segments for number in numbers_in(segment.path)]


async def settled(device: Device, from_s: float, until_s: float) -> Coverage:
    """Hold until nothing more comes: what fails again and again while the recorder is well isn't there."""
    async with asyncio.timeout(60):
        while True:
            try:
                coverage = await device.hold(from_s, until_s)
            except SourceError as refused:
                assert refused.rule == CopyRule.AWAY  # noqa: PT017  it says why
            else:
                if not coverage.pending:
                    return coverage
            await asyncio.sleep(0.02)


async def test_what_is_held_are_the_cards_own_files_at_times_as_true_as_stated(
    device: Device, parts: list[Path]
) -> None:
    """Each once, with its digest, without a gap; the device and its version are named."""
    coverage = await device.hold(0, ALL_S)
    assert [segment.sha256 for segment in coverage.segments] == [
        hashlib.sha256(part.read_bytes()).hexdigest() for part in parts
    ]
    assert wrong_by_s(device, coverage) <= coverage.clock.uncertainty_ms / 1000 + ROUNDING_S
    assert coverage.clock.uncertainty_ms <= 4_000
    assert (coverage.pending, coverage.trouble, coverage.clock.method) == ((), None, "source")
    assert coverage.software == (("reolink", VERSION),)


async def test_only_what_touches_the_range_is_copied_and_only_once(device: Device) -> None:
    """A second in the middle of the third file, and what the doubt of its ends reaches."""
    coverage = await device.hold(2.4 * LENGTH_S, 2.6 * LENGTH_S)
    assert set(range(round(2.4 * LENGTH_S * FPS), round(2.6 * LENGTH_S * FPS))) <= set(numbers(coverage))
    assert device.peer.asked["Download"] <= 3
    asked = device.peer.asked["Download"]
    assert await device.hold(2.4 * LENGTH_S, 2.6 * LENGTH_S) == coverage
    assert device.peer.asked["Download"] == asked


async def test_what_there_is_can_be_asked_without_copying(device: Device) -> None:
    """A search of the days, nothing else."""
    extent = await device.source.coverage(CAMERA_ID, device.began, device.at(ALL_S))
    assert len(extent.spans) == FILES
    assert abs((extent.spans[0][0] - device.began).total_seconds()) < 2
    assert device.peer.asked["Download"] == 0
    assert (await device.source.coverage(CAMERA_ID, device.at(-86_000), device.at(-82_000))).spans == ()


async def test_a_firmware_without_downloads_is_played_back(device: Device) -> None:
    """The same bytes by another command; by one login for all: a device has few sessions, and this home others."""
    device.peer.downloads = False
    coverage = await device.hold(0, ALL_S)
    assert numbers(coverage) == list(range(ALL_S * FPS))
    assert device.peer.asked["Login"] == 1


async def test_a_recorder_prepares_parts_of_its_disk(tmp_path: Path, film: Path) -> None:
    """Found by the UID of its camera; every picture comes, and times are as true as stated."""
    async with running(tmp_path, [], film=film, name=UID) as device:
        await device.source.look()
        assert device.source.standing(CAMERA_ID) == RecorderStanding(kind="reolink", records=True)
        coverage = await device.hold(4, 20)
        assert set(range(4 * FPS, 20 * FPS)) <= set(numbers(coverage))
        assert wrong_by_s(device, coverage) <= coverage.clock.uncertainty_ms / 1000 + ROUNDING_S
        assert device.peer.asked["NvrDownload"] == 1


async def test_a_recorder_that_hangs_up_on_what_it_prepared_gives_the_files_of_its_disk(
    tmp_path: Path, film: Path
) -> None:
    """Firmware 3.6.5 of the eight-channel recorder does; it names them in a form of their own."""
    async with running(tmp_path, [], film=film, name=UID) as device:
        device.peer.names_disk = True
        for _ in range(2):
            coverage = await device.hold(4, 20)
            assert coverage.trouble is None
            assert set(range(4 * FPS, 20 * FPS)) <= set(numbers(coverage))
            assert wrong_by_s(device, coverage) <= coverage.clock.uncertainty_ms / 1000 + ROUNDING_S
        assert device.peer.asked["NvrDownload"] == 1
        assert [segment.sha256 for segment in coverage.segments] == [sha256_of(film)]


async def test_a_recorder_that_hangs_up_in_the_middle_of_a_files_parts_gives_nothing_twice(
    tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some parts are here: the whole file beside them would have their pictures again. What fails is a gap."""
    monkeypatch.setattr(reolink_parts, "PART_S", 8)
    async with running(tmp_path, [], film=film, name=UID) as device:
        before = await device.hold(0, 7, "first")
        device.peer.names_disk = True
        coverage = await settled(device, 0, ALL_S)
        assert {segment.sha256 for segment in coverage.segments} == {segment.sha256 for segment in before.segments}
        assert coverage.gaps


async def test_two_holds_of_one_file_have_it_in_one_way(
    tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever came to one comes to the other: the second touches no part that the first has, and gets no whole."""
    monkeypatch.setattr(reolink_parts, "PART_S", 8)
    async with running(tmp_path, [], film=film, name=UID) as device:
        before = await device.hold(0, 4, "first")
        device.peer.names_disk = True
        await settled(device, 21, 23)
        after = await device.hold(0, 4, "first")
        assert [segment.path for segment in after.segments] == [segment.path for segment in before.segments]


async def test_a_file_of_a_recorders_disk_that_is_here_is_not_asked_for_in_parts(
    tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restart nothing else is known of how it gives them."""
    monkeypatch.setattr(reolink_parts, "PART_S", 8)
    async with running(tmp_path, [], film=film, name=UID) as device:
        device.peer.names_disk = True
        before = await device.hold(4, 20)
        assert [segment.sha256 for segment in before.segments] == [sha256_of(film)]
        await device.source.stop()
        await device.source.start()
        asked = device.peer.asked["NvrDownload"]
        after = await device.hold(4, 20)
        assert [segment.path for segment in after.segments] == [segment.path for segment in before.segments]
        assert device.peer.asked["NvrDownload"] == asked


@pytest.mark.parametrize("is_recorder", [True, False])
async def test_a_device_that_hangs_up_on_downloads_lets_recordings_be_played_back(
    tmp_path: Path, film: Path, parts: list[Path], *, is_recorder: bool
) -> None:
    """It is asked for a download once."""
    async with running(tmp_path, [] if is_recorder else parts, film=film if is_recorder else None) as device:
        device.peer.hangs_up = True
        coverage = await device.hold(0, ALL_S)
        assert coverage.trouble is None
        assert set(range(FPS, (ALL_S - 1) * FPS)) <= set(numbers(coverage))
        assert device.peer.asked["Download"] <= 2  # aiohttp asks again on a line that it had kept
        assert device.peer.asked["Playback"] == (1 if is_recorder else len(parts))


async def test_a_recorder_that_says_more_than_its_disk_has_leaves_gaps(tmp_path: Path, film: Path) -> None:
    """Of a quarter of an hour that it lists it gives out seconds: the rest is a gap."""
    async with running(tmp_path, [], film=film, name=UID) as device:
        only = device.peer.films[0]
        listed = Stored(path=film, began_s=only.began_s, length_s=900.0, named=False)
        device.peer.stored = lambda: [listed]  # type: ignore[method-assign]  it says so
        coverage = await device.hold(0, 900)
        assert wrong_by_s(device, coverage) <= coverage.clock.uncertainty_ms / 1000 + ROUNDING_S
        assert coverage.pending == ()
        assert sum(((end - start).total_seconds() for start, end in coverage.gaps), 0.0) > 850


@pytest.mark.parametrize("month", in_ci([1, 7], [7]))
async def test_winter_and_summer_are_put_where_they_belong(tmp_path: Path, parts: list[Path], month: int) -> None:
    """A request for last July is answered right in November."""
    began_s = datetime(2026, month, 14, 23, 59, 50, tzinfo=NEW_YORK).timestamp()  # over midnight, too
    async with running(tmp_path, parts, began_s=began_s) as device:
        coverage = await device.hold(0, ALL_S)
        assert numbers(coverage) == list(range(ALL_S * FPS))
        assert wrong_by_s(device, coverage) <= coverage.clock.uncertainty_ms / 1000 + ROUNDING_S
        assert len({(search["StartTime"]["day"]) for search in device.peer.searched}) == 2


@pytest.mark.parametrize("fold", [0, 1])
async def test_the_hour_that_comes_twice_is_told_apart_by_the_names(
    tmp_path: Path, parts: list[Path], fold: int
) -> None:
    """Half past one in the night when clocks go back, before and after: names say whether it is still summer."""
    began_s = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK, fold=fold).timestamp()
    async with running(tmp_path, parts, began_s=began_s) as device:
        coverage = await device.hold(0, ALL_S)
        assert numbers(coverage) == list(range(ALL_S * FPS))
        assert coverage.clock.uncertainty_ms <= 4_000
        assert wrong_by_s(device, coverage) <= coverage.clock.uncertainty_ms / 1000 + ROUNDING_S


@pytest.mark.parametrize("fold", [0, 1])
async def test_where_no_name_tells_the_hour_that_comes_twice_is_stated_as_an_hour_of_doubt(
    tmp_path: Path, film: Path, fold: int
) -> None:
    """A recorder's files have no names: the truth lies within what is stated."""
    began_s = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK, fold=fold).timestamp()
    async with running(tmp_path, [], film=film, began_s=began_s, name=UID) as device:
        extent = await device.source.coverage(CAMERA_ID, device.began, device.at(ALL_S))
        (span,) = extent.spans
        assert span[0] - timedelta(seconds=2) <= device.began
        assert span[1] + timedelta(seconds=2) >= device.at(ALL_S)


async def test_a_clock_that_is_minutes_ahead_is_corrected_and_stated(tmp_path: Path, parts: list[Path]) -> None:
    """Its files are found by its own time, and put where they belong by ours."""
    async with running(tmp_path, parts) as device:
        device.peer.ahead_s = 600.0
        await device.source.stop()
        await device.source.start()
        coverage = await device.hold(0, ALL_S)
        assert numbers(coverage) == list(range(ALL_S * FPS))
        assert wrong_by_s(device, coverage) < 4
        assert abs(coverage.clock.offset_ms + 600_000) < 1_500
        assert coverage.clock.uncertainty_ms > 600_000


async def test_a_file_that_is_said_and_not_given_is_a_gap_after_some_tries(device: Device) -> None:
    """The device is well, the file is not there: the others come."""
    first = device.peer.files[0]
    ghost = Stored(path=first.path, began_s=first.began_s - LENGTH_S, length_s=LENGTH_S)
    known = [*device.peer.files]
    device.peer.stored = lambda: [ghost, *known]  # type: ignore[method-assign]  it says so
    async with asyncio.timeout(30):
        while True:
            try:
                coverage = await device.hold(-LENGTH_S, ALL_S)
            except Exception as refused:  # noqa: BLE001  as the journey does: it asks again
                assert getattr(refused, "rule", None) == CopyRule.WRONG_ANSWER  # noqa: PT017  it says why
                continue
            if coverage.trouble is None:
                break
    assert numbers(coverage) == list(range(ALL_S * FPS))
    assert coverage.gaps


async def test_a_file_at_which_a_device_falls_silent_keeps_no_other_from_being_copied(
    tmp_path: Path, parts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is left alone for a moment each time, and asked for that file last."""
    monkeypatch.setattr(client, "FILE_READ_S", 0.3)
    monkeypatch.setattr(line, "REST_S", 0.5)
    async with running(tmp_path, parts, rest_s=None) as device:
        bad, own = device.peer.files[0].name(0.0), device.peer._give  # noqa: SLF001

        async def give(request: web.Request) -> web.StreamResponse:
            if request.query["source"] == bad:
                await asyncio.sleep(60)
            device.peer.answer.clear()
            answer = await own(request)
            device.peer.answer["Download"] = give
            return answer

        device.peer.answer["Download"] = give
        async with asyncio.timeout(20):
            while True:
                with suppress(SourceError):
                    coverage = await device.hold(0, ALL_S)
                    if len(coverage.segments) == FILES - 1:
                        break
                await asyncio.sleep(0.1)
        assert numbers(coverage) == list(range(LENGTH_S * FPS, ALL_S * FPS))


async def test_a_file_that_a_device_does_not_give_for_a_moment_comes_later(tmp_path: Path, parts: list[Path]) -> None:
    """Others play from its card, while all else of it answers: no gap, however often it was asked."""
    async with running(tmp_path, parts, stumbles_s=900.0) as device:

        async def fail(_: web.Request) -> web.Response:
            return web.Response(status=500)

        device.peer.answer |= {"Download": fail, "Playback": fail}
        for _ in range(TRIES_MAX + 1):
            assert await refused_by(device.hold(0, ALL_S)) == CopyRule.AWAY
        assert (await device.source.held("case")).pending
        device.peer.answer.clear()
        assert numbers(await device.hold(0, ALL_S)) == list(range(ALL_S * FPS))


async def test_a_file_of_another_time_than_was_said_is_not_used(device: Device, film: Path) -> None:
    """It says six seconds and gives all twenty-four: that is of another time."""
    second = device.peer.files[1]
    device.peer.files[1] = replace(second, path=film)
    coverage = await device.hold(0, ALL_S)
    assert len(coverage.segments) == FILES - 1
    assert any(start < device.at(1.5 * LENGTH_S) < end for start, end in coverage.gaps)


async def test_what_is_still_being_written_may_still_come(tmp_path: Path, parts: list[Path]) -> None:
    """Its last file grows: pending, no gap."""
    async with running(tmp_path, parts, began_s=datetime.now(UTC).timestamp() - ALL_S) as device:
        coverage = await device.source.hold(
            "case", CAMERA_ID, device.began, device.at(ALL_S), datetime.now(UTC) + LATER
        )
        assert coverage.pending
        assert coverage.gaps == ()


async def test_it_is_known_whether_a_device_records(tmp_path: Path, parts: list[Path]) -> None:
    """Not without a card; and what isn't on it isn't known."""
    async with running(tmp_path, parts) as device:
        device.peer.has_storage = False
        await device.source.look()
        assert device.source.standing(CAMERA_ID) == RecorderStanding(kind="reolink", records=False)
    async with running(tmp_path / "other", parts, name="7") as device:
        await device.source.look()
        assert device.source.standing(CAMERA_ID) == RecorderStanding(kind="reolink")
        assert await refused_by(device.hold(0, ALL_S)) == CopyRule.RECORDING_GONE


async def test_a_refused_login_is_said_and_not_tried_again_and_again(device: Device) -> None:
    """Devices lock people out. The password is in no error."""
    await device.source.stop()  # it looks too
    device.peer.login = ("home", "another")
    device.peer.asked.clear()
    client = device.client()
    for _ in range(3):
        assert await refused_by(client.device()) == CopyRule.LOGIN_REFUSED
    assert device.peer.asked["Login"] == 1
    assert "a-password" not in repr(device.server)


async def test_what_is_asked_at_once_takes_one_login(device: Device) -> None:
    """At first, and where a token no longer counts: each login is one of the few sessions that a device has."""
    await device.source.stop()  # it looks too
    device.peer.asked.clear()
    client = device.client()
    for logins in (1, 2):
        found = await asyncio.gather(*(client.device() for _ in range(5)))
        assert {one.version for one in found} == {VERSION}
        assert device.peer.asked["Login"] == logins
        device.peer.tokens.clear()


async def test_a_token_that_no_longer_counts_is_renewed(device: Device) -> None:
    """For a question and for a file."""
    await device.source.stop()  # it looks too
    device.peer.asked.clear()
    client = device.client()
    assert (await client.device()).version == VERSION
    device.peer.tokens.clear()
    assert (await client.device()).version == VERSION
    device.peer.tokens.clear()
    name = device.peer.files[0].name(0.0)
    fetched = await client.fetch(name, device.folder / "file.mp4", 10**9)
    assert fetched.size_bytes == device.peer.files[0].path.stat().st_size
    assert device.peer.asked["Login"] == 3


async def test_a_hole_on_a_recorders_disk_is_never_bridged_by_a_surer_time_than_there_is(
    tmp_path: Path, film: Path
) -> None:
    """Pictures after the hole follow those before it in what is prepared."""
    async with running(tmp_path, [], film=film, name=UID) as device:
        only = device.peer.films[0]
        device.peer.films[:] = [replace(only, until_s=8.0), Film(path=film, began_s=only.began_s, from_s=16.0)]
        coverage = await device.hold(0, ALL_S)
        assert wrong_by_s(device, coverage) <= coverage.clock.uncertainty_ms / 1000 + ROUNDING_S


async def test_a_clip_over_several_parts_of_a_recorders_disk_has_each_frame_once(
    tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They overlap, and what both have says how far they are apart."""
    monkeypatch.setattr(reolink_parts, "PART_S", 8)
    async with running(tmp_path, [], film=film, name=UID) as device:
        coverage = await device.hold(0, ALL_S)
        assert len(coverage.segments) > 2
        began_ms = round(device.began.timestamp() * 1000)
        job = Job(
            segments=tuple(
                JobSegment(
                    path=segment.path,
                    from_ms=segment.from_.timestamp() * 1000,
                    until_ms=segment.until.timestamp() * 1000,
                )
                for segment in coverage.segments
            ),
            from_ms=began_ms + 6_000,
            until_ms=began_ms + 18_000,
            audio=False,
            masks=(),
            out=tmp_path / "clip.mp4",
            preview=False,
        )
        assert make_clip(job, lambda _: None).gaps_ms == ()
        found = numbers_in(job.out)
        assert found == list(range(found[0], found[0] + 12 * FPS))
