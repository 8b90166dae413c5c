"""How a draft stands at each limit, as numbers: what the page shows while the officer draws and writes.

Pure, and no judge: the rules are :mod:`hub.requests.draft.rules`'s, which is asked first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.policy.settings import DAY, MINUTE
from hub.requests.draft.verdict import Limit, LimitStanding
from milton_protocol.geometry import area_m2
from milton_protocol.limits import AREA_MIN_M2, DURATION_MIN

if TYPE_CHECKING:
    from hub.policy.values import Policy
    from hub.requests.draft.draft import Draft
    from hub.requests.draft.rules import Surroundings
    from hub.requests.draft.verdict import Verdict

SECOND = MINUTE // 60


# How the names of a limit's rules begin.
ABOUT_AREA, ABOUT_PLACE = ("area_",), ("outside_jurisdiction", "overlap_singles_out")
_RULES = {
    "area": ABOUT_AREA,
    "duration": ("range_missing", "range_wrong_length", "range_in_future"),
    "look_back": ("range_too_old",),
    "requests_of_case": ("too_many_for_case",),
    "reason": ("offence_", "urgent_not_allowed", "reason_", "prohibited_"),
    "place": ABOUT_PLACE,
}


def limits_of(draft: Draft, policy: Policy, around: Surroundings, verdict: Verdict) -> tuple[Limit, ...]:
    """Return how ``draft`` stands at each limit, by the ``verdict`` on it."""
    area, length_s, back_days = draft.area, None, None
    if draft.from_ is not None and draft.until is not None:
        length_s, back_days = (draft.until - draft.from_) // SECOND, -((draft.from_ - around.now) // DAY)
    of_case = around.requests_of_case + 1
    of = _Judged(verdict=verdict)
    return (
        of.limit(
            "area",
            None if area is None else round(area_m2(area)),
            least=AREA_MIN_M2,
            ordinary=policy.area_ordinary_m2,
            most=policy.area_max_m2,
        ),
        of.limit(
            "duration",
            length_s,
            least=DURATION_MIN // SECOND,
            ordinary=policy.duration_ordinary_min * MINUTE // SECOND,
            most=policy.duration_max_min * MINUTE // SECOND,
        ),
        of.limit("look_back", back_days, ordinary=policy.look_back_ordinary_days, most=policy.look_back_max_days),
        of.limit(
            "requests_of_case",
            of_case,
            ordinary=policy.requests_per_case,
            most=policy.requests_per_case_max,
            is_last=of_case == policy.requests_per_case,
        ),
        of.words("reason", is_open=not draft.reason and not draft.offence_code),
        of.words("place", is_open=area is None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """The limits of one verdict."""

    verdict: Verdict

    def limit(  # noqa: PLR0913 - a limit's numbers
        self, name: str, value: int | None, *, ordinary: int, most: int, least: int = 0, is_last: bool = False
    ) -> Limit:
        """Return a limit with numbers; one without a value is open."""
        rules = self._rules(name)
        standing = LimitStanding.OPEN if value is None else self._standing(name, rules)
        if standing is LimitStanding.WITHIN and is_last:
            standing = LimitStanding.LAST
        return Limit(name=name, standing=standing, rules=rules, value=value, least=least, ordinary=ordinary, most=most)

    def words(self, name: str, *, is_open: bool) -> Limit:
        """Return a limit that is no number."""
        rules = self._rules(name)
        return Limit(name=name, standing=LimitStanding.OPEN if is_open else self._standing(name, rules), rules=rules)

    def _standing(self, name: str, rules: tuple[str, ...]) -> LimitStanding:
        if rules:
            return LimitStanding.REFUSED
        return LimitStanding.SUPERVISOR if name in self.verdict.exceeded else LimitStanding.WITHIN

    def _rules(self, name: str) -> tuple[str, ...]:
        return tuple(broken.rule for broken in self.verdict.broken if broken.rule.startswith(_RULES[name]))
