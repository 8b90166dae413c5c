"""kill -9, or an orderly stop, of a real hub in the middle of a piece (at an upload's steps: ``tests/hub/crash``)."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp
import pytest
from sqlalchemy import select

from hub.db.engine import Database
from hub.kit.keys import HubKeys
from hub.shares.record.custody import ReceiptRow
from milton_protocol.custody import open_receipts
from milton_protocol.messages.shares.receipt import SealedReceipts
from tests.simulators.hub_bench import found_city, seed_home, seed_request
from tests.simulators.hub_process import serving
from tests.simulators.ports import free_port
from tests.simulators.sealed_share import HomeClient, checksum, seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.kit.settings import Settings
    from tests.simulators.sealed_share import SealedShare

PIECE_BYTES = 150_000
KILLS = 4


@pytest.mark.long
async def test_an_upload_survives_kill_9_at_any_moment(tmp_path: Path) -> None:
    """Four kills at random moments; the offset never falls below what was acknowledged; one receipt in the end."""
    port, settings, database, token, share = await _founded(tmp_path, clip_bytes=6_000_000)
    acknowledged: dict[str, int] = {}
    moments = random.Random(11)  # noqa: S311 - spreads the kills, guards nothing
    for number in range(KILLS + 1):
        async with (
            serving(tmp_path) as hub,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session,
        ):
            home = HomeClient(session, f"http://127.0.0.1:{port}", token)
            sending = asyncio.create_task(_send(home, share, acknowledged))
            if number < KILLS:
                await asyncio.sleep(moments.uniform(0.02, 0.25))
                await hub.kill()
                with suppress(aiohttp.ClientError, OSError):
                    await sending
            else:
                await sending
    await _is_there_once(settings, database, share)


async def test_a_hub_that_is_stopped_in_the_middle_of_a_piece_ends_by_itself_and_goes_on(tmp_path: Path) -> None:
    """SIGTERM: exit code 0, though a home is in mid-word; what was acknowledged is there, the rest goes to the next."""
    port, settings, database, token, share = await _founded(tmp_path, clip_bytes=4 * PIECE_BYTES)
    first, second = share.bodies["clip"][:PIECE_BYTES], share.bodies["clip"][PIECE_BYTES : 2 * PIECE_BYTES]
    arriving = asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        yield second[: PIECE_BYTES // 2]
        arriving.set()
        await asyncio.Event().wait()

    async with serving(tmp_path) as hub, aiohttp.ClientSession() as session:
        home = HomeClient(session, f"http://127.0.0.1:{port}", token)
        assert await home.announce(share) == 201
        assert (await home.patch(share, 0, first, headers=checksum(first)))[0] == 204
        size = {"Content-Length": str(PIECE_BYTES)} | checksum(second)
        sending = asyncio.create_task(home.patch(share, PIECE_BYTES, half(), headers=size))
        await arriving.wait()
        assert await hub.stop() == 0
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    async with serving(tmp_path), aiohttp.ClientSession() as session:
        await _send(HomeClient(session, f"http://127.0.0.1:{port}", token), share, {"clip": PIECE_BYTES})
    await _is_there_once(settings, database, share)


async def _founded(folder: Path, clip_bytes: int) -> tuple[int, Settings, Database, str, SealedShare]:
    """Found a city on free ports; return the homes' port, its settings and database, a home's token, its share."""
    port = free_port()
    settings = await asyncio.to_thread(found_city, folder, "--listen-homes", f"127.0.0.1:{port}", *_other_ports())
    database = Database(settings.database_url)
    request, request_id = await seed_request(settings, database, at=datetime.now(UTC))
    clip = random.Random(7).randbytes(clip_bytes)  # noqa: S311 - any bytes do
    return port, settings, database, await seed_home(database), seal_share(request, request_id, clip=clip)


async def _is_there_once(settings: Settings, database: Database, share: SealedShare) -> None:
    """See to it that the store has the very bodies, and the share one receipt."""
    stored = settings.folder / "blobs" / "shares" / share.share.share_id
    assert {path.name: path.read_bytes() for path in stored.iterdir()} == share.bodies
    assert await _events(settings, database, share) == ["received"]
    await database.close()


async def _send(home: HomeClient, share: SealedShare, acknowledged: dict[str, int]) -> None:
    """Send what is missing, noting each acknowledged offset."""
    assert await home.announce(share) in {200, 201}
    for name, body in share.bodies.items():
        offset = await home.offset(share, name)
        assert offset >= acknowledged.get(name, 0)
        while offset < len(body):
            piece = body[offset : offset + PIECE_BYTES]
            status, headers, text = await home.patch(share, offset, piece, name=name, headers=checksum(piece))
            assert status == 204, text
            offset = acknowledged[name] = int(headers["Upload-Offset"])


async def _events(settings: Settings, database: Database, share: SealedShare) -> list[str]:
    """Return the events of the share's receipts, as its home opens them; the table says the same."""
    async with database.reading() as session:
        rows = (await session.scalars(select(ReceiptRow).order_by(ReceiptRow.sequence))).all()
    sealed = SealedReceipts(share_id=share.share.share_id, sealed=tuple(row.sealed for row in rows))
    hub_key = HubKeys.load(settings.keys_folder).hub_key.public_key().public_bytes_raw()
    events = [receipt.event.value for receipt in open_receipts(sealed, share.identity, hub_key, share.sha256)]
    assert events == [row.event for row in rows]
    return events


def _other_ports() -> tuple[str, ...]:
    return tuple(f"--listen-{name}=127.0.0.1:{free_port()}" for name in ("officers", "signer", "community"))
