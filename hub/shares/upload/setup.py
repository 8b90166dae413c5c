"""Wire submissions into a hub."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hub.shares.upload.api import SubmissionsApi
from hub.shares.upload.service import Stores, Submissions
from hub.shares.upload.staging import Staging
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.blobs import Blobs
    from hub.shares.record.model import ShareRow
    from hub.shares.upload.limits import Limits
    from hub.web.context import Hub


def setup(
    hub: Hub,
    blobs: Blobs,
    received: Callable[[AsyncSession, ShareRow, datetime], Awaitable[None]],
    limits: Limits,
) -> Submissions:
    """Add the homes' routes of protocol section 10; ``received`` is what follows from a share's last byte."""
    staging = Staging(hub.settings.staging_folder)
    service = Submissions(
        database=hub.database,
        stores=Stores(staging=staging, blobs=blobs),
        received=received,
        clock=hub.clock,
        limits=limits,
    )
    add_routes(hub.homes, SubmissionsApi(service, staging, hub.tickets, hub.clock).handlers())

    @asynccontextmanager
    async def recovered() -> AsyncIterator[None]:
        await service.recover()
        yield

    hub.lifetimes.append(recovered)
    return service
