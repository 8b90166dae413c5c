"""Wire accounts into a hub: the guard of the officers' application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.audit.denials import Denials
from hub.identity.devices.presented import presented_by
from hub.identity.passkeys.reverify import Reverification
from hub.identity.sessions import reverify_api
from hub.identity.sessions.denied import noted
from hub.identity.sessions.guard import Gate, guard
from hub.identity.sessions.service import Sessions
from hub.kit.passkeys.service import relying_of

if TYPE_CHECKING:
    from hub.directory.service import DirectoryService
    from hub.web.context import Hub

DENIALS_EVERY_S = 60


def setup(hub: Hub, directory: DirectoryService) -> tuple[Sessions, Reverification]:
    """Close the officers' application to all but signed-in people.

    Returns the sessions for the sign-in pages, and what asks for a passkey again for the slices that know better.
    """
    settings = hub.settings
    relying = relying_of(settings.officers_origin, settings.agency_id)
    sessions, reverification = Sessions(directory), Reverification(hub.keys.enrollment_secret, relying)
    reverify_api.setup(hub, reverification)
    gate = Gate(
        database=hub.database,
        sessions=sessions,
        clock=hub.clock,
        origin=settings.officers_origin,
        reverification=reverification,
        presented=presented_by(settings.client_certificate),
    )
    denials = Denials(hub.database)

    async def keep_denials() -> None:
        await denials.keep(hub.clock())

    hub.officers.middlewares.extend([noted(denials, hub.clock), guard(gate)])
    hub.jobs.every("denials", DENIALS_EVERY_S, keep_denials, in_each_worker=True)
    return sessions, reverification
