"""The officers' pages about requests: a new one, what waits for a second person. Lists and cases: ``hub.cases``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from hub.kit.access import Action, require
from hub.policy.case_numbers import example_of, pattern_words
from hub.policy.repository import current
from hub.policy.settings import Unit, number_words
from hub.requests import repository, routes
from hub.requests.draft import kept_drafts
from hub.requests.draft.draft import draft_value
from hub.requests.draft.templates import templates_of
from hub.requests.listing import state_words
from hub.requests.queue import waiting_page
from hub.requests.signing.signable import signable_value
from hub.requests.signing.signatures import usable_credentials
from hub.web.actor import actor_of
from hub.web.pages.lists import followed
from hub.web.pages.paging import Cursor
from hub.web.routing import add_routes
from milton_protocol.limits import AREA_MIN_M2
from milton_protocol.messages.areas import polygon_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.kit.access import Actor
    from hub.policy.values import Policy
    from hub.requests.model import RequestRow
    from hub.web.context import Hub
    from hub.web.pages.lists import Lists
    from hub.web.pages.paging import Page
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route

# What the form offers, up to what the policy allows, which it offers too.
EXPIRES_H = (24, 72, 168)
LENGTHS_MIN = (15, 30, 60, 90, 120, 240, 480, 720)
LENGTH_MIN = 60


class RequestPages:
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
            routes.NEW_PAGE: self.new,
            routes.COSIGN_PAGE: self.cosign,
            routes.COSIGN_EVENTS: self.cosign_events,
            routes.WAITING: self.waiting,
            routes.SIGNABLE: self.signable,
        }

    async def cosign(self, request: web.Request) -> web.Response:
        """List what waits for a second person, the reader's own requests left out."""
        async with self._hub.database.reading() as session:
            page = await waiting_page(session, await _waiting(request, session, actor_of(request)))
            city = await self._directory.in_force(session, self._hub.clock())
        shown = [(each.row.request_id, each.state_words) for each in page.rows]  # as :func:`_stands` reads it
        data = followed(request, routes.COSIGN_EVENTS.path, shown)
        border = polygon_value(city.city_record.jurisdiction)
        return self._pages.render(request, "cosign.html", data={**data, "border": border}, page=page)

    async def cosign_events(self, request: web.Request) -> web.StreamResponse:
        """Tell the page of what waits that something came or went."""
        return await self._lists.stream(request, partial(_stands, request))

    async def waiting(self, request: web.Request) -> web.Response:
        """Answer how much waits for a second person; each page of theirs says it beside the way there."""
        async with self._hub.database.reading() as session:
            count = await repository.count_waiting(session, actor_of(request))
        return web.json_response({"waiting": count.waiting, "urgent": count.urgent})

    async def new(self, request: web.Request) -> web.Response:
        """Show the map and the form, with one's own draft in it where the address names one.

        One that became a request leads to that; raises ``draft_unknown`` (404) for any other.
        """
        actor, now = actor_of(request), self._hub.clock()
        require(actor, Action.REQUEST_DRAFT)
        async with self._hub.database.reading() as session:
            city, policy = await self._directory.in_force(session, now), (await current(session)).policy
            drafts = await kept_drafts.kept(session, actor, now)
            contact = await repository.last_contact(session, actor)
            wanted = request.query.get("draft")
            opened = next((each.draft for each in drafts if each.draft.draft_id == wanted), None)
            sent = await repository.of_own_draft(session, actor, wanted) if wanted and opened is None else None
        if sent is not None:
            became = f"/requests/{sent}"
            raise web.HTTPSeeOther(became)
        if wanted and opened is None:
            raise kept_drafts.unknown()
        templates = templates_of(policy)
        data = {
            "border": polygon_value(city.city_record.jurisdiction),
            "contact": contact,
            "draft": None if opened is None else draft_value(opened),
            "templates": [template.value() for template in templates],
            "limits": _limits(policy),
            "registry": self._hub.residents_origin is not None,
        }
        return self._pages.render(
            request,
            "draft.html",
            data=data,
            policy=policy,
            case_example=example_of(policy.case_number),
            case_pattern=pattern_words(policy.case_number),
            templates=templates,
            expires=[(hours, _closing_words(hours)) for hours in _below(EXPIRES_H, policy.expiry_max_h)[::-1]],
            expires_first=min(EXPIRES_H[-1], policy.expiry_max_h),
            lengths=_below(LENGTHS_MIN, policy.duration_max_min),
            length=min(LENGTH_MIN, policy.duration_max_min),
            drafts=[each for each in drafts if each.draft is not opened],
            takes_codes=self._hub.residents_origin is not None,
            signs=bool(usable_credentials(city, actor.person_id or "")),
        )

    async def signable(self, request: web.Request) -> web.Response:
        """Answer what the signer's page needs, right after a request was drafted."""
        actor = actor_of(request)
        async with self._hub.database.reading() as session:
            row = await repository.find(session, actor, request.match_info["id"])
            trusted = await self._directory.in_force(session, self._hub.clock())
        return web.json_response(signable_value(row, actor, trusted))


async def _waiting(request: web.Request, session: AsyncSession, actor: Actor) -> Page[RequestRow]:
    return await repository.waiting(session, actor, after=Cursor.read(request.query.get("after", "")))


async def _stands(request: web.Request, session: AsyncSession, actor: Actor) -> object:
    """Return what the page of what waits follows: which there are, and whether their officers have signed."""
    rows = (await _waiting(request, session, actor)).rows
    signed = await repository.assertions_of(session, [row.request_id for row in rows])
    return [(row.request_id, state_words(row, signed[row.request_id])) for row in rows]


def _below(offered: Sequence[int], most: int) -> list[int]:
    return sorted({each for each in (*offered, most) if each <= most})


def _closing_words(hours: int) -> str:
    days, rest = divmod(hours, 24)
    return number_words(Unit.HOURS, hours) if rest else number_words(Unit.DAYS, days)


def _limits(policy: Policy) -> dict[str, int]:
    """Return what the page's gauge and its fields show of the policy; the hub judges."""
    return {
        "area_least_m2": AREA_MIN_M2,
        "area_ordinary_m2": policy.area_ordinary_m2,
        "area_max_m2": policy.area_max_m2,
        "duration_max_min": policy.duration_max_min,
    }


def setup(hub: Hub, pages: Pages, lists: Lists, directory: DirectoryService) -> None:
    """Add the pages to the officers' application."""
    add_routes(hub.officers, RequestPages(hub, pages, lists, directory).handlers())
