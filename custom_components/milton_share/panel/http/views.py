"""HTTP views: the exact file that would be sent, uploads of added files, and their first frames.

- A signed path is a bearer, and any person can sign any path: law 6 is applied again, to the request's own session.
- No cache keeps footage. A file that comes is written down as it comes, and never held in memory.
- What a browser may do from elsewhere (a form, a link) adds no file: Home Assistant takes a POST only with its token.
"""

from __future__ import annotations

import sqlite3
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from aiohttp import hdrs, web
from homeassistant.components.http.const import KEY_HASS_REFRESH_TOKEN_ID, KEY_HASS_USER
from homeassistant.core import callback
from homeassistant.helpers.http import HomeAssistantView

from ...approvers.session import session_of
from ...clips.pictures.model import KINDS
from ...const import LOGGER, STORAGE_FAILED
from ...errors import MiltonShareError
from ..lookup import running_home
from .ranged_file import send_file

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homeassistant.core import HomeAssistant

    from ...approvers.rules import Session
    from ..service import PanelService

PREVIEW_URL: Final = "/api/milton_share/preview/{case_id}/{sha256}"
STILL_URL: Final = "/api/milton_share/still/{case_id}/{sha256}/{kind}"
FILE_URL: Final = "/api/milton_share/file/{request_id}"
OWN_URL: Final = "/api/milton_share/own/{clip_id}/{kind}"
PICTURE_URL: Final = "/api/milton_share/file_picture/{case_id}"
NAME_HEADER: Final = "X-File-Name"
NAME_MAX_CHARS: Final = 255  # no file system has longer ones
HEADERS: Final = {
    hdrs.CACHE_CONTROL: "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def preview_url(case_id: str, sha256: str) -> str:
    """Return the path of a clip, to be signed."""
    return PREVIEW_URL.format(case_id=case_id, sha256=sha256)


def still_url(case_id: str, sha256: str, kind: str) -> str:
    """Return the path of one small picture of a clip, to be signed."""
    return STILL_URL.format(case_id=case_id, sha256=sha256, kind=kind)


def picture_url(case_id: str) -> str:
    """Return the path of an added file's first frame, to be signed."""
    return PICTURE_URL.format(case_id=case_id)


def own_url(clip_id: str, kind: str) -> str:
    """Return the path of a clip for own use, to be signed.

    `clip`, what a browser plays instead (`preview`), or its first picture (`poster`).
    """
    return OWN_URL.format(clip_id=clip_id, kind=kind)


class OwnView(HomeAssistantView):
    """Base of the views: acts for an approver, or responds with the rule that refuses it."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Keep where sessions are known."""
        self._hass = hass

    async def _answer(
        self,
        request: web.Request,
        command: str,
        work: Callable[[PanelService, Session], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        user = request[KEY_HASS_USER]
        session = session_of(self._hass, user, request.get(KEY_HASS_REFRESH_TOKEN_ID))
        try:
            panel = running_home(self._hass).panel
        except MiltonShareError as refusal:
            return self._refused(refusal.rule)
        try:
            return await work(panel, session)
        except MiltonShareError as refusal:
            await panel.note_refused(session, user.name or "", command, refusal.rule)
            return self._refused(refusal.rule)

    def _refused(self, rule: str) -> web.Response:
        return self.json({"error": rule}, HTTPStatus.FORBIDDEN, {hdrs.CACHE_CONTROL: "no-store"})


class PreviewView(OwnView):
    """Serves a clip to an approver, in ranges, and records which bytes were sent to which session."""

    url = PREVIEW_URL
    name = "api:milton_share:preview"

    async def get(self, request: web.Request, case_id: str, sha256: str) -> web.StreamResponse:
        """Answer with the file, or with the rule by which it is refused."""

        async def play(panel: PanelService, session: Session) -> web.StreamResponse:
            path = panel.review.preview_path(session, case_id, sha256)
            headers = {**HEADERS, hdrs.CONTENT_TYPE: "video/mp4"}
            on_sent = partial(panel.review.note_sent, session, sha256)
            return await send_file(request, path, headers, self._hass.async_add_executor_job, on_sent)

        return await self._answer(request, "preview_path", play)

    head = get  # a player may ask first how long it is


class StillView(OwnView):
    """Serves a thumbnail of a clip: its first frame (`poster`), a `sheet`, or the `strip` to scrub."""

    url = STILL_URL
    name = "api:milton_share:still"

    async def get(self, request: web.Request, case_id: str, sha256: str, kind: str) -> web.StreamResponse:
        """Answer with a JPEG, or with the rule by which it is refused."""

        async def show(panel: PanelService, session: Session) -> web.StreamResponse:
            found = await panel.review.stills(session, case_id, sha256)
            if kind not in KINDS:
                rule = "other_clip"
                raise MiltonShareError(rule)
            body: bytes = getattr(found, kind)
            return web.Response(body=body, headers={**HEADERS, hdrs.CONTENT_TYPE: "image/jpeg"})

        return await self._answer(request, "preview_path", show)


class PictureView(OwnView):
    """Serves the first frame of an added file."""

    url = PICTURE_URL
    name = "api:milton_share:file_picture"

    async def get(self, request: web.Request, case_id: str) -> web.StreamResponse:
        """Answer with a JPEG, or with the rule by which it is refused."""

        async def show(panel: PanelService, session: Session) -> web.StreamResponse:
            path = await self._hass.async_add_executor_job(panel.files.picture, session, case_id)
            return web.FileResponse(path, headers={**HEADERS, hdrs.CONTENT_TYPE: "image/jpeg"})

        return await self._answer(request, "preview_path", show)


class AddFileView(OwnView):
    """Receives a file that an approver adds to a request, as the body.

    What it is called comes percent-encoded in a header of its own: a query would stand in access logs.
    """

    url = FILE_URL
    name = "api:milton_share:file"

    async def post(self, request: web.Request, request_id: str) -> web.StreamResponse:
        """Answer with the id of the file's case, or with the rule by which it is refused."""
        name = unquote(request.headers.get(NAME_HEADER, ""))[-NAME_MAX_CHARS:]

        async def take(panel: PanelService, session: Session) -> web.StreamResponse:
            size_bytes, body = request.content_length, request.content.iter_any()
            try:
                case_id = await panel.files.add(session, request_id, name, size_bytes, body)
            except (OSError, sqlite3.Error) as error:
                LOGGER.warning("A file could not be added: %s", type(error).__name__)  # its words can hold a path
                return self._refused(STORAGE_FAILED)
            return self.json({"case_id": case_id}, headers={hdrs.CACHE_CONTROL: "no-store"})

        return await self._answer(request, "file/add", take)


class OwnClipView(OwnView):
    """Serves a clip for own use, in ranges, to the person who had it cut."""

    url = OWN_URL
    name = "api:milton_share:own"

    async def get(self, request: web.Request, clip_id: str, kind: str) -> web.StreamResponse:
        """Answer with the file, or with the rule by which it is refused."""

        async def give(panel: PanelService, session: Session) -> web.StreamResponse:
            if kind == "poster":
                picture = await panel.own.poster(session, clip_id)
                return web.Response(body=picture, headers={**HEADERS, hdrs.CONTENT_TYPE: "image/jpeg"})
            one, path = panel.own.file(session, clip_id, preview=kind == "preview")
            named = f"attachment; filename*=UTF-8''{quote(one.name, safe='')}"
            headers = {**HEADERS, hdrs.CONTENT_TYPE: "video/mp4", hdrs.CONTENT_DISPOSITION: named}
            return web.FileResponse(path, headers=headers)

        return await self._answer(request, "own/path", give)

    head = get


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the views, once."""
    for view in (PreviewView, StillView, PictureView, AddFileView, OwnClipView):
        hass.http.register_view(view(hass))
