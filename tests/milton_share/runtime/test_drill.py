"""An exercise: the whole way of a request, and not one picture of the household's own recordings on it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from homeassistant.util import dt as dt_util

from custom_components.milton_share.cases.manifest import Choices
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.shared.milton_protocol import dsse
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest import Manifest
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest_parts import (
    AudioEdit,
    ClockMethod,
    ClockReading,
)
from custom_components.milton_share.shared.milton_protocol.messages.shares.masks import Mask, MaskKey
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from custom_components.milton_share.sources.errors import SourceError
from custom_components.milton_share.storage.paths import private_folder
from tests.milton_share.card_film import is_test_card, pictures
from tests.milton_share.conftest import PIN, SEGMENT_S, SEGMENTS, Stamped, keep_segments
from tests.simulators.city import AREA, age_identity
from tests.simulators.doorbell.pixels import read
from tests.simulators.doorbell.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from custom_components.milton_share.cases.model import CaseView
    from tests.milton_share.conftest import Home

FPS, WIDTH, HEIGHT = 15, 640, 360
PACKET_BYTES = 48  # of a coded picture: no two have the same by chance
SECONDS = 12


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Film what the doorbell sees, each picture with its number, as the recorder keeps it."""
    path = tmp_path_factory.mktemp("film") / "doorbell.mp4"
    scene = Scene(7, WIDTH, HEIGHT)
    fragmented = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(str(path), "w", format="mp4", options=fragmented) as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "g": str(FPS), "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(SEGMENT_S * FPS):
            frame = scene.frame(number=number, epoch_s=1_700_000_000 + number / FPS, pressed=False)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture
def filmed(hass: HomeAssistant, film: Path) -> datetime:
    """Put half a minute of it where the recorder keeps it; return its first moment."""
    stamp = Stamped(method="arrival", uncertainty_ms=150, offset_ms=0)
    return keep_segments(private_folder(hass), film, dict.fromkeys(range(SEGMENTS), stamp))


def luma(frame: av.VideoFrame) -> np.ndarray:
    """Return the light of a picture."""
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]


def coded(path: Path) -> list[bytes]:
    """Return the beginning of each coded picture of a recording, after its length."""
    with av.open(str(path), format="mp4") as container:
        return [bytes(packet)[4 : 4 + PACKET_BYTES] for packet in container.demux(video=0) if packet.size]


async def looked_at(home: Home, **changes: object) -> CaseView:
    """Receive a request, and look at twelve seconds of what it asks for."""
    case = await home.held(**changes)
    assert case.footage_from is not None
    start = case.footage_from + timedelta(seconds=2)
    await home.panel.review.look(
        home.owner.session, case.case_id, start, start + timedelta(seconds=SECONDS), audio=True
    )
    return home.case(case.request_id)


async def arrived(home: Home, case: CaseView, **choices: object) -> tuple[bytes, Manifest]:
    """Approve a clip; return it as the officer opens it, and its manifest."""
    share_id = await home.approve(case, **choices)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    envelope = open_sealed(home.hub.file(share_id, "manifest"), age_identity("key-of-officer-1"))
    keys = [home.hub.shares[share_id].one_time_key]
    manifest = Manifest.from_bytes(dsse.open_envelope(envelope, Manifest.PAYLOAD_TYPE, keys, required=1))
    return open_sealed(home.hub.file(share_id, "clip"), age_identity("key-of-officer-1")), manifest


async def held_files(home: Home, hold_ids: Sequence[str]) -> int:
    """Count the files that these holds keep."""
    found = 0
    for hold_id in hold_ids:
        try:
            found += len((await home.services.footage.source.held(hold_id)).segments)
        except SourceError:
            continue
    return found


@pytest.mark.usefixtures("filmed")
async def test_a_drill_is_answered_by_a_test_card_and_no_frame_of_a_recording_is_inside(home: Home, film: Path) -> None:
    """Match, look, approve, seal, upload: the card that was looked at arrives; a real request's clip shows the film."""
    await home.place_camera()
    case = await looked_at(home, drill=True)
    assert case.clip is not None
    clip, manifest = await arrived(home, case, keep_sources=True)
    assert hashlib.sha256(clip).hexdigest() == case.clip.clip_sha256 == manifest.clip_sha256
    frames = pictures(clip)
    assert len(frames) == SECONDS * 5
    assert all(map(is_test_card, frames))
    assert [frame for frame in frames if read(luma(frame)) is not None] == []
    assert [packet for packet in coded(film) if packet in clip] == []
    assert manifest.test_card
    assert (manifest.segments, manifest.gaps, manifest.sources_kept_until) == ((), (), None)
    assert manifest.edits.audio is AudioEdit.ABSENT
    assert manifest.clock == ClockReading(offset_ms=0, uncertainty_ms=0, method=ClockMethod.OWNER, was_put=False)

    real = await looked_at(home)
    shown, said = await arrived(home, real)
    assert [stamp.frame for frame in pictures(shown) if (stamp := read(luma(frame)))] != []
    assert [packet for packet in coded(film) if packet in shown] != []
    assert not said.test_card


@pytest.mark.usefixtures("filmed")
async def test_nothing_that_was_recorded_is_held_or_shown_for_a_drill(home: Home) -> None:
    """Whatever of the time asked for is chosen has a card; a real request of the same camera holds its recordings."""
    await home.place_camera()
    case = await home.held(drill=True)
    request = home.request(case.request_id)
    assert request is not None
    assert request.drill
    assert (case.footage_from, case.footage_until, case.gaps) == (request.from_, request.until, ())
    assert case.kept_until is None
    assert await held_files(home, [case.case_id]) == 0
    assert await home.panel.review.rough(home.owner.session, case.case_id) == ()
    await home.panel.review.look(
        home.owner.session, case.case_id, request.from_, request.from_ + timedelta(seconds=2), audio=False
    )
    await home.approve(home.case(case.request_id), keep_sources=True)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    await home.round()
    assert await held_files(home, [case.case_id, f"court-{case.case_id}"]) == 0
    real = await home.held()
    assert await held_files(home, [real.case_id]) > 0


async def test_a_camera_without_footage_of_that_time_has_no_test_card_to_send(home: Home) -> None:
    """A drill tries the way of a request, and so it finds the same cameras."""
    await home.place_camera()
    request_id = await home.receive(drill=True)
    await home.until(lambda: home.request(request_id).cases)
    case = home.case(request_id)
    assert case.state == "received"
    with pytest.raises(MiltonShareError, match="not_held"):
        await home.panel.review.look(
            home.owner.session, case.case_id, dt_util.utcnow(), dt_util.utcnow() + timedelta(seconds=5), audio=False
        )


@pytest.mark.usefixtures("filmed")
async def test_nothing_is_hidden_in_a_test_card_and_no_file_is_added_to_a_drill(home: Home) -> None:
    """A mask could cover the word that it is an exercise; a file would be kept for nothing."""
    await home.place_camera()
    case = await home.held(drill=True)
    assert case.footage_from is not None
    start = case.footage_from
    mask = Mask(keys=(MaskKey(at=start, corners=((0, 0), (10_000, 0), (0, 10_000))),))
    with pytest.raises(MiltonShareError, match="nothing_to_hide"):
        await home.panel.review.look(
            home.owner.session, case.case_id, start, start + timedelta(seconds=5), audio=False, masks=[mask]
        )
    with pytest.raises(MiltonShareError, match="drill_takes_no_file"):
        await home.panel.files.check(home.owner.session, case.request_id)


@pytest.mark.usefixtures("filmed")
async def test_a_test_card_is_sealed_to_all_and_flagged_by_nobody(home: Home) -> None:
    """Not by whoever calls the command that the page does not offer: nobody can be seen in it."""
    await home.place_camera()
    case = await looked_at(home, drill=True)
    request = home.request(case.request_id)
    assert request is not None
    with pytest.raises(MiltonShareError, match="other_recipients"):
        await home.approve(case, recipients_sha256=request.custodians_sha256)
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    with pytest.raises(MiltonShareError, match="nothing_to_hide"):
        await home.panel.shares.flag(home.owner.session, share_id, PIN)
    assert home.hub.flagged == []


@pytest.mark.usefixtures("filmed")
@pytest.mark.parametrize("drill", [True, False], ids=["a real clip for a drill", "a test card for a request"])
async def test_a_clip_of_the_other_kind_is_not_approved(home: Home, drill: bool) -> None:  # noqa: FBT001
    """Whoever brought it there: what is written down for a drill is a test card, and for nothing else."""
    await home.place_camera()
    case = await looked_at(home, drill=drill)
    services = home.services
    review = services.book.reviews[case.case_id]
    other = replace(review, manifest=replace(review.manifest, test_card=not drill))
    verified = await home.scheduler.verified(case.request_id)
    choices = Choices(
        approved_by="olivia",
        approved_at=dt_util.utcnow(),
        named=False,
        sources_kept_until=None,
        recipients=verified.request.recipients,
    )
    with pytest.raises(MiltonShareError, match="drill_differs"):
        await services.workflow.approve(
            verified, other, case.case_id, services.cameras.settings[case.camera_id], choices
        )
    assert home.case(case.request_id).state == "reviewing"
    assert home.hub.shares == {}


@pytest.mark.usefixtures("filmed")
async def test_a_drill_looks_as_any_request_does_from_outside(home: Home) -> None:
    """Phones hear the same words, the hub the same questions; what is sent is named and sized as any share is."""
    await home.tell_phones()
    told = home.phone()
    await home.place_camera()
    case = await looked_at(home, drill=True)
    await home.until(lambda: len(told) == 1)
    await home.panel.decisions.not_this_time(home.owner.session, case.request_id)
    assert home.hub.shares == {}
    real = await looked_at(home)
    await home.until(lambda: len(told) == 2)
    first, second = ((each.get("title"), each["message"]) for each in told)
    assert first == second
    assert home.case(real.request_id).clip is not None
    again = await looked_at(home, drill=True)
    share_id = await home.approve(again, named=True)
    await home.until(lambda: home.case(again.request_id).state == "receipted")
    share = home.hub.shares[share_id]
    assert [part.name for part in share.parts] == ["clip", "manifest"]
    assert str(AREA.center.lat_e7).encode() not in share.to_bytes()
