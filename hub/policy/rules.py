"""Which changes of a policy people may propose: pure.

Invariants: what hub.toml may have is judged by :meth:`hub.policy.values.Policy.check`; people are held to that and to
more: no pattern that could hold the hub up, no offence renamed or taken from sight, none that is a prohibited use.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hub.policy.reasons import prohibited
from hub.policy.values import PolicyError

if TYPE_CHECKING:
    from hub.policy.offenses import Offense
    from hub.policy.values import Policy

CASE_NUMBER_PATTERN_MAX_CHARS = 100
OFFENSES_MAX = 200  # retired ones count: whoever chooses one reads the list
OPEN_LENGTHS_MAX = 3
_OFFENCE_CODE = re.compile(r"[a-z0-9]([a-z0-9.-]{0,38}[a-z0-9])?")
_PART = re.compile(r"(?:[A-Za-z0-9 _/-]|\\[.d/-]|\[[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\])(?:\{[0-9]{1,2}(,[0-9]{1,2})?\})?")


def check_change(old: Policy, new: Policy) -> None:
    """Raise PolicyError unless people may propose ``new`` in place of ``old``."""
    if new == old:
        rule = "policy_unchanged"
        raise PolicyError(rule, "This changes nothing.")
    if new.case_number != old.case_number and not is_plain(new.case_number):
        rule = "policy_case_number_wrong"
        raise PolicyError(
            rule,
            "Write the pattern of case numbers in parts: characters, or [0-9] and [A-Z], each with {4} or {4,8}; "
            f"at most {OPEN_LENGTHS_MAX} of them of open length.",
        )
    new.check()
    _check_offences(old, new)


def is_plain(pattern: str) -> bool:
    """Say whether a pattern of case numbers is made of plain parts, few of them of open length."""
    at, open_lengths = 0, 0
    while part := _PART.match(pattern, at):
        at, open_lengths = part.end(), open_lengths + (part[1] is not None)
    return 0 < at == len(pattern) <= CASE_NUMBER_PATTERN_MAX_CHARS and open_lengths <= OPEN_LENGTHS_MAX


def _check_offences(old: Policy, new: Policy) -> None:
    for offence in new.offences:
        before = old.offence(offence.code)
        if before is None:
            _check_new(offence)
        elif before.name != offence.name:
            rule = "offence_renamed"
            raise PolicyError(rule, f"{offence.code} is {before.name}. Retire it, and add another code.")
    if len(new.offences) > OFFENSES_MAX:
        rule = "offences_too_many"
        raise PolicyError(rule, f"There can be at most {OFFENSES_MAX} offenses, retired ones included.")
    if not new.listed:
        rule = "offences_none"
        raise PolicyError(rule, "One offense must stay on the list.")


def _check_new(offence: Offense) -> None:
    if _OFFENCE_CODE.fullmatch(offence.code) is None:
        rule = "offence_code_wrong"
        raise PolicyError(rule, "A code has small letters, digits, dots and dashes: 16-8-2, missing-person.")
    if prohibited(offence.name):
        rule = "offence_prohibited"
        raise PolicyError(
            rule, "Assembly, immigration, care, traffic violations and personal use may never be asked for."
        )
