"""How requests for common offenses begin, the same for the whole agency: an offense, a reason to be finished, a length.

A reason that still has the blank of a template is refused (``reason_unfinished``): nobody publishes half a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.policy.values import Policy
    from milton_protocol.canonical import JsonValue

BLANK = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One beginning. ``offence_code`` is of the agency's list; ``retired``: on it no more, so that one is chosen."""

    name: str
    offence_code: str
    reason: str
    duration_min: int
    retired: bool = False

    def value(self) -> dict[str, JsonValue]:
        """Return it for the page's script."""
        return {
            "offence_code": "" if self.retired else self.offence_code,
            "reason": self.reason,
            "duration_min": self.duration_min,
        }


def templates_of(policy: Policy) -> tuple[Template, ...]:
    """Return the templates; one whose offence the agency has retired, or does not have, says so."""
    listed = {offence.code for offence in policy.listed}
    return tuple(replace(each, retired=each.offence_code not in listed) for each in TEMPLATES)


TEMPLATES: tuple[Template, ...] = (
    Template(
        name="Cars opened",
        offence_code="16-8-18",
        reason="Several cars were opened near here. We look for …",
        duration_min=120,
    ),
    Template(
        name="Burglary",
        offence_code="16-7-1",
        reason="A building near here was broken into. We look for …",
        duration_min=120,
    ),
    Template(
        name="Something taken from a porch or yard",
        offence_code="16-8-2",
        reason="Something was taken from in front of a house near here: … We look for …",
        duration_min=60,
    ),
    Template(
        name="Hit and run, somebody hurt",
        offence_code="40-6-270",
        reason="Somebody was hurt by a driver who left. We look for …, which drove away towards …",
        duration_min=30,
    ),
    Template(
        name="Robbery",
        offence_code="16-8-40",
        reason="Somebody was robbed near here. We look for …, who left on foot or by …",
        duration_min=30,
    ),
    Template(
        name="Property damaged",
        offence_code="16-7-23",
        reason="Property near here was damaged: … We look for …",
        duration_min=120,
    ),
    Template(
        name="Missing person",
        offence_code="missing-person",
        reason="Somebody is missing and was last seen near here, wearing … and walking towards …",
        duration_min=120,
    ),
)
