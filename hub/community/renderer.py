"""Residents' pages: Jinja templates in the reader's language, readable without JavaScript.

Invariants: a page loads nothing from outside and runs only the house's own scripts; its address and its cookies say
nothing of the reader but the language.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import hdrs, web

from hub.community.words import LANGUAGES, STANDARD, Words
from hub.web.headers import NO_POLICY, closed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from hub.community.naming import Naming
    from hub.community.settings import CommunitySettings
    from hub.web.assets import Assets

HERE = Path(__file__).parent
LANGUAGE_COOKIE, LANGUAGE_QUERY = "milton_language", "lang"
A_YEAR_S = 365 * 24 * 3600
NOON = 12
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    f"form-action 'none'; {closed(NO_POLICY)}"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    hdrs.VARY: f"{hdrs.ACCEPT_LANGUAGE}, {hdrs.COOKIE}",
}

type Is = Callable[[web.Request], bool]


class Renderer:
    """Renders the pages of one community house."""

    def __init__(self, settings: CommunitySettings, assets: Assets, naming: Naming, is_signed_in: Is) -> None:
        """Prepare the templates of each language; times are shown on the agency's clocks."""
        zone = ZoneInfo(settings.time_zone)
        self._settings, self._naming, self._is_signed_in = settings, naming, is_signed_in
        self._templates = {language: _environment(words, zone, assets) for language, words in LANGUAGES.items()}

    def page(
        self,
        request: web.Request,
        template: str,
        *,
        script: str = "",
        kept_query: str = "",
        status: int = web.HTTPOk.status_code,
        **context: object,
    ) -> web.Response:
        """Answer with a page; ``script`` is its own, ``kept_query`` what its address keeps in another language."""
        language = language_of(request)
        text = (
            self._templates[language]
            .get_template(template)
            .render(
                is_signed_in=self._is_signed_in(request),
                path=request.path,
                kept_query=kept_query,
                script=script,
                data={
                    "agency_id": self._settings.agency_id,
                    "language": language,
                    "words": LANGUAGES[language]["script"],
                },
                agency_name=self._naming.agency_name,
                demo=self._settings.demo,
                origin=self._settings.origin,
                **context,
            )
        )
        answer = web.Response(text=text, content_type="text/html", status=status, headers=HEADERS)
        if request.query.get(LANGUAGE_QUERY) == language:
            answer.set_cookie(
                LANGUAGE_COOKIE,
                language,
                max_age=A_YEAR_S,
                httponly=True,
                samesite="Lax",
                secure=self._settings.is_secure,
            )
        return answer


def language_of(request: web.Request) -> str:
    """Return the language that was chosen last, else the browser's first one that is known."""
    chosen = (request.query.get(LANGUAGE_QUERY, ""), request.cookies.get(LANGUAGE_COOKIE, ""))
    preferred = request.headers.get(hdrs.ACCEPT_LANGUAGE, "").split(",")
    accepted = (each.split(";")[0].strip()[:2].lower() for each in preferred)
    return next((each for each in (*chosen, *accepted) if each in LANGUAGES), STANDARD)


def fill(words: str, **blanks: object) -> str:
    """Return words with their blanks filled in."""
    return words.format(**blanks)


def day_words(day: date, *, words: Words) -> str:
    """Return a day as the language writes it."""
    site = words["site"]
    month = str(site["months"]).split()[day.month - 1]
    return str(site["day"]).format(month=month, day=day.day, year=day.year)


def time_words(time: datetime, *, words: Words, zone: ZoneInfo) -> str:
    """Return a time on the agency's clocks as the language writes it."""
    local, site = time.astimezone(zone), words["site"]
    half = site["am" if local.hour < NOON else "pm"]
    date_words = day_words(local.date(), words=words)
    return str(site["time"]).format(date=date_words, hour12=local.hour % NOON or NOON, minute=f"{local:%M}", half=half)


def _environment(words: Words, zone: ZoneInfo, assets: Assets) -> jinja2.Environment:
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(asset=assets.url, w=words)
    day, time = partial(day_words, words=words), partial(time_words, words=words, zone=zone)
    templates.filters.update(fill=fill, day=day, time=time)
    return templates
