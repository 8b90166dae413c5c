"""Law 1, seen from the hub and from a phone maker's relay: every byte that a home sends before an approval."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from homeassistant.const import EVENT_CALL_SERVICE

from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.household.model import Pause
from custom_components.milton_share.hub_link import feed
from custom_components.milton_share.notifications.messages import message_of
from custom_components.milton_share.notifications.schedule import Kind
from tests.milton_share.conftest import FAR_AWAY

if TYPE_CHECKING:
    from homeassistant.core import Event

    from tests.milton_share.conftest import Home
    from tests.simulators.hub import Call

pytestmark = pytest.mark.usefixtures("recorded")

# How far a home has read, and how much of the log it has seen: the same numbers for each home, later higher ones.
COUNTS = re.compile(r"(?<==)\d+")
ETAG = "If-None-Match"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One request as it is on the wire, but for numbers that only count what the hub itself published."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    size_bytes: int


def shape(call: Call) -> Shape:
    """Return what an observer can compare."""
    headers = tuple((name, "" if name == ETAG else value) for name, value in call.headers)
    return Shape(
        method=call.method,
        path=call.path,
        query=COUNTS.sub("N", call.query),
        headers=headers,
        size_bytes=len(call.body),
    )


async def shapes_of(home: Home, since: int) -> set[Shape]:
    """Return the shapes of what was sent since, with two more reads of the feed."""
    await home.until(lambda: len(home.hub.calls) > since + 4)
    return {shape(call) for call in home.hub.calls[since:]}


async def test_every_home_sends_the_same_bytes_whatever_happens_in_it(home: Home) -> None:
    """A request is ignored without a match, matched and held, looked at, declined, withdrawn, met by a pause."""
    owner = home.owner.session
    since = len(home.hub.calls)
    await home.receive()
    await home.receive()
    without_a_match = await shapes_of(home, since)
    assert {(one.method, one.path, one.query, one.size_bytes) for one in without_a_match} == {
        ("GET", "/v1/feed", "after=N", 0),
        ("GET", "/v1/log/consistency", "from=N&to=N", 0),
    }

    since = len(home.hub.calls)
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    start = case.clip.from_ + timedelta(seconds=2)
    await home.panel.review.look(owner, case.case_id, start, start + timedelta(seconds=5), audio=True)
    with pytest.raises(MiltonShareError, match="wrong_pin"):
        await home.approve(replace(case, clip=home.case(case.request_id).clip), pin="314159")
    looked = await shapes_of(home, since)
    assert looked <= without_a_match

    since = len(home.hub.calls)
    await home.panel.decisions.not_this_time(owner, case.request_id)
    assert await shapes_of(home, since) <= without_a_match

    since = len(home.hub.calls)
    other = await home.held()
    home.hub.city.withdrawn.add(other.request_id)
    home.hub.publish()
    await home.until(lambda: home.case(other.request_id).state == "lapsed")
    await home.panel.household.set(owner, pause=Pause(until=None))
    await home.receive()
    assert await shapes_of(home, since) <= without_a_match

    since = len(home.hub.calls)
    await home.panel.household.set(owner, pause=None)
    await home.place_camera(position=FAR_AWAY)
    await home.restart()
    assert await shapes_of(home, since) <= without_a_match
    assert home.hub.shares == {}


async def test_no_click_and_no_match_makes_a_home_speak(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the feed's clock at rest nothing is sent while a camera is offered, matches, is looked at and declined."""
    request_id = await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    calls = await at_rest(home, monkeypatch)
    await home.place_camera()
    await home.until(lambda: home.request(request_id).cases and home.case(request_id).state == "held")
    case = home.case(request_id)
    assert case.footage_from is not None
    start = case.footage_from + timedelta(seconds=2)
    await home.panel.review.look(home.owner.session, case.case_id, start, start + timedelta(seconds=5), audio=False)
    home.panel.evidence.of(home.owner.session, request_id)
    await home.panel.decisions.not_this_time(home.owner.session, request_id)
    await home.panel.decisions.enter_code(home.owner.session, "MD-0123-4567-89AB-CDEF")
    await home.panel.household.set(home.owner.session, pause=Pause(until=None))
    await home.panel.household.set(home.owner.session, pause=None)
    await asyncio.sleep(0.3)
    assert len(home.hub.calls) == calls


async def test_a_hub_that_keeps_a_proof_back_does_not_learn_when_somebody_clicks(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log's proof is asked for when the hub has spoken and by the home's clock, never because of the owner."""
    await home.place_camera()
    case = await home.held()
    home.hub.answers["/v1/log/consistency"] = [(503, "busy")] * 1_000
    home.hub.city.publish()
    home.hub.publish()
    await home.until(lambda: home.state().snapshot.trust_rule is not None)
    calls = await at_rest(home, monkeypatch)
    start = case.footage_from
    assert start is not None
    for _ in range(3):
        with pytest.raises(MiltonShareError):
            await home.panel.review.look(
                home.owner.session, case.case_id, start, start + timedelta(seconds=5), audio=False
            )
        await home.place_camera(range_m=31)
        await asyncio.sleep(0.2)
    assert len(home.hub.calls) == calls
    home.hub.answers.clear()
    home.scheduler.hub_spoke()  # as a message of the broker does
    await home.until(lambda: home.state().snapshot.trust_rule is None)


async def test_phones_are_told_once_a_request_and_of_nothing_else(home: Home) -> None:
    """A clip is shared and receipted, a request declined, one met by a pause; the relay sees three equal messages."""
    told = home.phone()
    await home.tell_phones()
    called: list[str] = []

    def note(event: Event) -> None:
        called.append(f"{event.data['domain']}.{event.data['service']}")

    home.hass.bus.async_listen(EVENT_CALL_SERVICE, note)
    await home.place_camera()
    case = await home.looked_at()
    await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    home.hub.give_receipt(next(iter(home.hub.shares)), "fetched")
    second = await home.held()
    await home.panel.decisions.not_this_time(home.owner.session, second.request_id)
    await home.panel.household.set(home.owner.session, pause=Pause(until=None))
    await home.receive()
    await home.restart()
    await home.until(lambda: home.state().snapshot.open_requests == 3)
    await home.until(lambda: len(told) == 3)
    await home.hass.async_block_till_done()
    tags = [message["data"]["tag"] for message in told]
    assert len(set(tags)) == 3
    assert told == [message_of(Kind.FIRST, tag, "en", reminds=True) for tag in tags]
    assert called == ["notify.mobile_app_olivia"] * 3


async def at_rest(home: Home, monkeypatch: pytest.MonkeyPatch) -> int:
    """Let the feed's clock rest; return the number of calls so far."""
    monkeypatch.setattr(feed, "EVERY_IN_DEMO_S", (3_600.0, 3_600.0))
    await asyncio.sleep(0.5)
    return len(home.hub.calls)
