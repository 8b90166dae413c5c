"""Wire answering into a community house."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.community.answering import page
from hub.community.answering.api import AnsweringApi
from hub.community.answering.tickets import UploadTickets
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from hub.community.context import Community

FORGET_EVERY_S = 3600


def setup(community: Community) -> None:
    """Add the page, what it reads, and the tickets."""
    tickets = UploadTickets(community.database, community.clock)
    handlers = {**AnsweringApi(community, tickets).handlers(), **page.handlers(community.city)}
    add_routes(community.application, handlers)
    community.jobs.every("upload tickets", FORGET_EVERY_S, tickets.forget_old)
