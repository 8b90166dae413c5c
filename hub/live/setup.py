"""Wire the live statement into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.access import system
from hub.live.service import ISSUE_EVERY, LiveStatements

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.directory.service import DirectoryService
    from hub.publiclog.service import PublicLog


def setup(hub: Hub, directory: DirectoryService, log: PublicLog) -> LiveStatements:
    """Issue a statement at the start and each hour; return the service for those that change what it says."""
    live = LiveStatements(hub_key=hub.keys.hub_key, topics=hub.topics, directory=directory, log=log)

    async def issue() -> None:
        async with hub.database.session("live.issued") as session:
            await live.issue(session, system("live"), hub.clock())

    hub.jobs.every("live", ISSUE_EVERY.total_seconds(), issue)
    return live
