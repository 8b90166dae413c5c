"""Pages of a resident who is signed in: one's cameras, the place of one, erase me.

Invariant: a page shows the entries of the account that is signed in, and another's id is as unknown as none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from hub.community import routes
from hub.community.guard import account_of_request
from hub.community.notices.api import notices_of
from hub.community.registry.entries import entries_of
from hub.community.renderer import fill, language_of
from hub.community.words import LANGUAGES
from hub.web.routing import add_routes
from milton_protocol.messages.homes.camera_entry import EntryState

if TYPE_CHECKING:
    from datetime import date

    from hub.community.context import Community
    from hub.community.registry.model import Entry
    from hub.community.renderer import Renderer
    from hub.community.words import Words

E7 = 10**7
KEEPS_CHOICES_DAYS = (1, 2, 3, 7, 14, 30, 60, 90, 180)  # what recorders are sold with


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCamera:
    """A camera as its owner reads it: ``place`` and ``keeps`` are in words."""

    id: str
    number: int
    is_paused: bool
    place: str
    keeps: str
    confirm_by: date | None

    @classmethod
    def of(cls, row: Entry, words: Words) -> ShownCamera:
        """Return an entry that isn't erased in a language's words."""
        return cls(
            id=row.entry_id,
            number=row.number,
            is_paused=row.state == EntryState.PAUSED,
            place=_place(row, words),
            keeps=_keeps(row.keeps_days, words),
            confirm_by=row.confirm_by,
        )


@dataclass(frozen=True, slots=True)
class OwnPages:
    """The handlers."""

    community: Community
    renderer: Renderer

    async def cameras(self, request: web.Request) -> web.Response:
        """Show one's cameras and who looked them up."""
        words = LANGUAGES[language_of(request)]
        async with self.community.database.reading() as session:
            account_id = account_of_request(request)
            rows = await entries_of(session, account_id)
            told = await notices_of(session, account_id)
        looks = [
            {"number": number, "badge": notice.badge, "case_number": notice.case_number, "at": notice.at}
            for number, notice in told
        ]
        cameras = [ShownCamera.of(row, words) for row in rows if row.state != EntryState.ERASED]
        return self.renderer.page(request, "cameras.html", script="cameras.js", cameras=cameras, looks=looks)

    async def place(self, request: web.Request) -> web.Response:
        """Show the form of a new camera, or with ``change`` of one's own; raise 404 for any other."""
        change, number = request.query.get("change", ""), 0
        if change:
            async with self.community.database.reading() as session:
                rows = await entries_of(session, account_of_request(request))
            own = {row.entry_id: row.number for row in rows if row.state != EntryState.ERASED}
            if change not in own:
                raise web.HTTPNotFound
            number = own[change]
        return self.renderer.page(
            request,
            "place.html",
            script="place.js",
            kept_query=f"&change={change}" if change else "",
            change=change,
            number=number,
            keeps_choices=KEEPS_CHOICES_DAYS,
        )

    async def erase(self, request: web.Request) -> web.Response:
        """Show what erasing oneself does, before it is done."""
        return self.renderer.page(request, "erase.html", script="erase.js")


def setup(community: Community, renderer: Renderer) -> None:
    """Add the pages."""
    pages = OwnPages(community, renderer)
    add_routes(
        community.application,
        {routes.CAMERAS: pages.cameras, routes.PLACE: pages.place, routes.ERASE_PAGE: pages.erase},
    )


def _place(row: Entry, words: Words) -> str:
    if row.street is not None:
        return fill(words["cameras"]["street"], street=row.street)
    if row.lat_e7 is None or row.lon_e7 is None or row.heading_deg is None:
        return str(words["cameras"]["area"])
    directions = words["script"]["directions"]
    return fill(
        words["cameras"]["exact"],
        place=f"{row.lat_e7 / E7:.6f}, {row.lon_e7 / E7:.6f}",
        direction=directions[round(row.heading_deg * len(directions) / 360) % len(directions)],
        degrees=row.field_of_view_deg,
    )


def _keeps(days: int | None, words: Words) -> str:
    if days is None:
        return str(words["cameras"]["keeps_unknown"])
    return fill(words["cameras"]["keeps_day" if days == 1 else "keeps_days"], days=days)
