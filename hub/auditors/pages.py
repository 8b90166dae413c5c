"""The auditors' pages of flags and reports, and the API of flags.

======================  ================================================================================
``GET /api/flags``      ``{"flags": [...], "next": number or null}``, newest first; ``?before=`` goes on
======================  ================================================================================

Nothing here changes anything: a flag has no state that somebody could set.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import select

from hub.auditors import routes
from hub.auditors.flags.service import digest
from hub.auditors.model import ChannelRow, FlagRow
from hub.auditors.report import figures
from hub.auditors.report.pdf import pdf_of
from hub.auditors.report.quarters import Quarter
from hub.auditors.trail.search import PAGE_ROWS, Search
from hub.directory.names import names_of
from hub.kit.access import Action, require
from hub.web.actor import actor_of
from hub.web.pages.paging import older, read_numbered
from milton_protocol.times import format_time_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.auditors.report.report import Report
    from hub.auditors.settings import OversightSettings
    from hub.directory.service import DirectoryService
    from hub.kit.access import Actor
    from hub.web.context import Hub
    from hub.web.pages.paging import Page
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue

WORDS = {
    "self_dealing": "Tried to approve their own act",
    "odd_hours": "Asked for footage, or handled it, at an odd hour",
    "denied_attempts": "Was refused many times in a day",
    "repeat_plate": "Names a plate that was asked for before",
    "repeat_address": "Names an address that was asked for before",
    "repeat_area": "Asks for an area that was asked for before",
}


class OversightPages:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages, directory: DirectoryService, settings: OversightSettings) -> None:
        """Keep what the handlers use."""
        self._hub = hub
        self._pages = pages
        self._directory = directory
        self._settings = settings
        self._zone = ZoneInfo(hub.settings.time_zone)

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers the auditors' routes."""
        return {
            routes.PAGE: self.flags_page,
            routes.FLAGS: self.flags,
            routes.REPORTS_PAGE: self.reports,
            routes.REPORT_PAGE: self.report,
            routes.REPORT_PDF: self.pdf,
        }

    async def flags(self, request: web.Request) -> web.Response:
        """Answer a page of the flags."""
        async with self._hub.database.reading() as session:
            page = await _flags(session, actor_of(request), Search.of(request.query))
        return web.json_response({"flags": [_flag(each) for each in page.rows], "next": page.next})

    async def flags_page(self, request: web.Request) -> web.Response:
        """Show the flags, what they are judged by, and whether they reach anybody else."""
        async with self._hub.database.reading() as session:
            page = await _flags(session, actor_of(request), Search.of(request.query))
            told = {row.name: row for row in await session.scalars(select(ChannelRow))}
            names = await names_of(session, [each.person_id for each in page.rows])
        ways = [
            name
            for name, is_set in (("webhook", self._settings.webhook), ("mail", self._settings.mail))
            if is_set is not None
        ]
        return self._pages.render(
            request,
            "auditors/flags.html",
            flags=page.rows,
            names=names,
            words=WORDS,
            older=older(request, "before", page),
            bounds=self._settings.bounds,
            ways=[(name, told.get(name)) for name in ways],
        )

    async def reports(self, request: web.Request) -> web.Response:
        """List the quarters that there is a report of."""
        async with self._hub.database.reading() as session:
            found = await figures.quarters(session, actor_of(request), self._hub.clock(), self._zone)
        return self._pages.render(request, "auditors/reports.html", quarters=found)

    async def report(self, request: web.Request) -> web.Response:
        """Show a quarter's report."""
        return self._pages.render(request, "auditors/report.html", report=await self._report(request))

    async def pdf(self, request: web.Request) -> web.Response:
        """Answer a quarter's report as a PDF."""
        report = await self._report(request)
        async with self._hub.database.reading() as session:
            agency_name = (await self._directory.current(session)).city_record.agency_name
        body = await asyncio.to_thread(pdf_of, report, agency_name)
        disposition = f'attachment; filename="report-{report.quarter.name}.pdf"'
        return web.Response(body=body, content_type="application/pdf", headers={"Content-Disposition": disposition})

    async def _report(self, request: web.Request) -> Report:
        quarter = Quarter.parse(request.match_info["quarter"])
        async with self._hub.database.reading() as session:
            return await figures.report(session, actor_of(request), quarter, self._hub.clock(), self._zone)


async def _flags(session: AsyncSession, actor: Actor, search: Search) -> Page[FlagRow, int]:
    require(actor, Action.FLAG_READ)
    return await read_numbered(session, select(FlagRow), FlagRow.number, before=search.number(), size=PAGE_ROWS)


def _flag(row: FlagRow) -> dict[str, JsonValue]:
    return {
        "number": row.number,
        "at": format_time_ms(row.at),
        "kind": row.kind,
        "person_id": row.person_id,
        "about": row.about,
        "day": row.day,
        "count": row.count,
        "evidence": row.evidence,
        "sha256": digest(row),
    }
