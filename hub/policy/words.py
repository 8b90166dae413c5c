"""What changes between two versions of a policy, in sentences that administrators read before they approve. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.policy.settings import SETTINGS, number_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.policy.offenses import Offense
    from hub.policy.values import Policy


def differences(old: Policy, new: Policy) -> tuple[str, ...]:
    """Return one sentence for each thing that differs; none for equal ones."""
    return (*_numbers(old, new), *_case_number(old, new), *_offences(old, new))


def _numbers(old: Policy, new: Policy) -> Iterator[str]:
    for setting in SETTINGS:
        before, after = old.number(setting.name), new.number(setting.name)
        if before != after:
            was, is_now = number_words(setting.unit, before), number_words(setting.unit, after)
            yield f"{setting.words}: {is_now} in place of {was}."


def _case_number(old: Policy, new: Policy) -> Iterator[str]:
    if old.case_number != new.case_number:
        yield f"Case numbers have the pattern {new.case_number} in place of {old.case_number}."


def _offences(old: Policy, new: Policy) -> Iterator[str]:
    for offence in new.offences:
        before = old.offence(offence.code)
        if before is None:
            yield f"{_name(offence)} can be asked for, {'urgently too' if offence.urgent else 'but not urgently'}."
            continue
        if before.retired and not offence.retired:
            yield f"{_name(offence)} can be asked for again."
        if offence.retired and not before.retired:
            yield f"{_name(offence)} can be asked for no more."
        if offence.urgent and not before.urgent:
            yield f"{_name(offence)} can be asked for urgently."
        if before.urgent and not offence.urgent:
            yield f"{_name(offence)} can be asked for urgently no more."


def _name(offence: Offense) -> str:
    return f"{offence.name} ({offence.code})"
