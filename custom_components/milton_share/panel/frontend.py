"""The sidebar page, the dashboard card, and their scripts, with parts loaded when needed.

They are kept in memory from start to stop: when an update replaces the files of a running Home Assistant, pages
still get the build that fits the running code. They are served without a sign-in, as all of Home Assistant's scripts
are, and hold nothing of this home.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web
from homeassistant.components import frontend, panel_custom
from homeassistant.core import callback
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView
from homeassistant.util.hass_dict import HassKey

from ..const import PANEL_PATH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homeassistant.core import HomeAssistant

ELEMENT: Final = "milton-share-panel"
TITLE: Final = "Milton Share"
ICON: Final = "mdi:home-lock"
SCRIPT_URL: Final = "/api/milton_share/page/{name}"

_FOLDER = Path(__file__).parent.parent / "www"
_PREFIX, _CARD_PREFIX, _SUFFIX = "panel-", "card-", ".js"
_YEAR = "public, max-age=31536000, immutable"  # its name is the hash of its content


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The built page and card, and all scripts, by name."""

    name: str
    card: str
    parts: Mapping[str, bytes]

    @property
    def version(self) -> str:
        """Return the hash in its name."""
        return self.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)

    def current(self, name: str) -> str:
        """Return the current build's name for an earlier build of the page or card; otherwise the name itself."""
        for prefix, today in ((_PREFIX, self.name), (_CARD_PREFIX, self.card)):
            if name.startswith(prefix) and name.endswith(_SUFFIX):
                return today
        return name


SCRIPT: Final = HassKey[Script]("milton_share.panel_script")


class ScriptView(HomeAssistantView):
    """Serves the scripts."""

    url = SCRIPT_URL
    name = "api:milton_share:page"
    requires_auth = False

    def __init__(self, script: Script) -> None:
        """Keep the scripts; each is compressed at its first request."""
        self._script = script
        self._packed: dict[str, bytes] = {}

    async def get(self, request: web.Request, name: str) -> web.Response:
        """Serve a script; a page that asks for an earlier build gets the current one, uncached.

        Of a part there is only the one that fits: a page that is older is told to load itself again.
        """
        today = self._script.current(name)
        body = self._script.parts.get(today)
        if body is None:
            raise web.HTTPNotFound
        packed = "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")
        if packed and today not in self._packed:
            self._packed[today] = await request.app[KEY_HASS].async_add_executor_job(gzip.compress, body)
        headers: dict[str, str] = {
            hdrs.CACHE_CONTROL: _YEAR if name == today else "no-store",
            hdrs.VARY: hdrs.ACCEPT_ENCODING,
            "X-Content-Type-Options": "nosniff",
        }
        if packed:
            headers[hdrs.CONTENT_ENCODING] = "gzip"
        return web.Response(
            body=self._packed[today] if packed else body,
            content_type="text/javascript",
            charset="utf-8",
            headers=headers,
        )


def _read_script() -> Script:
    (page,), (card,) = (_FOLDER.glob(f"{prefix}*{_SUFFIX}") for prefix in (_PREFIX, _CARD_PREFIX))
    parts = {part.name: part.read_bytes() for part in _FOLDER.glob(f"*{_SUFFIX}")}
    return Script(name=page.name, card=card.name, parts=parts)


async def async_register(hass: HomeAssistant) -> None:
    """Read the script and serve it, once."""
    script = await hass.async_add_executor_job(_read_script)
    hass.data[SCRIPT] = script
    hass.http.register_view(ScriptView(script))


@callback
def panel_version(hass: HomeAssistant) -> str:
    """Return the version of the page that fits the running code."""
    return hass.data[SCRIPT].version


async def async_show(hass: HomeAssistant) -> None:
    """Add the page to the sidebar and offer the card, to everyone: law 6 decides what they show, not a role.

    The card's script is named to the frontend, for all dashboards; nothing is written into anybody's dashboards.
    """
    script = hass.data[SCRIPT]
    await panel_custom.async_register_panel(
        hass,
        frontend_url_path=PANEL_PATH,
        webcomponent_name=ELEMENT,
        sidebar_title=TITLE,
        sidebar_icon=ICON,
        module_url=SCRIPT_URL.format(name=script.name),
        embed_iframe=False,
        require_admin=False,
        config={"version": script.version},
    )
    frontend.add_extra_js_url(hass, SCRIPT_URL.format(name=script.card))


@callback
def async_hide(hass: HomeAssistant) -> None:
    """Remove the page from the sidebar and the card from dashboards."""
    frontend.remove_extra_js_url(hass, SCRIPT_URL.format(name=hass.data[SCRIPT].card))
    frontend.async_remove_panel(hass, PANEL_PATH, warn_if_unknown=False)
