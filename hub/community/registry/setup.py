"""Wire the registry into a community house."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hub.community.database import rewrite
from hub.community.registry.api import RegistryApi
from hub.community.registry.counting import count_cells, is_counted
from hub.community.registry.entries import Moment, erase_unconfirmed
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.community.context import Community

LOOK_EVERY_S = 3600  # for the night: the first look after midnight counts


def moment(community: Community) -> Moment:
    """Return now, by the agency's clocks."""
    at = community.clock()
    return Moment(at=at, day=at.astimezone(ZoneInfo(community.settings.time_zone)).date())


async def count_now(community: Community) -> int:
    """Erase what nobody confirmed, and count all cells; return how many are told."""
    now = moment(community)
    async with community.database.session("community.cells_counted") as session:
        await erase_unconfirmed(session, now)
        return await count_cells(session, now.day)


def setup(community: Community, erased: Callable[[], None]) -> None:
    """Add the routes and the night's job; ``erased`` has the disk cleared of what was overwritten."""

    async def night() -> None:
        async with community.database.reading() as session:
            if await is_counted(session, moment(community).day):
                return
        await count_now(community)
        await rewrite(community.database)
        erased()

    add_routes(community.application, RegistryApi(community, lambda: moment(community), erased).handlers())
    community.jobs.every("community night", LOOK_EVERY_S, night)
