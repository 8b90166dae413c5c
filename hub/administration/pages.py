"""The administrators' pages: what waits for a second of them, policy with its history, offenses, retention, borders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.administration import routes
from hub.administration.borders import borders
from hub.administration.devices.listing import ending
from hub.administration.retention import table
from hub.directory.names import names_of
from hub.identity.accounts.invitations import ADMINISTRATORS, administrators
from hub.kit.access import Action, require
from hub.live.lapses import lapses
from hub.policy.model import PolicyProposalRow
from hub.policy.repository import current, versions, waiting
from hub.policy.settings import SETTINGS
from hub.policy.values import read_policy
from hub.policy.words import differences
from hub.web.actor import actor_of
from hub.web.pages.lists import followed
from hub.web.routing import add_routes
from milton_protocol.messages.areas import polygon_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aiohttp import web
    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.kit.access import Actor
    from hub.policy.model import PolicyVersionRow
    from hub.policy.repository import Versions
    from hub.web.context import Hub
    from hub.web.pages.lists import Lists
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route

ENDED_SHOWN = 20
LAPSES_SHOWN_FOR = timedelta(days=7)  # how long administrators read that the hub was away
OUTCOMES = {"approved": "Approved", "turned_down": "Turned down", "taken_back": "Taken back"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A proposal in words; ``stale``: the policy that it would replace is in force no more."""

    row: PolicyProposalRow
    words: tuple[str, ...]
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A version in words: how it differs from the one before."""

    row: PolicyVersionRow | None
    words: tuple[str, ...]


class AdministrationPages:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages, lists: Lists, directory: DirectoryService) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._pages = pages
        self._lists = lists
        self._directory = directory

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {
            routes.WAITING: self.waiting,
            routes.POLICY: self.policy,
            routes.POLICY_EVENTS: self.policy_events,
            routes.OFFENSES: self.offences,
            routes.RETENTION: self.retention,
            routes.JURISDICTION: self.jurisdiction,
        }

    async def waiting(self, request: web.Request) -> web.Response:
        """Show what is proposed, and what became of what was."""
        ended = select(PolicyProposalRow).where(PolicyProposalRow.outcome.is_not(None))
        ended = ended.order_by(PolicyProposalRow.ended_at.desc(), PolicyProposalRow.proposal_id).limit(ENDED_SHOWN)
        async with self._hub.database.reading() as session:
            known = await versions(session)
            proposed, decided = await waiting(session), (await session.scalars(ended)).all()
            runs_out = await ending(session, self._hub.clock())
            people = [each for row in (*proposed, *decided) for each in (row.asked_by, row.ended_by)]
            trusted = await self._directory.in_force(session, self._hub.clock())
            return self._pages.render(
                request,
                "administration/waiting.html",
                data=await _followed(request, session),
                waiting=[_change(row, known) for row in proposed],
                ended=[_change(row, known) for row in decided],
                names=await names_of(session, [*people, *(each.person_id for each in runs_out)]),
                outcomes=OUTCOMES,
                version=known.all[-1],
                person_id=actor_of(request).person_id,
                lapses=await lapses(session, after=self._hub.clock() - LAPSES_SHOWN_FOR),
                alone=len(administrators(trusted)) < ADMINISTRATORS,
                ending=runs_out,
            )

    async def policy(self, request: web.Request) -> web.Response:
        """Show the policy in force, a form to propose another, and how it came about."""
        async with self._hub.database.reading() as session:
            known, data = await versions(session), await _followed(request, session)
            names = await names_of(session, _changed_by(known))
        return self._pages.render(
            request,
            "administration/policy.html",
            data=data,
            version=known.all[-1],
            settings=[each for each in SETTINGS if not each.is_kept],
            history=_steps(known),
            names=names,
        )

    async def offences(self, request: web.Request) -> web.Response:
        """Show the offenses, retired ones too."""
        async with self._hub.database.reading() as session:
            version, data = await current(session), await _followed(request, session)
        return self._pages.render(request, "administration/offenses.html", data=data, version=version)

    async def retention(self, request: web.Request) -> web.Response:
        """Show how long what is kept."""
        async with self._hub.database.reading() as session:
            version, data = await current(session), await _followed(request, session)
        return self._pages.render(
            request,
            "administration/retention.html",
            data=data,
            version=version,
            settings=[each for each in SETTINGS if each.is_kept],
            table=table(version.policy),
        )

    async def policy_events(self, request: web.Request) -> web.StreamResponse:
        """Tell these pages that a proposal came or was decided."""
        return await self._lists.stream(request, _stands)

    async def jurisdiction(self, request: web.Request) -> web.Response:
        """Show the borders, which only the root's holder changes."""
        async with self._hub.database.reading() as session:
            found = await borders(session, self._directory)
        return self._pages.render(
            request,
            "administration/jurisdiction.html",
            data={"border": polygon_value(found.record.jurisdiction)},
            borders=found,
            folder=self._hub.settings.folder,
        )


async def _stands(session: AsyncSession, actor: Actor) -> object:
    """Return what is in force, and what waits: all of what these pages show follows from both."""
    require(actor, Action.POLICY_READ)
    return (await current(session)).number, [row.proposal_id for row in await waiting(session)]


async def _followed(request: web.Request, session: AsyncSession) -> Mapping[str, object]:
    return followed(request, routes.POLICY_EVENTS.path, await _stands(session, actor_of(request)))


def _change(row: PolicyProposalRow, known: Versions) -> Change:
    """Return a proposal in words: how it differs from the version that it was written for."""
    base = next((each.policy for each in known.all if each.number == row.base), known.current)
    is_stale = row.outcome is None and row.base != known.all[-1].number
    return Change(row=row, words=differences(base, read_policy(row.content)), stale=is_stale)


def _steps(known: Versions) -> list[Step]:
    """Return the history, newest first; of the first version nothing differs."""
    before = (known.all[0], *known.all)
    steps = zip(before, known.all, strict=False)
    return [Step(row=each.row, words=differences(last.policy, each.policy)) for last, each in steps][::-1]


def _changed_by(known: Versions) -> Iterator[str | None]:
    """Yield the ids of who proposed and approved each version."""
    for each in known.all:
        if each.row is not None:
            yield from (each.row.asked_by, each.row.approved_by)


def setup(hub: Hub, pages: Pages, lists: Lists, directory: DirectoryService) -> None:
    """Add the pages to the officers' application."""
    add_routes(hub.officers, AdministrationPages(hub, pages, lists, directory).handlers())
