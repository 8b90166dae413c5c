"""Wire shares and their custody into a hub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.enrollment.secrets import EnrollmentSecret
from hub.identity.sessions.service import Sessions
from hub.kit.blobs import Blobs
from hub.requests.revoking import revoked_of
from hub.shares.access.bodies import Bodies
from hub.shares.access.leavers import Leavers
from hub.shares.access.proofs import Proving
from hub.shares.access.proofs_api import ProofsApi
from hub.shares.access.readers_api import ReadersApi
from hub.shares.access.reviewing import Looking
from hub.shares.access.rewrapping import Rewrapping
from hub.shares.access.saving import Saving
from hub.shares.access.saving_api import SavingApi
from hub.shares.access.stills import Stills
from hub.shares.access.stills_api import StillsApi
from hub.shares.access.unopened import UnopenedShares
from hub.shares.api import CustodyApi
from hub.shares.owner.api import OwnersApi
from hub.shares.owner.service import OwnersWord
from hub.shares.passing import setup as passing_setup
from hub.shares.passing.asking import Asking
from hub.shares.passing.links import Links
from hub.shares.passing.view_api import ViewApi
from hub.shares.passing.viewing import Viewing
from hub.shares.record.context import CustodyContext
from hub.shares.record.days import CustodyDays
from hub.shares.record.receipts import Receipts
from hub.shares.retention.accepting import Accepting
from hub.shares.retention.acts import Acts, ActsApi
from hub.shares.retention.cases import Cases
from hub.shares.retention.deletion_requests import Disposing
from hub.shares.retention.due_deletions import Deleting
from hub.shares.retention.holding import Holding
from hub.shares.retention.steadiness import Steadiness
from hub.shares.retention.triage import Triage
from hub.shares.upload import setup as submissions_setup
from hub.shares.upload.arrivals import Arrivals
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.publiclog.service import PublicLog
    from hub.requests.model import RequestRow
    from hub.shares.upload.limits import Limits
    from hub.web.context import Hub
    from milton_protocol.revoked import RevokedPart

DELETE_EVERY_S = 600
SEAL_EVERY_S = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the officers' pages ask, and by what they tell owners."""

    looking: Looking
    rewrapping: Rewrapping
    leavers: Leavers
    unopened: UnopenedShares
    asking: Asking
    receipts: Receipts
    home_url: Callable[[], Awaitable[str]]
    revoked: Callable[[AsyncSession, RequestRow], Awaitable[RevokedPart | None]]


def setup(hub: Hub, upload_limits: Limits, log: PublicLog, directory: DirectoryService) -> Shown:
    """Add uploads, officers' routes, owners' words, the deletion of what is due and the daily leaf in ``log``."""
    blobs = Blobs.open(hub.settings.blobs_url)
    receipts = Receipts(agency_id=hub.settings.agency_id, hub_key=hub.keys.hub_key, topics=hub.topics)
    submissions = submissions_setup.setup(hub, blobs, Arrivals(receipts).received, upload_limits)
    context = CustodyContext(database=hub.database, receipts=receipts, clock=hub.clock)
    deleting, looking = Deleting(context, submissions), Looking(context)
    bodies = Bodies(blobs)
    add_routes(hub.officers, CustodyApi(hub, Sessions(directory), looking, Accepting(context), bodies).handlers())
    add_routes(hub.officers, StillsApi(Stills(context)).handlers())
    secret = EnrollmentSecret(value=hub.keys.enrollment_secret)
    proving = Proving(context, directory, secret, hub.topics, log)
    add_routes(hub.officers, ProofsApi(proving).handlers())
    add_routes(hub.officers, SavingApi(Saving(context)).handlers())
    acts = Acts(triage=Triage(context), holding=Holding(context), disposing=Disposing(context), cases=Cases(context))
    add_routes(hub.officers, ActsApi(acts).handlers())
    rewrapping = Rewrapping(context, directory)
    add_routes(hub.officers, ReadersApi(rewrapping).handlers())
    links = Links(context)
    add_routes(hub.homes, OwnersApi(OwnersWord(context, deleting, links.owner_refuses)).handlers())
    steadiness = Steadiness(hub.clock)
    hub.notices.add(steadiness.notice)
    hub.jobs.every("custody retention", DELETE_EVERY_S, deleting.delete_due)
    hub.jobs.only_when("custody retention", steadiness.is_steady)
    days = CustodyDays(agency_id=hub.settings.agency_id, database=hub.database, log=log, clock=hub.clock)
    hub.jobs.every("custody days", SEAL_EVERY_S, days.seal_due)
    asking = Asking(context)
    passing_setup.setup(hub, asking, links, ViewApi(Viewing(context), bodies))

    async def home_url() -> str:
        async with hub.database.reading() as session:
            return (await directory.current(session)).city_record.hub.home_url

    async def revoked(session: AsyncSession, row: RequestRow) -> RevokedPart | None:
        return await revoked_of(session, directory, row, hub.clock())

    return Shown(
        looking=looking,
        rewrapping=rewrapping,
        leavers=Leavers(hub.clock, directory),
        unopened=UnopenedShares(hub.clock, directory),
        asking=asking,
        receipts=receipts,
        home_url=home_url,
        revoked=revoked,
    )
