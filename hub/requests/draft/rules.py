"""The agency's policy as one pure function that names every rule a draft breaks (docs/domain.md: default limits).

The agency's own numbers (:mod:`hub.policy`) lie below the hard maxima of ``milton_protocol.limits``; homes enforce
those themselves. Going past an *ordinary* limit is no broken rule: it asks for a second person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.policy.case_numbers import example_of, pattern_words
from hub.policy.reasons import is_vague, prohibited, said
from hub.policy.settings import DAY, HOUR, MINUTE, Unit, number_words
from hub.requests.draft.overlap import singles_out
from hub.requests.draft.templates import BLANK
from hub.requests.draft.verdict import Broken, Verdict
from milton_protocol.geometry import area_m2, diameter_m, hull_share, inside, is_simple
from milton_protocol.limits import (
    AREA_MIN_M2,
    DIAMETER_MAX_M,
    DURATION_MIN,
    EXPIRY_MIN,
    EXPIRY_URGENT_MAX,
    HULL_SHARE_MIN,
    REASON_MIN_CHARS,
)
from milton_protocol.messages.requests.request import Urgency
from milton_protocol.values import is_phone_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from hub.policy.values import Policy
    from hub.requests.draft.draft import Draft
    from milton_protocol.geometry import Area, Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a draft is judged against besides itself."""

    now: datetime
    jurisdiction: Polygon
    requests_of_case: int  # published before, of the same case
    open_areas: tuple[Area, ...] = ()  # of requests that homes answer now, those near the draft's
    has_recipients: bool  # the officer's, a custodian's and the recovery key are in the directory
    takes_codes: bool  # residents have pages on which the code of a door sheet is entered


def judge(draft: Draft, policy: Policy, around: Surroundings) -> Verdict:
    """Return the verdict on ``draft``."""
    exceeded = tuple(_exceeded(draft, policy, around))
    broken = (
        *_case(draft, policy, around),
        *_offence(draft, policy),
        *_reason(draft),
        *_uses(said(draft.reason, draft.why_larger if "area" in exceeded else None)),
        *_area(draft.area, policy, around),
        *_why_larger(draft, policy),
        *_times(draft, policy, around.now),
        *_people(draft, around),
    )
    return Verdict(broken=broken, exceeded=exceeded)


def _case(draft: Draft, policy: Policy, around: Surroundings) -> Iterator[Broken]:
    if not policy.is_case_number(draft.case_number):
        example = example_of(policy.case_number)
        form = pattern_words(policy.case_number) + (f", as {example}" if example else "")
        yield Broken(rule="case_number_wrong", message=f"This is not a case number of the agency: {form}.")
    if around.requests_of_case >= policy.requests_per_case_max:
        most = policy.requests_per_case_max
        yield Broken(rule="too_many_for_case", message=f"This case has had {most} requests; there can be no more.")


def _offence(draft: Draft, policy: Policy) -> Iterator[Broken]:
    offence = policy.offence(draft.offence_code)
    if offence is None:
        yield Broken(rule="offence_unknown", message="Choose an offense from the list.")
    elif offence.retired:
        yield Broken(rule="offence_retired", message=f"{offence.name} is on the list no more. Choose another.")
    elif draft.urgency is Urgency.URGENT and not offence.urgent:
        yield Broken(rule="urgent_not_allowed", message=f"{offence.name} can't be asked for urgently.")


def _reason(draft: Draft) -> Iterator[Broken]:
    if len(draft.reason) < REASON_MIN_CHARS:
        yield Broken(rule="reason_too_short", message=f"Say what happened, in at least {REASON_MIN_CHARS} characters.")
    elif is_vague(draft.reason):
        yield Broken(rule="reason_vague", message="Say what happened and what to look for: who, what or which vehicle.")
    if BLANK in draft.reason:
        yield Broken(rule="reason_unfinished", message=f"Finish the reason where it says “{BLANK}”.")


def _uses(words: str) -> Iterator[Broken]:
    """Judge what anybody reads of a draft: the words for a larger area are hidden where the area is none."""
    for rule in prohibited(words):
        yield Broken(rule=rule, message=_PROHIBITED_WORDS[rule])


# What may not be asked for, and what to do instead.
_PROHIBITED_WORDS = {
    "prohibited_assembly": (
        "Protest and other lawful assembly may not be the subject of a request. If a crime was committed there, name "
        "that crime, the minutes and the spot where it happened, and leave the gathering out."
    ),
    "prohibited_immigration": (
        "Immigration status may not be the subject of a request. If a listed offense was committed, say what happened, "
        "and nothing about where anybody is from."
    ),
    "prohibited_care": (
        "Reproductive or gender care may not be the subject of a request, nor who went to a clinic. If somebody was "
        "hurt or threatened there, say that and nothing about the care."
    ),
    "prohibited_traffic": (
        "Traffic violations may not be the subject of a request. If somebody was hurt and the driver left, choose “Hit "
        "and run with injury”; otherwise work with the report and the witnesses."
    ),
    "prohibited_personal": (
        "Personal use is not allowed, and nobody works on a case of their own people. File a report as anybody would, "
        "and ask your supervisor to give it to another officer."
    ),
}


OVERLAP_WORDS = (
    "Beside an open request for much of the same ground, the difference would single out a few homes. Draw the same "
    "area, or one that overlaps it far less or not at all."
)


def _area(area: Area | None, policy: Policy, around: Surroundings) -> Iterator[Broken]:
    if area is None:
        yield Broken(rule="area_missing", message="Draw the area on the map.")
        return
    broken = tuple(outline_broken(area, policy.area_max_m2, around.jurisdiction))
    yield from broken
    if {each.rule for each in broken}.isdisjoint(_NO_GROUND) and singles_out(area, around.open_areas):
        yield Broken(rule="overlap_singles_out", message=OVERLAP_WORDS)


_NO_GROUND = {"area_not_simple", "outside_jurisdiction"}


def outline_broken(area: Area, most_m2: int, city: Polygon) -> Iterator[Broken]:
    """Yield the rules that an area breaks by its shape, its size, and where it lies, whatever it is drawn for."""
    if not is_simple(area):
        yield Broken(rule="area_not_simple", message="The outline crosses itself.")
        return
    if area_m2(area) < AREA_MIN_M2:
        yield Broken(rule="area_too_small", message="The area is under 0.025 sq mi; it would single out homes.")
    if area_m2(area) > most_m2:
        yield Broken(rule="area_too_large", message=f"The area is over {number_words(Unit.AREA, most_m2)}.")
    if diameter_m(area) > DIAMETER_MAX_M:
        yield Broken(rule="area_too_wide", message="The area is more than a mile across.")
    if hull_share(area) < HULL_SHARE_MIN:
        yield Broken(rule="area_too_thin", message="The shape combs out single houses; make it rounder.")
    if not inside(area, city):
        yield Broken(rule="outside_jurisdiction", message="The area reaches outside the city.")


def _why_larger(draft: Draft, policy: Policy) -> Iterator[Broken]:
    if draft.area is None or not policy.area_ordinary_m2 < area_m2(draft.area) <= policy.area_max_m2:
        return
    if len(draft.why_larger) < REASON_MIN_CHARS:
        message = (
            f"Say why a larger area is needed, in at least {REASON_MIN_CHARS} characters; the supervisor reads it."
        )
        yield Broken(rule="why_larger_missing", message=message)


def _times(draft: Draft, policy: Policy, now: datetime) -> Iterator[Broken]:
    longest = EXPIRY_URGENT_MAX if draft.urgency is Urgency.URGENT else policy.expiry_max
    if not EXPIRY_MIN <= draft.expires_in_h * HOUR <= longest:
        hours = longest // HOUR
        yield Broken(rule="expiry_wrong_length", message=f"A request like this closes after 1 to {hours} hours.")
    if draft.from_ is None or draft.until is None:
        yield Broken(rule="range_missing", message="Say from when until when.")
        return
    if not DURATION_MIN <= draft.until - draft.from_ <= policy.duration_max_min * MINUTE:
        most = number_words(Unit.MINUTES, policy.duration_max_min)
        yield Broken(rule="range_wrong_length", message=f"The time range must be 15 min to {most}.")
    if draft.until > now:
        yield Broken(rule="range_in_future", message="The time range ends in the future.")
    if now - draft.from_ > policy.look_back_max_days * DAY:
        most = number_words(Unit.DAYS, policy.look_back_max_days)
        yield Broken(rule="range_too_old", message=f"The time range begins more than {most} ago.")


def _people(draft: Draft, around: Surroundings) -> Iterator[Broken]:
    if not is_phone_number(draft.contact):
        yield Broken(rule="contact_wrong", message="Give a phone number that residents can check with.")
    if not around.has_recipients:
        message = "The directory lacks a key to seal to: yours, a custodian's or the recovery one."
        yield Broken(rule="recipient_missing", message=message)
    if draft.by_code and not around.takes_codes:
        message = "This hub has no residents' pages, so nobody could enter a door code. Ask the area instead."
        yield Broken(rule="door_code_not_taken", message=message)


def _exceeded(draft: Draft, policy: Policy, around: Surroundings) -> Iterator[str]:
    """Yield the ordinary limits passed, by the names that ``policy_shape.needs_approver`` uses, and the case's own."""
    if draft.area is not None and area_m2(draft.area) > policy.area_ordinary_m2:
        yield "area"
    if draft.from_ is not None and draft.until is not None:
        if draft.until - draft.from_ > policy.duration_ordinary_min * MINUTE:
            yield "duration"
        if around.now - draft.from_ > policy.look_back_ordinary_days * DAY:
            yield "look_back"
    if draft.urgency is Urgency.URGENT:
        yield "urgent"
    if policy.requests_per_case <= around.requests_of_case < policy.requests_per_case_max:
        yield "requests_of_case"
