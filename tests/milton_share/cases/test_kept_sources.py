"""Recordings that an owner keeps for a court: from the approval on, until they are given up or the time is over."""

from __future__ import annotations

import asyncio
import hashlib
import struct
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from homeassistant.helpers import issue_registry as ir

from custom_components.milton_share.const import DOMAIN
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.panel.requests import decisions
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest_parts import Period
from custom_components.milton_share.sources.errors import SourceError
from tests.milton_share.conftest import PIN

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from custom_components.milton_share.cases.model import CaseView
    from tests.milton_share.conftest import Home

YEAR = timedelta(days=365)


async def held(home: Home, hold_id: str) -> tuple[Path, ...]:
    """Return the files of a hold; none where there is no such hold."""
    try:
        coverage = await home.services.footage.recorder.held(hold_id)
    except SourceError:
        return ()
    return tuple(segment.path for segment in coverage.segments)


async def copies_kept(home: Home, case: CaseView) -> set[str]:
    """Return the digests of the copies that are kept for a court, a year, once a share of copied footage has arrived.

    What the request itself had held is gone by then.
    """
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    await round_now(home)
    share = home.case(case.request_id).share
    assert share is not None
    assert share.sources_kept_until == share.approved_at + YEAR
    copied = home.services.footage.copied
    with pytest.raises(SourceError, match="hold_unknown"):
        await copied.held(case.case_id)
    kept = (await copied.held(f"court-{case.case_id}")).segments
    return {hashlib.sha256(segment.path.read_bytes()).hexdigest() for segment in kept}


async def round_now(home: Home) -> None:
    """Judge and settle now, not in a minute."""
    await home.round()


def write_others(folder: Path, film: Path, start: datetime) -> None:
    """Write half a minute of footage as a camera does into its folder: other bytes than the recorder's."""
    folder.mkdir()
    for number in range(3):
        name = f"{start + timedelta(seconds=10 * number):%Y-%m-%d_%H-%M-%S}.mp4"
        (folder / name).write_bytes(film.read_bytes() + struct.pack(">I4s", 8, b"free"))


@pytest.mark.usefixtures("recorded")
async def test_what_was_promised_is_kept_from_the_approval_on(home: Home) -> None:
    """The hub is away for longer than the first hold lasts: the recordings are there all the same."""
    await home.place_camera()
    case = await home.looked_at()
    home.hub.away = True
    await home.approve(case, keep_sources=True)
    await round_now(home)
    kept = await held(home, f"court-{case.case_id}")
    assert len(kept) == 2
    await home.services.footage.recorder.release(case.case_id)
    assert await held(home, f"court-{case.case_id}") == kept
    assert all(path.is_file() for path in kept)
    home.hub.away = False
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    await home.restart()
    await home.until(lambda: home.request(case.request_id) is not None)
    await round_now(home)
    assert await held(home, f"court-{case.case_id}") == kept


async def test_of_several_ranges_each_is_kept_and_nothing_between_them(home: Home, recorded: datetime) -> None:
    """The second of three recorded files has no part in the clip, so nobody keeps it for a year."""
    await home.place_camera()
    case = await home.held()
    first, second = (
        Period(from_=recorded + timedelta(seconds=start), until=recorded + timedelta(seconds=start + 2))
        for start in (3, 23)
    )
    await home.panel.review.look(
        home.owner.session, case.case_id, first.from_, first.until, audio=False, further=[second]
    )
    share_id = await home.approve(home.case(case.request_id), keep_sources=True)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    await round_now(home)
    names = [f"court-{case.case_id}", f"court-{case.case_id}-2"]
    assert [len(await held(home, name)) for name in names] == [1, 1]
    assert await held(home, case.case_id) == ()
    await home.panel.shares.give_up_sources(home.owner.session, share_id, PIN)
    assert [await held(home, name) for name in names] == [(), ()]


async def test_what_the_clip_was_cut_from_is_kept_though_another_source_has_that_time_now(
    home: Home, recorded: datetime, segment_file: Path, tmp_path: Path
) -> None:
    """A folder with other files of it was named meanwhile, and comes first from then on: no proof of this clip."""
    await home.place_camera()
    case = await home.looked_at()
    films = tmp_path / "films"
    await asyncio.to_thread(write_others, films, segment_file, recorded)
    home.hass.config.media_dirs = {"local": str(films)}
    await home.panel.folders.set(home.owner.session, case.camera_id, str(films), "UTC")
    await home.approve(case, keep_sources=True)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    await round_now(home)
    assert len(await held(home, f"court-{case.case_id}")) == 2
    assert await held(home, case.case_id) == ()
    assert not home.services.retention.unkept_shares


@pytest.mark.usefixtures("recorded")
async def test_the_owner_gives_up_what_was_kept_and_it_stays_wiped(home: Home) -> None:
    """The files go at once; what the manifest said is still shown beside it; there is nothing to give up twice."""
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case, keep_sources=True)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    await round_now(home)
    kept = await held(home, f"court-{case.case_id}")
    share = home.case(case.request_id).share
    assert share is not None
    assert share.sources_kept_until == share.sources_said_until == share.approved_at + YEAR
    with pytest.raises(MiltonShareError, match="wrong_pin"):
        await home.panel.shares.give_up_sources(home.owner.session, share_id, "161803")
    assert await held(home, f"court-{case.case_id}") == kept

    await home.panel.shares.give_up_sources(home.owner.session, share_id, PIN)
    assert not any(path.exists() for path in kept)
    with pytest.raises(MiltonShareError, match="nothing_kept"):
        await home.panel.shares.give_up_sources(home.owner.session, share_id, PIN)
    with pytest.raises(MiltonShareError, match="unknown_share"):
        await home.panel.shares.give_up_sources(home.owner.session, "0" * 32, PIN)
    await home.restart()
    await home.until(lambda: home.request(case.request_id) is not None)
    await round_now(home)
    assert await held(home, f"court-{case.case_id}") == ()
    share = home.case(case.request_id).share
    assert share is not None
    assert share.sources_said_until == share.approved_at + YEAR
    assert share.sources_kept_until is not None
    assert share.sources_kept_until < share.approved_at + timedelta(hours=1)


@pytest.mark.usefixtures("recorded")
async def test_what_is_kept_goes_when_its_time_is_over(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A year of three seconds."""
    monkeypatch.setattr(decisions, "SOURCES_KEPT", timedelta(seconds=3))
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case, keep_sources=True)
    await round_now(home)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    share = home.services.book.share(share_id)
    assert share.sources_kept_until is not None

    def is_over() -> bool:
        return not home.services.retention._promises(home.services.book.case(case.case_id))  # noqa: SLF001

    await home.until(is_over)
    await home.restart()
    await home.until(lambda: home.request(case.request_id) is not None)
    await round_now(home)
    assert await held(home, f"court-{case.case_id}") == ()
    with pytest.raises(MiltonShareError, match="nothing_kept"):
        await home.panel.shares.give_up_sources(home.owner.session, share_id, PIN)


@pytest.mark.usefixtures("recorded")
async def test_recordings_that_are_gone_are_not_called_kept(home: Home) -> None:
    """What the clip was cut from was lost before the approval: the owner is told, for the police were promised it."""
    await home.place_camera()
    case = await home.looked_at()
    recorder = home.services.footage.recorder
    for path in await held(home, case.case_id):
        path.unlink()
    await recorder.release(case.case_id)
    library = recorder._opened  # noqa: SLF001
    assert library is not None
    library.index.remove(row.name for row in library.index.everything())
    home.hub.away = True
    share_id = await home.approve(case, keep_sources=True)
    await round_now(home)
    issues = {issue_id for domain, issue_id in ir.async_get(home.hass).issues if domain == DOMAIN}
    assert f"recordings_unkept_{share_id}" in issues
