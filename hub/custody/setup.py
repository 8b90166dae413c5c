"""Wire shares and their custody into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.blobs.store import Blobs
from hub.custody.api import CustodyApi
from hub.custody.arrivals import Arrivals
from hub.custody.receipts import Receipts
from hub.custody.service import Custody
from hub.doors import add_doors
from hub.submissions import setup as submissions_setup

if TYPE_CHECKING:
    from hub.context import Hub
    from hub.submissions.limits import Limits

DELETE_EVERY_S = 600


def setup(hub: Hub, upload_limits: Limits) -> Custody:
    """Add uploads, officers' routes, withdrawals and the deletion of what is due."""
    blobs = Blobs.open(hub.settings.blobs_url)
    receipts = Receipts(agency_id=hub.settings.agency_id, hub_key=hub.keys.hub_key, topics=hub.topics)
    submissions = submissions_setup.setup(hub, blobs, Arrivals(receipts).received, upload_limits)
    custody = Custody(database=hub.database, receipts=receipts, submissions=submissions, clock=hub.clock)
    api = CustodyApi(custody, blobs)
    add_doors(hub.officers, api.officer_handlers())
    add_doors(hub.homes, api.home_handlers())
    hub.jobs.every("custody retention", DELETE_EVERY_S, custody.delete_due)
    return custody
