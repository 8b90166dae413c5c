"""Wire footage requests into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.requests.api import RequestsApi
from hub.requests.draft.api import DraftsApi
from hub.requests.draft.mentions import key_of
from hub.requests.draft.registry import RegistryApi
from hub.requests.service import Requests
from hub.requests.signing.door_codes import DoorCodes
from hub.requests.signing.late_cosignatures import LateCosignatures
from hub.requests.signing.publication import Publication
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from hub.directory.service import DirectoryService
    from hub.publiclog.service import PublicLog
    from hub.requests.residents import Registry
    from hub.requests.statements import Statements
    from hub.web.context import Hub
    from hub.witnesses.service import Witnesses

EXPIRE_EVERY_S = 30
RESUME_EVERY_S = 30
LATE_EVERY_S = 60
RESUME_JITTER_S = 10  # what waits for witnesses asks them


def setup(  # noqa: PLR0913 - all that a request goes through
    hub: Hub,
    *,
    directory: DirectoryService,
    log: PublicLog,
    live: Statements,
    witnesses: Witnesses,
    registry: Registry | None,
) -> Requests:
    """Add the officers' API, the expiry and the job that completes what a crash cut short; return the service."""
    requests = Requests(
        topics=hub.topics,
        directory=directory,
        log=log,
        live=live,
        mentions_key=key_of(hub.keys.enrollment_secret),
        door_codes=DoorCodes(hub.keys.enrollment_secret, hub.residents_origin),
    )
    publication = Publication(
        database=hub.database,
        clock=hub.clock,
        topics=hub.topics,
        directory=directory,
        log=log,
        live=live,
        witnesses=witnesses,
    )

    async def expire() -> None:
        async with hub.database.session("requests.expired") as session:
            await requests.expire(session, hub.clock())

    cells = RegistryApi(registry, database=hub.database, directory=directory, clock=hub.clock)
    drafts = DraftsApi(database=hub.database, clock=hub.clock)
    api = RequestsApi(database=hub.database, requests=requests, publication=publication, clock=hub.clock)
    add_routes(hub.officers, {**api.handlers(), **drafts.handlers(), **cells.handlers()})
    hub.notices.add(publication.missing_notice)
    hub.notices.add(publication.waiting_notice)
    hub.jobs.every("publications", RESUME_EVERY_S, publication.resume, in_each_worker=True, jitter_s=RESUME_JITTER_S)
    late = LateCosignatures(database=hub.database, clock=hub.clock, log=log, witnesses=witnesses, sends=publication)
    hub.jobs.every("late cosignatures", LATE_EVERY_S, late.give)
    hub.jobs.every("expiry", EXPIRE_EVERY_S, expire, in_each_worker=True)
    return requests
