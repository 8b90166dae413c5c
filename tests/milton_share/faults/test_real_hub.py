"""A home's own sealing and upload, over a bad line, to the real hub in a process of its own."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, ClientTimeout
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custom_components.milton_share.cases.shares_table import StoredShare
from custom_components.milton_share.hub_link import client as client_module
from custom_components.milton_share.hub_link import upload
from custom_components.milton_share.hub_link.client import HubAwayError, HubClient, HubRefusedError
from custom_components.milton_share.outbox.receipts import announced_share, read_receipts, share_key_of
from custom_components.milton_share.outbox.seal import seal
from custom_components.milton_share.shared.milton_protocol.limits import RECEIPTS_SIZE_MAX_BYTES
from custom_components.milton_share.shared.milton_protocol.messages.homes.answers import ShareAnswer
from custom_components.milton_share.shared.milton_protocol.messages.shares.receipt import unpadded
from custom_components.milton_share.shared.milton_protocol.messages.shares.share_key import share_id_of
from custom_components.milton_share.shared.milton_protocol.sealing.keys import Identity
from custom_components.milton_share.storage.private_folder import PrivateFolder, read_piece
from tests.simulators.bad_network import BadLine, between
from tests.simulators.hub_beside_home import HUB_PYTHON, hub_process

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

CLIP = secrets.token_bytes(3 * 2**20)

pytestmark = pytest.mark.skipif(not HUB_PYTHON.exists(), reason="the hub's environment is not installed")


@dataclass(frozen=True, slots=True, kw_only=True)
class RealHub:
    """A running hub, and what it said of itself."""

    said: dict[str, Any]

    async def receipts(self, session: ClientSession, share: StoredShare) -> list[str]:
        """Return the events that the hub receipted, fetched and opened as the home does it."""
        client = HubClient(session, self.said["url"]).showing(share_key_of(share))
        body, _ = await client.get(f"/v1/shares/{share.share_id}/receipts", max_bytes=RECEIPTS_SIZE_MAX_BYTES)
        message = unpadded(body or b"")
        return [one.event.value for one in read_receipts(share, message, bytes.fromhex(self.said["hub_key"]))]


@asynccontextmanager
async def real_hub(folder: Path) -> AsyncGenerator[RealHub]:
    """Run one until the block ends."""
    async with hub_process("tests.simulators.hub_beside", folder) as (_, said):
        yield RealHub(said=said)


def approved(hub: RealHub, folder: PrivateFolder, whom: str) -> StoredShare:
    """Write down an approval of a clip of three megabytes, for all `recipients` or, flagged, the `custodians` alone."""
    digest, case_id = sha256(CLIP).hexdigest(), secrets.token_hex(16)
    folder.make()
    (folder.make_clip_folder(case_id) / f"{digest}.mp4").write_bytes(CLIP)
    one_time_key = Ed25519PrivateKey.generate()
    return StoredShare(
        share_id=share_id_of(one_time_key.public_key().public_bytes_raw()),
        case_id=case_id,
        request_id=hub.said["request_id"],
        approved_by="olivia",
        approved_at=datetime.now(UTC),
        clip_sha256=digest,
        recipients_sha256=hub.said[f"{whom}_sha256"],
        recipients=tuple(hub.said[whom]),
        one_time_key=one_time_key.private_bytes_raw(),
        receipt_identity=Identity.generate().secret_text(),
        manifest=b"a manifest",
        sources_kept_until=None,
    )


async def send(client: HubClient, share: StoredShare, folder: PrivateFolder, pieces: upload.PieceSize) -> None:
    """Announce and send, as the outbox does in one try."""
    announced, _ = announced_share(share)
    shown = client.showing(share_key_of(share))
    answer = ShareAnswer.from_bytes(await client.post("/v1/shares", share.envelope or b"", max_bytes=65_536))
    for part in announced.parts:
        file = folder.sealed(share.share_id, part.name)

        async def read(offset: int, length: int, file: Path = file) -> bytes:
            return await asyncio.to_thread(read_piece, file, offset, length)

        path, size_bytes = answer.uploads[part.name], part.body_size_bytes
        await upload.send_body(shown, path, size_bytes, read, lambda _sent: None, pieces=pieces)


@pytest.mark.parametrize(
    ("weather", "whom"),
    [
        ("reset at every byte 600,000", "recipients"),
        pytest.param("stalls for a while", "recipients", marks=pytest.mark.long),
        ("cut after every 400,000 bytes", "custodians"),
    ],
)
async def test_a_share_over_a_bad_line_arrives_once_at_a_real_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weather: str, whom: str
) -> None:
    """By as many tries as it takes, with the very same bytes each time; receipted once. One is flagged by its owner."""
    monkeypatch.setattr(client_module, "_TIMEOUT", ClientTimeout(total=5.0, sock_connect=5.0))
    monkeypatch.setattr(client_module, "STALL_S", 5.0)
    folder = PrivateFolder(tmp_path / "private")
    async with real_hub(tmp_path / "hub") as hub, ClientSession() as session:
        draft = await asyncio.to_thread(approved, hub, folder, whom)
        envelope = await asyncio.to_thread(partial(seal, draft, folder, None, lambda *_: None))
        share = StoredShare(**{name: getattr(draft, name) for name in draft.__slots__} | {"envelope": envelope})
        async for line in between(hub.said["url"], BadLine):
            assert isinstance(line, BadLine)
            client = HubClient(session, line.url, hub.said["token"])
            pieces, tries = upload.PieceSize(), 0
            cutting = asyncio.create_task(_spoil(line, weather))
            async with asyncio.timeout(120):
                while True:
                    tries += 1
                    try:
                        await send(client, share, folder, pieces)
                    except (HubAwayError, HubRefusedError):
                        await asyncio.sleep(0.2)
                    else:
                        break
            cutting.cancel()
            await asyncio.gather(cutting, return_exceptions=True)
            assert tries > 1
            line.mend()
            await send(client, share, folder, pieces)  # a lost last answer: nothing is sent twice
            assert await hub.receipts(session, share) == ["received"]


async def _spoil(line: BadLine, weather: str) -> None:
    match weather:
        case "reset at every byte 600,000":
            line.reset_after_up = 600_000
        case "stalls for a while":
            line.stalled = True
            await asyncio.sleep(6)
            line.mend()
        case "cut after every 400,000 bytes":
            for _ in range(5):
                seen = line.passed_up
                while line.passed_up < seen + 400_000:  # noqa: ASYNC110  what is waited for has no event
                    await asyncio.sleep(0)
                line.cut()
