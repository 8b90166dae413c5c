"""The administrators' pages of people, and the acts on them.

======================================================  =============================================================
``GET /people``                                         everybody; ``?find=`` a part of a name, a badge or an id
``GET /lists/people/events``                            tells these pages that somebody stands otherwise now
``GET /people/{id}``                                    one person
``POST /people/{id}/invite``, ``…/recover``             ``{"link"}``: shown once, confirmed by another administrator
``POST /people/{id}/invitations/{id}/confirm``          another administrator's invitation works from now on
``POST /people/{id}/invitations/{id}/end``              an open invitation works no more
``POST /people/{id}/end-sessions``, ``…/revoke``        ``{"next"}``
======================================================  =============================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import func, select

from hub.administration.people import invite, routes
from hub.administration.people.listing import PEOPLE_SHOWN, people, person
from hub.administration.people.revoke import PuttingOut
from hub.directory.names import names_of
from hub.directory.words import fingerprint
from hub.identity.accounts.devices import devices
from hub.identity.accounts.invitations import link
from hub.identity.accounts.proposals import waiting
from hub.identity.model import OfficerSession, SignInCredential
from hub.identity.sessions.service import IDLE_MAX, SESSION_MAX
from hub.kit.access import Action, require
from hub.kit.errors import HubError
from hub.web.actor import actor_of
from hub.web.pages.lists import followed
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.administration.people.listing import Line
    from hub.directory.service import DirectoryService
    from hub.kit.access import Actor
    from hub.shares.record.receipts import Receipts
    from hub.web.context import Hub
    from hub.web.pages.lists import Lists
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route

FIND_MAX_CHARS = 100


class PeoplePages:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages, lists: Lists, directory: DirectoryService, receipts: Receipts) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._pages = pages
        self._lists = lists
        self._directory = directory
        self._revocation = PuttingOut(directory, receipts)

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {
            routes.PEOPLE: self.index,
            routes.PEOPLE_EVENTS: self.events,
            routes.PERSON: self.one,
            routes.INVITE: self.invite,
            routes.CONFIRM: self.confirm,
            routes.END_INVITATION: self.end_invitation,
            routes.END_SESSIONS: self.end_sessions,
            routes.RECOVER: self.recover,
            routes.REVOKE: self.revoke,
        }

    async def index(self, request: web.Request) -> web.Response:
        """List everybody."""
        words, now = request.query.get("find", "")[:FIND_MAX_CHARS], self._hub.clock()
        async with self._hub.database.reading() as session:
            current = await self._directory.in_force(session, now)
            found = await people(session, current, now, words)
            proposals = await waiting(session, current.directory, now)
            names = await names_of(session, [each.person_id for each in proposals])
            data = await self._followed(request, session)
        return self._pages.render(
            request,
            "people.html",
            data=data,
            find=words,
            people=found[:PEOPLE_SHOWN],
            more=max(0, len(found) - PEOPLE_SHOWN),
            waiting=proposals,
            names=names,
            folder=self._hub.settings.folder,
        )

    async def one(self, request: web.Request) -> web.Response:
        """Show one person."""
        actor, person_id, now = actor_of(request), request.match_info["person_id"], self._hub.clock()
        async with self._hub.database.reading() as session:
            current = await self._directory.in_force(session, now)
            line = _known(await person(session, current, now, person_id))
            written = current.directory.person(person_id)
            asked = () if line.waits is None else (line.waits.asked_by, line.waits.confirmed_by)
            return self._pages.render(
                request,
                "person.html",
                data={"person_id": person_id, **await self._followed(request, session)},
                person=line,
                names=await names_of(session, (person_id, *asked)),
                own=actor.person_id == person_id,
                may_confirm=_may_confirm(line, actor.person_id),
                passkeys=await devices(session, person_id),
                sessions=await _open_sessions(session, person_id, now),
                signing_keys=[] if written is None else [fingerprint(each.public_key) for each in written.credentials],
                opening_keys=[each for each in current.directory.recipients if each.person_id == person_id],
                waiting=await waiting(session, current.directory, now, person_id),
                folder=self._hub.settings.folder,
            )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Tell the list and each person's page that somebody stands otherwise now."""
        return await self._lists.stream(request, self._stand)

    async def _stand(self, session: AsyncSession, actor: Actor) -> object:
        """Return where everybody stands, their passkeys, and what waits for the directory's keys."""
        require(actor, Action.PEOPLE_READ)
        now = self._hub.clock()
        current = await self._directory.in_force(session, now)
        lines = [
            (each.person_id, each.roles, each.state, each.waits and (each.waits.code_sha256, each.waits.confirmed_at))
            for each in await people(session, current, now)
        ]
        passkeys = select(SignInCredential.credential_id, SignInCredential.removed_at)
        known = (await session.execute(passkeys.order_by(SignInCredential.credential_id))).all()
        return lines, known, [each.number for each in await waiting(session, current.directory, now)]

    async def _followed(self, request: web.Request, session: AsyncSession) -> Mapping[str, object]:
        return followed(request, routes.PEOPLE_EVENTS.path, await self._stand(session, actor_of(request)))

    async def invite(self, request: web.Request) -> web.Response:
        """Ask for an invitation."""
        person_id, now = request.match_info["person_id"], self._hub.clock()
        async with self._hub.database.session("person.invited") as session:
            code = await invite.invite(session, self._directory, actor_of(request), person_id=person_id, at=now)
        return self._linked(code)

    async def recover(self, request: web.Request) -> web.Response:
        """Put out what a person had, and ask for an invitation."""
        person_id, now = request.match_info["person_id"], self._hub.clock()
        async with self._hub.database.session("person.invited") as session:
            code = await self._revocation.recover(session, actor_of(request), person_id, now)
            self._hub.topics.stir(session)
        return self._linked(code)

    async def confirm(self, request: web.Request) -> web.Response:
        """Confirm another administrator's invitation."""
        which = request.match_info
        async with self._hub.database.session("person.confirmed") as session:
            await invite.confirm(
                session,
                self._directory,
                actor_of(request),
                person_id=which["person_id"],
                invitation_id=which["invitation_id"],
                at=self._hub.clock(),
            )
        return _back(request)

    async def end_invitation(self, request: web.Request) -> web.Response:
        """Take an open invitation back."""
        which, now = request.match_info, self._hub.clock()
        ids = {"person_id": which["person_id"], "invitation_id": which["invitation_id"]}
        async with self._hub.database.session("person.put_out") as session:
            await invite.take_back(session, actor_of(request), **ids, at=now)
        return _back(request)

    async def end_sessions(self, request: web.Request) -> web.Response:
        """End all that a person has open."""
        person_id, now = request.match_info["person_id"], self._hub.clock()
        async with self._hub.database.session("person.put_out") as session:
            await self._revocation.end_all_sessions(session, actor_of(request), person_id, now)
            self._hub.topics.stir(session)
        return _back(request)

    async def revoke(self, request: web.Request) -> web.Response:
        """Put a person out."""
        person_id, now = request.match_info["person_id"], self._hub.clock()
        async with self._hub.database.session("person.put_out") as session:
            await self._revocation.revoke(session, actor_of(request), person_id, now)
            self._hub.topics.stir(session)
        return _back(request)

    def _linked(self, code: str) -> web.Response:
        return web.json_response({"link": link(self._hub.settings.officers_origin, code)})


def _back(request: web.Request) -> web.Response:
    return web.json_response({"next": routes.PERSON.path.format(person_id=request.match_info["person_id"])})


def _known(line: Line | None) -> Line:
    if line is None:
        rule = "person_unknown"
        raise HubError(rule, web.HTTPNotFound.status_code, "The directory does not have this person.")
    return line


def _may_confirm(line: Line, person_id: str | None) -> bool:
    """Say whether the reader may confirm the open invitation."""
    waits = line.waits
    if waits is None or waits.confirmed_at is not None:
        return False
    return person_id not in {waits.asked_by, waits.person_id}


async def _open_sessions(session: AsyncSession, person_id: str, at: datetime) -> int:
    """Count the sessions of a person that a page could use now."""
    fresh = (OfficerSession.last_seen_at >= at - IDLE_MAX, OfficerSession.created_at >= at - SESSION_MAX)
    found = select(func.count()).where(OfficerSession.person_id == person_id, OfficerSession.ended_at.is_(None), *fresh)
    return await session.scalar(found) or 0


def setup(hub: Hub, pages: Pages, lists: Lists, directory: DirectoryService, receipts: Receipts) -> None:
    """Add the pages to the officers' application; who is revoked may concern owners, who have ``receipts``."""
    add_routes(hub.officers, PeoplePages(hub, pages, lists, directory, receipts).handlers())
