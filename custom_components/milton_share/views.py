"""The one HTTP view: it plays the very bytes that would be sent.

- A signed path is a bearer, and any person can sign any path: law 6 is applied again, to the request's own session.
- No cache keeps a clip.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web
from homeassistant.components.http.const import KEY_HASS_REFRESH_TOKEN_ID, KEY_HASS_USER
from homeassistant.core import callback
from homeassistant.helpers.http import HomeAssistantView

from .enrolled import coordinator_of
from .errors import MiltonShareError
from .session import session_of

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

PREVIEW_URL: Final = "/api/milton_share/preview/{case_id}/{sha256}"
HEADERS: Final = {
    hdrs.CACHE_CONTROL: "no-store",
    hdrs.CONTENT_TYPE: "video/mp4",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def preview_url(case_id: str, sha256: str) -> str:
    """Return the path of a clip, to be signed."""
    return PREVIEW_URL.format(case_id=case_id, sha256=sha256)


class PreviewView(HomeAssistantView):
    """Plays a clip to an approver, in ranges."""

    url = PREVIEW_URL
    name = "api:milton_share:preview"

    def __init__(self, hass: HomeAssistant) -> None:
        """Keep where sessions are known."""
        self._hass = hass

    async def get(self, request: web.Request, case_id: str, sha256: str) -> web.StreamResponse:
        """Answer with the file, or with the rule by which it is refused."""
        user = request[KEY_HASS_USER]
        session = session_of(self._hass, user, request.get(KEY_HASS_REFRESH_TOKEN_ID))
        try:
            desk = coordinator_of(self._hass).desk
        except MiltonShareError as refusal:
            return self._refused(refusal.rule)
        try:
            path = desk.preview_path(session, case_id, sha256)
        except MiltonShareError as refusal:
            await desk.note_refused(session, user.name or "", "preview_path", refusal.rule)
            return self._refused(refusal.rule)
        return web.FileResponse(path, headers=HEADERS)

    def _refused(self, rule: str) -> web.Response:
        return self.json({"error": rule}, HTTPStatus.FORBIDDEN, {hdrs.CACHE_CONTROL: "no-store"})


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the view, once."""
    hass.http.register_view(PreviewView(hass))
