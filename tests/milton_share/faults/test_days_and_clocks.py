"""A hub or a broker that is away for a day, and clocks that are wrong or jump: said, waited out, nothing destroyed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from custom_components.milton_share.const import DOMAIN
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.hub_link import mqtt
from custom_components.milton_share.shared.milton_protocol.messages.homes.enrollment import MqttAccess
from custom_components.milton_share.sources.steady import BELIEVE_AFTER_S, SteadyClock
from tests.milton_share.conftest import Home, join
from tests.milton_share.hub_link.test_mqtt import MOSQUITTO, broker, publish
from tests.simulators.hub import HubSimulator, running
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from homeassistant.core import HomeAssistant

    from custom_components.milton_share.cases.model import CaseView
    from tests.milton_share.conftest import Owner

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class Clock:
    """The home's clock: true time and what somebody put it by."""

    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Return what it shows."""
        return datetime.now(UTC) + self.ahead


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give Home Assistant a clock that can be put."""
    one = Clock()
    monkeypatch.setattr(dt_util, "utcnow", one.now)
    return one


@pytest.fixture
async def hub(clock: Clock) -> AsyncIterator[HubSimulator]:
    """Run a hub; the home's clock is there before the home is."""
    assert not clock.ahead
    async for one in running(HubSimulator()):
        yield one


def goes_on(home: Home, later: timedelta) -> None:
    """Let the city's time pass: documents and the live statement are issued anew."""
    home.hub.city.now = datetime.now(UTC).replace(microsecond=0) + later
    home.hub.publish()


def away(home: Home) -> bool:
    """Whether the owner is told that there was no contact for a day."""
    return ir.async_get(home.hass).async_get_issue(DOMAIN, "hub_away") is not None


async def look_round(home: Home) -> None:
    """Judge and act now, as every minute."""
    await home.round()


async def look(home: Home, case: CaseView) -> None:
    """Ask for a clip of the first five seconds."""
    assert case.footage_from is not None
    until = case.footage_from + timedelta(seconds=5)
    await home.panel.review.look(home.owner.session, case.case_id, case.footage_from, until, audio=False)


@pytest.mark.usefixtures("recorded")
async def test_a_hub_that_is_away_for_a_day_is_said_and_what_was_approved_waits_for_it(
    home: Home, clock: Clock
) -> None:
    """No share button without a fresh word, a repair, the share kept; all goes on by itself when the hub is back."""
    await home.place_camera()
    case = await home.looked_at()
    home.hub.away = True
    share_id = await home.approve(case)
    await home.until(lambda: (share := home.case(case.request_id).share) is not None and share.trouble == "hub_away")
    assert not away(home)
    clock.ahead = 25 * HOUR
    await look_round(home)
    await home.until(lambda: away(home))
    request = home.request(case.request_id)
    assert request is not None
    assert request.refused == "live_expired"
    assert home.case(case.request_id).state in {"approved", "sealed"}
    with pytest.raises(MiltonShareError, match="live_expired"):
        await look(home, case)
    goes_on(home, 25 * HOUR)
    home.hub.away = False
    await home.until(lambda: home.case(case.request_id).state == "receipted", 30)
    assert list(home.hub.shares) == [share_id]
    await home.until(lambda: not away(home))


@pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")
async def test_a_broker_that_is_down_for_a_day_is_no_hub_that_is_away(
    hass: HomeAssistant, hub: HubSimulator, owner: Owner, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes meanwhile comes by the feed, which is said; no repair, for nothing is missed; then MQTT comes back."""
    monkeypatch.setattr(mqtt, "BACK_OFF_S", (0.1, 0.2))
    port, told = free_port(), []
    async with broker(Path(hass.config.config_dir), port):
        home = await _joined_with_broker(hass, hub, owner, port)
        home.coordinator.on_request(lambda: told.append(1))
        hub.city.publish()
        await publish(hub, port)
        await home.until(lambda: home.state().snapshot.link == "mqtt", 30)
        await home.until(lambda: home.state().snapshot.open_requests == 1)
    await home.until(lambda: home.state().snapshot.link == "feed", 30)
    clock.ahead = 25 * HOUR
    goes_on(home, 25 * HOUR)
    await look_round(home)
    await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: home.state().snapshot.open_requests == 2)
    assert home.state().snapshot.link == "feed"
    assert home.state().snapshot.trust_rule is None
    assert not away(home)
    async with broker(Path(hass.config.config_dir), port):
        hub.city.publish(reason="A third dwelling was entered the same night.")
        await publish(hub, port)
        await home.until(lambda: home.state().snapshot.link == "mqtt", 30)
        await home.until(lambda: home.state().snapshot.open_requests == 3)
        await home.until(lambda: len(told) == 3)
    assert not away(home)
    await hass.config_entries.async_unload(home.entry.entry_id)


async def _joined_with_broker(hass: HomeAssistant, hub: HubSimulator, owner: Owner, port: int) -> Home:
    """Enrol a home with a name at the city's broker."""
    hub.mqtt = MqttAccess(username="home-1", password="secret")
    addresses = replace(hub.city.record.hub, mqtt_url=f"mqtt://127.0.0.1:{port}")
    hub.city.record = replace(hub.city.record, hub=addresses, serial=2)
    hub.publish()
    return Home(hass=hass, hub=hub, entry=await join(hass, hub), owner=owner)


@pytest.mark.usefixtures("recorded")
async def test_what_ended_while_the_hub_was_away_is_not_offered_and_an_approval_for_it_lapses(
    home: Home, clock: Clock
) -> None:
    """Stated as lapsed; nothing was sent, and a request that came and went meanwhile is never answered."""
    await home.place_camera()
    case = await home.looked_at()
    home.hub.away = True
    await home.approve(case)
    before = set(home.hub.city.bundles)
    home.hub.city.publish(reason="Another dwelling was entered the same night.")
    (missed,) = set(home.hub.city.bundles) - before
    clock.ahead = 8 * DAY
    goes_on(home, 8 * DAY)
    home.hub.answers["/v1/shares"] = [(410, "request_closed")] * 100  # as a hub says of a request that expired
    home.hub.away = False
    await home.until(lambda: home.case(case.request_id).state == "lapsed")
    await home.until(lambda: home.request(missed) is not None)
    late = home.request(missed)
    assert late is not None
    assert (late.refused, late.cases) == ("expired", ())
    assert home.hub.shares == {}
    await home.until(lambda: home.state().snapshot.open_requests == 0)


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    ("ahead", "rule"),
    [(30 * HOUR, "live_expired"), (40 * DAY, "directory_expired"), (-3 * HOUR, "live_not_yet_valid")],
)
async def test_a_clock_that_is_wrong_offers_nothing_and_destroys_nothing(
    home: Home, clock: Clock, ahead: timedelta, rule: str
) -> None:
    """The reason is shown; with the right time the very same case, its footage and its clip are there."""
    await home.place_camera()
    case = await home.looked_at()
    clock.ahead = ahead
    await look_round(home)
    assert home.state().snapshot.trust_rule == rule
    with pytest.raises(MiltonShareError, match=rule):
        await home.approve(case)
    await home.services.footage.recorder._look_after()  # noqa: SLF001  as every ten seconds
    assert home.hub.shares == {}
    clock.ahead = ahead + timedelta(minutes=16)
    registry = ir.async_get(home.hass)
    await home.until(lambda: registry.async_get_issue(DOMAIN, "clock_off"))
    clock.ahead = timedelta()
    await look_round(home)
    assert home.state().snapshot.trust_rule is None
    assert registry.async_get_issue(DOMAIN, "clock_off") is None
    again = home.case(case.request_id)
    assert (again.state, again.clip, again.footage_from) == ("reviewing", case.clip, case.footage_from)
    await home.approve(again)
    await home.until(lambda: home.case(case.request_id).state == "receipted")


async def test_a_contact_before_a_clock_was_put_back_is_not_in_the_future(home: Home, clock: Clock) -> None:
    """Or a day without contact would be over only weeks later."""
    clock.ahead = 20 * DAY
    goes_on(home, 20 * DAY)
    await home.until(lambda: (at := home.state().snapshot.last_contact) is not None and at > clock.now() - HOUR)
    clock.ahead = timedelta()
    home.hub.away = True
    await home.until(lambda: home.state().snapshot.last_contact <= clock.now())
    clock.ahead = 25 * HOUR
    await look_round(home)
    await home.until(lambda: away(home))


async def test_a_start_without_a_hub_counts_its_day_from_the_start(home: Home, clock: Clock) -> None:
    """Also when the clock was ahead at the start, as of a machine without a battery."""
    home.hub.away = True
    clock.ahead = 20 * DAY
    await home.restart()
    clock.ahead = timedelta()
    await look_round(home)
    assert not away(home)
    clock.ahead = 25 * HOUR
    await look_round(home)
    await home.until(lambda: away(home))


def test_a_jump_ahead_is_believed_once_it_has_lasted() -> None:
    """Back and small steps at once; ahead by more than an hour after six hours of a clock that nobody puts."""
    wall_s, monotonic_s = [1_000_000.0], [50.0]
    clock = SteadyClock(lambda: wall_s[0], lambda: monotonic_s[0])

    def passes(seconds: float, put_by_s: float = 0.0) -> float:
        monotonic_s[0] += seconds
        wall_s[0] += seconds + put_by_s
        return clock.now_s() - wall_s[0]

    assert passes(60) == 0
    assert passes(60, put_by_s=-7_200) == 0
    assert passes(60, put_by_s=30) == 0
    assert passes(60, put_by_s=864_000) == -864_000
    assert passes(BELIEVE_AFTER_S - 1) == -864_000
    assert passes(60, put_by_s=-864_000) == 0
    assert passes(60, put_by_s=864_000) == -864_000
    assert passes(BELIEVE_AFTER_S) == 0
    assert clock.now_ms() == round(wall_s[0] * 1000)


def test_the_clock_of_a_start_is_believed_once_it_is_set_or_has_lasted() -> None:
    """Nobody set it: it may be years ahead. Till then it is 1970, when nothing is too old; a jump later is a jump."""
    wall_s, monotonic_s, is_set = [2_000_000_000.0], [50.0], [False]
    unset, waits = (SteadyClock(lambda: wall_s[0], lambda: monotonic_s[0], lambda: is_set[0]) for _ in range(2))

    def passes(seconds: float, put_by_s: float = 0.0) -> None:
        monotonic_s[0] += seconds
        wall_s[0] += seconds + put_by_s

    assert unset.now_s() == waits.now_s() == 0
    passes(BELIEVE_AFTER_S - 1)
    assert waits.now_s() == BELIEVE_AFTER_S - 1
    passes(1)
    assert waits.now_s() == wall_s[0]
    is_set[0] = True
    passes(60, put_by_s=-300_000_000)
    assert unset.now_s() == waits.now_s() == wall_s[0]
    passes(60, put_by_s=864_000)
    assert unset.now_s() == wall_s[0] - 864_000


async def test_no_wait_hangs_on_the_clock_on_the_wall(home: Home, clock: Clock) -> None:
    """A clock that jumps does not stop the home from reading, nor make it read without pause."""
    for ahead in (-400 * DAY, 400 * DAY, timedelta()):
        clock.ahead = ahead
        before = len(home.hub.calls)
        await home.until(lambda before=before: len(home.hub.calls) > before + 2)
        began, seen = asyncio.get_running_loop().time(), len(home.hub.calls)
        await asyncio.sleep(0.5)
        lasted_s = asyncio.get_running_loop().time() - began
        assert len(home.hub.calls) - seen <= lasted_s / 0.05 + 2  # the quickest that its own pauses allow
