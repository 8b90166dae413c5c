"""Wire the live statement into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kit.access import system
from hub.live.service import ISSUE_EVERY, LiveStatements

if TYPE_CHECKING:
    from hub.directory.service import DirectoryService
    from hub.publiclog.service import PublicLog
    from hub.web.context import Hub


REVOKE_EVERY_S = 30  # of a revocation that holds from a later time on; homes judge it by themselves, on time


def setup(hub: Hub, directory: DirectoryService, log: PublicLog) -> LiveStatements:
    """Issue a statement at the start, each hour, and when a revocation begins to hold; return the service."""
    live = LiveStatements(hub_key=hub.keys.hub_key, topics=hub.topics, directory=directory, log=log)

    async def issue() -> None:
        async with hub.database.session("live.issued") as session:
            await live.issue(session, system("live"), hub.clock())

    async def revoke() -> None:
        now = hub.clock()
        async with hub.database.reading() as session:
            is_due = await live.is_revocation_due(session, now)
        if is_due:
            async with hub.database.session("live.issued") as session:
                await live.issue_of_an_end(session, system("revocations"), now)

    hub.jobs.every("revocations", REVOKE_EVERY_S, revoke, in_each_worker=True)
    hub.jobs.every("live", ISSUE_EVERY.total_seconds(), issue)
    return live
