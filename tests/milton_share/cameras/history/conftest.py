"""A real recorder of Home Assistant: it must be there before anything else of it."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _home_assistants_folder() -> None:
    """Not here."""
