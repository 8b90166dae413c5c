"""Save for myself: exact clips of the owner's own cameras, with no request, saved in the house or downloaded."""

from __future__ import annotations

import hashlib
import stat
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import pytest
from homeassistant.util import dt as dt_util

from custom_components.milton_share.own_clips.model import OwnWish
from custom_components.milton_share.own_clips.range import shown_spans
from custom_components.milton_share.panel.websocket.encode import to_json
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest_parts import Period
from custom_components.milton_share.sources.errors import SourceError
from custom_components.milton_share.storage.paths import private_folder
from tests.milton_share.conftest import CAMERA, SEGMENT_S, SEGMENTS, Stamped, keep_segments
from tests.milton_share.laws.test_law_1_no_sign import ALLOWED
from tests.milton_share.sources.upload.test_kinds import hevc

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from tests.milton_share.conftest import Home

    from .conftest import Line

GARAGE = "camera.garage"
CLIP_S = 6


@pytest.fixture
def two_recorded(hass: HomeAssistant, segment_file: Path) -> datetime:
    """Put footage of two cameras where the recorder keeps it; return the first moment that both have."""
    stamps = dict.fromkeys(range(SEGMENTS), Stamped(method="arrival", uncertainty_ms=150, offset_ms=0))
    hass.states.async_set(GARAGE, "idle", {"friendly_name": "../Garage: inside", "supported_features": 2})
    return keep_segments(private_folder(hass), segment_file, stamps, (CAMERA, GARAGE))


def wish(start: datetime, seconds: float = CLIP_S, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the fields of a cut that begins two seconds into the footage."""
    first = start + timedelta(seconds=2)
    range_ = {"from": to_json(first), "until": to_json(first + timedelta(seconds=seconds))}
    return {"camera_ids": [CAMERA], "audio": False, **range_, **changes}


async def done(home: Home) -> Any:  # noqa: ANN401
    """Wait until all is cut, and return what the owner is shown of it."""
    await home.until(lambda: home.state().own is not None and home.state().own.cutting is None, 60)
    return home.state().own


def media(hass: HomeAssistant) -> Path:
    """Give this home a media folder."""
    folder = Path(hass.config.path("media"))
    hass.config.media_dirs = {"local": str(folder)}
    return folder


def test_gaps_too_short_to_be_drawn_are_not_shown() -> None:
    """At most two hundred parts, whatever a recorder says; what lies outside is left out."""
    at = datetime(2026, 11, 10, 7, tzinfo=UTC)
    hour = Period(from_=at, until=at + timedelta(hours=1))
    each = [(at + timedelta(seconds=10 * number), at + timedelta(seconds=10 * number + 9)) for number in range(-9, 999)]
    (joined,) = shown_spans(each, hour)
    assert (joined.from_, joined.until) == (at, at + timedelta(seconds=3_599))
    apart = [(at, at + timedelta(minutes=1)), (at + timedelta(minutes=9), hour.until)]
    assert [(one.from_, one.until) for one in shown_spans(reversed(apart), hour)] == apart


async def test_the_owner_sees_what_is_recorded_of_each_camera(home: Home, line: Line, two_recorded: datetime) -> None:
    """Of a day at most, each camera with the parts that are there; also those that no request may ever ask."""
    assert home
    day = {"from": to_json(two_recorded - timedelta(hours=1)), "until": to_json(two_recorded + timedelta(hours=1))}
    found = {one["camera_id"]: one for one in await line.result("own/recorded", **day)}
    assert found.keys() == {CAMERA, GARAGE}
    (part,) = found[GARAGE]["recorded"]
    assert part == {
        "from": to_json(two_recorded),
        "until": to_json(two_recorded + timedelta(seconds=SEGMENT_S * SEGMENTS)),
    }
    inside = {
        "from": to_json(two_recorded + timedelta(seconds=1)),
        "until": to_json(two_recorded + timedelta(seconds=2)),
    }
    assert (await line.result("own/recorded", **inside))[0]["recorded"] == [inside]


async def test_one_range_of_several_cameras_is_cut_exactly_saved_and_downloaded(
    home: Home, line: Line, two_recorded: datetime, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """No request, no approval, and not one byte for the hub; a name is a camera and a local time, never a path."""
    folder = media(home.hass)
    await line.result("own/cut", **wish(two_recorded, camera_ids=[CAMERA, GARAGE]))
    own = await done(home)
    assert [one.refused for one in own.clips] == [None, None]
    local = (two_recorded + timedelta(seconds=2)).astimezone(dt_util.get_default_time_zone())
    at = f"{local:%Y-%m-%d %H.%M.%S %z}"
    assert [one.name for one in own.clips] == [f"Front door {at}.mp4", f"Garage inside {at}.mp4"]
    client = await hass_client_no_auth()
    for one in own.clips:
        signed = await line.result("own/path", clip_id=one.clip_id, kind="clip")
        answer = await client.get(signed["path"])
        data = await answer.read()
        assert (answer.status, answer.headers["Cache-Control"], answer.content_type) == (200, "no-store", "video/mp4")
        assert answer.content_disposition is not None
        assert (answer.content_disposition.type, answer.content_disposition.filename) == ("attachment", one.name)
        assert hashlib.sha256(data).hexdigest() == one.clip.clip_sha256
        part = await client.get(signed["path"], headers={"Range": "bytes=100-199"})
        assert (part.status, await part.read()) == (HTTPStatus.PARTIAL_CONTENT, data[100:200])
        assert await line.refusal("own/path", clip_id=one.clip_id, kind="preview") == "own_gone"

        saved = folder / (await line.result("own/save", clip_id=one.clip_id))["saved_as"]
        assert (saved.parent.name, saved.name) == ("milton_share", one.name)
        assert saved.read_bytes() == data
        assert stat.S_IMODE(saved.stat().st_mode) == 0o600
        assert stat.S_IMODE(saved.parent.stat().st_mode) == 0o700
        assert await line.refusal("own/save", clip_id=one.clip_id) == "already_saved"
        with av.open(str(saved)) as film:
            frames = [float(frame.time) for frame in film.decode(video=0)]
        assert (len(frames), frames[0]) == (CLIP_S * 15, 0.0)
    assert sorted(path.name for path in (folder / "milton_share").iterdir()) == sorted(one.name for one in own.clips)

    calls = len(home.hub.calls)
    await home.until(lambda: len(home.hub.calls) > calls + 3)
    assert [path for path in home.hub.paths() if not ALLOWED.fullmatch(path)] == []
    assert [call.path for call in home.hub.calls if call.body and call.path != "/v1/enrol"] == []


async def test_nothing_is_written_over_and_all_is_wiped(home: Home, line: Line, two_recorded: datetime) -> None:
    """A name that is taken gets a number; what was cut goes when more is cut, when it is thrown away, at a restart."""
    folder = media(home.hass)
    shelf = private_folder(home.hass).own
    names = []
    for _ in range(2):
        await line.result("own/cut", **wish(two_recorded))
        (one,) = (await done(home)).clips
        names.append((await line.result("own/save", clip_id=one.clip_id))["saved_as"])
        assert [path.name for path in shelf.iterdir()] == [f"{one.clip_id}.mp4"]
    assert names[1] == names[0].replace(".mp4", " (2).mp4")
    assert (folder / names[0]).stat().st_ino != (folder / names[1]).stat().st_ino
    await line.result("own/forget")
    assert home.state().own is None
    assert list(shelf.iterdir()) == []
    assert await line.refusal("own/save", clip_id=one.clip_id) == "own_gone"
    (shelf / "left.mp4").write_bytes(b"of a kill")
    await home.restart()
    assert list(shelf.iterdir()) == []


async def test_a_cut_that_is_stopped_leaves_nothing_of_itself(home: Home, line: Line, two_recorded: datetime) -> None:
    """No process, no file, no hold; a second one meanwhile is refused."""
    await line.result("own/cut", **wish(two_recorded, camera_ids=[CAMERA, GARAGE]))
    assert await line.refusal("own/cut", **wish(two_recorded)) == "already_cutting"
    await line.result("own/stop")
    own = home.state().own
    assert own is not None
    assert own.cutting is None
    assert {one.refused for one in own.clips if one.clip is None} == {"cut_stopped"}
    assert await line.refusal("own/stop") == "not_cutting"
    assert home.services.footage.hold_budget.held_bytes == 0
    await line.result("own/forget")
    assert list(private_folder(home.hass).own.iterdir()) == []


async def test_a_cut_that_is_stopped_before_it_began_is_over_too(home: Home, two_recorded: datetime) -> None:
    """Two words of a page that come at once: else nobody could have anything cut until that person forgot it."""
    own, user_id = home.services.own, home.owner.session.user_id
    part = Period(from_=two_recorded, until=two_recorded + timedelta(seconds=1))
    asked = OwnWish(cameras={CAMERA: "Door"}, range=part, audio=False, masks={})
    await own.start(user_id, asked)
    await own.give_up(user_id)
    view = own.view(user_id)
    assert view is not None
    assert (view.cutting, [one.refused for one in view.clips]) == (None, ["cut_stopped"])
    await own.start("another person", asked)
    await own.forget("another person")


async def test_a_clip_for_a_request_never_waits_for_the_owners_own(
    home: Home, line: Line, two_recorded: datetime
) -> None:
    """The owner's own gives way, and comes afterwards, whole."""
    await home.place_camera()
    case = await home.held()
    start = two_recorded + timedelta(seconds=2)
    fields = wish(two_recorded, 20, camera_ids=[GARAGE])
    corner = {"keys": [{"at": fields["from"], "corners": [[0, 0], [900, 0], [900, 900]]}]}
    await line.result("own/cut", **fields, masks=[{"camera_id": GARAGE, "masks": [corner]}])  # encoded: slow
    clip = await home.panel.review.look(
        home.owner.session, case.case_id, start, start + timedelta(seconds=2), audio=False
    )
    own = home.state().own
    assert own is not None
    assert own.cutting is not None, "the owner's own was cut first"
    (one,) = (await done(home)).clips
    assert (one.refused, one.clip.ranges[0].stored_ms) == (None, 0)
    assert clip.clip_sha256 != one.clip.clip_sha256


async def test_what_is_hidden_is_hidden_and_what_is_not_there_is_said(
    home: Home, line: Line, two_recorded: datetime
) -> None:
    """Masks go through the same cutter; a camera without footage has a rule, and stops no other."""
    home.hass.states.async_set("camera.shed", "idle", {"friendly_name": "Shed"})
    fields = wish(two_recorded, 2, camera_ids=["camera.shed", CAMERA])
    whole = [[0, 0], [10_000, 0], [10_000, 10_000], [0, 10_000]]
    mask = {"keys": [{"at": fields["from"], "corners": whole}]}
    await line.result("own/cut", **fields, masks=[{"camera_id": CAMERA, "masks": [mask]}])
    shed, door = (await done(home)).clips
    assert (shed.clip, shed.refused, door.refused) == (None, "nothing_recorded", None)
    with av.open(str(private_folder(home.hass).own / f"{door.clip_id}.mp4")) as film:
        picture = next(film.decode(video=0)).to_ndarray(format="gray")
    assert picture.max() < 40
    assert await line.refusal("own/path", clip_id=shed.clip_id, kind="clip") == "own_gone"


async def test_what_nobody_saves_is_wiped_after_its_time(
    home: Home, line: Line, two_recorded: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour; here a moment."""
    monkeypatch.setattr("custom_components.milton_share.own_clips.service.KEPT_FOR", timedelta(milliseconds=50))
    await line.result("own/cut", **wish(two_recorded, 1))
    await home.until(lambda: home.state().own is None, 60)
    shelf = private_folder(home.hass).own
    await home.until(lambda: list(shelf.iterdir()) == [])


async def test_a_stop_in_the_middle_leaves_nothing(home: Home, line: Line, two_recorded: datetime) -> None:
    """As everything else that is cut."""
    await line.result("own/cut", **wish(two_recorded, 20, camera_ids=[CAMERA, GARAGE]))
    await home.restart()
    assert home.state().own is None
    assert list(private_folder(home.hass).own.iterdir()) == []
    assert home.services.footage.hold_budget.held_bytes == 0


@pytest.mark.parametrize("name", ["own", "trial"])
async def test_a_clip_and_a_hold_that_a_kill_left_are_gone_at_the_next_start(
    home: Home, two_recorded: datetime, name: str
) -> None:
    """Also those of the test clips that an earlier version cut."""
    until = two_recorded + timedelta(seconds=2)
    coverage = await home.services.footage.source.hold(
        name, CAMERA, two_recorded, until, two_recorded + timedelta(days=9)
    )
    assert coverage.segments
    left = private_folder(home.hass).root / name / "left.mp4"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"of a kill")
    await home.restart()
    assert not left.exists()
    assert home.services.footage.hold_budget.held_bytes == 0
    with pytest.raises(SourceError, match="hold_unknown"):
        await home.services.footage.source.held(name)


async def test_storage_that_fails_is_said_and_a_file_that_is_gone_is_gone(
    home: Home, line: Line, two_recorded: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    """A rule each, no path in the log, and the next cut works."""
    media(home.hass)
    shelf = private_folder(home.hass).own
    await line.result("own/cut", **wish(two_recorded, 1))
    (one,) = (await done(home)).clips
    (shelf / f"{one.clip_id}.mp4").unlink()
    assert await line.refusal("own/save", clip_id=one.clip_id) == "own_gone"
    shelf.rename(shelf.with_name("away"))
    await line.result("own/cut", **wish(two_recorded, 1))
    (one,) = (await done(home)).clips
    assert (one.clip, one.refused) == (None, "storage_failed")
    assert str(shelf) not in caplog.text
    shelf.with_name("away").rename(shelf)
    await line.result("own/cut", **wish(two_recorded, 1))
    (one,) = (await done(home)).clips
    assert one.refused is None


async def test_what_a_browser_can_not_play_is_played_by_a_transcode_and_saved_as_it_is(
    home: Home, line: Line, tmp_path: Path, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """HEVC: both have a digest of their own."""
    folder = media(home.hass)
    stamps = {0: Stamped(method="arrival", uncertainty_ms=150, offset_ms=0)}
    start = keep_segments(
        private_folder(home.hass), await home.hass.async_add_executor_job(hevc, tmp_path / "hevc.mp4"), stamps
    )
    await line.result("own/cut", **wish(start, 1))
    (one,) = (await done(home)).clips
    assert one.clip is not None, one.refused
    client = await hass_client_no_auth()
    for kind, digest in (("clip", one.clip.clip_sha256), ("preview", one.clip.preview_sha256)):
        path = (await line.result("own/path", clip_id=one.clip_id, kind=kind))["path"]
        assert hashlib.sha256(await (await client.get(path)).read()).hexdigest() == digest
    saved = folder / (await line.result("own/save", clip_id=one.clip_id))["saved_as"]
    assert hashlib.sha256(saved.read_bytes()).hexdigest() == one.clip.clip_sha256
    await line.result("own/forget")
    assert list(private_folder(home.hass).own.iterdir()) == []
