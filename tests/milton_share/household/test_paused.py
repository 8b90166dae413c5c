"""Pause everything: no camera is asked until the owner resumes or a time comes; what came is looked at then."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.milton_share.household import repository as store
from custom_components.milton_share.household.model import Household, Pause
from custom_components.milton_share.storage.paths import private_folder
from tests.milton_share.conftest import SEGMENTS, Stamped, keep_segments

if TYPE_CHECKING:
    from pathlib import Path

    from tests.milton_share.conftest import Home

NOW = datetime(2026, 11, 10, 7, 10, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


async def pause(home: Home, until: datetime | None = None) -> None:
    """Pause, as the owner does."""
    await home.panel.household.set(home.owner.session, pause=Pause(until=until))


async def resume(home: Home) -> None:
    """Resume."""
    await home.panel.household.set(home.owner.session, pause=None)


def test_a_pause_holds_until_its_time_or_until_the_owner_resumes() -> None:
    """At its moment it is over."""
    assert Household().paused(NOW) is None
    assert Household(pause=Pause(until=None)).paused(NOW) == Pause(until=None)
    timed = Household(pause=Pause(until=NOW))
    assert timed.paused(NOW - SECOND) == Pause(until=NOW)
    assert timed.paused(NOW) is None


@pytest.mark.usefixtures("recorded")
async def test_while_paused_no_camera_is_asked_and_afterwards_what_came_is_looked_at(home: Home) -> None:
    """The request is listed, and its event fires, as always; nothing is held for it until the owner resumes."""
    await home.place_camera()
    await pause(home)
    events = async_capture_events(home.hass, "state_changed")
    request_id = await home.receive()
    await home.round()
    request = home.request(request_id)
    assert request is not None
    assert (request.refused, request.cases) == (None, ())
    assert home.state().snapshot.open_requests == 1
    assert any(event.data["entity_id"].startswith("event.") for event in events)
    assert home.services.footage.hold_budget.held_bytes == 0
    shown = home.state().household
    assert (shown.paused, shown.paused_until) == (True, None)
    await home.restart()
    await home.until(lambda: home.request(request_id) is not None)
    await home.round()
    assert home.request(request_id).cases == ()  # type: ignore[union-attr]
    await resume(home)
    await home.until(lambda: home.case(request_id).state == "held")
    assert not home.state().household.paused


@pytest.mark.usefixtures("recorded")
async def test_a_pause_ends_by_itself_at_its_time(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody needs to think of it again."""
    await home.place_camera()
    until = dt_util.utcnow() + HOUR
    await pause(home, until)
    request_id = await home.receive()
    await home.round()
    assert home.request(request_id).cases == ()  # type: ignore[union-attr]
    assert home.state().household.paused_until == until
    monkeypatch.setattr(home.scheduler, "now", lambda: dt_util.utcnow() + HOUR)
    await home.round()
    await home.until(lambda: home.case(request_id).state == "held")


@pytest.mark.usefixtures("recorded")
async def test_what_waited_before_stays_and_can_be_decided(home: Home) -> None:
    """A pause destroys nothing: what is held stays held, is looked at, and shared or not, by who wants to."""
    await home.place_camera()
    case = await home.held()
    await pause(home)
    await home.round()
    assert home.case(case.request_id).state == "held"
    assert case.footage_from is not None
    start = case.footage_from + 2 * SECOND
    await home.panel.review.look(home.owner.session, case.case_id, start, start + 5 * SECOND, audio=False)
    await home.panel.decisions.not_this_time(home.owner.session, case.request_id)
    assert home.case(case.request_id).state == "declined"


async def test_a_camera_that_had_nothing_yet_is_not_asked_again_while_paused(home: Home, segment_file: Path) -> None:
    """What it recorded is found once the owner resumes; a request that ends meanwhile ends as always."""
    await home.place_camera()
    request_id, ending = await home.receive(), await home.receive()
    await home.until(lambda: home.case(request_id).state == home.case(ending).state == "received")
    await pause(home)
    await home.round()  # one that began before the pause is over
    stamp = Stamped(method="arrival", uncertainty_ms=150, offset_ms=0)
    keep_segments(private_folder(home.hass), segment_file, dict.fromkeys(range(SEGMENTS), stamp))
    home.hub.city.withdrawn.add(ending)
    home.hub.publish()
    await home.until(lambda: home.case(ending).state == "lapsed")
    await home.round()
    assert home.case(request_id).state == "received"
    await resume(home)
    await home.until(lambda: home.case(request_id).state == "held")


def test_a_home_that_never_heard_of_pausing_is_not_paused() -> None:
    """What an older version kept is read as it was; what is kept now is read as it is."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT)")
        for kept in (None, Pause(until=None), Pause(until=NOW)):
            store.save(connection, Household(pause=kept))
            assert store.settings(connection) == Household(pause=kept)
        value = json.loads(connection.execute("SELECT value FROM facts").fetchone()["value"])
        del value["pause"]
        connection.execute("UPDATE facts SET value = ?", (json.dumps(value),))
        assert store.settings(connection) == Household()
