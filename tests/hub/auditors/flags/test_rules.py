"""What is flagged: pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.auditors.flags.rules import ALIKE_IN, Bounds, FlagKind, denied_attempts, odd_hours, repeats, self_dealing
from hub.requests.draft.lately import Earlier
from hub.requests.draft.mentions import Alike

ZONE = ZoneInfo("America/New_York")
BOUNDS = Bounds(zone=ZONE)
NIGHT = date(2026, 11, 25)


def night_of(text: str, *, bounds: Bounds = BOUNDS, action: str = "request.drafted") -> date | None:
    """Return the night that an act at a UTC time is flagged for."""
    noticed = odd_hours(person_id="officer", action=action, at=datetime.fromisoformat(text), bounds=bounds)
    return None if noticed is None else noticed.day


@pytest.mark.parametrize(
    ("at", "night"),
    [
        ("2026-11-26T03:59:59Z", None),  # 22:59:59
        ("2026-11-26T04:00:00Z", NIGHT),
        ("2026-11-26T09:59:59Z", NIGHT),  # 04:59:59 of the day after: the same night
        ("2026-11-26T10:00:00Z", None),
        ("2026-07-01T03:00:00Z", date(2026, 6, 30)),  # 23:00 by daylight-saving time
        ("2026-07-01T09:00:00Z", None),
        ("2026-11-01T05:30:00Z", date(2026, 10, 31)),  # 01:30, for the first time that night
        ("2026-11-01T06:30:00Z", date(2026, 10, 31)),  # 01:30 again, an hour later
        ("2026-11-01T09:30:00Z", date(2026, 10, 31)),  # 04:30 by standard time
        ("2026-03-08T08:30:00Z", date(2026, 3, 7)),  # 04:30 in a night that has no 02:30
        ("2026-03-08T09:30:00Z", None),
    ],
)
def test_an_hour_is_odd_by_the_agencys_clock(at: str, night: date | None) -> None:
    """Both ends of the night, in winter and summer, and in the nights in which clocks are put."""
    assert night_of(at) == night


def test_odd_hours_are_the_citys_to_set() -> None:
    """Within one day, or none at all."""
    lunch = Bounds(zone=ZONE, odd_from=time(12), odd_until=time(13))
    assert night_of("2026-11-26T17:00:00Z", bounds=lunch) == date(2026, 11, 26)
    assert night_of("2026-11-26T18:00:00Z", bounds=lunch) is None
    assert night_of("2026-11-26T05:00:00Z", bounds=Bounds(zone=ZONE, odd_from=None)) is None


def test_only_footage_has_hours() -> None:
    """Whoever signs in, registers a device or reads the trail at night is on duty."""
    for action in ("request.published", "share.fetched", "case.closed"):
        assert night_of("2026-11-26T05:00:00Z", action=action) == NIGHT
    for action in ("session.opened", "device.registered", "audit.searched"):
        assert night_of("2026-11-26T05:00:00Z", action=action) is None
    assert (
        odd_hours(person_id="", action="request.drafted", at=datetime(2026, 11, 26, 5, tzinfo=UTC), bounds=BOUNDS)
        is None
    )


def test_an_approval_of_ones_own_act_is_noticed_by_its_rule() -> None:
    """Also where the protocol names it; any other refusal is none, nor is nobody's."""
    at = datetime(2026, 11, 26, 3, tzinfo=UTC)

    def noticed(rule: str, person_id: str = "officer") -> bool:
        found = self_dealing(person_id=person_id, rule=rule, route="POST /x", at=at, bounds=BOUNDS)
        return found is not None and (found.about, found.day) == ("POST /x", NIGHT)

    assert noticed("own_act")
    assert noticed("approver_is_officer")
    assert not noticed("not_allowed")
    assert not noticed("own_act", "")


def test_attempts_are_noticed_from_the_stated_number_on() -> None:
    """The number itself is in it."""
    at = datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert denied_attempts(person_id="officer", count=9, at=at, bounds=BOUNDS) is None
    found = denied_attempts(person_id="officer", count=10, at=at, bounds=BOUNDS)
    assert found is not None
    assert (found.kind, found.count) == (FlagKind.DENIED_ATTEMPTS, 10)
    assert denied_attempts(person_id="", count=999, at=at, bounds=BOUNDS) is None


def test_a_request_for_the_same_is_noticed_by_its_kind() -> None:
    """Three within a month: of a plate or an address whoever asked, of an area by the same person in other cases."""
    at = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def earlier(
        alike: Alike, request_id: str, *, before: timedelta = ALIKE_IN, officer: str = "second", case: str = "26-1"
    ) -> Earlier:
        return Earlier(alike=alike, request_id=request_id, officer_id=officer, case_number=case, at=at - before)

    def found(*of: Earlier) -> list[tuple[str, int]]:
        return list(repeats(person_id="officer", case_number="26-1", earlier=of, at=at, bounds=BOUNDS))

    for alike, kind in ((Alike.PLATE, FlagKind.REPEAT_PLATE), (Alike.ADDRESS, FlagKind.REPEAT_ADDRESS)):
        first, other = earlier(alike, "a"), earlier(alike, "b", officer="officer", case="26-2")
        assert found(first, other) == [(kind, 3)]
        assert found(first, first) == found(other) == []
    mine = [earlier(Alike.AREA, each, officer="officer", case="26-2") for each in "ab"]
    assert found(*mine) == [(FlagKind.REPEAT_AREA, 3)]
    for no_more in (
        earlier(Alike.AREA, "c"),
        earlier(Alike.AREA, "c", officer="officer"),
        earlier(Alike.AREA, "c", officer="officer", case="26-2", before=ALIKE_IN + timedelta(seconds=1)),
        earlier(Alike.AREA, "c", officer="officer", case="26-2", before=timedelta(seconds=-1)),
        earlier(Alike.PLATE, "c"),
    ):
        assert found(mine[0], no_more) == []
