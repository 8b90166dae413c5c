"""Wire the public log into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.publiclog.api import LogApi
from hub.publiclog.service import PublicLog
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from hub.web.context import Hub


def setup(hub: Hub) -> PublicLog:
    """Add ``/v1/log/...`` to the homes' application and return the log."""
    log = PublicLog(hub.settings.log_origin, hub.keys.log_key)
    add_routes(hub.homes, LogApi(hub.database, log).handlers())
    return log
