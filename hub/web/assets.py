"""The built scripts and styles, as ``frontend/build.mjs`` left them: held in memory, served under hashed names."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Self

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

WEB = Path(__file__).parent
STATIC_PREFIX = "/static/"
MANIFEST = "manifest.json"
NOTICES = "THIRD-PARTY-NOTICES.txt"  # the licenses of what is built in; the one file whose name stays
NO_CACHE = "no-cache"
FOREVER = "public, max-age=31536000, immutable"  # the name changes with the content


class Assets:
    """One built folder: files by their hashed name, and the hashed name by the plain one."""

    def __init__(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> None:
        """Keep ``files`` (name to content) and ``names`` (plain to hashed)."""
        self.files = files
        self._names = names

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read every file of a built folder."""
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != MANIFEST}
        manifest = folder / MANIFEST
        return cls(files, json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {})

    def name(self, plain: str) -> str:
        """Return the hashed name of ``plain``; KeyError when it was not built."""
        return self._names[plain]

    def url(self, plain: str) -> str:
        """Return where ``plain`` is served."""
        return f"{STATIC_PREFIX}{self.name(plain)}"

    def with_files(self, other: Assets) -> Assets:
        """Return these assets and those of ``other``."""
        return Assets({**self.files, **other.files}, {**self._names, **other._names})


def officers_assets(*, demo: bool) -> Assets:
    """Return what the officers' pages load; the software authenticator is among it in a demo city only."""
    assets = Assets.load(WEB / "static")
    return assets.with_files(Assets.load(WEB / "demo")) if demo else assets


def serve(assets: Assets) -> Handler:
    """Return the handler of ``/static/{name}``."""

    async def handler(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        return file_response(assets.files, name, NO_CACHE if name == NOTICES else FOREVER)

    return handler


def file_response(files: Mapping[str, bytes], name: str, cache: str) -> web.Response:
    """Answer with one file of ``files``, 404 for any other name."""
    content = files.get(name)
    if content is None:
        raise web.HTTPNotFound
    kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0] or "application/octet-stream"
    charset = "utf-8" if kind.startswith("text/") else None
    return web.Response(body=content, content_type=kind, charset=charset, headers={"Cache-Control": cache})
