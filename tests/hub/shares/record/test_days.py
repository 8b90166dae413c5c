"""One sealed leaf a day in the public log, against a real hub whose clock is moved."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from hub.audit.model import AuditRow
from hub.publiclog.model import LogLeaf
from hub.shares.record.custody import CustodyDayRow, ReceiptRow
from hub.shares.record.days import SETTLED_AFTER, first_false_day
from milton_protocol.messages.log.custody_day import CustodyDay

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench


async def leaves(bench: HubBench) -> dict[str, str]:
    """Return day and digest of each day's leaf; each is looked at whole."""
    await bench.hub.jobs.run_now("custody days")
    async with bench.hub.database.reading() as session:
        rows = await session.scalars(select(LogLeaf.leaf).where(LogLeaf.kind == "custody").order_by(LogLeaf.index))
        found = [json.loads(leaf) for leaf in rows]
    for leaf in found:
        assert (leaf["case"], leaf["offence"], leaf["cell"]) == ("-", "-", "-")
    return {leaf["day"]: leaf["id"] for leaf in found}


async def kept(bench: HubBench) -> dict[str, CustodyDay]:
    """Return the days as the hub keeps them."""
    async with bench.hub.database.reading() as session:
        rows = (await session.scalars(select(CustodyDayRow).order_by(CustodyDayRow.day))).all()
    assert all(hashlib.sha256(row.content).hexdigest() == CustodyDay.from_bytes(row.content).seal for row in rows)
    return {row.day: CustodyDay.from_bytes(row.content) for row in rows}


async def first_day(bench: HubBench) -> date:
    """Return the day of the trail's first row."""
    async with bench.hub.database.reading() as session:
        return (await session.scalars(select(AuditRow.at).order_by(AuditRow.number).limit(1))).one().date()


async def false_day(bench: HubBench) -> str | None:
    """Return what the check of all days says."""
    async with bench.hub.database.reading() as session:
        return await first_false_day(session)


async def test_every_day_has_one_leaf_also_one_on_which_nothing_happened(bench: HubBench) -> None:
    """None of today; a hub that was off for days makes them up; a second run, also at the same time, adds none."""
    first = await first_day(bench)
    assert await leaves(bench) == {}
    bench.clock.ahead = timedelta(days=4)
    await asyncio.gather(*(bench.hub.jobs.run_now("custody days") for _ in "12"))
    found = await leaves(bench)
    over = (bench.clock() - SETTLED_AFTER).date()
    assert list(found) == [(first + timedelta(days=each)).isoformat() for each in range((over - first).days)]
    assert len(set(found.values())) == len(found) >= 3
    assert await leaves(bench) == found
    assert {day: custody.seal for day, custody in (await kept(bench)).items()} == found


async def test_a_day_is_sealed_only_when_its_last_act_is_written(bench: HubBench) -> None:
    """An act that began before midnight is part of its day."""
    midnight = datetime.combine(await first_day(bench) + timedelta(days=3), datetime.min.time(), UTC)
    bench.clock.ahead = midnight + SETTLED_AFTER - timedelta(minutes=1) - datetime.now(UTC)
    assert max(await leaves(bench)) == (midnight.date() - timedelta(days=2)).isoformat()
    bench.clock.ahead += timedelta(minutes=2)
    assert max(await leaves(bench)) == (midnight.date() - timedelta(days=1)).isoformat()


async def test_what_is_sealed_is_the_days_receipts_and_the_trail_so_far(bench: HubBench) -> None:
    """Looked at and received that day, counted by kind; the digest is over the very envelopes that owners have."""
    bench.clock.ahead = timedelta(days=1)
    day = bench.clock().date().isoformat()
    share = bench.share()
    await bench.home.send(share)
    officer = await bench.sign_in("officer")
    await bench.officer_asks(officer, "GET", f"/api/shares/{share.share.share_id}/parts/clip/body")
    bench.clock.ahead = timedelta(days=3)
    found = await leaves(bench)
    custody = (await kept(bench))[day]
    assert found[day] == custody.seal
    assert [(each.event.value, each.count) for each in custody.receipts] == [("fetched", 1), ("received", 1)]
    async with bench.hub.database.reading() as session:
        envelopes = (await session.scalars(select(ReceiptRow.envelope))).all()
        row = await session.get_one(AuditRow, custody.audit_number)
    digests = sorted(hashlib.sha256(envelope).hexdigest() for envelope in envelopes)
    assert custody.receipts_sha256 == hashlib.sha256("".join(digests).encode()).hexdigest()
    assert custody.audit_sha256 == row.digest
    assert await false_day(bench) is None


async def test_a_receipt_that_comes_late_is_in_the_next_day(bench: HubBench) -> None:
    """The clock is set back and an owner takes a share back: no day that was sealed is called false for it."""
    bench.clock.ahead = timedelta(days=1)
    share = bench.share()
    await bench.home.send(share)
    day = bench.clock().date()
    bench.clock.ahead = timedelta(days=2, hours=1)
    open_day = date.fromisoformat(max(await leaves(bench))) + timedelta(days=1)
    bench.clock.ahead = timedelta(days=1)
    async with bench.session.post(f"{bench.homes_url}/v1/withdrawals", data=share.withdrawal()) as answer:
        assert answer.status == 200
    bench.clock.ahead = timedelta(days=5)
    await leaves(bench)
    found = await kept(bench)
    counts = {key: [each.event.value for each in custody.receipts] for key, custody in found.items()}
    assert counts[day.isoformat()] == ["received"]
    assert counts[open_day.isoformat()] == ["deleted", "withdrawn"]
    assert await false_day(bench) is None


@pytest.mark.parametrize(
    "changed", ["receipt taken out", "receipt of no day", "receipt of another day", "trail", "log", "kept"]
)
async def test_a_day_that_was_changed_later_is_found(bench: HubBench, changed: str) -> None:
    """By whoever may open what was sealed: the hub alone can't change its past unnoticed."""
    bench.clock.ahead = timedelta(days=1)
    share = bench.share()
    await bench.home.send(share)
    day = bench.clock().date().isoformat()
    bench.clock.ahead = timedelta(days=3)
    await leaves(bench)
    async with bench.hub.database.session("test") as session:
        row = await session.get_one(CustodyDayRow, day)
        number = CustodyDay.from_bytes(row.content).audit_number
        change = {
            "receipt taken out": ReceiptRow.__table__.delete(),
            "receipt of no day": update(ReceiptRow).values(sealed_day=None),
            "receipt of another day": update(ReceiptRow).values(sealed_day="2026-01-01"),
            "trail": update(AuditRow).where(AuditRow.number == number).values(digest="0" * 64),
            "log": update(LogLeaf).where(LogLeaf.index == row.leaf_index).values(leaf=b"{}"),
            "kept": update(CustodyDayRow).where(CustodyDayRow.day == day).values(leaf_index=99),
        }[changed]
        await session.execute(change)
    assert await false_day(bench) is not None
