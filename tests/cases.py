"""The cases of a test of which CI takes some, and `scripts/test --long` the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet


def in_ci(cases: Iterable[object], kept: Collection[object]) -> list[ParameterSet]:
    """Return each case, those that aren't ``kept`` marked long; of a mapping ``kept`` names them by key."""
    named = cases if isinstance(cases, Mapping) else None
    names = list(cases)
    if unknown := [each for each in kept if each not in names]:
        raise KeyError(*unknown)
    return [
        pytest.param(
            *_values(name if named is None else named[name]),
            id=None if named is None else str(name),
            marks=() if name in kept else pytest.mark.long,
        )
        for name in names
    ]


def _values(case: object) -> tuple[object, ...]:
    return case if isinstance(case, tuple) else (case,)
