"""Wire shares and their custody into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.blobs.store import Blobs
from hub.custody.accepting import Accepting
from hub.custody.acts import Acts, ActsApi
from hub.custody.api import CustodyApi
from hub.custody.arrivals import Arrivals
from hub.custody.cases import Cases
from hub.custody.days import CustodyDays
from hub.custody.deleting import Deleting
from hub.custody.disposing import Disposing
from hub.custody.ground import Ground
from hub.custody.holding import Holding
from hub.custody.homes_api import OwnersApi
from hub.custody.looking import Looking
from hub.custody.owners import OwnersWord
from hub.custody.receipts import Receipts
from hub.custody.stills import Stills
from hub.custody.stills_api import StillsApi
from hub.custody.triage import Triage
from hub.doors import add_doors
from hub.submissions import setup as submissions_setup

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.publiclog.service import PublicLog
    from hub.submissions.limits import Limits

DELETE_EVERY_S = 600
SEAL_EVERY_S = 3_600


def setup(hub: Hub, upload_limits: Limits, log: PublicLog) -> Looking:
    """Add uploads, officers' routes, owners' words, the deletion of what is due and the daily leaf in ``log``."""
    blobs = Blobs.open(hub.settings.blobs_url)
    receipts = Receipts(agency_id=hub.settings.agency_id, hub_key=hub.keys.hub_key, topics=hub.topics)
    submissions = submissions_setup.setup(hub, blobs, Arrivals(receipts).received, upload_limits)
    ground = Ground(database=hub.database, receipts=receipts, clock=hub.clock)
    deleting, looking = Deleting(ground, submissions), Looking(ground)
    add_doors(hub.officers, CustodyApi(looking, Accepting(ground), blobs).handlers())
    add_doors(hub.officers, StillsApi(Stills(ground)).handlers())
    acts = Acts(triage=Triage(ground), holding=Holding(ground), disposing=Disposing(ground), cases=Cases(ground))
    add_doors(hub.officers, ActsApi(acts).handlers())
    add_doors(hub.homes, OwnersApi(OwnersWord(ground, deleting)).handlers())
    hub.jobs.every("custody retention", DELETE_EVERY_S, deleting.delete_due)
    days = CustodyDays(agency_id=hub.settings.agency_id, database=hub.database, log=log, clock=hub.clock)
    hub.jobs.every("custody days", SEAL_EVERY_S, days.seal_due)
    return looking
