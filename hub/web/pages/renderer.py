"""Pages of the officers: Jinja templates, the data that a page's script reads, errors as pages."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import hdrs, web

from hub.kit.access import Action
from hub.kit.errors import HubError
from hub.web import city_map, routes
from hub.web.actor import ACTOR, WORD
from hub.web.assets import WEB, Assets, officers_assets, serve
from hub.web.errors import refusal_of
from hub.web.headers import add_headers, nonce_of, officers_policy
from hub.web.pages import navigation, outside
from hub.web.routing import add_routes
from hub.web.workers import SHARES, serve_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aiohttp.typedefs import Handler, Middleware

    from hub.web.context import Hub
    from hub.web.pages.naming import Naming

STATUTE = re.compile(r"(O\.C\.G\.A\. [\d-]+)")
KILOBYTE, MEGABYTE = 1_000, 1_000_000

type PageData = Mapping[str, object]
type Filters = Mapping[str, Callable[..., object]]


class Pages:
    """Renders the officers' pages of one hub."""

    def __init__(self, hub: Hub, assets: Assets, naming: Naming, filters: Filters, *, locks_after: timedelta) -> None:
        """Prepare the templates, with ``filters`` beside their own; a demo has an amber banner and a software key.

        ``time_zone`` is the agency's (an IANA name): every page shows its times, wherever the device is. Pages choose
        which notices they show. A session locks after ``locks_after``.
        """
        demo, time_zone = hub.settings.demo, hub.settings.time_zone
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(WEB / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            asset=assets.url, demo=demo, Action=Action, navigation=navigation, notices=hub.notices.now
        )
        self._templates.filters.update(
            agency_time=partial(time_words, zone=ZoneInfo(time_zone)),
            size=size_words,
            statute_parts=statute_parts,
            **filters,
        )
        self._locks_after = locks_after
        self._time_zone = time_zone
        self._naming = naming
        self.software_url = assets.url("software.js") if demo else None

    def render(
        self,
        request: web.Request,
        template: str,
        *,
        data: PageData | None = None,
        status: int = web.HTTPOk.status_code,
        **context: object,
    ) -> web.Response:
        """Answer with a page. ``data`` reaches its script as JSON; ``context`` is for the template."""
        text = self._templates.get_template(template).render(
            actor=request.get(ACTOR),
            agency_name=self._naming.agency_name,
            path=request.path,
            nonce=nonce_of(request),
            csrf=request.get(WORD, ""),
            data={**self._common_data(request), **(data or {})},
            **context,
        )
        return web.Response(text=text, content_type="text/html", status=status)

    def _common_data(self, request: web.Request) -> PageData:
        """Return what the script of every page may need."""
        actor = request.get(ACTOR)
        return {
            "csrf": request.get(WORD),
            "person": None if actor is None else actor.person_id,
            "locks_after_s": None if actor is None else self._locks_after // timedelta(seconds=1),
            "software_authenticator": self.software_url,
            "time_zone": self._time_zone,
        }

    def outside(self, request: web.Request, rule: str, status: int) -> web.Response:
        """Answer a device that is not let in with a page that stands alone (:mod:`hub.web.pages.outside`)."""
        page, nonce = outside.PAGES[rule], nonce_of(request)
        text = self._templates.get_template("outside.html").render(
            agency_name=self._naming.agency_name, nonce=nonce, heading=page.heading, why=page.why, steps=page.steps
        )
        headers = {"Content-Security-Policy": outside.policy(nonce)}
        return web.Response(text=text, content_type="text/html", status=status, headers=headers)

    def refusal(
        self, request: web.Request, rule: str, status: int, message: str, headers: Mapping[str, str] | None = None
    ) -> web.Response:
        """Answer with an error as a page, with the ``headers`` that its refusal has."""
        page = self.render(request, "refusal.html", status=status, rule=rule, message=message)
        page.headers.update(headers or {})
        return page


def setup(hub: Hub, naming: Naming, filters: Filters, *, locks_after: timedelta) -> Pages:
    """Add assets, headers and error pages to the officers' application; return what renders its pages."""
    settings = hub.settings
    assets = officers_assets(demo=settings.demo)
    pages = Pages(hub, assets, naming, filters, locks_after=locks_after)
    secure = settings.officers_origin.startswith("https://")
    hub.officers.on_response_prepare.append(add_headers(officers_policy, secure=secure))
    hub.officers.middlewares.insert(1, _error_pages(pages))
    common = {routes.ASSET: serve(assets), routes.WORKER: serve_workers(SHARES), routes.MAP: city_map.serve(settings)}
    add_routes(hub.officers, common)
    return pages


def utc_words(time: datetime) -> str:
    """Return a time as it is written where no agency's clock is known."""
    return time.strftime("%Y-%m-%d %H:%M UTC")


def time_words(time: datetime, *, zone: ZoneInfo) -> str:
    """Return a time on the agency's clocks, which says which ones they are (``2026-11-26 02:00 EST``)."""
    return time.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def statute_parts(words: str) -> list[str]:
    """Return words split at numbers of the code (``O.C.G.A. 16-8-18``), which are each second part."""
    return STATUTE.split(words)


def size_words(size_bytes: int) -> str:
    """Return a size as pages write it."""
    if size_bytes < MEGABYTE:
        return f"{-(-size_bytes // KILOBYTE)} kB"
    return f"{size_bytes / MEGABYTE:.1f} MB"


def wants_page(request: web.Request) -> bool:
    """Say whether a person's browser asks for a page (a script asks for JSON)."""
    return request.method in {hdrs.METH_GET, hdrs.METH_HEAD} and "text/html" in request.headers.get(hdrs.ACCEPT, "")


def _error_pages(pages: Pages) -> Middleware:
    """Return the middleware that shows a person what a program gets as JSON. It goes inside ``translate_errors``."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not wants_page(request):
            return await handler(request)
        try:
            return await handler(request)
        except HubError as error:
            if error.rule in outside.PAGES:
                return pages.outside(request, error.rule, error.status)
            return pages.refusal(request, error.rule, error.status, error.message, error.headers)
        except web.HTTPNotFound:
            return pages.refusal(request, "not_found", web.HTTPNotFound.status_code, "There is no such page.")
        except web.HTTPException:
            raise
        except Exception as error:
            refusal = refusal_of(error, request)
            if refusal is None:
                raise
            return pages.refusal(request, refusal.rule, refusal.status, refusal.message, refusal.headers)

    return middleware
