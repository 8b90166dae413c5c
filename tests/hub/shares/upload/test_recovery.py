"""A withdrawal that crosses an upload: nothing of the share stays, whichever comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.kit.blobs import Blobs
from hub.kit.errors import HubError
from hub.shares.record.model import ShareRow, ShareState
from hub.shares.record.receipts import Receipts
from hub.shares.upload.arrivals import Arrivals
from hub.shares.upload.limits import Limits
from hub.shares.upload.service import Stores, Submissions
from hub.shares.upload.staging import Staging

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.simulators.hub_bench import HubBench
    from tests.simulators.sealed_share import SealedShare


def staged(bench: HubBench, share: SealedShare) -> list[str]:
    """Return what is on its way of a share."""
    return sorted(path.name for path in bench.settings.staging_folder.glob(f"{share.share.share_id}*"))


def stored(bench: HubBench, share: SealedShare) -> list[str]:
    """Return what is at rest of a share."""
    return sorted(path.name for path in bench.settings.folder.glob(f"blobs/shares/{share.share.share_id}/*"))


async def start_again(bench: HubBench) -> None:
    """Do what the hub does at its start."""
    for lifetime in bench.hub.lifetimes:
        async with lifetime():
            pass


async def test_a_kill_between_a_withdrawal_and_its_erasing_leaves_nothing_after_the_next_start(bench: HubBench) -> None:
    """The withdrawal was committed; the bytes that were on their way go now."""
    share = bench.share()
    await bench.home.announce(share)
    await bench.home.patch(share, 0, share.bodies["clip"][:1000])
    async with bench.hub.database.session("test") as session:
        (await session.get_one(ShareRow, share.share.share_id)).state = ShareState.WITHDRAWN
    assert staged(bench, share) == [f"{share.share.share_id}.clip", f"{share.share.share_id}.manifest"]
    await start_again(bench)
    assert staged(bench, share) == []


async def test_a_body_that_no_share_announced_is_gone_after_the_next_start(bench: HubBench) -> None:
    """A kill between the file and the row, say."""
    stray = bench.settings.staging_folder / f"{'0' * 32}.clip"
    stray.write_bytes(b"bytes of nobody")
    await start_again(bench)
    assert not stray.exists()


async def test_a_body_that_is_not_what_was_announced_is_kept_empty_and_the_others_are_finished(bench: HubBench) -> None:
    """One bad file stops neither the start nor another share; its home sends the bytes again."""
    bad, good = bench.share(), bench.share()
    for share in (bad, good):
        await bench.home.announce(share)
        await bench.home.patch(share, 0, share.bodies["manifest"], name="manifest")
    for share, body in ((bad, bytes(len(bad.bodies["clip"]))), (good, good.bodies["clip"])):
        (bench.settings.staging_folder / f"{share.share.share_id}.clip").write_bytes(body)
    await start_again(bench)
    assert await bench.events(good) == ["received"]
    assert await bench.home.offset(bad) == 0


class SlowBlobs(Blobs):
    """A store whose puts take as long as something else takes."""

    meanwhile: Callable[[], Awaitable[None]]

    async def put(self, name: str, source: Path) -> None:
        """Put, and let the other thing happen."""
        await super().put(name, source)
        await self.meanwhile()


async def test_a_share_that_is_withdrawn_while_its_last_body_is_stored_leaves_nothing(bench: HubBench) -> None:
    """The store had the bytes when the withdrawal came; the owner hears of no arrival."""
    share = bench.share()
    await bench.home.announce(share)
    await bench.home.patch(share, 0, share.bodies["manifest"], name="manifest")
    (bench.settings.staging_folder / f"{share.share.share_id}.clip").write_bytes(share.bodies["clip"])

    async def withdraw() -> None:
        async with bench.session.post(f"{bench.homes_url}/v1/withdrawals", data=share.withdrawal()) as answer:
            assert answer.status == 200

    blobs = SlowBlobs.open(bench.settings.blobs_url)
    blobs.meanwhile = withdraw
    receipts = Receipts(agency_id=bench.settings.agency_id, hub_key=bench.hub.keys.hub_key, topics=bench.hub.topics)
    submissions = Submissions(
        database=bench.hub.database,
        stores=Stores(staging=Staging(bench.settings.staging_folder), blobs=blobs),
        received=Arrivals(receipts).received,
        clock=bench.clock,
        limits=Limits(),
    )
    with pytest.raises(HubError) as refused:
        await submissions.offset(await submissions.part(share.share.share_id, "clip"))
    assert refused.value.rule == "upload_closed"
    assert (staged(bench, share), stored(bench, share)) == ([], [])
    assert await bench.events(share) == ["withdrawn", "deleted"]
