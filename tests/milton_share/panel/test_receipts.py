"""What the hub says became of a share: each event comes to a real home, and onto its page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.util import dt as dt_util

from custom_components.milton_share.panel.websocket.encode import to_json
from custom_components.milton_share.shared.milton_protocol.messages.shares.passed_on import PassedOnTo
from custom_components.milton_share.shared.milton_protocol.messages.shares.receipt import (
    OF_AN_OUTSIDER,
    ReceiptBy,
    ReceiptEvent,
)

if TYPE_CHECKING:
    from tests.milton_share.conftest import Home

    from .conftest import Line

BY = ReceiptBy(badge="B-101", device="MPD-LT-031")
NOBODYS = {ReceiptEvent.VIEWED, ReceiptEvent.WITHDRAWN}  # of an outsider by a link, and of the owner


async def share_where(line: Line, has: int) -> dict[str, Any]:
    """Read events until the page has so many receipts of the only share; return that."""
    while True:
        (request,) = (await line.event())["state"]["requests"]
        share = request["cases"][0]["share"]
        if share is not None and len(share["receipts"]) == has:
            return share


@pytest.mark.usefixtures("recorded")
async def test_every_event_of_a_receipt_comes_to_the_home_and_its_page(home: Home, line: Line) -> None:
    """Who, on which device, about whom outside; all of it after a restart too, and in the documents that are saved."""
    until = dt_util.utcnow().replace(microsecond=0) + timedelta(days=30)
    outsider = PassedOnTo(name="Ruth Ellery", organisation="Fulton County DA", until=until)
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case)
    await line.result("subscribe")
    share = await share_where(line, 1)
    assert (share["share_id"], share["receipts"][0]["event"]) == (share_id, "received")
    for number, event in enumerate([event for event in ReceiptEvent if event is not ReceiptEvent.RECEIVED], start=2):
        to, by = (outsider if event in OF_AN_OUTSIDER else None), (None if event in NOBODYS else BY)
        home.hub.give_receipt(share_id, event, to, by)
        newest = (await share_where(line, number))["receipts"][-1]
        assert (newest["sequence"], newest["event"]) == (number, event)
        assert newest["to"] == to_json(to)
        assert newest["by"] == to_json(by)
    before = home.case(case.request_id).share.receipts
    assert [one.event for one in before] == list(ReceiptEvent)
    await home.restart()
    await home.until(lambda: home.case(case.request_id).share.receipts == before)
    documents = home.panel.evidence.of(home.owner.session, case.request_id)
    assert [len(one.receipt_envelopes) for one in documents.shares] == [len(ReceiptEvent)]
