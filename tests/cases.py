"""Which cases of one rule CI runs; `scripts/test --long` runs the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from _pytest.mark import ParameterSet


def in_ci[Case](cases: Iterable[Case], kept: Container[Case]) -> list[Case | ParameterSet]:
    """Mark each case long that isn't among ``kept``."""
    return [case if case in kept else _long(case) for case in cases]


def _long(case: object) -> ParameterSet:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.long)
