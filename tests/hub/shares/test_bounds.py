"""The edges of custody: a look that must not happen, a withdrawal in pieces, two deletions at once."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.kit.access import Actor, Role
from hub.kit.blobs import Blobs
from hub.shares.record.context import CustodyContext
from hub.shares.record.model import ShareRow
from hub.shares.record.receipts import FETCHED_MAX, Receipts
from hub.shares.retention.due_deletions import Deleting
from hub.shares.upload.arrivals import Arrivals
from hub.shares.upload.limits import Limits
from hub.shares.upload.service import Stores, Submissions
from hub.shares.upload.staging import Staging
from milton_protocol.messages.shares.receipt import ReceiptEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.simulators.hub_bench import HubBench
    from tests.simulators.sealed_share import SealedShare


@pytest.fixture
async def share(bench: HubBench) -> SealedShare:
    """Send a whole share."""
    sealed = bench.share()
    await bench.home.send(sealed)
    return sealed


async def look(bench: HubBench, share: SealedShare, name: str = "clip") -> tuple[int, str | None]:
    """Fetch a body as an officer; return the status and the rule of a refusal."""
    officer = await bench.sign_in("officer")
    path = f"/api/shares/{share.share.share_id}/parts/{name}/body"
    status, _, answer = await bench.officer_asks(officer, "GET", path)
    return status, None if status < 400 else json.loads(answer)["error"]


async def test_a_preview_that_the_home_did_not_send_is_unknown(bench: HubBench, share: SealedShare) -> None:
    """Only a clip that browsers can't play has one; nobody looked, so the owner is told of no look."""
    assert await look(bench, share, "preview") == (404, "share_unknown")
    assert await bench.events(share) == ["received"]


async def test_a_share_on_its_way_can_not_be_looked_at(bench: HubBench) -> None:
    """Its facts are known from the announcement; its bytes are nobody's yet."""
    announced = bench.share()
    await bench.home.announce(announced)
    assert await look(bench, announced) == (409, "not_received")


async def test_nobody_looks_without_a_receipt(bench: HubBench, share: SealedShare) -> None:
    """When a share's receipts are full of viewers a further one is refused; the owner can still take it back."""
    receipts = receipts_of(bench)
    async with bench.hub.database.session("test") as session:
        row = await session.get_one(ShareRow, share.share.share_id)
        for number in range(FETCHED_MAX - 1):
            viewer = Actor(
                id="person:officer", roles=frozenset({Role.OFFICER}), person_id="officer", device=f"desk {number}"
            )
            assert await receipts.add_fetched(session, row, viewer, at=bench.clock())
    assert await look(bench, share) == (503, "too_many_viewers")
    assert len(await bench.events(share)) == FETCHED_MAX
    async with bench.session.post(f"{bench.homes_url}/v1/withdrawals", data=share.withdrawal()) as answer:
        assert answer.status == 200
    assert (await bench.events(share))[-1] in {"withdrawn", "deleted"}


async def test_first_looks_at_once_are_one(bench: HubBench, share: SealedShare) -> None:
    """A player asks for several ranges before the first is receipted."""
    answers = await asyncio.gather(*(look(bench, share) for _ in range(4)))
    assert set(answers) == {(200, None)}
    assert await bench.events(share) == ["received", "fetched"]


async def test_a_withdrawal_that_arrives_in_pieces_is_read_whole(bench: HubBench, share: SealedShare) -> None:
    """A slow line must not cost the owner the right to take a share back."""
    envelope = share.withdrawal()

    async def slowly() -> AsyncIterator[bytes]:
        yield envelope[:100]
        await asyncio.sleep(0.3)  # the hub has begun to read
        yield envelope[100:]

    async with bench.session.post(f"{bench.homes_url}/v1/withdrawals", data=slowly()) as answer:
        assert (answer.status, await answer.json()) == (200, {"withdrawn": True})


class Overtaken(Submissions):
    """Erases as every hub does, but another deletion of the same share comes first and ends."""

    other: Deleting

    async def erase(self, share_id: str) -> None:
        """Let the other one go through between the decision and the erasing."""
        await self.other.delete_due()
        await super().erase(share_id)


def receipts_of(bench: HubBench) -> Receipts:
    """Return what writes the hub's receipts."""
    return Receipts(agency_id=bench.settings.agency_id, hub_key=bench.hub.keys.hub_key, topics=bench.hub.topics)


def context_of(bench: HubBench) -> CustodyContext:
    """Return what the hub's custody stands on."""
    return CustodyContext(database=bench.hub.database, receipts=receipts_of(bench), clock=bench.clock)


def submissions[T: Submissions](bench: HubBench, kind: type[T]) -> T:
    """Return what knows where the hub's bytes lie."""
    return kind(
        database=bench.hub.database,
        stores=Stores(staging=Staging(bench.settings.staging_folder), blobs=Blobs.open(bench.settings.blobs_url)),
        received=Arrivals(receipts_of(bench)).received,
        clock=bench.clock,
        limits=Limits(),
    )


async def test_what_is_held_in_the_moment_of_its_deletion_stays(bench: HubBench, share: SealedShare) -> None:
    """A custodian came between the list of what is due and its first share; without the hold it goes."""
    deleting = Deleting(context_of(bench), submissions(bench, Submissions))
    bench.clock.ahead = timedelta(days=30, minutes=1)
    for held_since, events in ((bench.clock(), ["received"]), (None, ["received", "deleted"])):
        async with bench.hub.database.session("test") as session:
            (await session.get_one(ShareRow, share.share.share_id)).held_since = held_since
        await deleting.delete_if_due(share.share.share_id)
        assert await bench.events(share) == events


async def test_two_deletions_at_once_are_one(bench: HubBench, share: SealedShare) -> None:
    """The owner has one receipt of it, the trail one row."""
    slow = submissions(bench, Overtaken)
    slow.other = Deleting(context_of(bench), submissions(bench, Submissions))
    bench.clock.ahead = timedelta(days=30, minutes=1)
    await Deleting(context_of(bench), slow).delete_due()
    assert await bench.events(share) == [ReceiptEvent.RECEIVED, ReceiptEvent.DELETED]


async def test_nothing_goes_by_a_time_that_is_not_so(bench: HubBench, share: SealedShare) -> None:
    """As where a case is opened again in the moment in which a share is accepted into it: it is found out in time."""
    async with bench.hub.database.session("test") as session:
        row = await session.get_one(ShareRow, share.share.share_id)
        goes, row.delete_after = row.delete_after, bench.clock()
    await bench.hub.jobs.run_now("custody retention")
    assert await bench.events(share) == [ReceiptEvent.RECEIVED]
    async with bench.hub.database.reading() as session:
        assert (await session.get_one(ShareRow, share.share.share_id)).delete_after == goes
