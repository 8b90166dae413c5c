"""A part that runs for ever goes on after a bug in it: told in the log, begun again after a pause."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..const import LOGGER

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    type Run = Callable[[], Coroutine[object, object, None]]

AGAIN_S = 30.0  # a bug that comes at once each time fills no log


async def kept_running(run: Run, name: str) -> None:
    """Run ``run`` until it returns or is canceled; after an exception begin it again."""
    while True:
        try:
            await run()
        except Exception:  # noqa: BLE001  the one place where a bug may end: it is told, and the part goes on
            LOGGER.exception("%s failed; it begins again in %s s", name, AGAIN_S)
            await asyncio.sleep(AGAIN_S)
        else:
            return
