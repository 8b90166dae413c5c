"""What a camera says of its clock: asked as ONVIF devices are, believed as far as it can be told."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.cameras import clocks as camera_clocks
from custom_components.milton_share.cameras.clocks import PUT_S, ROUND_S, STALE_S, CameraClocks
from custom_components.milton_share.sources.bounds import Bounds, ClockAnswer
from custom_components.milton_share.sources.onvif import NoTimeError, ask_clock, read_time
from custom_components.milton_share.sources.onvif.asking import wait_s
from custom_components.milton_share.sources.onvif.message import ANSWER_MAX_BYTES
from tests.simulators.loopback import LOOPBACK, serving
from tests.simulators.network_camera import time_answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from homeassistant.core import HomeAssistant

NOON_S = 1_795_000_000
LOOKS_MAX = 8


@asynccontextmanager
async def camera(answer: Callable[[], web.StreamResponse]) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Answer as a camera does; yield its port and what it was asked."""
    asked: list[bytes] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        assert "Authorization" not in request.headers
        asked.append(await request.read())
        return answer()

    app = web.Application()
    app.router.add_post("/onvif/device_service", handle)
    async with serving(web.AppRunner(app)) as server:
        yield server.port, asked


async def ask(port: int) -> ClockAnswer | None:
    """Ask it."""
    async with aiohttp.ClientSession() as session:
        return await ask_clock(session, LOOPBACK, port)


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    "ahead_s",
    [
        pytest.param(0.0, marks=pytest.mark.long),
        pytest.param(3600.0, marks=pytest.mark.long),
        -41.37,
        pytest.param(0.25, marks=pytest.mark.long),
    ],
)
async def test_the_clock_of_a_camera_is_known_far_better_than_its_answers_are(ahead_s: float) -> None:
    """They are in whole seconds; it is asked when its second is about to turn."""
    async with camera(lambda: web.Response(body=time_answer(math.floor(time.time() + ahead_s)))) as (port, asked):
        found = await ask(port)
    assert found is not None
    assert found.bounds.allows(-ahead_s)
    assert len(asked) <= LOOKS_MAX
    assert b"GetSystemDateAndTime" in asked[0]
    assert found.bounds.high_s - found.bounds.low_s < 1.0


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=401),
        lambda: web.Response(status=401, headers={"Set-Cookie": 'a="\\015\\012X-Other: b"; Path=/'}),
        lambda: web.Response(status=302, headers={"Location": "http://example.org/"}),
        lambda: web.Response(text="<html>Sign in</html>", content_type="text/html"),
        lambda: web.Response(body=b"x" * (ANSWER_MAX_BYTES + 1)),
        lambda: web.Response(body=b""),
    ],
)
async def test_a_device_that_tells_no_time_is_one_whose_clock_is_not_known(
    answer: Callable[[], web.StreamResponse],
) -> None:
    """And no more is made of its answer; nor is one asked that is away, or away from home."""
    async with camera(answer) as (port, asked):
        assert await ask(port) is None
    assert len(asked) == 1
    assert await ask(port) is None
    async with aiohttp.ClientSession() as session:
        assert await ask_clock(session, "8.8.8.8", 80) is None


@pytest.mark.usefixtures("socket_enabled")
async def test_a_clock_that_is_put_while_it_is_asked_is_only_as_it_was_last() -> None:
    """What it said before was another clock."""
    ahead = iter([0.0, 60.0, *[60.0] * LOOKS_MAX])
    async with camera(lambda: web.Response(body=time_answer(math.floor(time.time() + next(ahead))))) as (port, _):
        found = await ask(port)
    assert found is not None
    assert found.bounds.allows(-60.0)
    assert not found.bounds.allows(0.0)


@given(ahead_s=st.floats(-7200.0, 7200.0), first_s=st.floats(0.0, 1.0), took_s=st.floats(0.0, 0.01))
def test_each_answer_halves_what_is_unknown(ahead_s: float, first_s: float, took_s: float) -> None:
    """Until the way of the question itself is all that is left."""
    now_s, known = NOON_S + first_s, None
    for _ in range(LOOKS_MAX):
        now_s += 0.0 if known is None else wait_s(known, now_s)
        said_s = math.floor(now_s + took_s / 2 + ahead_s)
        seen = Bounds(low_s=now_s - said_s - 1.0, high_s=now_s + took_s - said_s)
        known = (
            seen if known is None else Bounds(low_s=max(known.low_s, seen.low_s), high_s=min(known.high_s, seen.high_s))
        )
        assert known.wider(1e-6).allows(-ahead_s)
        now_s += took_s
    assert known is not None
    assert known.high_s - known.low_s <= 1 / 2 ** (LOOKS_MAX - 1) + 2 * took_s + 1e-6


def test_an_answer_is_read_to_the_second() -> None:
    """The universal time, not the local one that is beside it."""
    assert read_time(time_answer(NOON_S)) == NOON_S


@pytest.mark.parametrize(
    "bent",
    [
        lambda _good: b"",
        lambda good: good.replace(b"UTCDateTime", b"NoDateTime"),
        lambda good: good.replace(b"<tt:Second>", b"<tt:Second>-"),
        lambda good: good.replace(b"<tt:Hour>", b"<tt:Hour>99"),
        lambda good: good.replace(b"<tt:Year>2026", b"<tt:Year>999999"),
        lambda good: good.replace(b"<tt:Year>2026", b"<tt:Year>0"),
        lambda good: good.replace(b"<tt:Month>", b"<tt:Month>" + "\u0664".encode()),
        lambda good: good.replace(b"</tt:UTCDateTime>", b"</tt:UTCDateTime><tt:UTCDateTime/>"),
        lambda good: good.replace(b"?>\n", b'?><!DOCTYPE a [<!ENTITY b "c">]>\n'),
        lambda good: b"<a>" * 40 + good,
        lambda good: good + b" " * ANSWER_MAX_BYTES,
        lambda good: good[:-9],
    ],
)
def test_what_is_no_answer_tells_no_time(bent: Callable[[bytes], bytes]) -> None:
    """Refused by name, whatever it is."""
    with pytest.raises(NoTimeError):
        read_time(bent(time_answer(NOON_S)))


def test_the_sixty_first_second_of_a_leap_is_the_next_minute() -> None:
    """A device may say it (the specification allows 61); POSIX time has none."""
    answer = time_answer(NOON_S).decode()
    second = answer.index("<tt:Second>")
    end = answer.index("</tt:Second>")
    minute_s = NOON_S // 60 * 60
    assert read_time(f"{answer[:second]}<tt:Second>60{answer[end:]}".encode()) == minute_s + 60


@pytest.mark.parametrize(("by_s", "later_s", "holds"), [(0, STALE_S, True), (PUT_S + 0.1, 0, False), (0, 3_601, False)])
async def test_what_a_camera_said_of_its_clock_is_of_the_clock_that_this_home_had_and_of_an_hour(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, by_s: float, later_s: float, *, holds: bool
) -> None:
    """Else the manifest would state by how much it was off from a clock that nobody has any more."""
    now = {"boot_s": 0.0, "lead_s": 1_000.0}
    monkeypatch.setattr(camera_clocks, "boot_s", lambda: now["boot_s"])
    monkeypatch.setattr(camera_clocks, "wall_lead_s", lambda **_: now["lead_s"])
    said = ClockAnswer(bounds=Bounds.around(-2.0, 0.01), at_s=0.0)
    clocks = CameraClocks(hass, lambda: ("one",))
    monkeypatch.setattr(clocks, "_place", lambda _: asyncio.sleep(0, ("192.0.2.1", 80)))
    await clocks.look(lambda *_: asyncio.sleep(0, said))
    now["boot_s"] += later_s
    now["lead_s"] -= by_s
    assert clocks.asked("one") == (said if holds else None)


async def test_a_camera_that_answered_of_late_is_asked_again_soon_though_one_answer_got_lost(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what it said would be too old for five hours, for one packet."""
    rounds = [0]
    monkeypatch.setattr(camera_clocks, "boot_s", lambda: ROUND_S * rounds[0])
    monkeypatch.setattr(camera_clocks, "wall_lead_s", lambda **_: 0.0)
    asked: list[int] = []

    async def answer(_host: str, _port: int) -> ClockAnswer | None:
        asked.append(rounds[0])
        is_lost = len(asked) == 2 or len(asked) > 4
        return await asyncio.sleep(0, None if is_lost else ClockAnswer(bounds=Bounds.around(-2.0, 0.01), at_s=0.0))

    clocks = CameraClocks(hass, lambda: ("one",))
    monkeypatch.setattr(clocks, "_place", lambda _: asyncio.sleep(0, ("192.0.2.1", 80)))
    for rounds[0] in range(400):
        await clocks.look(answer)
        assert clocks.asked("one") is not None or rounds[0] > 15 + 60
    assert asked == list(range(0, 85, 5))


async def test_cameras_are_asked_by_a_clock_of_their_own_and_left_alone_when_silent(hass: HomeAssistant) -> None:
    """One that answers every five minutes, one that doesn't every six hours."""
    asked: list[str] = []

    async def answer(host: str, _port: int) -> ClockAnswer | None:
        asked.append(host)
        await asyncio.sleep(0)
        return ClockAnswer(bounds=Bounds.around(-2.0, 0.01), at_s=0.0) if host == "192.0.2.1" else None

    clocks = CameraClocks(hass, lambda: ("one", "two", "here"))
    places = {"one": ("192.0.2.1", 80), "two": ("192.0.2.2", 80), "here": None}
    clocks._place = lambda camera_id: asyncio.sleep(0, places[camera_id])  # type: ignore[method-assign]  # noqa: SLF001
    for _ in range(31):
        await clocks.look(answer)
    assert asked.count("192.0.2.1") == 7
    assert asked.count("192.0.2.2") == 1
    said = clocks.asked("one")
    assert said is not None
    assert said.bounds.allows(-2.0)
    assert clocks.asked("two") is None
    await clocks.stop()
