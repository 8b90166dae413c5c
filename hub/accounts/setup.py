"""Wire accounts into a hub: the door of the officers' application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.accounts.denied import noted
from hub.accounts.guard import Gate, guard
from hub.accounts.sessions import Sessions
from hub.audit.denials import Denials

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.directory.service import DirectoryService

DENIALS_EVERY_S = 60


def setup(hub: Hub, directory: DirectoryService) -> Sessions:
    """Close the officers' application to all but signed-in people; return the sessions for the sign-in pages."""
    sessions = Sessions(directory)
    gate = Gate(
        database=hub.database,
        sessions=sessions,
        clock=hub.clock,
        origin=hub.settings.officers_origin,
        secret=hub.keys.enrolment_secret,
    )
    denials = Denials(hub.database)

    async def keep_denials() -> None:
        await denials.keep(hub.clock())

    hub.officers.middlewares.extend([noted(denials, hub.clock), guard(gate)])
    hub.jobs.every("denials", DENIALS_EVERY_S, keep_denials, in_each_worker=True)
    return sessions
