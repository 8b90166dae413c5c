"""The cases of a test of which CI takes some, and `scripts/test --long` the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _pytest.mark import ParameterSet


def in_ci(cases: Mapping[str, object], *names: str) -> list[ParameterSet]:
    """Return each case under its name; raise KeyError for a name that is no case's."""
    chosen = {name: cases[name] for name in names}
    return [
        pytest.param(case, id=name, marks=() if name in chosen else pytest.mark.long) for name, case in cases.items()
    ]
