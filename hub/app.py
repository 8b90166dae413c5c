"""The composition root: the only place that knows every slice.

A slice is wired by its ``setup(hub, ...)``, which adds routes, jobs and lifetimes to the :class:`~hub.context.Hub` and
returns the service that later slices are given by name. To add one, call its ``setup`` in :func:`build_hub`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from hub.context import Hub
from hub.db.engine import Database
from hub.errors import translate_errors
from hub.feed.topics import Topics
from hub.jobs.supervisor import Jobs
from hub.keys import HubKeys

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.settings import Settings

BODY_MAX_BYTES = 2**20  # JSON bodies; uploads stream their own (protocol section 10)


def utc_now() -> datetime:
    """Return the time: the hub's one clock outside tests."""
    return datetime.now(UTC)


def build_hub(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Hub:
    """Wire one hub; nothing runs before ``async with hub.running()``."""
    database = Database(settings.database_url)
    return Hub(
        settings=settings,
        database=database,
        clock=clock,
        keys=HubKeys.load(settings.keys_folder),
        topics=Topics(settings.agency_id),
        jobs=Jobs(database, clock),
        homes=_application(),
        officers=_application(),
        signer=_application(),
    )


def _application() -> web.Application:
    return web.Application(middlewares=[translate_errors], client_max_size=BODY_MAX_BYTES)
