"""What holds for every test."""

from __future__ import annotations

import gc
import sys

from hypothesis import settings

settings.register_profile("milton", deadline=None)  # a machine under load is no fault
settings.load_profile("milton")
gc.disable()  # until all is imported: a fifth of that were the collector's rounds, which find next to nothing


def pytest_collection_finish() -> None:
    """Have the collector pass by all that was imported: its rounds through that were a twelfth of the hub's tests."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_runtest_logfinish() -> None:
    """Let go of the applications that a test served: aiohttp remembers the last 1,024 handlers, and each its whole hub.

    Some hundred hubs lived on, and an eighth of the hub's tests was the collector's rounds through them.
    """
    if (aiohttp := sys.modules.get("aiohttp.web_app")) is not None:
        aiohttp._cached_build_middleware.cache_clear()  # noqa: SLF001 - it has no other name
