"""The way of a request through a home, from the feed to the receipt."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import shutil
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from custom_components.milton_share.const import HOLD_AFTER_EXPIRY
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.shared.milton_protocol import dsse
from custom_components.milton_share.shared.milton_protocol.messages.requests.request import Audience, AudienceKind
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest import Manifest
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from custom_components.milton_share.sources import steady
from custom_components.milton_share.sources.errors import HOLD_UNKNOWN
from custom_components.milton_share.sources.home_clock import HomeClock, HomeTime
from custom_components.milton_share.sources.recorder import RecorderError
from tests.milton_share.conftest import FAR_AWAY, PIN
from tests.milton_share.sources.frigate.kitchen import refused_by
from tests.simulators.city import AREA, age_identity

if TYPE_CHECKING:
    from datetime import datetime

    from custom_components.milton_share.sources.model import Coverage
    from tests.milton_share.conftest import Home


@pytest.mark.usefixtures("recorded")
async def test_an_approved_clip_reaches_the_hub_and_its_receipt_comes_back(home: Home) -> None:
    """Match, hold, look, approve, seal, upload, receipt; and the custodian opens the very bytes that were looked at."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")

    clip = open_sealed(home.hub.file(share_id, "clip"), age_identity("custodian-1"))
    assert hashlib.sha256(clip).hexdigest() == case.clip.clip_sha256
    envelope = open_sealed(home.hub.file(share_id, "manifest"), age_identity("key-of-officer-1"))
    manifest = Manifest.from_bytes(
        dsse.open_envelope(envelope, Manifest.PAYLOAD_TYPE, [home.hub.shares[share_id].one_time_key], required=1)
    )
    assert manifest.clip_sha256 == case.clip.clip_sha256
    assert manifest.request_id == case.request_id
    assert manifest.range.until - manifest.range.from_ == timedelta(seconds=12)
    assert len(manifest.segments) == 2
    assert manifest.camera.label == "Camera 1"
    assert manifest.camera.view is None
    share = home.case(case.request_id).share
    assert share is not None
    assert [receipt.event for receipt in share.receipts] == ["received"]
    assert share.sent_bytes == share.size_bytes > 0


@pytest.mark.usefixtures("recorded")
async def test_a_camera_that_looks_elsewhere_has_no_case(home: Home) -> None:
    """A match is a view that reaches into the area."""
    await home.place_camera(position=FAR_AWAY)
    request_id = await home.receive()
    request = home.request(request_id)
    assert request is not None
    assert request.refused is None
    assert request.cases == ()


@pytest.mark.usefixtures("recorded")
async def test_a_named_share_says_the_place_and_is_signed_by_the_home(home: Home) -> None:
    """By the one-time key and by the device key of the enrollment; a pseudonymous one says neither."""
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case, named=True, keep_sources=True)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    envelope = open_sealed(home.hub.file(share_id, "manifest"), age_identity("key-of-officer-1"))
    (device_key,) = home.hub.device_keys.values()
    keys = [home.hub.shares[share_id].one_time_key, device_key]
    manifest = Manifest.from_bytes(dsse.open_envelope(envelope, Manifest.PAYLOAD_TYPE, keys, required=2))
    assert manifest.named
    assert manifest.camera.view is not None
    assert manifest.camera.view.position == AREA.center
    assert manifest.sources_kept_until is not None
    await home.round()
    kept = await home.services.footage.recorder.held(f"court-{case.case_id}")
    assert len(kept.segments) == 2


@pytest.mark.usefixtures("recorded")
async def test_after_a_receipt_the_recordings_are_let_go(home: Home) -> None:
    """Unless the owner keeps them for the court."""
    await home.place_camera()
    case = await home.looked_at()
    await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    await home.round()
    with pytest.raises(RecorderError, match="hold_unknown"):
        await home.services.footage.recorder.held(case.case_id)


async def test_what_the_approver_sees_of_a_case_is_what_is_there(home: Home, recorded: datetime) -> None:
    """Half a minute of the hour that was asked for, and what is missing before and after."""
    await home.place_camera()
    case = await home.held()
    assert (case.footage_from, case.footage_until) == (recorded, recorded + timedelta(seconds=30))
    request = home.request(case.request_id)
    assert request is not None
    assert case.gaps[0].from_ == request.from_
    with pytest.raises(MiltonShareError, match="nothing_recorded"):
        await home.panel.review.look(
            home.owner.session, case.case_id, request.from_, request.from_ + timedelta(seconds=5), audio=False
        )


@pytest.mark.usefixtures("recorded")
async def test_a_clip_is_cut_once_at_a_time_and_says_how_far_it_is(home: Home) -> None:
    """A second wish for the same case is refused until the first is there."""
    await home.place_camera()
    case = await home.held()
    assert case.footage_from is not None
    start, seen = case.footage_from, []
    home.coordinator.subscribe(lambda: seen.append(home.case(case.request_id).cutting))
    look = partial(home.panel.review.look, home.owner.session, case.case_id, start, audio=False)
    first = asyncio.create_task(look(until=start + timedelta(seconds=20)))
    await home.until(lambda: home.case(case.request_id).cutting is not None)
    with pytest.raises(MiltonShareError, match="already_cutting"):
        await look(until=start + timedelta(seconds=5))
    await first
    await asyncio.sleep(0)
    assert [share for share in seen if share is not None]
    assert home.case(case.request_id).cutting is None


@pytest.mark.usefixtures("recorded")
async def test_a_decision_while_a_clip_is_cut_leaves_no_clip(home: Home) -> None:
    """Not this time wins; the file is wiped."""
    await home.place_camera()
    case = await home.held()
    assert case.footage_from is not None
    until = case.footage_from + timedelta(seconds=20)
    look = asyncio.create_task(
        home.panel.review.look(home.owner.session, case.case_id, case.footage_from, until, audio=False)
    )
    await home.until(lambda: home.case(case.request_id).cutting is not None)
    await home.panel.decisions.not_this_time(home.owner.session, case.request_id)
    with pytest.raises(MiltonShareError):
        await look
    assert home.case(case.request_id).clip is None
    folder = home.services.folder.clips(case.case_id)
    assert not await asyncio.to_thread(folder.exists)


@pytest.mark.usefixtures("recorded")
async def test_a_no_is_for_the_request_also_where_a_camera_is_offered_later(home: Home) -> None:
    """Nothing of that camera is held for it, and the request does not come back; the next one asks all of them."""
    await home.place_camera()
    case = await home.held()
    await home.panel.decisions.not_this_time(home.owner.session, case.request_id)
    home.hass.states.async_set("camera.back_door", "idle", {"friendly_name": "Back door", "supported_features": 2})
    await home.place_camera(camera_id="camera.back_door")
    other_id = await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: len(home.request(other_id).cases) == 2)
    await home.round()
    assert home.case(case.request_id).state == "declined"


@pytest.mark.usefixtures("recorded")
async def test_an_approval_while_another_clip_is_cut_keeps_what_was_approved(home: Home) -> None:
    """The clip that was looked at is sent; the one that came too late is wiped, and nothing else."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    from_ = case.clip.from_
    async with home.services.cutter._queue.for_request():  # noqa: SLF001  the trim waits until it is too late
        trim = asyncio.create_task(
            home.panel.review.look(home.owner.session, case.case_id, from_, from_ + timedelta(seconds=3), audio=False)
        )
        await home.until(lambda: home.case(case.request_id).cutting is not None)
        home.hub.away = True
        share_id = await home.approve(case)
    with pytest.raises(MiltonShareError, match="already_decided"):
        await trim
    folder = home.services.folder.clips(case.case_id)
    names = await asyncio.to_thread(lambda: [path.name for path in folder.iterdir()])
    assert names == [f"{case.clip.clip_sha256}.mp4"]
    home.hub.away = False
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    clip = open_sealed(home.hub.file(share_id, "clip"), age_identity("custodian-1"))
    assert hashlib.sha256(clip).hexdigest() == case.clip.clip_sha256


@pytest.mark.usefixtures("recorded")
async def test_recordings_for_the_court_wait_for_room_and_the_home_goes_on(
    home: Home, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was promised stays held as it was, the next request is judged, and it is kept once there is room.

    The owner is told until then, by the share's number. The file system has no second names: keeping takes room.
    """
    monkeypatch.setattr(Path, "hardlink_to", _no_second_names)
    await home.place_camera()
    case = await home.looked_at()
    recorder = home.services.footage.recorder
    library = recorder._opened  # noqa: SLF001
    assert library is not None
    monkeypatch.setattr(library.holds._room._budget, "total_bytes", 1)  # noqa: SLF001
    share_id = await home.approve(case, keep_sources=True)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    await home.until(lambda: "Recordings could not be kept for the court: hold_quota" in caplog.text)
    await home.until(lambda: _unkept(home))
    ((issue_id, placeholders),) = _unkept(home).items()
    assert issue_id == f"recordings_unkept_{share_id}"
    assert placeholders == {"share": share_id[:8], "room_gib": "20"}
    assert len((await recorder.held(case.case_id)).segments) == 3
    await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: home.state().snapshot.open_requests == 2)
    monkeypatch.undo()
    await home.receive(reason="A third dwelling was entered the same night.")
    await home.until(lambda: home.state().snapshot.open_requests == 3)
    await home.until(lambda: not _unkept(home))
    assert len((await recorder.held(f"court-{case.case_id}")).segments) == 2


@pytest.mark.usefixtures("recorded")
async def test_a_full_disk_lets_nothing_go_that_was_promised(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The repair comes and goes with the disk, also over a restart; the rounds go on."""
    await home.place_camera()
    case = await home.looked_at()
    with monkeypatch.context() as disk:
        disk.setattr(Path, "hardlink_to", _full)
        disk.setattr(shutil, "copy2", _full)
        await home.approve(case, keep_sources=True)
        await home.until(lambda: _unkept(home))
        assert await home.hass.config_entries.async_unload(home.entry.entry_id)
        assert not _unkept(home)
        assert await home.hass.config_entries.async_setup(home.entry.entry_id)
        await home.until(lambda: _unkept(home))
        recorder = home.services.footage.recorder
        assert len((await recorder.held(case.case_id)).segments) == 3
    await home.round()
    assert not _unkept(home)
    assert len((await recorder.held(f"court-{case.case_id}")).segments) == 2


@pytest.mark.usefixtures("recorded")
async def test_a_share_that_is_taken_back_takes_its_repair_along(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is promised any more."""
    await home.place_camera()
    case = await home.looked_at()
    monkeypatch.setattr(Path, "hardlink_to", _full)
    monkeypatch.setattr(shutil, "copy2", _full)
    share_id = await home.approve(case, keep_sources=True)
    await home.until(lambda: _unkept(home))
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")
    await home.round()
    assert not _unkept(home)


@pytest.mark.usefixtures("recorded")
async def test_recordings_for_the_court_need_no_second_room(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are held for the request already: a limit that is reached keeps no promise from being kept."""
    await home.place_camera()
    case = await home.looked_at()
    recorder = home.services.footage.recorder
    library = recorder._opened  # noqa: SLF001
    assert library is not None
    monkeypatch.setattr(library.holds._room._budget, "total_bytes", 1)  # noqa: SLF001
    await home.approve(case, keep_sources=True)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    await home.round()
    assert len((await recorder.held(f"court-{case.case_id}")).segments) == 2
    assert not _unkept(home)


@pytest.mark.usefixtures("recorded")
async def test_recordings_that_can_not_be_held_keep_no_other_request_waiting(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file lies on a bad sector: what comes after it is held, and what is over is let go, round by round."""
    await home.place_camera()
    over = await home.held()
    source = home.services.footage.source
    hold, release, bad = source.hold, source.release, list[str]()

    async def fail(hold_id: str, *wanted: Any) -> Coverage:  # noqa: ANN401  as it is asked
        if hold_id in (bad or [hold_id]):
            bad[:] = [hold_id]
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return await hold(hold_id, *wanted)

    async def fail_once(hold_id: str) -> None:
        if hold_id == over.case_id:
            monkeypatch.setattr(source, "release", release)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        await release(hold_id)

    monkeypatch.setattr(source, "release", fail_once)
    with pytest.raises(OSError, match="error"):
        await home.panel.decisions.not_this_time(home.owner.session, over.request_id)
    monkeypatch.setattr(source, "hold", fail)
    await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: bool(bad))
    case = await home.held(reason="A third dwelling was entered the same night.")
    assert case.case_id not in bad
    assert await refused_by(source.held(over.case_id)) == HOLD_UNKNOWN
    assert home.services.health.trouble is not None


def _unkept(home: Home) -> dict[str, dict[str, str] | None]:
    issues = ir.async_get(home.hass).issues.values()
    return {
        issue.issue_id: issue.translation_placeholders
        for issue in issues
        if issue.active and issue.translation_key == "recordings_unkept"
    }


def _no_second_names(*_paths: Path) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


def _full(*_paths: Path) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.usefixtures("recorded")
async def test_what_is_over_is_forgotten_after_the_hold(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three days after the expiry nothing of an unanswered request is left; a share stays."""
    await home.place_camera()
    shared = await home.looked_at()
    await home.approve(shared)
    await home.until(lambda: home.case(shared.request_id).state == "receipted")
    ignored = await home.held(reason="Another dwelling was entered the same night.")
    is_set = [False]
    monkeypatch.setattr(HomeClock, "look", lambda _: HomeTime(doubt_s=0.0, synchronised=is_set[0]))
    await home.restart()
    later = dt_util.utcnow() + timedelta(days=10)
    monkeypatch.setattr(steady, "JUMP_S", timedelta(days=20).total_seconds())  # time passes, the clock was not put
    scheduler, inbox = home.scheduler, home.services.inbox
    for clock in (scheduler, scheduler.judgment):
        monkeypatch.setattr(clock, "now", lambda: later)
    home.hub.city.bundles.pop(ignored.request_id)
    home.hub.publish()
    await home.until(lambda: ignored.request_id not in inbox.under("requests/"))
    await scheduler.judge()
    assert home.request(ignored.request_id) is not None, "nobody set the clock of this start"
    is_set[0] = True
    await home.until(lambda: home.request(ignored.request_id) is None)
    request = home.request(shared.request_id)
    assert request is not None
    assert request.cases[0].share is not None


async def test_a_request_for_a_code_at_the_door_opens_no_case(home: Home) -> None:
    """It is shown as one that only homes with the code are asked."""
    await home.place_camera()
    audience = Audience(kind=AudienceKind.CODE, code_sha256="c" * 64)
    request_id = await home.receive(audience=audience)
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    request = home.request(request_id)
    assert request is not None
    assert (request.by_code, request.cases) == (True, ())


@pytest.mark.usefixtures("recorded")
async def test_the_owner_can_keep_what_was_shown_and_signed(home: Home) -> None:
    """Papers, bundle, manifest, announcement and receipts; no key."""
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    evidence = home.panel.evidence.of(home.owner.session, case.request_id)
    assert evidence.bundle == home.hub.city.bundles[case.request_id]
    (share,) = evidence.shares
    assert share.announcement == home.hub.envelopes[share_id]
    assert [receipt.event for receipt in share.receipts] == ["received"]
    with pytest.raises(MiltonShareError, match="unknown_request"):
        home.panel.evidence.of(home.owner.session, "0" * 64)


async def test_a_recording_that_can_not_be_read_gives_no_clip(home: Home, recorded: datetime) -> None:
    """The cutter's rule is told, nothing is left, and the case can be looked at again."""
    await home.place_camera()
    case = await home.held()
    held = await home.services.footage.recorder.held(case.case_id)
    for segment in held.segments:
        await asyncio.to_thread(segment.path.chmod, 0o600)
        await asyncio.to_thread(segment.path.write_bytes, b"no film")
    with pytest.raises(MiltonShareError, match="unreadable_segment"):
        await home.panel.review.look(
            home.owner.session, case.case_id, recorded, recorded + timedelta(seconds=5), audio=False
        )
    assert home.case(case.request_id).state == "held"
    assert home.case(case.request_id).cutting is None


@pytest.mark.usefixtures("recorded")
async def test_without_room_to_hold_nothing_is_promised(
    home: Home, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case waits at `matched`, says so once in the log, and goes on when there is room."""
    recorder = home.services.footage.recorder
    library = recorder._opened  # noqa: SLF001
    assert library is not None
    monkeypatch.setattr(library.holds._room._budget, "total_bytes", 1)  # noqa: SLF001
    await home.place_camera()
    request_id = await home.receive()
    await home.until(lambda: home.case(request_id).state == "matched")
    await home.round()
    assert caplog.text.count("Recordings could not be kept: hold_quota") == 1
    assert (home.case(request_id).hold_trouble, home.case(request_id).kept_until) == ("hold_quota", None)
    monkeypatch.undo()
    await home.round()
    case, request = home.case(request_id), home.request(request_id)
    assert request is not None
    assert (case.state, case.hold_trouble) == ("held", None)
    assert case.kept_until == request.expires_at + HOLD_AFTER_EXPIRY


@pytest.mark.usefixtures("recorded")
async def test_what_came_when_there_was_no_room_any_more_is_told_and_kept_later(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hold has a part of the time, and the owner sees that the rest may be lost; with room again it has all."""
    await home.place_camera()
    case = await home.held()
    library = home.services.footage.recorder._opened  # noqa: SLF001
    assert library is not None
    hold = library.holds.find(case.case_id)
    assert hold is not None
    ((row, path), *_) = library.holds.held(hold)
    library.index._db.execute("DELETE FROM held WHERE name = ?", (row.name,))  # noqa: SLF001  as if it came just now
    path.unlink()
    monkeypatch.setattr(library.holds._room._budget, "total_bytes", 1)  # noqa: SLF001
    await home.round()
    assert home.case(case.request_id).hold_trouble == "hold_quota"
    assert not path.exists()
    monkeypatch.undo()
    await home.round()
    assert home.case(case.request_id).hold_trouble is None
    assert path.exists()


@pytest.mark.usefixtures("recorded")
async def test_all_keepers_of_recordings_share_one_room(home: Home) -> None:
    """What the recorder holds is taken from what may be copied and added."""
    await home.place_camera()
    case = await home.held()
    footage = home.services.footage
    recorder, copied, shelf = footage.recorder._opened, footage.copied._opened, footage.added._opened  # noqa: SLF001
    assert recorder is not None and copied is not None and shelf is not None  # noqa: PT018
    hold = recorder.holds.find(case.case_id)
    assert hold is not None
    held_bytes = sum(row.size_bytes for row, _ in recorder.holds.held(hold))
    total_bytes = footage.recorder.limits.hold_bytes
    assert copied.room_bytes() == shelf.room_bytes() == total_bytes - held_bytes
    await home.panel.decisions.not_this_time(home.owner.session, case.request_id)
    assert copied.room_bytes() == shelf.room_bytes() == total_bytes


async def test_footage_that_is_recorded_later_is_kept_too(home: Home) -> None:
    """A camera without footage has a case that waits, and says that nothing is there."""
    await home.place_camera()
    request_id = await home.receive()
    await home.until(lambda: home.request(request_id).cases)
    case = home.case(request_id)
    assert (case.state, case.footage_from) == ("received", None)
    with pytest.raises(MiltonShareError, match="not_held"):
        await home.panel.review.look(home.owner.session, case.case_id, *_inside(home, request_id), audio=False)


def _inside(home: Home, request_id: str) -> tuple[datetime, datetime]:
    request = home.request(request_id)
    assert request is not None
    return request.from_, request.from_ + timedelta(seconds=5)
