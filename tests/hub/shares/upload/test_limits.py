"""A hub that is nearly full refuses new shares and goes on with those that it took."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from hub.shares.upload import api
from hub.shares.upload.limits import Limits
from tests.simulators.hub_bench import running_hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

BATCH_BYTES = 200_000


async def test_a_hub_with_enough_unfinished_shares_takes_no_new_one(tmp_path: Path) -> None:
    """507 with a time to come back; the unfinished one is still taken to its end, which makes room."""
    async with running_hub(tmp_path, limits=Limits(unfinished_max=1)) as bench:
        first, second = bench.share(), bench.share()
        assert await bench.home.announce(first) == 201
        status, headers, answer = await bench.home.ask("POST", "/v1/shares", data=second.envelope)
        assert (status, json.loads(answer)["error"], headers["Retry-After"]) == (507, "hub_full", "900")
        await bench.home.send(first)
        await bench.home.send(second)
        assert await bench.events(second) == ["received"]


async def test_a_hub_never_promises_the_last_of_its_disk(tmp_path: Path) -> None:
    """With a reserve larger than the disk nothing is taken."""
    async with running_hub(tmp_path, limits=Limits(disk_reserve_bytes=2**60)) as bench:
        assert await bench.home.announce(bench.share()) == 507


async def test_a_body_beyond_the_hubs_own_bound_is_refused_at_its_announcement(tmp_path: Path) -> None:
    """413 before a byte is sent, for clips and for manifests."""
    async with running_hub(tmp_path, limits=Limits(body_max_bytes=1000)) as bench:
        assert await bench.home.announce(bench.share()) == 413
    async with running_hub(tmp_path / "other", limits=Limits(manifest_max_bytes=10)) as bench:
        assert await bench.home.announce(bench.share()) == 413


async def test_a_piece_beyond_the_hubs_own_bound_is_told_the_bound(tmp_path: Path) -> None:
    """413 names the limit that this hub has, by the announced length and, without one, by what arrives."""

    async def unmeasured() -> AsyncIterator[bytes]:
        yield bytes(1001)

    async with running_hub(tmp_path, limits=Limits(piece_max_bytes=1000)) as bench:
        share = bench.share()
        assert await bench.home.announce(share) == 201
        for piece in (share.bodies["clip"][:1001], unmeasured()):
            status, _, answer = await bench.home.patch(share, 0, piece)
            told = json.loads(answer)
            assert (status, told["error"]) == (413, "piece_too_long")
            assert "at most 1000 bytes" in told["message"]


async def test_a_piece_whose_time_runs_out_on_a_slow_disk_is_kept_as_far_as_it_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No byte twice, none after the body was closed: the upload goes on from what the hub says."""
    write = os.write

    def slow_write(descriptor: int, data: bytes) -> int:
        if len(data) >= BATCH_BYTES // 2:  # a body's batch; the hub writes nothing else so large
            time.sleep(0.8)
        return write(descriptor, data)

    monkeypatch.setattr(api, "BATCH_BYTES", BATCH_BYTES)
    async with running_hub(tmp_path, limits=Limits(piece_s=0.4)) as bench:
        share = bench.share(clip=os.urandom(4 * BATCH_BYTES))
        assert await bench.home.announce(share) == 201
        body = share.bodies["clip"]
        monkeypatch.setattr(os, "write", slow_write)
        assert (await bench.home.patch(share, 0, body[: 3 * BATCH_BYTES]))[0] == 408
        monkeypatch.setattr(os, "write", write)
        offset = await bench.home.offset(share)
        staged = bench.settings.staging_folder / f"{share.share.share_id}.clip"
        assert 0 < offset <= 3 * BATCH_BYTES
        assert staged.read_bytes() == body[:offset]
        await bench.home.send(share)
        assert await bench.events(share) == ["received"]
