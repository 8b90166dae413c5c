"""Wire residents' accounts into a community house."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.community import sessions
from hub.community.database import clear_journal
from hub.community.guard import Gate, guard
from hub.community.invitations import service as letters
from hub.community.invitations.service import Invitations
from hub.community.residents.api import ResidentsApi
from hub.community.secrets import CommunitySecret
from hub.community.wrong import WrongTries
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.community.context import Community

CLEAR_EVERY_S = 3600
FORGET_EVERY_S = 3600


def setup(community: Community) -> Callable[[], None]:
    """Close the house to all but residents, and add their accounts; return what clears erased bytes from the disk."""

    async def forget() -> None:
        async with community.database.session("community.old_forgotten") as session:
            await letters.forget_old(session, community.clock())
            await sessions.forget_ended(session, community.clock())

    async def clear() -> None:
        await clear_journal(community.database)

    gate = Gate(database=community.database, clock=community.clock, origin=community.settings.origin)
    community.application.middlewares.append(guard(gate))
    community.jobs.every("community old", FORGET_EVERY_S, forget)
    erased = community.jobs.every("community journal", CLEAR_EVERY_S, clear)
    invitations = Invitations(CommunitySecret(value=community.keys.enrollment_secret))
    api = ResidentsApi(community, invitations, WrongTries(), erased)
    add_routes(community.application, api.handlers())
    return erased
