"""A file of the owner's, from the phone to the police: added, timed, looked at, approved; or taken away."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.shared.milton_protocol import dsse
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest import Manifest
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from tests.milton_share.conftest import CAMERA, Home
from tests.milton_share.faults.test_days_and_clocks import DAY, Clock, clock, goes_on, hub
from tests.simulators.city import AREA, age_identity

from .conftest import FILM_S, Phone, middle, name_at, nothing_lies_here

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from custom_components.milton_share.cases.model import CaseView
    from custom_components.milton_share.sources.model import Extent

__all__ = ["clock", "hub"]


async def confirmed(home: Home, phone: Phone, asked: str, export: bytes, **said: object) -> str:
    """Add a file and say when it was filmed: as its name says; return its case's id."""
    at = middle(home, asked)
    case_id = await phone.add(asked, name_at(at), export)
    words: dict[str, Any] = {"at": at, "uncertainty_s": 60, "camera_id": None, **said}
    await home.panel.files.confirm(home.owner.session, case_id, **words)
    return case_id


def manifest_of(home: Home, share_id: str) -> Manifest:
    """Open a share's manifest as a custodian does."""
    envelope = open_sealed(home.hub.file(share_id, "manifest"), age_identity("custodian-1"))
    key = home.hub.shares[share_id].one_time_key
    return Manifest.from_bytes(dsse.open_envelope(envelope, Manifest.PAYLOAD_TYPE, [key], required=1))


def cases(home: Home, request_id: str) -> tuple[CaseView, ...]:
    """Return the cases of a request that is here."""
    request = home.request(request_id)
    assert request is not None
    return request.cases


async def look(home: Home, case_id: str, at: datetime, seconds: int = 4) -> None:
    """Cut some seconds of a file, from its second second."""
    start = at + timedelta(seconds=1)
    await home.panel.review.look(home.owner.session, case_id, start, start + timedelta(seconds=seconds), audio=False)


async def test_a_file_of_the_owner_reaches_the_hub_by_the_same_way(
    home: Home, phone: Phone, asked: str, export: bytes
) -> None:
    """Added, timed by the owner, looked at, approved with the PIN; the manifest says whose word the time is."""
    at = middle(home, asked)
    case_id = await phone.add(asked, name_at(at), export)
    file = phone.file(asked)
    assert (file.name, file.length_ms, file.width, file.sound) == (name_at(at), FILM_S * 1000, 320, True)
    assert (file.at, home.case(asked).state) == (None, "received")
    first = file.candidates[0]
    assert (first.at, first.origin, first.kind, first.doubt, first.fits) == (at, "name", "ring", None, True)

    said = at + timedelta(seconds=90)  # the picture says that the phone's name is a minute and a half early
    await home.panel.files.confirm(home.owner.session, case_id, at=said, uncertainty_s=5, camera_id=None)
    case = home.case(asked)
    assert (case.state, case.footage_from, case.footage_until) == ("held", said, said + timedelta(seconds=FILM_S))
    await look(home, case_id, said)
    share_id = await home.approve(home.case(asked))
    await home.until(lambda: home.case(asked).state == "receipted")

    manifest = manifest_of(home, share_id)
    clip = open_sealed(home.hub.file(share_id, "clip"), age_identity("custodian-1"))
    assert hashlib.sha256(clip).hexdigest() == manifest.clip_sha256
    assert (manifest.clock.method, manifest.clock.uncertainty_ms, manifest.clock.offset_ms) == ("owner", 5_000, 90_000)
    assert manifest.segments[0].sha256 == hashlib.sha256(export).hexdigest()
    assert (manifest.camera.label, manifest.camera.view) == ("File 1", None)
    assert name_at(at).encode() not in manifest.to_bytes()
    await home.round()
    assert nothing_lies_here(home)


async def test_the_owner_may_say_which_camera_filmed_it(home: Home, phone: Phone, asked: str, export: bytes) -> None:
    """Then a clip that is shared as the home has that camera's place; one that has none can't be named."""
    await home.place_camera(eligible=False)
    with pytest.raises(MiltonShareError, match="unknown_camera"):
        await confirmed(home, phone, asked, export, camera_id="camera.of_nobody")
    case_id = home.case(asked).case_id
    at = middle(home, asked)
    await home.panel.files.confirm(home.owner.session, case_id, at=at, uncertainty_s=60, camera_id=CAMERA)
    await look(home, case_id, at)
    share_id = await home.approve(home.case(asked), named=True)
    await home.until(lambda: home.case(asked).state == "receipted")
    view = manifest_of(home, share_id).camera.view
    assert view is not None
    assert view.position == AREA.center


async def test_another_time_makes_a_clip_that_was_shown_none(
    home: Home, phone: Phone, asked: str, export: bytes
) -> None:
    """What was cut by a time that the owner took back can't be approved; it is cut again by the new one."""
    case_id = await confirmed(home, phone, asked, export)
    await look(home, case_id, middle(home, asked))
    shown = home.case(asked)
    later = middle(home, asked) + timedelta(minutes=1)
    await home.panel.files.confirm(home.owner.session, case_id, at=later, uncertainty_s=30, camera_id=None)
    assert home.case(asked).clip is None
    assert home.case(asked).footage_from == later
    with pytest.raises(MiltonShareError, match="not_reviewing"):
        await home.approve(shown)
    await look(home, case_id, later)
    clip = home.case(asked).clip
    assert clip is not None
    assert (clip.clock_method, clip.uncertainty_ms) == ("owner", 30_000)


async def test_a_time_outside_the_request_is_refused(home: Home, phone: Phone, asked: str, export: bytes) -> None:
    """Nothing of the file would be what was asked for."""
    with pytest.raises(MiltonShareError, match="file_outside_request"):
        await confirmed(home, phone, asked, export, at=middle(home, asked) - timedelta(days=1))
    assert home.case(asked).state == "received"


async def test_not_this_time_wipes_the_file(home: Home, phone: Phone, asked: str, export: bytes) -> None:
    """Held or only added: nothing of it is left."""
    await confirmed(home, phone, asked, export)
    await phone.add(asked, "second.mp4", export)
    assert not nothing_lies_here(home)
    await home.panel.decisions.not_this_time(home.owner.session, asked)
    assert nothing_lies_here(home)


async def test_a_file_that_was_a_mistake_is_taken_away(home: Home, phone: Phone, asked: str, export: bytes) -> None:
    """As if it had never been: no case, no bytes, and the request can still be answered."""
    case_id = await confirmed(home, phone, asked, export)
    await look(home, case_id, middle(home, asked))
    await home.panel.files.remove(home.owner.session, case_id)
    assert cases(home, asked) == ()
    assert nothing_lies_here(home)
    with pytest.raises(MiltonShareError, match="unknown_case"):
        await home.panel.files.remove(home.owner.session, case_id)
    await home.restart()
    await home.until(lambda: cases(home, asked) == ())


async def test_a_file_that_is_taken_away_in_the_middle_of_a_round_stops_no_other(
    home: Home, phone: Phone, asked: str, export: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The round goes on with the next case, which it would else begin again half a minute later."""
    source = home.services.footage.source
    added = [await phone.add(asked, name, export) for name in ("a.mp4", "b.mp4", "c.mp4")]
    own, seen, goes_on = source.coverage, list[str](), asyncio.Event()

    async def slow(camera_id: str, from_: datetime, until: datetime) -> Extent:
        seen.append(camera_id)
        await goes_on.wait()
        return await own(camera_id, from_, until)

    monkeypatch.setattr(source, "coverage", slow)
    acting = asyncio.create_task(home.scheduler.acted())
    await home.until(lambda: bool(seen))
    first, second, _ = home.services.book.cases
    for case_id in (second, first):
        await home.panel.files.remove(home.owner.session, case_id)
    goes_on.set()
    await acting
    assert {*added} > {first, second}
    assert len(seen) == 2


async def test_a_file_that_is_taken_away_as_it_is_about_to_be_held_is_wiped(
    home: Home, phone: Phone, asked: str, export: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round and a person at the same moment: nobody could see it any more, until the hold's deadline."""
    services = home.services
    keep = services.holds.keep

    async def later(*_: object) -> None:
        """Leave it to the next round."""

    monkeypatch.setattr(services.holds, "keep", later)
    case_id = await confirmed(home, phone, asked, export)
    monkeypatch.setattr(services.holds, "keep", keep)
    camera_id, at = services.book.case(case_id).camera_id, middle(home, asked)
    removing = asyncio.create_task(home.panel.files.remove(home.owner.session, case_id))
    await asyncio.sleep(0)
    await asyncio.gather(removing, services.footage.added.hold(case_id, camera_id, at - DAY, at + DAY, at + 9 * DAY))
    assert nothing_lies_here(home)


async def test_a_file_that_is_stopped_on_its_way_leaves_nothing_and_the_next_is_taken(
    home: Home, phone: Phone, asked: str, export: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """By a phone that breaks the line off, as a browser does; no attempt is shown, and no fault is logged."""

    async def half() -> AsyncIterator[bytes]:
        yield export[: len(export) // 2]
        await asyncio.Event().wait()

    sending = asyncio.create_task(phone.post(asked, "a.mp4", half()))
    await home.until(lambda: not nothing_lies_here(home))
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await home.until(lambda: nothing_lies_here(home))
    assert (cases(home, asked), home.state().attempts) == ((), ())
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []
    assert await phone.add(asked, "b.mp4", export)


async def test_a_file_outlives_a_restart(home: Home, phone: Phone, asked: str, export: bytes) -> None:
    """Said or not said yet, held or not."""
    case_id = await phone.add(asked, "front.mp4", export)
    await home.restart()
    await home.until(lambda: cases(home, asked) != ())
    assert phone.file(asked).length_ms == FILM_S * 1000
    at = middle(home, asked)
    await home.panel.files.confirm(home.owner.session, case_id, at=at, uncertainty_s=60, camera_id=None)
    await home.restart()
    await home.until(lambda: home.case(asked).footage_from == at)
    await look(home, case_id, at)
    assert home.case(asked).state == "reviewing"


async def test_recordings_that_are_kept_for_the_court_stay_when_the_case_is_settled(
    home: Home, phone: Phone, asked: str, export: bytes
) -> None:
    """The file itself, for twelve months."""
    case_id = await confirmed(home, phone, asked, export)
    await look(home, case_id, middle(home, asked))
    await home.approve(home.case(asked), keep_sources=True)
    await home.until(lambda: home.case(asked).state == "receipted")
    await home.round()
    kept = await home.services.footage.added.held(f"court-{case_id}")
    (segment,) = kept.segments
    assert await asyncio.to_thread(segment.path.read_bytes) == export


async def test_the_end_of_the_request_ends_the_file(home: Home, phone: Phone, asked: str, export: bytes) -> None:
    """Withdrawn by the police: what was added for it goes."""
    await confirmed(home, phone, asked, export)
    home.hub.city.withdrawn.add(asked)
    home.hub.publish()
    await home.until(lambda: home.case(asked).state == "lapsed")
    await home.until(lambda: nothing_lies_here(home))


async def test_a_file_of_which_nobody_said_the_time_goes_with_its_request(
    home: Home, phone: Phone, asked: str, export: bytes, clock: Clock
) -> None:
    """Nothing of it is held, so nobody would be shown it any more, nor could take it away; one that is held stays."""
    held = await confirmed(home, phone, asked, export)
    unsaid = await phone.add(asked, "second.mp4", export)
    added = home.services.footage.added
    file = home.services.footage.files.file(unsaid)
    assert added.picture(file.file_id).exists()
    clock.ahead = 8 * DAY
    goes_on(home, 8 * DAY)
    await home.until(lambda: {one.state for one in cases(home, asked)} == {"lapsed"})
    await home.until(lambda: not added.picture(file.file_id).exists(), 5)
    await home.until(lambda: [one.case_id for one in cases(home, asked) if one.footage_from] == [held])
    assert not list(added.picture(file.file_id).parent.glob(f"{file.file_id}*"))
