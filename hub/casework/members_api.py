"""Routes by which people come into a case and leave it.

======================================  ==============================================================================
``POST /api/cases/{id}/members``        ``{"officer"}``: add who has this badge or name in the directory
``POST /api/cases/{id}/members/end``    ``{"person_id"}``: take one, or oneself, off
======================================  ==============================================================================

Each answers ``{"members": [{"person_id", "name", "badge", "asks"}]}``, who came first first; ``asks``: they are an
officer of the directory in force. Both are safe to repeat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.cases import joining, repository
from hub.casework import routes
from hub.casework.officers import meant, officers_of
from hub.directory.names import names_of
from hub.web.actor import actor_of
from hub.web.bodies import read_object
from milton_protocol.limits import NAME_MAX_CHARS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.cases.model import CaseFile
    from hub.directory.service import DirectoryService
    from hub.directory.trust import Trusted
    from hub.web.context import Hub
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue
    from milton_protocol.messages.city.directory import Person


class MembersApi:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, directory: DirectoryService) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._directory = directory

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {routes.ADD_MEMBER: self.add, routes.END_MEMBER: self.end}

    async def add(self, request: web.Request) -> web.Response:
        """Add an officer. Raises ``no_officer`` and ``officer_ambiguous`` (409) for whom the directory doesn't name."""
        actor, now = actor_of(request), self._hub.clock()
        fields = await read_object(request)
        words = fields.text("officer", NAME_MAX_CHARS)
        fields.done()
        async with self._hub.database.session("desk.changed") as session:
            case = await repository.find(session, actor, request.match_info["case_id"], lock=True)
            officer = meant(officers_of(await self._directory.in_force(session, now)), words)
            await joining.add(session, actor, case, officer.person_id, now)
            members = await self.members(session, case)
        return web.json_response({"members": members})

    async def end(self, request: web.Request) -> web.Response:
        """Take an officer off."""
        actor, now = actor_of(request), self._hub.clock()
        person_id = await _person_id(request)
        async with self._hub.database.session("desk.changed") as session:
            case = await repository.find(session, actor, request.match_info["case_id"], lock=True)
            await joining.end(session, actor, case, person_id, now)
            members = await self.members(session, case)
        return web.json_response({"members": members})

    async def officers(self, session: AsyncSession) -> Sequence[Person]:
        """Return whom a page offers to add."""
        return officers_of(await self.directory(session))

    async def directory(self, session: AsyncSession) -> Trusted:
        """Return the directory in force."""
        return await self._directory.in_force(session, self._hub.clock())

    async def members(self, session: AsyncSession, case: CaseFile) -> list[JsonValue]:
        """Return a case's people as the page shows them, who left the directory too."""
        shown: list[JsonValue] = []
        officers = {each.person_id for each in await self.officers(session)}
        rows = await repository.members(session, case)
        names = await names_of(session, [row.person_id for row in rows])
        for row in rows:
            found = names.get(row.person_id)
            name, badge = (row.person_id, "-") if found is None else (found.name, found.badge)
            asks = row.person_id in officers
            shown.append({"person_id": row.person_id, "name": name, "badge": badge, "asks": asks})
        return shown


async def _person_id(request: web.Request) -> str:
    fields = await read_object(request)
    person_id = fields.id("person_id")
    fields.done()
    return person_id
