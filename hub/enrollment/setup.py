"""Wire enrollment into a hub: the guard of the homes' application, the codes, the broker's accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.enrollment import tries
from hub.enrollment.api import EnrollmentApi
from hub.enrollment.guard import guard
from hub.enrollment.page import EnrolPage
from hub.enrollment.secrets import EnrollmentSecret
from hub.enrollment.service import Enrollment
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import timedelta

    from hub.broker.service import Broker
    from hub.directory.service import DirectoryService
    from hub.web.context import Hub

FORGET_EVERY_S = 600


def build(hub: Hub) -> Enrollment:
    """Return the service; the broker is wired with :func:`usernames_of` before :func:`setup` adds the routes."""
    return Enrollment(EnrollmentSecret(value=hub.keys.enrollment_secret))


def usernames_of(hub: Hub, enrollment: Enrollment) -> Callable[[], Awaitable[frozenset[str]]]:
    """Return what reads the broker's user names of the homes that are enrolled now."""

    async def usernames() -> frozenset[str]:
        async with hub.database.reading() as session:
            return await enrollment.mqtt_usernames(session)

    return usernames


def setup(
    hub: Hub, enrollment: Enrollment, broker: Broker, directory: DirectoryService, *, receipts_kept: timedelta
) -> None:
    """Close the homes' application to all but enrolled homes and add enrolment's routes."""

    async def forget_tries() -> None:
        async with hub.database.session("enrolment.tries_forgotten") as session:
            await tries.forget_old(session, hub.clock())

    hub.homes.middlewares.append(guard(hub.database, enrollment, hub.tickets))
    api = EnrollmentApi(
        database=hub.database,
        enrollment=enrollment,
        broker=broker,
        clock=hub.clock,
        agency_id=hub.settings.agency_id,
        hub_key=hub.keys.hub_key,
        receipts_kept=receipts_kept,
    )
    add_routes(hub.homes, api.handlers())
    add_routes(hub.homes, EnrolPage(hub.database, directory).handlers())
    hub.jobs.every("enrolment tries", FORGET_EVERY_S, forget_tries)
