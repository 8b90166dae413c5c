"""Wire accounts into a hub: the door of the officers' application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.accounts.guard import Gate, guard
from hub.accounts.sessions import Sessions

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.directory.service import DirectoryService


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
    hub.officers.middlewares.append(guard(gate))
    return sessions
