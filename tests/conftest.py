"""What holds for every test."""

from __future__ import annotations

import gc

from hypothesis import settings

settings.register_profile("milton", deadline=None)  # a machine under load is no fault
settings.load_profile("milton")


def pytest_collection_finish() -> None:
    """Have the collector pass by all that was imported: its rounds through that were a twelfth of the hub's tests."""
    gc.collect()
    gc.freeze()
