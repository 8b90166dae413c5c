"""What may become of a share, and when, by every state that it can be in: the rules by themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from hub.kit.errors import HubError
from hub.policy.values import Policy
from hub.shares.record.model import OWNER, ShareRow, ShareState
from hub.shares.record.rules import (
    End,
    Why,
    check_acceptable,
    check_agreeable,
    check_disposable,
    check_flaggable,
    check_holdable,
    check_readable,
    check_triable,
    end_of,
    flags_anew,
    has_ended,
    withdraws_anew,
)
from milton_protocol.messages.shares.consent import ConsentKind

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
STATES = tuple(ShareState)
LATER = Policy(unlinked_kept_days=90, declined_kept_days=20, closed_case_kept_days=900)
CHANGED_AT = NOW + DAY
IN_ITS_STATE = ("not_received", None, None, "withdrawn", "removed", "deleted")


def policy_at(at: datetime) -> Policy:
    """Return a policy that becomes wider a day from now."""
    return Policy() if at < CHANGED_AT else LATER


def share(state: ShareState = ShareState.RECEIVED, **said: Any) -> ShareRow:  # noqa: ANN401
    """Return a share that came now and was opened."""
    times = dict.fromkeys(("accepted_at", "declined_at", "withdrawn_at", "held_since", "sensitive_since"))
    return ShareRow(**{"state": state, "created_at": NOW - HOUR, "received_at": NOW, "opened_at": NOW, **times, **said})


def rule_of(act: Callable[[], object]) -> str | None:
    """Return the rule by which an act is refused, None where it is not."""
    try:
        act()
    except HubError as refused:
        return refused.rule
    return None


@pytest.mark.parametrize(
    ("check", "rules"),
    [
        (check_readable, IN_ITS_STATE),
        (check_triable, ("not_received", None, "already_accepted", "withdrawn", "removed", "deleted")),
        (check_disposable, ("not_received", None, None, "kept_for_court", "removed", "deleted")),
        (partial(check_flaggable, is_drill=False), IN_ITS_STATE),
        (partial(check_holdable, is_drill=False), ("not_received", None, None, None, None, "deleted")),
        (
            partial(check_acceptable, now=NOW + DAY, owner_agreed=False, is_drill=False),
            ("not_received", None, "already_accepted", "withdrawn", "removed", "deleted"),
        ),
        (
            partial(check_agreeable, kind=ConsentKind.ACCEPT_EARLY, is_drill=False),
            ("not_received", None, "already_accepted", "withdrawn", "removed", "deleted"),
        ),
        (partial(check_agreeable, kind=ConsentKind.PASSING_ON, is_drill=False), IN_ITS_STATE),
        *(
            (
                partial(check_agreeable, kind=kind, is_drill=False),
                ("not_received", None, None, "withdrawn", None, "deleted"),
            )
            for kind in (ConsentKind.NOT_PASSING_ON, ConsentKind.CUSTODIANS_ONLY)
        ),
    ],
)
def test_what_can_be_done_goes_by_the_shares_state(
    check: Callable[[ShareRow], object], rules: tuple[str | None, ...]
) -> None:
    """On its way, received, accepted, withdrawn, removed by two people, deleted."""
    assert tuple(rule_of(partial(check, share(state))) for state in STATES) == rules


def test_what_was_removed_can_be_restricted_though_never_in_an_exercise() -> None:
    """A removal may be taken back; of a test card no word of its owner is kept but that it is passed on to nobody."""
    removed = share(ShareState.REMOVED)
    assert rule_of(lambda: check_agreeable(removed, ConsentKind.CUSTODIANS_ONLY, is_drill=True)) == "exercise"
    assert rule_of(lambda: check_agreeable(removed, ConsentKind.NOT_PASSING_ON, is_drill=True)) is None


@pytest.mark.parametrize(
    ("check", "rule"),
    [
        (partial(check_acceptable, now=NOW + DAY, owner_agreed=True, is_drill=True), "exercise"),
        (partial(check_flaggable, is_drill=True), "exercise"),
        (partial(check_holdable, is_drill=True), "nothing_to_hold"),
        (partial(check_agreeable, kind=ConsentKind.ACCEPT_EARLY, is_drill=True), "exercise"),
        (partial(check_agreeable, kind=ConsentKind.PASSING_ON, is_drill=True), "exercise"),
    ],
)
def test_nothing_is_done_with_a_test_card(check: Callable[[ShareRow], object], rule: str) -> None:
    """It is nobody's evidence."""
    assert rule_of(partial(check, share())) == rule


def test_a_custodian_accepts_when_the_owners_24_hours_are_over_or_the_owner_said_so() -> None:
    """To the second; what has not come has no hours."""
    early = NOW + DAY - SECOND
    assert rule_of(lambda: check_acceptable(share(), early, owner_agreed=False, is_drill=False)) == "too_early"
    assert rule_of(lambda: check_acceptable(share(), early + SECOND, owner_agreed=False, is_drill=False)) is None
    assert rule_of(lambda: check_acceptable(share(), NOW, owner_agreed=True, is_drill=False)) is None


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"opened_at": None}, "nothing_to_hold"),
        ({"opened_at": None, "accepted_at": NOW}, None),
        ({}, None),
        ({"accepted_at": NOW}, None),
    ],
)
def test_what_nobody_opened_and_no_case_has_is_not_held(said: dict[str, Any], rule: str | None) -> None:
    """It is its owner's alone."""
    assert rule_of(lambda: check_holdable(share(**said), is_drill=False)) == rule


def test_what_is_held_is_not_decided_upon() -> None:
    """By however many people."""
    assert rule_of(lambda: check_disposable(share(held_since=NOW))) == "on_hold"


def test_a_withdrawal_does_something_until_a_custodian_accepted() -> None:
    """Once; also of what two people are deleting."""
    assert [withdraws_anew(share(state)) for state in STATES] == [True, True, True, False, True, False]
    assert rule_of(lambda: withdraws_anew(share(ShareState.ACCEPTED, accepted_at=NOW))) == "already_accepted"
    assert rule_of(lambda: withdraws_anew(share(ShareState.REMOVED, accepted_at=NOW))) == "already_accepted"


def test_what_was_withdrawn_removed_or_deleted_is_read_no_more() -> None:
    """Nothing is given out for it."""
    assert [has_ended(share(state)) for state in STATES] == [False, False, False, True, True, True]


def test_an_owners_flag_stands_in_the_place_of_an_officers_and_no_officers_in_theirs() -> None:
    """Since when it is flagged stays."""
    one = share()
    assert flags_anew(one, by="officer", now=NOW)
    assert (one.flagged_by, one.sensitive_since) == ("officer", NOW)
    assert not flags_anew(one, by=OWNER, now=NOW + HOUR)
    assert (one.flagged_by, one.sensitive_since) == (OWNER, NOW)
    assert not flags_anew(one, by="officer", now=NOW + HOUR)
    assert (one.flagged_by, one.sensitive_since) == (OWNER, NOW)


ACCEPTED = {"accepted_at": NOW + DAY}


@pytest.mark.parametrize(
    ("said", "beside", "end"),
    [
        ({}, {}, (30 * DAY, Why.NOT_ACCEPTED)),
        ({"received_at": None}, {}, (30 * DAY - HOUR, Why.NOT_ACCEPTED)),
        ({"received_at": CHANGED_AT}, {}, (91 * DAY, Why.NOT_ACCEPTED)),
        ({"declined_at": NOW + HOUR}, {}, (7 * DAY + HOUR, Why.DECLINED)),
        ({"declined_at": CHANGED_AT}, {}, (21 * DAY, Why.DECLINED)),
        ({"declined_at": NOW + 25 * DAY}, {}, (30 * DAY, Why.NOT_ACCEPTED)),
        (ACCEPTED, {}, None),
        (ACCEPTED, {"case_closed_at": NOW}, (901 * DAY, Why.CASE_CLOSED)),
        ({"accepted_at": NOW}, {"case_closed_at": NOW + HOUR}, (365 * DAY + HOUR, Why.CASE_CLOSED)),
        (ACCEPTED, {"case_closed_at": NOW + 2 * DAY}, (902 * DAY, Why.CASE_CLOSED)),
        ({}, {"case_closed_at": NOW}, (30 * DAY, Why.NOT_ACCEPTED)),
        (ACCEPTED, {"undelete_until": NOW + 8 * DAY}, (8 * DAY, Why.TWO_PEOPLE)),
        ({}, {"undelete_until": NOW + 8 * DAY}, (8 * DAY, Why.TWO_PEOPLE)),
        ({}, {"undelete_until": NOW + 40 * DAY}, (30 * DAY, Why.NOT_ACCEPTED)),
        ({}, {"is_drill": True}, (DAY, Why.DRILL)),
        ({"declined_at": NOW}, {"is_drill": True}, (DAY, Why.DRILL)),
        ({"withdrawn_at": NOW + HOUR, "opened_at": None}, {}, (HOUR, Why.WITHDRAWN)),
        ({"withdrawn_at": NOW + HOUR}, {}, (30 * DAY + HOUR, Why.WITHDRAWN)),
        ({"withdrawn_at": NOW + HOUR}, {"is_drill": True}, (DAY, Why.DRILL)),
        ({"withdrawn_at": NOW + HOUR, "opened_at": None}, {"is_drill": True}, (HOUR, Why.WITHDRAWN)),
        ({"withdrawn_at": NOW + 29 * DAY}, {"undelete_until": NOW + 8 * DAY}, (59 * DAY, Why.WITHDRAWN)),
    ],
)
def test_bytes_go_when_the_first_of_their_times_is_over(
    said: dict[str, Any], beside: dict[str, Any], end: tuple[timedelta, Why] | None
) -> None:
    """By the policy of the moment in which a time began; what its owner took back goes by that alone."""
    expected = None if end is None else End(at=NOW + end[0], why=end[1])
    assert end_of(share(**said), policy_at=policy_at, **({"is_drill": False} | beside)) == expected
