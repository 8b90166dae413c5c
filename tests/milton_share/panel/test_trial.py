"""See what would be sent: the newest seconds of a camera, by the cutter of a share, with no request and for nobody."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import av
import pytest

from custom_components.milton_share.cameras.matching import is_eligible
from custom_components.milton_share.cameras.model import Placing
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.own_clips.range import TRIAL_MAX, newest_part
from custom_components.milton_share.sources.errors import SourceError
from custom_components.milton_share.storage.paths import private_folder
from tests.milton_share.conftest import CAMERA, PIN, SEGMENT_S, SEGMENTS, sign_in
from tests.milton_share.laws.test_law_1_no_sign import ALLOWED

from .conftest import token_of
from .test_own import GARAGE, done, two_recorded, wish

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from custom_components.milton_share.sources.model import FootageSource
    from tests.milton_share.conftest import Home

    from .conftest import Connect, Line

__all__ = ["two_recorded"]

AT = datetime(2026, 11, 10, 7, tzinfo=UTC)


def at(second: float) -> datetime:
    """Return a moment."""
    return AT + timedelta(seconds=second)


async def tried(home: Home) -> Any:  # noqa: ANN401
    """Wait until it is cut, and return the only clip that the owner is shown."""
    await home.until(lambda: home.state().trial is not None and home.state().trial.cutting is None, 60)
    trial = home.state().trial
    assert trial is not None
    (one,) = trial.clips
    return one


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(0, 10), (10, 20)], (8, 20)),
        ([(10, 20), (0, 10.1)], (8, 20)),
        ([(0, 10), (15, 20)], (15, 20)),
        ([(0, 10), (15, 15.5)], (0, 10)),
        ([(0, 100)], (38, 50)),
        ([(0, 10), (60, 70)], (0, 10)),
        ([(0, 0.5)], None),
        ([(60, 70)], None),
        ([], None),
    ],
)
def test_the_newest_seconds_without_a_gap_are_taken(
    spans: list[tuple[float, float]], expected: tuple[float, float] | None
) -> None:
    """Twelve at most, at least one, nothing that is still to come (it is second 50)."""
    part = newest_part([(at(start), at(end)) for start, end in spans], at(50))
    assert (part and (part.from_, part.until)) == (expected and (at(expected[0]), at(expected[1])))


async def test_the_owner_sees_what_would_be_sent_of_a_camera(
    home: Home, line: Line, two_recorded: datetime, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """The very bytes, their digest and their first picture; no request, no message, no byte for the hub."""
    await home.place_camera()
    states = {state.entity_id: state.state for state in home.hass.states.async_all()}
    await line.result("trial/cut", camera_id=CAMERA)
    one = await tried(home)
    assert (one.camera_id, one.refused) == (CAMERA, None)
    end = two_recorded + timedelta(seconds=SEGMENT_S * SEGMENTS)
    assert (one.clip.from_, one.clip.until) == (end - TRIAL_MAX, end)
    assert (one.clip.audio, one.clip.masks) == ("absent", ())
    client = await hass_client_no_auth()
    signed = await line.result("own/path", clip_id=one.clip_id, kind="clip")
    data = await (await client.get(signed["path"])).read()
    assert hashlib.sha256(data).hexdigest() == one.clip.clip_sha256
    assert len(data) == one.clip.size_bytes
    poster = await client.get((await line.result("own/path", clip_id=one.clip_id, kind="poster"))["path"])
    assert (poster.status, poster.content_type, poster.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert (await poster.read()).startswith(b"\xff\xd8\xff")
    with av.open(str(private_folder(home.hass).trial / f"{one.clip_id}.mp4")) as film:
        assert len(list(film.decode(video=0))) == TRIAL_MAX.total_seconds() * 15
        assert film.metadata.keys() <= {"major_brand", "minor_version", "compatible_brands"}
    assert await line.refusal("own/save", clip_id=one.clip_id) == "own_gone"

    calls = len(home.hub.calls)
    await home.until(lambda: len(home.hub.calls) > calls + 3)
    assert [path for path in home.hub.paths() if not ALLOWED.fullmatch(path)] == []
    assert [call.path for call in home.hub.calls if call.body and call.path != "/v1/enrol"] == []
    moving = {"sensor.milton_last_contact"}
    now = {state.entity_id: state.state for state in home.hass.states.async_all()}
    assert {name for name in states if now.get(name) != states[name]} <= moving


async def test_it_is_wiped_when_it_was_seen_and_what_was_cut_for_oneself_stays(
    home: Home, line: Line, two_recorded: datetime
) -> None:
    """Neither takes the other's place; nothing of a trial outlives the page, a second one, or a restart."""
    await home.place_camera()
    folder = private_folder(home.hass)
    await line.result("own/cut", **wish(two_recorded, 1))
    (own,) = (await done(home)).clips
    names = []
    for _ in range(2):
        await line.result("trial/cut", camera_id=CAMERA)
        one = await tried(home)
        names.append([path.name for path in folder.trial.iterdir()])
        assert names[-1] == [f"{one.clip_id}.mp4"]
    assert names[0] != names[1]
    await line.result("trial/forget")
    assert home.state().trial is None
    assert list(folder.trial.iterdir()) == []
    assert await line.refusal("own/path", clip_id=one.clip_id, kind="poster") == "own_gone"
    assert [path.name for path in folder.own.iterdir()] == [f"{own.clip_id}.mp4"]
    await line.result("trial/cut", camera_id=CAMERA)
    (folder.trial / "left.mp4").write_bytes(b"of a kill")
    await home.restart()
    assert list(folder.trial.iterdir()) == []
    assert home.services.footage.hold_budget.held_bytes == 0


async def test_it_begins_with_what_the_household_set(home: Home, line: Line, two_recorded: datetime) -> None:
    """Sound where a review would begin with it; here there is none in the recording."""
    assert two_recorded
    await home.place_camera(eligible=False)
    await line.result("household/set", audio=True)
    await line.result("trial/cut", camera_id=CAMERA)
    await tried(home)
    trial = home.state().trial
    assert trial is not None
    assert trial.audio


async def test_what_can_never_be_sent_is_not_tried(home: Home, line: Line, two_recorded: datetime) -> None:
    """Indoors, not said, unknown; and nothing is looked for."""
    assert two_recorded
    assert await line.refusal("trial/cut", camera_id="camera.of_nobody") == "unknown_camera"
    assert await line.refusal("trial/cut", camera_id=CAMERA) == "never_eligible"
    await home.place_camera(placing=Placing.INDOOR, eligible=False)
    assert await line.refusal("trial/cut", camera_id=CAMERA) == "never_eligible"
    home.hass.states.async_set(CAMERA, "idle", {"friendly_name": "Indoor", "supported_features": 2})
    await home.place_camera(placing=Placing.OUTDOOR, eligible=False)
    assert await line.refusal("trial/cut", camera_id=CAMERA) == "never_eligible"
    assert home.state().trial is None


async def test_who_was_named_tries_only_what_may_be_asked(
    home: Home, line: Line, connect: Connect, two_recorded: datetime
) -> None:
    """And sees nothing of what the owner tried."""
    assert two_recorded
    await home.place_camera()
    await home.place_camera(camera_id=GARAGE, eligible=False)
    adam = await sign_in(home.hass, home.hass.auth.auth_providers[0], "adam")
    await line.result("approver/name", user_id=adam.user.id, pin=PIN)
    page = await connect(token_of(adam.user))
    await page.result("pin/set", pin="314159")
    assert [is_eligible(one.settings) for one in home.state().cameras if one.camera_id == GARAGE] == [False]
    assert await page.refusal("trial/cut", camera_id=GARAGE) == "unknown_camera"
    await line.result("trial/cut", camera_id=GARAGE)
    one = await tried(home)
    assert home.desk.state_for(adam.session).trial is None
    assert await page.refusal("own/path", clip_id=one.clip_id, kind="poster") == "own_gone"
    await page.result("trial/forget")
    assert home.state().trial is not None


class Slow:
    """A source in the place of the home's own whose recorder answers no question."""

    def __init__(self, source: FootageSource) -> None:
        """Count who waits for it."""
        self.asked: list[str] = []
        self.left = 0
        self._source = source

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Do the rest as it is."""
        return getattr(self._source, name)

    async def coverage(self, camera_id: str, _from: datetime, _until: datetime) -> Any:  # noqa: ANN401
        """Wait until nobody wants to know."""
        self.asked.append(camera_id)
        try:
            await asyncio.Event().wait()
        finally:
            self.left += 1


async def test_what_a_slow_recorder_is_asked_for_can_be_stopped(home: Home) -> None:
    """At once, by the person alone; a second question takes the first one's place; who is broken off leaves nothing."""
    await home.place_camera()
    source = Slow(home.services.footage.source)
    desk = replace(home.desk.trial, source=source)
    first = asyncio.create_task(desk.cut(home.owner.session, CAMERA))
    await home.until(lambda: len(source.asked) == 1)
    second = asyncio.create_task(desk.cut(home.owner.session, CAMERA))
    with pytest.raises(MiltonShareError, match="cut_stopped"):
        await first
    await home.until(lambda: len(source.asked) == 2)
    await desk.forget(home.owner.session)
    with pytest.raises(MiltonShareError, match="cut_stopped"):
        await second
    third = asyncio.create_task(desk.cut(home.owner.session, CAMERA))
    await home.until(lambda: len(source.asked) == 3)
    third.cancel()
    await asyncio.wait({third})
    await home.until(lambda: source.left == 3)
    assert home.state().trial is None
    await desk.forget(home.owner.session)


class Answering:
    """A source in the place of the home's own: what it has, and what it was asked."""

    def __init__(self, source: FootageSource, rule: str | None) -> None:
        """Answer by the rule, or have nothing."""
        self.asked: list[tuple[datetime, datetime]] = []
        self._source, self._rule = source, rule

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Do the rest as it is."""
        return getattr(self._source, name)

    async def coverage(self, _camera_id: str, from_: datetime, until: datetime) -> Any:  # noqa: ANN401
        """Say it."""
        self.asked.append((from_, until))
        if self._rule:
            raise SourceError(self._rule)
        return await self._source.coverage("camera.of_nobody", from_, until)


@pytest.mark.parametrize(
    ("rule", "said", "asked"), [(None, "nothing_to_try", 8), ("source_away", "source_away", 1)], ids=["empty", "away"]
)
async def test_a_camera_without_recordings_is_said_in_plain_words(
    home: Home, rule: str | None, said: str, asked: int
) -> None:
    """A week is looked through, one part after the other; who doesn't answer is not asked again and again."""
    await home.place_camera()
    source = Answering(home.services.footage.source, rule)
    with pytest.raises(MiltonShareError, match=f"^{said}$"):
        await replace(home.desk.trial, source=source).cut(home.owner.session, CAMERA)
    assert len(source.asked) == asked
    assert all(before[0] == after[1] for before, after in zip(source.asked, source.asked[1:], strict=False))
    assert home.state().trial is None
