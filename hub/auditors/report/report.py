"""A quarter's report: pure, from counts.

Invariants: no person, case, request, home or area is in it; no figure below five is said, nor any that is no multiple
of five, so that neither a figure nor the difference between two singles anybody out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.auditors.report.quarters import Quarter

FLOOR = 5
_ASKED = {
    "published": "Requests published",
    "routine": "of these, routine",
    "urgent": "of these, urgent",
    "exceeded": "of these, above the ordinary limits, approved by a second person",
    "drill": "Exercises, apart from these",
    "request.refused": "Drafts refused as a prohibited use",
    "request.withdrawn": "Requests withdrawn",
    "request.revoked": "Requests ended by a revocation",
    "request.resolved": "Requests resolved",
    "request.expired": "Requests whose time was over",
}
_SHARED = {
    "share.received": "Shares received",
    "share.accepted": "Shares accepted into a case",
    "share.withdrawn": "Shares withdrawn by their owners",
    "share.declined": "Shares declined by the agency",
    "share.held": "Legal holds",
    "share.removed": "Deletions confirmed by a second person",
    "share.deleted": "Shares deleted",
}
_FLAGS = {
    "self_dealing": "Approval tried of one's own act",
    "odd_hours": "Nights with footage asked for or handled at odd hours, by person",
    "denied_attempts": "Days with many refused attempts, by person",
    "repeat_plate": "Requests that name a plate once more",
    "repeat_address": "Requests that name an address once more",
    "repeat_area": "Requests for an area once more",
}
_REFUSED = {
    "not_allowed": "A role did not allow it",
    "own_act": "It was one's own act",
    "not_signed_in": "Nobody was signed in",
    "request_unknown": "No such request, or not theirs",
    "share_unknown": "No such share, or not theirs",
}
_OTHER_RULE, _OTHER_OFFENSE = "Any other rule", "Any other offense"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What is counted: acts of the trail by action, refusals by rule, flags by kind, published requests twice.

    These by what is ``special`` about them (``published`` is all of them, exercises are apart) and by offence.
    """

    acts: Mapping[str, int]
    special: Mapping[str, int]
    offences: Mapping[str, int]
    denials: Mapping[str, int]
    flags: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table: words and figures as they are said."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report of one quarter."""

    quarter: Quarter
    sections: tuple[Section, ...]

    @property
    def note(self) -> str:
        """Return how to read it."""
        return (
            f'Figures are rounded down to a multiple of {FLOOR}; from nothing to {FLOOR - 1} is "fewer than {FLOOR}". '
            "Nobody is named. Each request by itself is in the public log."
        )


def figure(count: int) -> str:
    """Return a count as it is said."""
    return f"at least {count - count % FLOOR}" if count >= FLOOR else f"fewer than {FLOOR}"


def report_of(quarter: Quarter, counts: Counts, offences: Mapping[str, str]) -> Report:
    """Return the report; ``offences`` are the names by their codes. Each table has the same lines in every quarter."""
    return Report(
        quarter=quarter,
        sections=(
            Section(title="What was asked for", lines=_lines(_ASKED, {**counts.acts, **counts.special})),
            Section(title="For which offenses", lines=_lines(offences, counts.offences, other=_OTHER_OFFENSE)),
            Section(title="What residents shared", lines=_lines(_SHARED, counts.acts)),
            Section(title="What was refused to people", lines=_lines(_REFUSED, counts.denials, other=_OTHER_RULE)),
            Section(title="What was flagged for the auditors", lines=_lines(_FLAGS, counts.flags)),
        ),
    )


def _lines(words: Mapping[str, str], counts: Mapping[str, int], *, other: str = "") -> tuple[tuple[str, str], ...]:
    lines = [(text, figure(counts.get(name, 0))) for name, text in words.items()]
    if other:
        lines.append((other, figure(sum(count for name, count in counts.items() if name not in words))))
    return tuple(lines)
