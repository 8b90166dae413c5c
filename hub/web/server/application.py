"""Makes the applications of both houses: errors in one form, timeouts, every route with its entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.web.errors import note_begun, translate_errors
from hub.web.routing import begin_routes
from hub.web.server.addresses import plain_address
from hub.web.server.patience import be_patient, bounded_body
from hub.web.server.serving import say_name

if TYPE_CHECKING:
    from hub.web.server.patience import Patience

BODY_MAX_BYTES = 2**20  # JSON bodies; uploads stream their own (protocol section 10)


def new_application(patience: Patience) -> web.Application:
    """Return an application without routes; it starts only when each that is added has an entry."""
    first = [translate_errors, bounded_body, plain_address]
    application = web.Application(middlewares=first, client_max_size=BODY_MAX_BYTES)
    application.on_response_prepare.extend((note_begun, say_name))
    begin_routes(application)
    be_patient(application, patience)
    return application
