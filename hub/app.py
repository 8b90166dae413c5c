"""The composition root: the only place that knows every slice of the police house, and beside it the community house.

A slice is wired by its ``setup(hub, ...)``, which adds routes, jobs and lifetimes to the :class:`~hub.web.context.Hub`
and returns the service that later slices are given by name. To add one, call its ``setup`` in :func:`build_hub`.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from hub.administration import pages as administration_pages
from hub.administration.devices import pages as devices_pages
from hub.administration.people import pages as people_pages
from hub.audit.trail import last_row
from hub.auditors import setup as auditors_setup
from hub.auditors.trail import setup as audit_setup
from hub.broker import setup as broker_setup
from hub.casework import setup as casework_setup
from hub.casework.look_ups import setup as look_ups_setup
from hub.casework.search import pages as search_pages
from hub.casework.shares import pages as share_pages
from hub.casework.shares import together
from hub.community.answering.tickets import UploadTickets
from hub.community.app import build_community
from hub.community.database import database_at
from hub.community.police_view import PoliceView
from hub.community.settings import CommunitySettings
from hub.db.engine import Database
from hub.directory import setup as directory_setup
from hub.directory.service import DirectoryService
from hub.directory.setup import read_root_public_key
from hub.enrollment import announce
from hub.enrollment import setup as enrollment_setup
from hub.feed import setup as feed_setup
from hub.feed.public import PublicFeed
from hub.identity import setup as identity_setup
from hub.identity.accounts import pages as accounts_pages
from hub.identity.sessions.guard import still_signed_in
from hub.identity.sessions.service import IDLE_MAX
from hub.identity.wraps import setup as wraps_setup
from hub.jobs.supervisor import Jobs
from hub.kit.keys import HubKeys
from hub.live import setup as live_setup
from hub.policy import setup as policy_setup
from hub.policy.settings import amount_words
from hub.publiclog import setup as publiclog_setup
from hub.requests import door_sheet
from hub.requests import pages as requests_pages
from hub.requests import routes as requests_routes
from hub.requests import setup as requests_setup
from hub.requests.residents import Residents
from hub.requests.signing.signatures import signed_lately
from hub.shares import setup as custody_setup
from hub.shares.record.model import short_name
from hub.shares.record.periods import RECEIPTS_KEPT
from hub.shares.upload.limits import Limits
from hub.topics.service import Topics
from hub.web import health
from hub.web import setup as web_setup
from hub.web.context import Hub
from hub.web.cross_origin import let_pages_in
from hub.web.events import Streams
from hub.web.pages.lists import Lists
from hub.web.server.application import new_application
from hub.web.server.patience import Patience
from hub.witnesses import setup as witnesses_setup

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from hub.community.context import Community
    from hub.kit.settings import Settings
    from hub.requests.residents import Registry
    from hub.web.pages.renderer import Filters

# What the residents' pages call here: to send a share, to hear of it, to withdraw it; and that the log goes on.
OF_RESIDENTS = ("/v1/shares", "/v1/uploads/", "/v1/withdrawals", "/v1/log/consistency")
FILTERS: Filters = {"amount": amount_words, "short_name": short_name}  # of templates, by rooms that web doesn't know


def utc_now() -> datetime:
    """Return the time: the hub's one clock outside tests."""
    return datetime.now(UTC)


def build_hub(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    upload_limits: Limits | None = None,
    patience: Patience | None = None,
    residents: Residents | None = None,
) -> Hub:
    """Wire one hub; nothing runs before ``async with hub.running()``.

    ``residents`` is the residents' house, None in a city that has none.
    """
    patience = patience or Patience()
    database, topics = Database(settings.database_url), Topics(settings.agency_id)
    own = CommunitySettings.of(settings)
    of_residents = None if own is None else database_at(own.database_url)
    hub = Hub(
        settings=settings,
        database=database,
        clock=clock,
        keys=HubKeys.load(settings.keys_folder),
        topics=topics,
        streams=Streams(topics),
        jobs=Jobs(database, clock),
        homes=new_application(patience),
        officers=new_application(patience),
        signer=new_application(patience),
        residents_origin=None if residents is None else residents.origin,
        tickets=None if of_residents is None else UploadTickets(of_residents, clock),
    )
    if own is not None and of_residents is not None:
        let_pages_in(hub.homes, own.origin, OF_RESIDENTS)
        hub.lifetimes.append(partial(_closing, of_residents))
    _wire(hub, upload_limits or Limits(), None if residents is None else residents.registry)
    return hub


@asynccontextmanager
async def _closing(database: Database) -> AsyncIterator[None]:
    """Close the residents' database when the hub ends."""
    yield
    await database.close()


def community_of(
    settings: Settings, database: Database, topics: Topics, *, clock: Callable[[], datetime] = utc_now
) -> Community | None:
    """Wire the community house where the city has one; it passes on what ``database``, the hub's, has published."""
    own = CommunitySettings.of(settings)
    directory = DirectoryService(settings.agency_id, read_root_public_key(settings.folder), topics)
    return None if own is None else build_community(own, PublicFeed(database, topics, directory), clock=clock)


def build_city(settings: Settings) -> tuple[Hub, Community | None]:
    """Wire the police house and, where the city has one, the community house; each sees of the other what it may."""
    own = CommunitySettings.of(settings)
    if own is None:
        return build_hub(settings), None
    view = PoliceView.at(own.database_url)
    hub = build_hub(settings, residents=Residents(origin=own.origin, registry=view))
    hub.lifetimes.append(view.running)
    return hub, community_of(settings, hub.database, hub.topics)


def _wire(hub: Hub, upload_limits: Limits, registry: Registry | None) -> None:
    """Call every slice's ``setup`` in the order of who needs whom."""
    directory = directory_setup.setup(hub)
    log = publiclog_setup.setup(hub)
    witnesses = witnesses_setup.setup(hub, log)
    live = live_setup.setup(hub, directory, log)
    enrollment = enrollment_setup.build(hub)
    broker = broker_setup.setup(hub, enrollment_setup.usernames_of(hub, enrollment))
    enrollment_setup.setup(hub, enrollment, broker, directory, receipts_kept=RECEIPTS_KEPT)
    feed_setup.setup(hub, directory)
    sessions, reverification = identity_setup.setup(hub, directory)
    pages = web_setup.setup(hub, directory.city_record, FILTERS, locks_after=IDLE_MAX)
    lists = Lists(hub, reader=partial(still_signed_in, sessions), last_change=last_row)
    accounts_pages.setup(hub, pages, sessions, directory)
    policy_setup.setup(hub, directory)
    administration_pages.setup(hub, pages, lists, directory)
    custody = custody_setup.setup(hub, upload_limits, log, directory)
    share_pages.setup(hub, pages, lists, custody)
    together.setup(hub, pages, directory)
    requests_setup.setup(hub, directory=directory, log=log, live=live, witnesses=witnesses, registry=registry)
    reverification.instead(requests_routes.PUBLISH, signed_lately)
    wraps_setup.setup(hub, pages, directory)
    requests_pages.setup(hub, pages, lists, directory)
    door_sheet.setup(hub, pages)
    casework_setup.setup(hub, pages, lists, sessions, directory)
    look_ups_setup.setup(hub, pages, directory, registry)
    audit_setup.setup(hub, pages)
    auditors_setup.setup(hub, pages, directory)
    search_pages.setup(hub, pages)
    people_pages.setup(hub, pages, lists, directory, custody.receipts)
    devices_pages.setup(hub, pages, lists)
    health.setup(hub)
    announce.setup(hub, directory)
