"""The agency's policy as one pure function that names every rule a draft breaks (docs/domain.md: default limits).

The city may set its own numbers below the hard maxima of ``milton_protocol.limits``; homes enforce those themselves.
Going past an *ordinary* limit is no broken rule: it asks for a second person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from hub.requests.offences import OFFENCES
from hub.requests.overlap import singles_out
from hub.requests.reasons import is_vague, prohibited
from hub.requests.templates import BLANK
from milton_protocol.geometry import area_m2, diameter_m, hull_share, inside, is_simple
from milton_protocol.limits import (
    AREA_MAX_M2,
    AREA_MIN_M2,
    AREA_ORDINARY_M2,
    DIAMETER_MAX_M,
    DURATION_MAX,
    DURATION_MIN,
    DURATION_ORDINARY,
    EXPIRY_MAX,
    EXPIRY_MIN,
    EXPIRY_URGENT_MAX,
    HULL_SHARE_MIN,
    LOOK_BACK_MAX,
    LOOK_BACK_ORDINARY,
    REASON_MIN_CHARS,
)
from milton_protocol.messages.request import Urgency

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from hub.requests.draft import Draft
    from hub.requests.lately import Lately
    from hub.requests.limits import Limit
    from milton_protocol.geometry import Area, Polygon

HOUR = timedelta(hours=1)
_CONTACT = re.compile(r"\+?[0-9][0-9 ().-]{5,38}[0-9]", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The agency's own numbers (``[policy]`` of ``hub.toml``)."""

    case_number: re.Pattern[str] = re.compile(r"[0-9]{2}-[0-9]{4,8}", re.ASCII)
    expiry_max: timedelta = timedelta(days=7)
    requests_per_case: int = 2
    requests_per_case_max: int = 5  # from the third on with a supervisor

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Self:
        """Read ``[policy]`` of ``hub.toml``; raise ValueError for what is unknown or wider than the hard maxima."""
        known = {"case_number": str, "expiry_max_h": int, "requests_per_case": int, "requests_per_case_max": int}
        wrong = [name for name, value in values.items() if type(value) is not known.get(name)]
        if wrong:
            message = f"[policy] has what it can't have: {', '.join(sorted(wrong))}"
            raise ValueError(message)
        standard = cls()
        try:
            case_number = re.compile(str(values.get("case_number", standard.case_number.pattern)), re.ASCII)
            expiry_max = _int(values, "expiry_max_h", standard.expiry_max // HOUR) * HOUR
        except (re.error, OverflowError, RecursionError) as error:
            message = "[policy] case_number is no pattern, or expiry_max_h no number of hours"
            raise ValueError(message) from error
        policy = cls(
            case_number=case_number,
            expiry_max=expiry_max,
            requests_per_case=_int(values, "requests_per_case", standard.requests_per_case),
            requests_per_case_max=_int(values, "requests_per_case_max", standard.requests_per_case_max),
        )
        if not EXPIRY_MIN <= policy.expiry_max <= EXPIRY_MAX:
            message = "[policy] expiry_max_h must be 1 to 240"
            raise ValueError(message)
        if not 0 < policy.requests_per_case <= policy.requests_per_case_max <= standard.requests_per_case_max:
            message = f"[policy] allows a case at most {standard.requests_per_case_max} requests"
            raise ValueError(message)
        return policy


def _int(values: Mapping[str, object], name: str, standard: int) -> int:
    value = values.get(name, standard)
    return value if isinstance(value, int) else standard


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a draft is judged against besides itself."""

    now: datetime
    jurisdiction: Polygon
    requests_of_case: int  # published before, of the same case
    open_areas: tuple[Area, ...] = ()  # of requests that homes answer now, those near the draft's
    has_recipients: bool  # the officer's, a custodian's and the recovery key are in the directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A rule that the draft breaks and one sentence for the officer."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Every broken rule, and the ordinary limits passed, each of which asks for a second person.

    ``limits`` has the numbers, ``lately`` what was asked for before; both are empty for a request that is made.
    """

    broken: tuple[Broken, ...]
    exceeded: tuple[str, ...]
    limits: tuple[Limit, ...] = ()
    lately: tuple[Lately, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the draft may become a request."""
        return not self.broken


def judge(draft: Draft, policy: Policy, around: Surroundings) -> Verdict:
    """Return the verdict on ``draft``."""
    broken = (
        *_case(draft, policy, around),
        *_offence(draft),
        *_reason(draft),
        *_area(draft.area, around),
        *_why_larger(draft),
        *_times(draft, policy, around.now),
        *_people(draft, around),
    )
    return Verdict(broken=broken, exceeded=tuple(_exceeded(draft, policy, around)))


def _case(draft: Draft, policy: Policy, around: Surroundings) -> Iterator[Broken]:
    if not policy.case_number.fullmatch(draft.case_number):
        yield Broken(rule="case_number_wrong", message="This is not a case number of the agency.")
    if around.requests_of_case >= policy.requests_per_case_max:
        most = policy.requests_per_case_max
        yield Broken(rule="too_many_for_case", message=f"This case has had {most} requests; there can be no more.")


def _offence(draft: Draft) -> Iterator[Broken]:
    offence = OFFENCES.get(draft.offence_code)
    if offence is None:
        yield Broken(rule="offence_unknown", message="Choose an offense from the list.")
    elif draft.urgency is Urgency.URGENT and not offence.urgent:
        yield Broken(rule="urgent_not_allowed", message=f"{offence.name} can't be asked for urgently.")


def _reason(draft: Draft) -> Iterator[Broken]:
    if len(draft.reason) < REASON_MIN_CHARS:
        yield Broken(rule="reason_too_short", message=f"Say what happened, in at least {REASON_MIN_CHARS} characters.")
    elif is_vague(draft.reason):
        yield Broken(rule="reason_vague", message="Say what happened and what to look for: who, what or which vehicle.")
    if BLANK in draft.reason:
        yield Broken(rule="reason_unfinished", message=f"Finish the reason where it says “{BLANK}”.")
    for rule in prohibited(f"{draft.reason}\n{draft.why_larger}"):
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


def _area(area: Area | None, around: Surroundings) -> Iterator[Broken]:
    if area is None:
        yield Broken(rule="area_missing", message="Draw the area on the map.")
        return
    if not is_simple(area):
        yield Broken(rule="area_not_simple", message="The outline crosses itself.")
        return
    if area_m2(area) < AREA_MIN_M2:
        yield Broken(rule="area_too_small", message="The area is under 0.025 sq mi; it would single out homes.")
    if area_m2(area) > AREA_MAX_M2:
        yield Broken(rule="area_too_large", message="The area is over 0.5 sq mi.")
    if diameter_m(area) > DIAMETER_MAX_M:
        yield Broken(rule="area_too_wide", message="The area is more than a mile across.")
    if hull_share(area) < HULL_SHARE_MIN:
        yield Broken(rule="area_too_thin", message="The shape combs out single houses; make it rounder.")
    if not inside(area, around.jurisdiction):
        yield Broken(rule="outside_jurisdiction", message="The area reaches outside the city.")
    elif singles_out(area, around.open_areas):
        yield Broken(rule="overlap_singles_out", message=OVERLAP_WORDS)


def _why_larger(draft: Draft) -> Iterator[Broken]:
    if draft.area is None or not AREA_ORDINARY_M2 < area_m2(draft.area) <= AREA_MAX_M2:
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
    if not DURATION_MIN <= draft.until - draft.from_ <= DURATION_MAX:
        yield Broken(rule="range_wrong_length", message="The time range must be 15 minutes to 12 hours.")
    if draft.until > now:
        yield Broken(rule="range_in_future", message="The time range ends in the future.")
    if now - draft.from_ > LOOK_BACK_MAX:
        yield Broken(rule="range_too_old", message="The time range begins more than 45 days ago.")


def _people(draft: Draft, around: Surroundings) -> Iterator[Broken]:
    if not _CONTACT.fullmatch(draft.contact):
        yield Broken(rule="contact_wrong", message="Give a phone number that residents can check with.")
    if not around.has_recipients:
        message = "The directory lacks a key to seal to: yours, a custodian's or the recovery one."
        yield Broken(rule="recipient_missing", message=message)


def _exceeded(draft: Draft, policy: Policy, around: Surroundings) -> Iterator[str]:
    """Yield the ordinary limits passed, by the names that ``policy_shape.needs_approver`` uses, and the case's own."""
    if draft.area is not None and area_m2(draft.area) > AREA_ORDINARY_M2:
        yield "area"
    if draft.from_ is not None and draft.until is not None:
        if draft.until - draft.from_ > DURATION_ORDINARY:
            yield "duration"
        if around.now - draft.from_ > LOOK_BACK_ORDINARY:
            yield "look_back"
    if draft.urgency is Urgency.URGENT:
        yield "urgent"
    if policy.requests_per_case <= around.requests_of_case < policy.requests_per_case_max:
        yield "requests_of_case"
