"""The policy names every broken rule (pure; the limits of docs/domain.md)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.policy.reasons import is_vague, prohibited
from hub.policy.values import Policy
from hub.requests.draft.draft import Draft
from hub.requests.draft.rules import Surroundings, judge
from milton_protocol.geometry import Circle, Point, Polygon
from milton_protocol.limits import DURATION_MAX, EXPIRY_MAX
from milton_protocol.messages.requests.request import Urgency

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CENTER = Point(341_400_000, -843_000_000)
CITY = Polygon(
    points=(
        Point(340_700_000, -844_000_000),
        Point(340_700_000, -842_000_000),
        Point(342_200_000, -842_000_000),
        Point(342_200_000, -844_000_000),
    )
)
AROUND = Surroundings(now=NOW, jurisdiction=CITY, requests_of_case=0, has_recipients=True, takes_codes=True)
ORDINARY = Draft(
    draft_id="0" * 32,
    case_number="26-104417",
    contact="+1 555 0100",
    offence_code="16-8-18",
    reason="Several cars were opened overnight by one person on foot with a backpack.",
    why_larger="",
    urgency=Urgency.ROUTINE,
    drill=False,
    by_code=False,
    area=Circle(center=CENTER, radius_m=250),
    from_=NOW - timedelta(hours=5),
    until=NOW - timedelta(hours=4),
    expires_in_h=72,
)


def rules(around: Surroundings = AROUND, **changes: object) -> set[str]:
    """Return the broken rules of the ordinary draft with ``changes``."""
    return {broken.rule for broken in judge(replace(ORDINARY, **changes), Policy(), around).broken}


def exceeded(around: Surroundings = AROUND, **changes: object) -> tuple[str, ...]:
    """Return the ordinary limits that the draft passes."""
    return judge(replace(ORDINARY, **changes), Policy(), around).exceeded


def rectangle(height_e7: int, width_e7: int) -> Polygon:
    """Return a rectangle with its corner in the city's middle."""
    lat, lon = CENTER.lat_e7, CENTER.lon_e7
    return Polygon(
        points=(
            Point(lat, lon),
            Point(lat, lon + width_e7),
            Point(lat + height_e7, lon + width_e7),
            Point(lat + height_e7, lon),
        )
    )


def test_an_ordinary_draft_breaks_no_rule_and_needs_no_second_person() -> None:
    """Neither rules nor limits."""
    assert (rules(), exceeded()) == (set(), ())


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("case_number_wrong", {"case_number": "Smith"}),
        ("case_number_wrong", {"case_number": "26-104417 "}),
        ("offence_unknown", {"offence_code": "police-business"}),
        ("urgent_not_allowed", {"urgency": Urgency.URGENT, "expires_in_h": 12}),
        ("reason_too_short", {"reason": "Burglary"}),
        ("reason_vague", {"reason": "Ongoing investigation, police business."}),
        ("area_missing", {"area": None}),
        ("area_too_small", {"area": Circle(center=CENTER, radius_m=140)}),
        ("area_too_large", {"area": Circle(center=CENTER, radius_m=700)}),
        ("area_too_wide", {"area": rectangle(6_000, 180_000)}),
        ("outside_jurisdiction", {"area": Circle(center=CITY.points[0], radius_m=250)}),
        ("range_missing", {"from_": None}),
        ("range_wrong_length", {"until": NOW - timedelta(hours=4, minutes=50)}),
        ("range_wrong_length", {"from_": NOW - timedelta(hours=4) - DURATION_MAX - timedelta(seconds=1)}),
        ("range_in_future", {"from_": NOW - timedelta(minutes=30), "until": NOW + timedelta(seconds=1)}),
        ("range_too_old", {"from_": NOW - timedelta(days=45, seconds=1), "until": NOW - timedelta(days=44, hours=23)}),
        ("expiry_wrong_length", {"expires_in_h": 0}),
        ("expiry_wrong_length", {"expires_in_h": 7 * 24 + 1}),
        ("expiry_wrong_length", {"urgency": Urgency.URGENT, "offence_code": "16-5-40", "expires_in_h": 25}),
        ("contact_wrong", {"contact": "ask at the desk"}),
    ],
)
def test_each_rule_is_named_alone(rule: str, changes: dict[str, object]) -> None:
    """When nothing else is wrong, nothing else is named."""
    assert rules(**changes) == {rule}


def test_a_shape_that_combs_out_houses_is_too_thin() -> None:
    """A comb covers too little of its hull."""
    lat, lon, step = CENTER.lat_e7, CENTER.lon_e7, 10_000
    teeth = []
    for number in range(4):
        teeth += [
            Point(lat + 60_000, lon + 2 * number * step),
            Point(lat + 60_000, lon + 2 * number * step + step // 5),
            Point(lat + 2_000, lon + 2 * number * step + step // 5),
            Point(lat + 2_000, lon + 2 * (number + 1) * step),
        ]
    comb = Polygon(points=(Point(lat, lon), *teeth, Point(lat, lon + 8 * step)))
    assert "area_too_thin" in rules(area=comb)


def test_an_outline_that_crosses_itself_is_named_and_not_measured() -> None:
    """Its size means nothing."""
    lat, lon = CENTER.lat_e7, CENTER.lon_e7
    bow = Polygon(
        points=(Point(lat, lon), Point(lat + 50_000, lon + 50_000), Point(lat + 50_000, lon), Point(lat, lon + 50_000))
    )
    assert rules(area=bow) == {"area_not_simple"}


def test_all_broken_rules_are_named_at_once() -> None:
    """So that an officer mends them in one go."""
    broken = rules(case_number="", contact="", reason="", offence_code="", area=None, from_=None, until=None)
    assert broken == {
        "case_number_wrong",
        "contact_wrong",
        "reason_too_short",
        "offence_unknown",
        "area_missing",
        "range_missing",
    }


def test_what_passes_an_ordinary_limit_asks_for_a_second_person() -> None:
    """Area, duration, look-back, urgency, and the third request of a case."""
    larger = Circle(center=CENTER, radius_m=300)
    assert exceeded(area=larger) == ("area",)
    assert rules(area=larger) == {"why_larger_missing"}
    assert rules(area=larger, why_larger="The way out was probably Farrier Way.") == set()
    assert rules(area=larger, why_larger="So that we see who came to the rally") == {"prohibited_assembly"}
    assert rules(why_larger="So that we see who came to the rally") == set(), "nobody reads it of a small area"
    assert exceeded(from_=NOW - timedelta(hours=6, seconds=1)) == ("duration",)
    month_ago = NOW - timedelta(days=31)
    assert exceeded(from_=month_ago, until=month_ago + timedelta(hours=1)) == ("look_back",)
    assert exceeded(urgency=Urgency.URGENT) == ("urgent",)
    assert exceeded(replace(AROUND, requests_of_case=2)) == ("requests_of_case",)
    assert rules(replace(AROUND, requests_of_case=5)) == {"too_many_for_case"}


def test_without_a_key_to_seal_to_there_is_no_request() -> None:
    """The officer's, a custodian's and the recovery key must be in the directory."""
    assert rules(replace(AROUND, has_recipients=False)) == {"recipient_missing"}


def test_the_policy_is_never_wider_than_what_homes_take() -> None:
    """The hard maxima hold whatever the city sets."""
    assert Policy().expiry_max <= EXPIRY_MAX
    stricter = Policy.of({"case_number": "M[0-9]+", "expiry_max_h": 24, "requests_per_case": 1})
    broken = judge(replace(ORDINARY, case_number="M12", expires_in_h=25), stricter, AROUND).broken
    assert [each.rule for each in broken] == ["expiry_wrong_length"]


@pytest.mark.parametrize(
    "values", [{"case_number": "["}, {"case_number": "a{99999999999}"}, {"expiry_max_h": 10**15}, {"case": "x"}]
)
def test_a_policy_that_cannot_be_is_refused_in_one_line(values: dict[str, object]) -> None:
    """At the start, not at the first draft."""
    with pytest.raises(ValueError, match=r"\[policy\]"):
        Policy.of(values)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("prohibited_assembly", "Find out who walked in the protest on Main Street on Saturday."),
        ("prohibited_assembly", "Police business, ongoing investigation of the gathering at the church."),
        ("prohibited_immigration", "Looking for undocumented workers who were dropped off at the corner."),
        ("prohibited_care", "A woman was seen on her way to an abortion clinic."),
        ("prohibited_traffic", "A dark sedan was speeding through the school zone."),
        ("prohibited_personal", "My ex was seen with somebody on this street last night."),
        ("prohibited_assembly", "Several people marched on city hall and blocked the door for an hour."),
        ("prohibited_assembly", "Buscamos a quienes fueron a la manifestación del sábado por la tarde."),
        ("prohibited_immigration", "Who was picked up by the van before the ICE raid on Tuesday morning."),
        ("prohibited_immigration", "Workers without papers were waiting at the corner; we look for the driver."),
        ("prohibited_immigration", "Se busca a un inmigrante que salió corriendo de la obra."),
        ("prohibited_care", "A woman drove to Planned Parenthood and came back after two hours."),
        ("prohibited_care", "She is said to have ended her pregnancy; we look for who drove her."),
        ("prohibited_immigration", "Se busca a unos migrantes que iban a ser deportados ayer por la tarde."),
        ("prohibited_assembly", "Who came to the student walkout on Monday and stood by the gate?"),
        ("prohibited_assembly", "The people who were at the drag show at the library on Sunday."),
        ("prohibited_traffic", "A man was jaywalking at the crossing by the school each morning."),
        ("prohibited_personal", "A favor for a friend whose boyfriend came home late on Friday."),
        ("prohibited_personal", "I was asked by a friend whose boyfriend came home late on Friday."),
    ],
)
def test_prohibited_uses_are_refused(rule: str, reason: str) -> None:
    """Each by its own name."""
    assert rule in prohibited(reason)
    assert rule in rules(reason=reason)


@pytest.mark.parametrize(
    "reason",
    [
        "A resident's car was stolen from the driveway in March; two people left on foot.",
        "A child of eight did not come home from school; she wears a red jacket.",
        "A house was entered by the back door while the family was away.",
        "Two men struck a driver and took her purse; one wore a union jacket and ran towards the ice rink.",
        "Two day laborers were robbed; the gray pickup has a broken tail light and no front plate.",
        "A pregnant woman was pushed down at the bus stop; the man left in a green car.",
        "A man marched up the drive, broke the window for the keys and left on foot.",
        "La casa fue abierta por la noche; buscamos a dos hombres con una camioneta verde.",
        "Un hombre con ropa deportiva y zapatos de deporte rompió la ventana de un carro deportivo.",
        "Jewels were taken from the walk-in closet; two people left by the walkout basement.",
        "A woman was robbed at the credit union drive-through; the man ran up Union Drive.",
        "A dirt bike without papers was sold to her; it had been stolen two days before.",
        "The victim was asked by a friend to wait at the corner, where two men robbed him.",
        "A man who drove a car home as a favor for a friend was made to hand it over.",
        "Windows of the Protestant church were broken with stones by two people on bicycles.",
    ],
)
def test_reasons_that_say_what_happened_are_taken(reason: str) -> None:
    """Words that only look like prohibited ones are none."""
    assert prohibited(reason) == ()
    assert not is_vague(reason)
