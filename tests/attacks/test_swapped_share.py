"""A hub that was taken over swaps a pseudonymous share: what it then tells officers gives it away."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update

from hub.shares.record.custody import ReceiptRow
from hub.shares.record.days import first_false_day
from hub.shares.record.model import ShareRow
from hub.shares.record.receipts import Receipts
from milton_protocol.base64_text import read_b64
from milton_protocol.messages.log.custody_day import CustodyDay
from milton_protocol.messages.shares.receipt import ReceiptEvent
from tests.hub.shares.desks import received
from tests.simulators.hub_bench import running_hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.hub_bench import HubBench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[HubBench]:
    """Run a hub with one published request and one enrolled home."""
    async with running_hub(tmp_path) as started:
        yield started


async def test_a_share_that_is_swapped_after_its_day_was_sealed_has_no_receipt_in_that_day(bench: HubBench) -> None:
    """With another one-time key and the hub's own receipt for it; browsers judge it: browser/test_public_log.py."""
    custody = await received(bench)
    bench.clock.ahead = timedelta(days=2)
    for job in ("custody days", "live"):
        await bench.hub.jobs.run_now(job)
    assert await is_in_its_day(bench, custody.path)
    share_id = custody.share.share.share_id
    swapped = bench.share(share_id=share_id)
    assert swapped.share.one_time_key != custody.share.share.one_time_key
    async with bench.hub.database.session("thief") as session:
        row = await session.get_one(ShareRow, share_id)
        row.payload, row.envelope = swapped.share.to_bytes(), swapped.envelope
        (day,) = (await session.execute(delete(ReceiptRow).returning(ReceiptRow.sealed_day))).scalars()
        keys, agency_id = bench.hub.keys, bench.settings.agency_id
        receipts = Receipts(agency_id=agency_id, hub_key=keys.hub_key, topics=bench.hub.topics)
        await receipts.add(session, row, ReceiptEvent.RECEIVED, at=row.received_at or bench.clock())
        await session.execute(update(ReceiptRow).values(sealed_day=day))
    assert not await is_in_its_day(bench, custody.path)
    async with bench.hub.database.reading() as session:
        assert await first_false_day(session) == day


async def is_in_its_day(bench: HubBench, path: str) -> bool:
    """Say whether the receipt that an officer's browser is given is in the day that was sealed."""
    _, _, answer = await bench.officer_asks(await bench.sign_in("officer"), "GET", f"{path}/proofs")
    said = json.loads(answer)["anchor"]
    receipt = hashlib.sha256(base64.b64decode(said["receipt"])).hexdigest()
    digests = read_b64(said["day"]["digests"], "digests").hex()
    sealed = CustodyDay.from_bytes(base64.b64decode(said["day"]["content"]))
    assert receipt in digests
    return hashlib.sha256(digests.encode()).hexdigest() == sealed.receipts_sha256
