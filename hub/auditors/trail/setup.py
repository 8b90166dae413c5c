"""Wire the trail's pages into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.audit.state import TrailState
from hub.auditors.trail.api import AuditApi
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from hub.web.context import Hub
    from hub.web.pages.renderer import Pages

LOOK_EVERY_S = 3600


def setup(hub: Hub, pages: Pages) -> None:
    """Add the auditors' pages and API of the trail, and the job that follows it."""
    state = TrailState(hub.database, hub.clock)
    add_routes(hub.officers, AuditApi(hub, pages, state).handlers())
    hub.jobs.every("trail", LOOK_EVERY_S, state.look, in_each_worker=True)
