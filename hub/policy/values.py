"""What an agency sets for itself: pure values.

Invariants: a :class:`Policy` that was checked is never wider than what homes take (``milton_protocol.limits``), whoever
made it, and an ordinary limit is never above the most.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self, cast

from hub.policy.offenses import OFFENSES, Offense
from hub.policy.settings import DAY, MINUTE, ORDERED, REQUESTS_PER_CASE_MAX, SETTINGS, Setting, number_words
from milton_protocol.limits import (
    AREA_MAX_M2,
    AREA_ORDINARY_M2,
    DURATION_MAX,
    DURATION_ORDINARY,
    LOOK_BACK_MAX,
    LOOK_BACK_ORDINARY,
)
from milton_protocol.values import is_code

if TYPE_CHECKING:
    from collections.abc import Mapping

_IN_HUB_TOML = ("expiry_max_h", "requests_per_case", "requests_per_case_max")


class PolicyError(ValueError):
    """Values that no agency may have; ``rule`` is stable, ``message`` is one sentence for a person."""

    def __init__(self, rule: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.rule = rule
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The agency's own numbers, its case numbers and its offences. The standard is what homes take, or less."""

    case_number: str = r"[0-9]{2}-[0-9]{4,8}"  # a regular expression, ASCII
    area_ordinary_m2: int = AREA_ORDINARY_M2
    area_max_m2: int = AREA_MAX_M2
    duration_ordinary_min: int = DURATION_ORDINARY // MINUTE
    duration_max_min: int = DURATION_MAX // MINUTE
    look_back_ordinary_days: int = LOOK_BACK_ORDINARY // DAY
    look_back_max_days: int = LOOK_BACK_MAX // DAY
    expiry_max_h: int = 168
    requests_per_case: int = 2
    requests_per_case_max: int = REQUESTS_PER_CASE_MAX  # from the third on with a supervisor
    unlinked_kept_days: int = 30
    declined_kept_days: int = 7
    closed_case_kept_days: int = 365
    offences: tuple[Offense, ...] = tuple(OFFENSES.values())

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Self:
        """Read ``[policy]`` of ``hub.toml``; raise ValueError for what is unknown or wider than the hard maxima."""
        known = {"case_number": str, **dict.fromkeys(_IN_HUB_TOML, int)}
        wrong = [name for name, value in values.items() if type(value) is not known.get(name)]
        if wrong:
            message = f"[policy] has what it can't have: {', '.join(sorted(wrong))}"
            raise ValueError(message)
        policy = replace(cls(), **cast("dict[str, Any]", values))
        try:
            policy.check()
        except PolicyError as error:
            message = f"[policy] {error.message}"
            raise ValueError(message) from error
        return policy

    def offence(self, code: str) -> Offense | None:
        """Return an offence of the list, a retired one too."""
        return next((each for each in self.offences if each.code == code), None)

    @property
    def listed(self) -> tuple[Offense, ...]:
        """Return the offences that may be asked for."""
        return tuple(each for each in self.offences if not each.retired)

    def is_case_number(self, text: str) -> bool:
        """Say whether ``text`` is a case number of the agency, and one that homes take whatever the pattern says."""
        return is_code(text) and re.compile(self.case_number, re.ASCII).fullmatch(text) is not None

    @property
    def expiry_max(self) -> timedelta:
        """Return the longest that a request stays open."""
        return timedelta(hours=self.expiry_max_h)

    @property
    def unlinked_kept(self) -> timedelta:
        """Return how long a share is kept that nobody accepts into its case, from its arrival on."""
        return timedelta(days=self.unlinked_kept_days)

    @property
    def declined_kept(self) -> timedelta:
        """Return how long a share is kept from when somebody said that it is not needed."""
        return timedelta(days=self.declined_kept_days)

    @property
    def closed_case_kept(self) -> timedelta:
        """Return how long an accepted share is kept after its case was closed."""
        return timedelta(days=self.closed_case_kept_days)

    def number(self, name: str) -> int:
        """Return the number of a setting."""
        value: int = getattr(self, name)
        return value

    def check(self) -> None:
        """Raise PolicyError with the first rule that is broken, by whoever set it."""
        for setting in SETTINGS:
            _check_number(setting, self.number(setting.name))
        words = {each.name: each.words for each in SETTINGS}
        for ordinary, most in ORDERED:
            if self.number(ordinary) > self.number(most):
                rule = "policy_ordinary_above_most"
                raise PolicyError(rule, f"“{words[ordinary]}” can't be more than “{words[most]}”.")
        try:
            re.compile(self.case_number, re.ASCII)
        except (re.error, OverflowError, RecursionError) as error:
            rule = "policy_case_number_wrong"
            raise PolicyError(rule, "The pattern of case numbers is no pattern.") from error

    def content(self) -> str:
        """Return the values as they are kept (JSON)."""
        return json.dumps(asdict(self), sort_keys=True)


@lru_cache(maxsize=256)
def read_policy(content: str) -> Policy:
    """Return what :meth:`Policy.content` wrote; what it did not know yet is the standard's."""
    values = json.loads(content)
    offences = tuple(Offense(**each) for each in values.pop("offences"))
    return Policy(**values, offences=offences)


def _check_number(setting: Setting, value: int) -> None:
    least, most = (number_words(setting.unit, each) for each in (setting.least, setting.most))
    if value > setting.most:
        rule = "policy_above_maximum"
        raise PolicyError(rule, f"“{setting.words}” can't be more than {most}: {setting.why}.")
    if value < setting.least:
        rule = "policy_below_minimum"
        raise PolicyError(rule, f"“{setting.words}” can't be less than {least}.")
