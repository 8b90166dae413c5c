"""How a draft stands at each limit, in numbers (pure)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.policy.reasons import PROHIBITED
from hub.policy.values import Policy
from hub.requests.draft.limits import limits_of
from hub.requests.draft.rules import judge
from hub.requests.draft.verdict import Limit, LimitStanding
from milton_protocol.geometry import Circle
from tests.hub.requests.draft.test_policy import AROUND, CENTER, NOW, ORDINARY


def limit(name: str, requests_of_case: int = 0, **changes: object) -> Limit:
    """Return one limit of the ordinary draft with ``changes``."""
    draft, around = replace(ORDINARY, **changes), replace(AROUND, requests_of_case=requests_of_case)
    found = limits_of(draft, Policy(), around, judge(draft, Policy(), around))
    return next(each for each in found if each.name == name)


def test_an_ordinary_draft_is_within_every_limit() -> None:
    """And each says its numbers."""
    around = replace(AROUND, requests_of_case=0)
    found = {each.name: each for each in limits_of(ORDINARY, Policy(), around, judge(ORDINARY, Policy(), around))}
    assert {each.standing for each in found.values()} == {LimitStanding.WITHIN}
    assert {name: (each.value, each.ordinary, each.most) for name, each in found.items()} == {
        "area": (196_350, 258_999, 1_294_994),
        "duration": (3_600, 7_200, 43_200),
        "look_back": (1, 30, 45),
        "requests_of_case": (1, 2, 5),
        "reason": (None, None, None),
        "place": (None, None, None),
    }


@pytest.mark.parametrize(
    ("name", "changes", "standing", "rules"),
    [
        ("area", {"area": None}, LimitStanding.OPEN, ("area_missing",)),
        ("area", {"area": Circle(center=CENTER, radius_m=300)}, LimitStanding.SUPERVISOR, ()),
        ("area", {"area": Circle(center=CENTER, radius_m=700)}, LimitStanding.REFUSED, ("area_too_large",)),
        ("area", {"area": Circle(center=CENTER, radius_m=100)}, LimitStanding.REFUSED, ("area_too_small",)),
        ("duration", {"from_": None}, LimitStanding.OPEN, ("range_missing",)),
        ("duration", {"from_": NOW - timedelta(hours=7)}, LimitStanding.SUPERVISOR, ()),
        ("look_back", {"until": None}, LimitStanding.OPEN, ()),
        ("look_back", {"from_": NOW - timedelta(days=46)}, LimitStanding.REFUSED, ("range_too_old",)),
        ("reason", {"reason": "", "offence_code": ""}, LimitStanding.OPEN, ("offence_unknown", "reason_too_short")),
        ("reason", {"reason": "Who was at the protest on Main?"}, LimitStanding.REFUSED, ("prohibited_assembly",)),
        ("place", {"area": None}, LimitStanding.OPEN, ()),
        ("place", {"area": Circle(center=replace(CENTER, lat_e7=0), radius_m=250)}, LimitStanding.REFUSED, None),
    ],
)
def test_a_limit_is_open_or_asks_for_a_supervisor_or_is_refused(
    name: str, changes: dict[str, object], standing: LimitStanding, rules: tuple[str, ...] | None
) -> None:
    """With the rules that say why."""
    found = limit(name, **changes)
    assert found.standing is standing
    assert rules is None or found.rules == rules


@pytest.mark.parametrize(
    ("before", "standing"),
    [
        (0, LimitStanding.WITHIN),
        (1, LimitStanding.LAST),
        (2, LimitStanding.SUPERVISOR),
        (4, LimitStanding.SUPERVISOR),
        (5, LimitStanding.REFUSED),
    ],
)
def test_the_last_request_of_a_case_is_said_to_be_the_last(before: int, standing: LimitStanding) -> None:
    """It is counted with those before."""
    found = limit("requests_of_case", before)
    assert (found.value, found.standing) == (before + 1, standing)


def test_days_that_have_begun_are_counted() -> None:
    """Thirty days and a second are the thirty-first day, as the policy judges."""
    for age, days, standing in (
        (timedelta(days=30), 30, LimitStanding.WITHIN),
        (timedelta(days=30, seconds=1), 31, LimitStanding.SUPERVISOR),
    ):
        found = limit("look_back", from_=NOW - age, until=NOW - age + timedelta(hours=1))
        assert (found.value, found.standing) == (days, standing)


@pytest.mark.parametrize("rule", PROHIBITED)
def test_a_prohibited_use_is_refused_with_what_to_do_instead(rule: str) -> None:
    """The words do not stop at no."""
    said = {
        "prohibited_assembly": "Everybody with a sign who came to the protest on Saturday",
        "prohibited_immigration": "Two undocumented men who live near the corner store",
        "prohibited_care": "A woman who drove to the clinic for an abortion",
        "prohibited_traffic": "A red truck that was speeding through the neighborhood",
        "prohibited_personal": "My ex was seen with another car behind the house",
    }[rule]
    (broken,) = judge(replace(ORDINARY, reason=said), Policy(), AROUND).broken
    assert broken.rule == rule
    assert "If " in broken.message or "File a report" in broken.message
