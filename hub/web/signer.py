"""The signer (law 4): a static page on its own origin, with the one file of settings that it reads.

The city serves these files from outside the hub; the hub serves them too only where there is nowhere else (a demo, the
smallest town), which homes show in amber. :func:`signer_files` is what either serves and what a city record lists.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from hub.web import routes
from hub.web.assets import NO_CACHE, WEB, Assets, file_response
from hub.web.headers import add_headers, signer_policy
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from hub.web.context import Hub
    from hub.web.pages.naming import Naming

INDEX = "index.html"
CONFIG = "config.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Built:
    """What ``frontend/build.mjs`` made; ``software`` is the address of a demo's software key."""

    files: Mapping[str, bytes]
    software: str | None

    @classmethod
    def load(cls, *, demo: bool) -> Self:
        files = Assets.load(WEB / "signer").files
        if not demo:
            return cls(files=files, software=None)
        assets = Assets.load(WEB / "demo")
        name = assets.name("software.js")
        return cls(files={**files, name: assets.files[name]}, software=f"/{name}")

    def configured(self, *, agency_name: str, rp_id: str, officers_origin: str) -> Mapping[str, bytes]:
        settings = {
            "agency_name": agency_name,
            "officers_origins": [officers_origin],
            "rp_id": rp_id,
            "software_authenticator": self.software,
        }
        return {**self.files, CONFIG: json.dumps(settings, indent=2, sort_keys=True).encode() + b"\n"}


def signer_files(*, agency_name: str, rp_id: str, officers_origin: str, demo: bool) -> Mapping[str, bytes]:
    """Return every file of the signer by its name, ``config.json`` among them. Only a demo's has a software key."""
    built = _Built.load(demo=demo)
    return built.configured(agency_name=agency_name, rp_id=rp_id, officers_origin=officers_origin)


def setup(hub: Hub, naming: Naming) -> None:
    """Serve the signer on the hub's signer application."""
    settings = hub.settings
    built = _Built.load(demo=settings.demo)

    async def serve(request: web.Request) -> web.StreamResponse:
        files = built.configured(
            agency_name=naming.agency_name,
            rp_id=settings.signer_rp_id,
            officers_origin=settings.officers_origin,
        )
        return file_response(files, request.match_info.get("name", INDEX), NO_CACHE)

    secure = settings.signer_origin.startswith("https://")
    hub.signer.on_response_prepare.append(add_headers(signer_policy, secure=secure))
    add_routes(hub.signer, {routes.SIGNER: serve, routes.SIGNER_FILE: serve})
