"""Looking, accepting, withdrawing, deleting: against a real hub over real HTTP."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.audit.trail import first_broken
from hub.shares.record.model import ShareRow
from milton_protocol.base64_text import b64
from milton_protocol.sealing.age import Identity, open_sealed
from tests.simulators.hub_bench import running_hub

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.hub_bench import HubBench
    from tests.simulators.sealed_share import SealedShare


def body_path(share: SealedShare, name: str = "clip") -> str:
    """Return the officers' address of a sealed body."""
    return f"/api/shares/{share.share.share_id}/parts/{name}/body"


@pytest.fixture
async def share(bench: HubBench) -> SealedShare:
    """Send a whole share."""
    sealed = bench.share(clip=bytes(range(256)) * 2000)
    await bench.home.send(sealed)
    return sealed


async def withdraw(bench: HubBench, envelope: bytes) -> tuple[int, dict[str, object]]:
    """Send a withdrawal as the home does: without its token."""
    async with bench.session.post(f"{bench.homes_url}/v1/withdrawals", data=envelope) as response:
        return response.status, await response.json()


def bytes_on_disk(bench: HubBench, share: SealedShare) -> list[str]:
    """Return the files that hold bytes of a share."""
    folder = bench.settings.folder
    staged = folder.glob(f"staging/{share.share.share_id}*")
    stored = folder.glob(f"blobs/shares/{share.share.share_id}/*")
    return sorted(path.name for path in (*staged, *stored))


async def test_an_officer_lists_the_shares_of_an_own_request(bench: HubBench, share: SealedShare) -> None:
    """Clear facts, headers and receipts; nothing says who sent it."""
    officer = await bench.sign_in("officer")
    status, headers, answer = await bench.officer_asks(officer, "GET", f"/api/shares?request={bench.request_id}")
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    (found,) = json.loads(answer)["shares"]
    assert (found["share_id"], found["state"]) == (share.share.share_id, "received")
    assert [part["header"] for part in found["parts"]] == [b64(part.header) for part in share.share.parts]
    status, _, answer = await bench.officer_asks(officer, "GET", f"/api/shares/{share.share.share_id}")
    details = json.loads(answer)
    assert status == 200
    assert base64.b64decode(details["envelope"]) == share.envelope
    assert [receipt["event"] for receipt in details["receipts"]] == ["received"]


async def test_a_fetched_body_opens_with_the_officers_key(bench: HubBench, share: SealedShare) -> None:
    """Header and body together are an ordinary age file."""
    officer = await bench.sign_in("officer")
    status, headers, body = await bench.officer_asks(officer, "GET", body_path(share))
    assert (status, headers["ETag"]) == (200, f'"{share.share.parts[0].body_sha256}"')
    secret = (bench.settings.folder.parent / "offline" / "officer.age").read_text(encoding="ascii")
    assert open_sealed(share.share.parts[0].header + body, Identity.parse(secret.strip())) == bytes(range(256)) * 2000


@pytest.mark.parametrize(
    ("asked", "start", "end"), [("bytes=0-99", 0, 100), ("bytes=70000-", 70_000, None), ("bytes=-33", -33, None)]
)
async def test_a_body_is_served_in_ranges(
    bench: HubBench, share: SealedShare, asked: str, start: int, end: int | None
) -> None:
    """206 with exactly the bytes."""
    officer = await bench.sign_in("officer")
    status, headers, body = await bench.officer_asks(officer, "GET", body_path(share), {"Range": asked})
    expected = share.bodies["clip"][start:end]
    assert (status, body) == (206, expected)
    size = len(share.bodies["clip"])
    first = start % size
    assert headers["Content-Range"] == f"bytes {first}-{first + len(expected) - 1}/{size}"


async def test_a_range_beyond_the_end_is_refused_without_a_receipt(bench: HubBench, share: SealedShare) -> None:
    """416 says the size; nothing was looked at."""
    officer = await bench.sign_in("officer")
    size = len(share.bodies["clip"])
    status, headers, _ = await bench.officer_asks(officer, "GET", body_path(share), {"Range": f"bytes={size}-"})
    assert (status, headers["Content-Range"]) == (416, f"bytes */{size}")
    assert await bench.events(share) == ["received"]


async def test_a_lost_body_is_said_and_not_receipted(bench: HubBench, share: SealedShare) -> None:
    """A damaged blob store shows; the owner isn't told of a look at nothing."""
    (bench.settings.folder / "blobs" / "shares" / share.share.share_id / "clip").unlink()
    answer = await bench.officer_asks(await bench.sign_in("officer"), "GET", body_path(share))
    assert (answer[0], json.loads(answer[2])["error"]) == (503, "body_missing")
    assert await bench.events(share) == ["received"]


async def test_ranges_after_the_first_look_wait_for_no_writer(bench: HubBench, share: SealedShare) -> None:
    """A clip plays on while somebody else has the database's one writer."""
    officer = await bench.sign_in("officer")
    await bench.officer_asks(officer, "GET", body_path(share), {"Range": "bytes=0-9"})
    async with bench.hub.database.session("test"):
        async with asyncio.timeout(2):
            status, _, body = await bench.officer_asks(officer, "GET", body_path(share), {"Range": "bytes=10-19"})
    assert (status, body) == (206, share.bodies["clip"][10:20])


async def test_the_owner_sees_badge_and_device_of_each_first_look(bench: HubBench, share: SealedShare) -> None:
    """One receipt for a person on a device, however many ranges are fetched; another device is another receipt."""
    desk, phone = await bench.sign_in("officer", "front desk"), await bench.sign_in("officer", "patrol tablet")
    for _ in range(3):
        await bench.officer_asks(desk, "GET", body_path(share), {"Range": "bytes=0-9"})
    await bench.officer_asks(desk, "GET", body_path(share, "manifest"))
    await bench.officer_asks(phone, "HEAD", body_path(share))
    assert await bench.events(share) == ["received", "fetched"]
    await bench.officer_asks(phone, "GET", body_path(share))
    fetched = (await bench.receipts(share))[1:]
    assert [(each.by.badge, each.by.device) for each in fetched if each.by] == [
        ("4117", "front desk"),
        ("4117", "patrol tablet"),
    ]
    async with bench.hub.database.reading() as session:
        trail = (await session.scalars(select(AuditRow).where(AuditRow.action == "share.fetched"))).all()
        assert await first_broken(session) is None
    assert [(row.actor, row.detail) for row in trail] == [
        ("person:officer", "front desk"),
        ("person:officer", "patrol tablet"),
    ]


async def test_a_custodian_accepts_after_the_owners_24_hours(bench: HubBench, share: SealedShare) -> None:
    """Too early is 409 with the reason; after that the receipt names the custodian."""
    custodian = await bench.sign_in("custodian")
    path = f"/api/shares/{share.share.share_id}/accept"
    status, _, answer = await bench.officer_asks(custodian, "POST", path)
    assert (status, json.loads(answer)["error"]) == (409, "too_early")
    bench.clock.ahead = timedelta(hours=24, minutes=1)
    custodian = await bench.sign_in("custodian")
    status, _, answer = await bench.officer_asks(custodian, "POST", path)
    assert (status, json.loads(answer)["state"]) == (200, "accepted")
    receipt = (await bench.receipts(share))[-1]
    assert receipt.by is not None
    assert (receipt.event.value, receipt.by.badge) == ("accepted", "1518")
    status, _, answer = await bench.officer_asks(custodian, "POST", path)
    assert (status, json.loads(answer)["error"]) == (409, "already_accepted")
    assert await withdraw(bench, share.withdrawal()) == (
        409,
        {"error": "already_accepted", "message": "A custodian has accepted this share into a case."},
    )
    bench.clock.ahead = timedelta(days=300)
    await _retention(bench)
    assert bytes_on_disk(bench, share) == ["clip", "manifest"]


async def test_an_unopened_share_that_is_withdrawn_is_deleted_at_once(bench: HubBench, share: SealedShare) -> None:
    """Both receipts, no byte left, and a repeat is answered the same."""
    for _ in range(2):
        assert await withdraw(bench, share.withdrawal()) == (200, {"withdrawn": True})
    assert await bench.events(share) == ["received", "withdrawn", "deleted"]
    assert bytes_on_disk(bench, share) == []
    officer = await bench.sign_in("officer")
    status, _, answer = await bench.officer_asks(officer, "GET", body_path(share))
    assert (status, json.loads(answer)["error"]) == (410, "deleted")


async def test_an_opened_share_that_is_withdrawn_is_closed_and_kept_sealed_for_30_days(
    bench: HubBench, share: SealedShare
) -> None:
    """Access ends at once, the bytes go later."""
    officer = await bench.sign_in("officer")
    await bench.officer_asks(officer, "GET", body_path(share))
    assert (await withdraw(bench, share.withdrawal()))[0] == 200
    status, _, answer = await bench.officer_asks(officer, "GET", body_path(share))
    assert (status, json.loads(answer)["error"]) == (410, "withdrawn")
    await _retention(bench)
    assert bytes_on_disk(bench, share) == ["clip", "manifest"]
    bench.clock.ahead = timedelta(days=30, minutes=1)
    await _retention(bench)
    assert bytes_on_disk(bench, share) == []
    assert await bench.events(share) == ["received", "fetched", "withdrawn", "deleted"]


@pytest.mark.parametrize("opened", [False, True])
async def test_after_a_withdrawal_nothing_is_given_out_that_helps_to_open_the_share(
    bench: HubBench, share: SealedShare, *, opened: bool
) -> None:
    """Deleted or kept sealed: neither list, share nor page has the age headers or the envelope; the receipts stay."""
    officer = await bench.sign_in("officer")
    share_id = share.share.share_id
    paths = (f"/api/shares?request={bench.request_id}", f"/api/shares/{share_id}", f"/shares/{share_id}")
    secrets = [base64.b64encode(share.envelope).decode(), *(b64(part.header) for part in share.share.parts)]
    before = [(await bench.officer_asks(officer, "GET", path))[2].decode() for path in paths]
    assert [sum(secret in answer for secret in secrets) for answer in before] == [2, 3, 1]
    if opened:
        await bench.officer_asks(officer, "GET", body_path(share))
    assert (await withdraw(bench, share.withdrawal()))[0] == 200
    for path in paths:
        status, _, answer = await bench.officer_asks(officer, "GET", path)
        assert status == 200
        assert not any(secret in answer.decode() for secret in secrets), path
    details = json.loads((await bench.officer_asks(officer, "GET", paths[1]))[2])
    assert "withdrawn" in [receipt["event"] for receipt in details["receipts"]]
    assert [part["body_sha256"] for part in details["parts"]] == [part.body_sha256 for part in share.share.parts]


async def test_a_share_can_be_withdrawn_while_it_is_still_uploaded(bench: HubBench) -> None:
    """What had arrived is gone and no further byte is taken."""
    share = bench.share()
    await bench.home.announce(share)
    await bench.home.patch(share, 0, share.bodies["clip"][:1000])
    assert (await withdraw(bench, share.withdrawal()))[0] == 200
    assert bytes_on_disk(bench, share) == []
    status, _, answer = await bench.home.patch(share, 1000, share.bodies["clip"][1000:])
    assert (status, json.loads(answer)["error"]) == (410, "upload_closed")
    assert await bench.events(share) == ["withdrawn", "deleted"]


async def test_a_share_that_nobody_accepts_is_deleted_after_30_days(bench: HubBench, share: SealedShare) -> None:
    """The owner is told by a receipt; the tombstone stays."""
    bench.clock.ahead = timedelta(days=29, hours=23)
    await _retention(bench)
    assert await bench.events(share) == ["received"]
    bench.clock.ahead = timedelta(days=30, minutes=1)
    await _retention(bench)
    await _retention(bench)
    assert await bench.events(share) == ["received", "deleted"]
    assert bytes_on_disk(bench, share) == []
    async with bench.hub.database.reading() as session:
        row = await session.get_one(ShareRow, share.share.share_id)
    assert (row.state, row.deleted_at is not None) == ("deleted", True)


async def test_a_deletion_that_was_cut_short_is_finished(bench: HubBench, share: SealedShare) -> None:
    """Decided but not yet erased: the next run erases and says so."""
    async with bench.hub.database.session("test") as session:
        row = await session.get_one(ShareRow, share.share.share_id)
        row.state = "deleted"
    await _retention(bench)
    assert bytes_on_disk(bench, share) == []
    assert await bench.events(share) == ["received", "deleted"]


async def test_a_share_that_can_not_be_deleted_keeps_no_other_from_it(bench: HubBench, share: SealedShare) -> None:
    """The failure is raised once all were tried; when the store is mended the next run finishes."""
    other = bench.share()
    await bench.home.send(other)
    stuck, gone = sorted((share, other), key=lambda one: one.share.share_id)  # the one that comes first
    stuck_blob = bench.settings.folder / "blobs" / "shares" / stuck.share.share_id / "clip"
    stuck_blob.unlink()
    (stuck_blob / "in the way").mkdir(parents=True)
    bench.clock.ahead = timedelta(days=30, minutes=1)
    with pytest.raises(ExceptionGroup) as raised:
        await _retention(bench)
    assert len(raised.value.exceptions) == 1
    assert bytes_on_disk(bench, gone) == []
    assert await bench.events(gone) == ["received", "deleted"]
    (stuck_blob / "in the way").rmdir()
    stuck_blob.rmdir()
    await _retention(bench)
    assert await bench.events(stuck) == ["received", "deleted"]


async def test_an_unfinished_upload_is_dropped_after_a_week(bench: HubBench) -> None:
    """Bytes go; there is no receipt, for there never was a share to speak of."""
    share = bench.share()
    await bench.home.announce(share)
    await bench.home.patch(share, 0, share.bodies["clip"][:1000])
    bench.clock.ahead = timedelta(days=7, minutes=1)
    await _retention(bench)
    assert bytes_on_disk(bench, share) == []
    assert await bench.events(share) == []


async def test_the_share_of_a_drill_is_deleted_after_a_day(tmp_path: Path) -> None:
    """An exercise leaves nothing."""
    async with running_hub(tmp_path, drill=True) as bench:
        share = bench.share()
        await bench.home.send(share)
        bench.clock.ahead = timedelta(hours=24, minutes=1)
        await _retention(bench)
        assert bytes_on_disk(bench, share) == []


async def _retention(bench: HubBench) -> None:
    """Run the retention job."""
    await bench.hub.jobs.run_now("custody retention")
