"""What somebody saves of a share is written down, and its owner is told, before a byte is saved."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.kit.access import Actor, Role
from hub.shares.record.model import ShareRow
from hub.shares.record.receipts import EXPORTED_MAX, FETCHED_MAX, Receipts
from tests.hub.shares.desks import DONE, Custody, ask, received
from tests.hub.shares.test_custody_page import page_of

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench

CLIP = {"part": "clip", "sha256": "cd" * 32}
MANIFEST = {"part": "manifest", "sha256": "ef" * 32}


async def written(bench: HubBench) -> list[tuple[str, str]]:
    """Return who saved what, as the trail has it."""
    async with bench.hub.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).where(AuditRow.action == "share.saved"))).all()
    return [(row.actor, row.detail) for row in rows]


async def test_each_save_is_written_down_and_the_owner_hears_of_each_part_once_a_day(bench: HubBench) -> None:
    """By badge and device; another part, another person and another day are told again."""
    custody = await received(bench)
    bench.clock.ahead += till(bench, hour=12)
    for who in ("officer", "custodian"):
        assert (await custody.open(who))[0] == 200
    for body in (CLIP, CLIP, MANIFEST, CLIP):
        assert await custody.act("officer", "saves", **body) == DONE
    assert await custody.events() == ["received", "exported", "exported"]
    assert await custody.act("custodian", "saves", **CLIP) == DONE
    assert await custody.events() == ["received", "exported", "exported", "exported"]
    bench.clock.ahead += timedelta(hours=12)
    for _ in range(2):
        assert await custody.act("officer", "saves", **CLIP) == DONE
    told = [each for each in await bench.receipts(custody.share) if each.event == "exported"]
    assert [each.by.badge for each in told if each.by] == ["4117", "4117", "1518", "4117"]
    clip, manifest = f"clip sha256 {'cd' * 32}", f"manifest sha256 {'ef' * 32}"
    officer = [("person:officer", words) for words in (clip, clip, manifest, clip)]
    assert await written(bench) == [*officer, ("person:custodian", clip), *[("person:officer", clip)] * 2]
    page = await page_of(custody, "custodian")
    assert (page.count(clip), page.count(manifest)) == (6, 1)


def till(bench: HubBench, *, hour: int) -> timedelta:
    """Return how long it is until that hour of today, or of tomorrow."""
    now = bench.clock().astimezone(UTC)
    then = datetime(now.year, now.month, now.day, hour, tzinfo=UTC)
    return then - now + timedelta(days=now > then)


async def test_nobody_saves_what_they_did_not_open_or_may_not(bench: HubBench) -> None:
    """Not opened, another officer's, one that is not there, for custodians only, withdrawn; nor a supervisor any."""
    custody = await received(bench)
    assert await custody.act("officer", "saves", **CLIP) == (409, "not_opened")
    foreign = Custody(bench=bench, share=await bench.foreign_share())
    assert await foreign.act("officer", "saves", **CLIP) == (404, "share_unknown")
    assert await ask(bench, "officer", f"/api/shares/{secrets.token_hex(16)}/saves", **CLIP) == (404, "share_unknown")
    assert await custody.act("supervisor", "saves", **CLIP) == (403, "not_allowed")
    assert (await custody.open())[0] == 200
    assert await custody.act("custodian", "flag") == DONE
    assert await custody.act("officer", "saves", **CLIP) == (404, "share_unknown")
    assert await custody.act("custodian", "unflag") == DONE
    assert await custody.withdraw() == (200, "done")
    assert await custody.act("officer", "saves", **CLIP) == (410, "withdrawn")
    assert await written(bench) == []
    assert "exported" not in await custody.events()


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({}, "missing_field"),
        ({"part": "preview", "sha256": "cd" * 32}, "unknown_choice"),
        ({"part": "clip\n", "sha256": "cd" * 32}, "unknown_choice"),
        ({"part": "clip", "sha256": "CD" * 32}, "not_hex"),
        ({"part": "clip", "sha256": "cd" * 31}, "not_hex"),
        ({"part": "clip", "sha256": None}, "wrong_type"),
        (CLIP | {"bytes": "AAAA"}, "unknown_field"),
    ],
)
async def test_a_save_is_a_part_and_a_digest(bench: HubBench, body: dict[str, object], rule: str) -> None:
    """Of their form, and nothing beside them; a transcode is for watching, and is not saved."""
    custody = await received(bench)
    assert (await custody.open())[0] == 200
    assert await custody.act("officer", "saves", **body) == (400, rule)
    assert await written(bench) == []


@pytest.mark.parametrize(("exported", "fetched"), [(EXPORTED_MAX, 1), (0, FETCHED_MAX - 2)])
async def test_nobody_saves_without_a_receipt(bench: HubBench, exported: int, fetched: int) -> None:
    """Full of saves, or of looks: a further one is refused, the owner can still take it back, others still look."""
    custody = await received(bench)
    assert (await custody.open())[0] == 200
    receipts = Receipts(agency_id=bench.settings.agency_id, hub_key=bench.hub.keys.hub_key, topics=bench.hub.topics)
    async with bench.hub.database.session("test") as session:
        row = await session.get_one(ShareRow, custody.share.share.share_id)
        for number in range(fetched):
            assert await receipts.add_fetched(session, row, somebody(f"desk {number}"), at=bench.clock())
        for number in range(exported):
            await receipts.add_exported(session, row, somebody(f"desk {number}"), at=bench.clock())
    told = await bench.events(custody.share)
    assert await custody.act("officer", "saves", **CLIP) == (503, "too_many_saves")
    assert await written(bench) == []
    assert await bench.events(custody.share) == told
    assert (await custody.open("custodian"))[0] == (200 if exported else 503)
    assert await custody.withdraw() == (200, "done")


def somebody(device: str) -> Actor:
    """Return an officer at some device."""
    return Actor(id="person:officer", roles=frozenset({Role.OFFICER}), person_id="officer", device=device)
