"""What an agency may set for itself, and how a change reads (pure)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.policy.offenses import OFFENSES, Offense
from hub.policy.rules import OFFENSES_MAX, check_change, is_plain
from hub.policy.settings import ORDERED, SETTINGS, Setting, Unit, number_words
from hub.policy.values import Policy, PolicyError, read_policy
from hub.policy.words import differences
from milton_protocol.limits import (
    AREA_MAX_M2,
    AREA_ORDINARY_M2,
    DURATION_MAX,
    DURATION_ORDINARY,
    EXPIRY_MAX,
    LOOK_BACK_MAX,
    LOOK_BACK_ORDINARY,
)

STANDARD = Policy()
STALKING = Offense(code="16-5-90", name="Stalking, O.C.G.A. 16-5-90", urgent=True)
MINUTE, DAY, HOUR = timedelta(minutes=1), timedelta(days=1), timedelta(hours=1)


def refused(new: Policy, old: Policy = STANDARD) -> tuple[str, str]:
    """Return the rule and the sentence by which a change is refused."""
    with pytest.raises(PolicyError) as caught:
        check_change(old, new)
    return caught.value.rule, caught.value.message


def with_offences(*changed: Offense) -> Policy:
    """Return the standard with these added or in place of those with their code."""
    by_code = {each.code: each for each in (*STANDARD.offences, *changed)}
    return replace(STANDARD, offences=tuple(by_code.values()))


def test_no_setting_can_be_wider_than_what_homes_take() -> None:
    """The bounds are the protocol's own, not numbers that were copied."""
    most = {each.name: each.most for each in SETTINGS}
    assert (
        most
        | {
            "area_ordinary_m2": AREA_ORDINARY_M2,
            "area_max_m2": AREA_MAX_M2,
            "duration_ordinary_min": DURATION_ORDINARY // MINUTE,
            "duration_max_min": DURATION_MAX // MINUTE,
            "look_back_ordinary_days": LOOK_BACK_ORDINARY // DAY,
            "look_back_max_days": LOOK_BACK_MAX // DAY,
            "expiry_max_h": EXPIRY_MAX // HOUR,
        }
        == most
    )
    STANDARD.check()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_more_than_the_most_and_less_than_the_least_are_refused_by_words_that_name_the_setting(
    setting: Setting,
) -> None:
    """And say why there is no more; the bounds themselves are taken."""
    for value, rule in ((setting.most + 1, "policy_above_maximum"), (setting.least - 1, "policy_below_minimum")):
        found, message = refused(replace(STANDARD, **{setting.name: value}))
        assert found == rule
        assert setting.words in message
        assert setting.why in message or rule == "policy_below_minimum"
    least = {ordinary: setting.least for ordinary, most in ORDERED if most == setting.name}
    replace(STANDARD, **least, **{setting.name: setting.least}).check()


@pytest.mark.parametrize(("ordinary", "most"), ORDERED)
def test_an_ordinary_limit_is_never_above_the_most(ordinary: str, most: str) -> None:
    """There would be requests that a supervisor may not sign and nobody else has to."""
    least = next(each.least for each in SETTINGS if each.name == most)
    assert refused(replace(STANDARD, **{most: least}))[0] == "policy_ordinary_above_most"
    assert STANDARD.number(ordinary) > least


@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        (r"[0-9]{2}-[0-9]{4,8}", True),
        (r"MPD [A-Z]{2}/[0-9]{6}\.[0-9]", True),
        (r"[0-9]{1,9}-[0-9]{1,9}-[0-9]{1,9}", True),
        (r"[0-9]{1,9}-[0-9]{1,9}-[0-9]{1,9}-[0-9]{1,9}", False),
        (r"([0-9]+)+x", False),
        (r"[0-9]*", False),
        (r"a|b", False),
        (r".", False),
        (r"[^0-9]", False),
        ("", False),
        ("1" * 101, False),
        ("[z-a]", True),  # plain, and no pattern
        ("[0-9]{4,2}", True),
    ],
)
def test_a_pattern_that_people_propose_is_made_of_plain_parts(pattern: str, *, plain: bool) -> None:
    """None of them can hold the hub up; the settings file's own may be any."""
    assert is_plain(pattern) is plain
    if not plain or pattern in {"[z-a]", "[0-9]{4,2}"}:
        assert refused(replace(STANDARD, case_number=pattern))[0] == "policy_case_number_wrong"
    else:
        check_change(replace(STANDARD, case_number="[0-9]{9}"), replace(STANDARD, case_number=pattern))
    if pattern == r"[0-9]*":
        check_change(replace(STANDARD, case_number=pattern), replace(STANDARD, case_number=pattern, expiry_max_h=24))


def test_nothing_is_proposed_that_changes_nothing() -> None:
    """Nobody has to weigh it."""
    assert refused(STANDARD)[0] == "policy_unchanged"


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("offence_code_wrong", Offense(code="A b", name="Something that happened")),
        ("offence_code_wrong", Offense(code="-", name="Something that happened")),
        ("offence_renamed", Offense(code="16-7-1", name="Loitering")),
        ("offence_prohibited", Offense(code="40-6-181", name="Speeding, O.C.G.A. 40-6-181")),
        ("offence_prohibited", Offense(code="protest", name="Unlawful protest")),
    ],
)
def test_an_offence_is_never_renamed_and_none_is_a_prohibited_use(rule: str, changed: Offense) -> None:
    """Whatever was asked for under a code keeps its name."""
    assert refused(with_offences(changed))[0] == rule


def test_the_list_has_an_end_and_is_never_empty() -> None:
    """Retired ones count."""
    many = [Offense(code=f"x-{number}", name="Something that happened") for number in range(OFFENSES_MAX)]
    assert refused(with_offences(*many))[0] == "offences_too_many"
    assert refused(with_offences(*(replace(each, retired=True) for each in OFFENSES.values())))[0] == "offences_none"


def test_a_policy_is_kept_whole_and_what_it_did_not_know_is_the_standards() -> None:
    """A version of an earlier release of the hub is read by a later one."""
    policy = replace(with_offences(STALKING), expiry_max_h=24)
    assert read_policy(policy.content()) == policy
    assert policy.offence("16-5-90") == STALKING
    assert policy.offence("none") is None
    assert read_policy('{"expiry_max_h": 24, "offences": []}') == replace(STANDARD, expiry_max_h=24, offences=())


@pytest.mark.parametrize(
    ("unit", "number", "words"),
    [
        (Unit.AREA, 258_999, "0.100 sq mi"),
        (Unit.MINUTES, 0, "0 min"),
        (Unit.MINUTES, 45, "45 min"),
        (Unit.MINUTES, 90, "1 h 30 min"),
        (Unit.MINUTES, 720, "12 h"),
        (Unit.HOURS, 24, "24 h"),
        (Unit.DAYS, 1, "1 day"),
        (Unit.DAYS, 7, "7 days"),
        (Unit.REQUESTS, 2, "2"),
    ],
)
def test_a_number_is_written_as_people_read_it(unit: Unit, number: int, words: str) -> None:
    """With its unit."""
    assert number_words(unit, number) == words


def test_a_change_is_said_in_sentences() -> None:
    """One for each thing that differs, and none for what stays."""
    burglary, murder = OFFENSES["16-7-1"], OFFENSES["16-5-1"]
    new = replace(
        with_offences(
            STALKING, replace(burglary, retired=True), replace(murder, urgent=False), Offense(code="x", name="Other")
        ),
        area_ordinary_m2=194_249,
        case_number="[0-9]{9}",
    )
    assert differences(STANDARD, STANDARD) == ()
    assert differences(STANDARD, new) == (
        "Area that an officer asks for alone: 0.075 sq mi in place of 0.100 sq mi.",
        "Case numbers have the pattern [0-9]{9} in place of [0-9]{2}-[0-9]{4,8}.",
        "Murder or manslaughter, O.C.G.A. 16-5-1 (16-5-1) can be asked for urgently no more.",
        "Burglary, O.C.G.A. 16-7-1 (16-7-1) can be asked for no more.",
        "Stalking, O.C.G.A. 16-5-90 (16-5-90) can be asked for, urgently too.",
        "Other (x) can be asked for, but not urgently.",
    )
    back = differences(new, replace(new, offences=STANDARD.offences))
    assert back == (
        "Murder or manslaughter, O.C.G.A. 16-5-1 (16-5-1) can be asked for urgently.",
        "Burglary, O.C.G.A. 16-7-1 (16-7-1) can be asked for again.",
    )
