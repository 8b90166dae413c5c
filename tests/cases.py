"""The cases of a test of which CI takes some, and `scripts/test --long` the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from _pytest.mark import ParameterSet


def in_ci[Case](cases: Iterable[Case], kept: Collection[Case]) -> list[ParameterSet]:
    """Return each case, those that aren't ``kept`` marked long; raise ValueError for a kept one that is no case."""
    found = list(cases)
    if unknown := [each for each in kept if each not in found]:
        message = f"no such cases: {unknown}"
        raise ValueError(message)
    return [pytest.param(*_values(case), marks=() if case in kept else pytest.mark.long) for case in found]


def _values(case: object) -> tuple[object, ...]:
    return case if isinstance(case, tuple) else (case,)
