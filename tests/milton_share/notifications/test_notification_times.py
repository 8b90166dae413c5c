"""When a phone is told: by the city's word and the household's settings alone, and by the clocks on the walls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.household.model import Household, Quiet, Reminder
from custom_components.milton_share.notifications.schedule import (
    LAST_MOMENT,
    Clock,
    Kind,
    Notification,
    RequestStage,
    Stage,
    after_quiet,
    is_past,
    shown_in_week,
    step,
    will_remind,
)

MILTON = ZoneInfo("America/New_York")
NIGHT = Quiet(from_=time(21), until=time(7))
ALWAYS = replace(Household(), quiet=None)
NOON = datetime(2026, 11, 10, 17, tzinfo=UTC)  # by the clocks of Milton
ONE = Notification(
    tag="ab" * 16, request_id="cd" * 32, urgent=False, verified_at=NOON, expires_at=NOON + timedelta(days=6)
)


def clock(now: datetime) -> Clock:
    """Return the clock of a wall in Milton."""
    return Clock(now=now, zone=MILTON)


def life(one: Notification, household: Household, closed_at: datetime | None = None) -> list[tuple[timedelta, Kind]]:
    """Live a week by the minute; return what was sent, after how long."""
    sent: list[tuple[timedelta, Kind]] = []
    for minutes in range(0, 7 * 24 * 60, 30):
        now = one.verified_at + timedelta(minutes=minutes)
        standing = RequestStage.CLOSED if closed_at is not None and closed_at <= now else RequestStage.OPEN
        one, kind = step(one, household, clock(now), standing, shown_in_week([one], now))
        if kind is not None:
            sent.append((timedelta(minutes=minutes), kind))
    return sent


def test_each_request_has_a_first_message_one_reminder_and_a_clearing() -> None:
    """At once, a day before it closes, and when it closes."""
    assert life(ONE, ALWAYS) == [
        (timedelta(), Kind.FIRST),
        (timedelta(days=5), Kind.REMINDER),
        (timedelta(days=6), Kind.CLEAR),
    ]


@pytest.mark.parametrize(
    ("household", "kinds"),
    [
        (replace(ALWAYS, reminder=Reminder.NEVER), [Kind.FIRST, Kind.CLEAR]),
        (replace(ALWAYS, weekly_cap=1), [Kind.FIRST, Kind.CLEAR]),
        (replace(ALWAYS, weekly_cap=0), []),
    ],
)
def test_what_the_household_does_not_want_is_not_sent(household: Household, kinds: list[Kind]) -> None:
    """And of what never was on a phone nothing is cleared."""
    assert [kind for _, kind in life(ONE, household)] == kinds


def test_a_reminder_of_the_next_day_comes_a_day_later() -> None:
    """Where the household wants it so."""
    assert (timedelta(days=1), Kind.REMINDER) in life(ONE, replace(ALWAYS, reminder=Reminder.NEXT_DAY))


def test_a_request_of_a_day_has_no_reminder_and_offers_none() -> None:
    """It would be the same message twice; so the first one has no button to put it off."""
    urgent = replace(ONE, urgent=True, expires_at=NOON + timedelta(hours=24))
    assert [kind for _, kind in life(urgent, ALWAYS)] == [Kind.FIRST, Kind.CLEAR]
    assert not will_remind(replace(urgent, stage=Stage.REMINDER, first_at=NOON), ALWAYS, clock(NOON))
    assert will_remind(replace(ONE, stage=Stage.REMINDER, first_at=NOON), ALWAYS, clock(NOON))
    assert not will_remind(replace(ONE, stage=Stage.END), ALWAYS, clock(NOON))


def test_a_message_of_the_night_waits_for_the_morning_once() -> None:
    """21:30 in Milton is told at 07:00; an urgent one at once where the household wants it so."""
    night = replace(ONE, verified_at=datetime(2026, 11, 11, 2, 30, tzinfo=UTC))
    quiet = replace(Household(), quiet=NIGHT)
    assert life(night, quiet)[0] == (timedelta(hours=9, minutes=30), Kind.FIRST)
    urgent = replace(night, urgent=True)
    assert life(urgent, quiet)[0] == (timedelta(hours=9, minutes=30), Kind.FIRST)
    assert life(urgent, replace(quiet, urgent_breaks_quiet=True))[0] == (timedelta(), Kind.FIRST)


def test_a_home_that_was_off_when_a_message_was_due_keeps_the_quiet_hours_too() -> None:
    """It was due at noon; the home is back at midnight, and says it in the morning."""
    quiet = replace(Household(), quiet=NIGHT)
    midnight = datetime(2026, 11, 11, 5, tzinfo=UTC)
    assert step(ONE, quiet, clock(midnight), RequestStage.OPEN, 0) == (ONE, None)
    assert step(ONE, quiet, clock(midnight + timedelta(hours=7)), RequestStage.OPEN, 0)[1] is Kind.FIRST


def test_what_closes_before_it_could_be_told_is_not_told() -> None:
    """The quiet hours last until an hour before it expires, or longer."""
    late = replace(ONE, verified_at=NOON + timedelta(hours=11), expires_at=NOON + timedelta(hours=20))
    assert life(late, replace(Household(), quiet=NIGHT)) == []


def test_a_request_that_the_city_takes_back_is_cleared_then() -> None:
    """At the same moment in every home; nothing more is sent for it."""
    sent = life(ONE, ALWAYS, closed_at=NOON + timedelta(days=2))
    assert sent == [(timedelta(), Kind.FIRST), (timedelta(days=2), Kind.CLEAR)]


def test_while_the_citys_papers_are_not_there_messages_wait() -> None:
    """They are neither sent nor given up."""
    assert step(ONE, ALWAYS, clock(NOON), RequestStage.UNCLEAR, 0) == (ONE, None)


def test_the_week_counts_what_phones_have_shown() -> None:
    """First messages and reminders, within seven days; a clearing shows nothing."""
    told = replace(ONE, first_at=NOON, reminder_at=NOON + timedelta(days=5))
    assert [shown_in_week([told, ONE], NOON + timedelta(days=days)) for days in (0, 5, 7, 12)] == [1, 2, 1, 0]


def test_what_is_over_is_kept_for_the_weeks_count_only() -> None:
    """Then it is forgotten; what isn't over is kept."""
    over = replace(ONE, stage=Stage.OVER, first_at=NOON)
    assert not is_past(over, NOON + timedelta(days=6))
    assert is_past(over, NOON + timedelta(days=7))
    assert not is_past(replace(over, stage=Stage.END), NOON + timedelta(days=30))
    assert step(over, ALWAYS, clock(NOON), RequestStage.OPEN, 0) == (over, None)


@pytest.mark.parametrize(
    ("local", "fold", "quiet", "end"),
    [
        ("2026-03-08T01:30", 0, Quiet(from_=time(1), until=time(2, 30)), "2026-03-08T03:30-04:00"),  # 02:30 isn't there
        ("2026-11-01T01:10", 0, Quiet(from_=time(0), until=time(1, 30)), "2026-11-01T01:30-04:00"),
        ("2026-11-01T01:10", 1, Quiet(from_=time(0), until=time(1, 30)), "2026-11-01T01:30-05:00"),  # the second time
        ("2026-03-07T22:00", 0, NIGHT, "2026-03-08T07:00-04:00"),  # nine hours of wall time, eight of ours
        ("2026-10-31T22:00", 0, NIGHT, "2026-11-01T07:00-05:00"),
        ("2026-11-10T06:59", 0, NIGHT, "2026-11-10T07:00-05:00"),
        ("2026-11-10T07:00", 0, NIGHT, "2026-11-10T07:00-05:00"),
        ("2026-11-10T12:00", 0, Quiet(from_=time(7), until=time(7)), "2026-11-10T12:00-05:00"),  # no hours at all
    ],
)
def test_quiet_hours_end_by_the_clocks_on_the_walls(local: str, fold: int, quiet: Quiet, end: str) -> None:
    """Also where an hour is left out, and where one comes twice."""
    moment = datetime.fromisoformat(local).replace(tzinfo=MILTON, fold=fold).astimezone(UTC)
    assert after_quiet(moment, quiet, MILTON) == datetime.fromisoformat(end)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001  made aware below
    st.times(),
    st.times(),
    st.sampled_from(["America/New_York", "UTC", "Australia/Lord_Howe", "Africa/Casablanca"]),
)
def test_nothing_waits_longer_than_the_quiet_hours_and_nothing_comes_before_its_time(
    moment: datetime, from_: time, until: time, zone: str
) -> None:
    """In any zone, by any settings: the end is not earlier, and within a day and the hour that comes twice."""
    aware = moment.replace(tzinfo=UTC)
    end = after_quiet(aware, Quiet(from_=from_, until=until), ZoneInfo(zone))
    assert aware <= end <= aware + timedelta(hours=25)


@given(
    st.booleans(),
    st.integers(1, 240),
    st.integers(0, 5),
    st.sampled_from(list(Reminder)),
    st.one_of(st.none(), st.builds(Quiet, from_=st.times(), until=st.times())),
)
def test_by_any_settings_it_is_told_at_most_twice_and_cleared_only_if_it_was_told(
    urgent: bool,  # noqa: FBT001  a fact that is drawn
    hours: int,
    cap: int,
    reminder: Reminder,
    quiet: Quiet | None,
) -> None:
    """And never in the last hour."""
    one = replace(ONE, urgent=urgent, expires_at=NOON + timedelta(hours=hours))
    household = replace(Household(), quiet=quiet, weekly_cap=cap, reminder=reminder)
    sent = life(one, household)
    kinds = [kind for _, kind in sent if kind is not Kind.CLEAR]
    assert kinds in ([], [Kind.FIRST], [Kind.FIRST, Kind.REMINDER])
    assert len(kinds) <= cap
    assert [kind for _, kind in sent if kind is Kind.CLEAR] == ([Kind.CLEAR] if kinds and hours < 7 * 24 else [])
    assert all(NOON + at < one.expires_at - LAST_MOMENT for at, kind in sent if kind is not Kind.CLEAR)
