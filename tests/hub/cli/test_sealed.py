"""A share's ciphertext copied out of the hub and opened with the recovery key, without the hub."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.__main__ import main
from hub.audit.model import AuditRow
from milton_protocol.base64_text import read_b64
from milton_protocol.messages.requests.request import Request
from tests.simulators.hub_bench import seed_home
from tests.simulators.sealed_share import HomeClient, seal_share

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.simulators.agency import Agency

CLIP = b"what the owner approved " * 10_000


async def run(*arguments: object) -> int:
    """Run the command beside the hub."""
    return await asyncio.to_thread(main, [str(each) for each in arguments])


async def test_the_recovery_key_opens_what_was_copied_out_of_the_hub(
    agency: Agency, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the hub's command and nothing of the hub; the trail has the copy."""
    request_id = await agency.published()
    _, shown = await (await agency.desk("officer")).ask("GET", f"/requests/{request_id}/signable")
    share = seal_share(Request.from_bytes(read_b64(shown["payload"], "payload")), request_id, clip=CLIP)
    home = HomeClient(agency.session, agency.homes_url, await seed_home(agency.hub.database))
    await home.send(share)
    folder, name, share_id = agency.settings.folder.parent, tmp_path / "clip", share.share.share_id
    assert await run("sealed", folder, share_id, "clip", name) == 0
    assert hashlib.sha256((tmp_path / "clip.body").read_bytes()).hexdigest() in capsys.readouterr().out
    parts = ("--header", tmp_path / "clip.header", "--body", tmp_path / "clip.body", "--out", tmp_path / "clip.mp4")
    assert await run("open", "--identity", folder / "offline" / "recovery.age", *parts) == 0
    assert (tmp_path / "clip.mp4").read_bytes() == CLIP
    async with agency.hub.database.reading() as session:
        last = await session.scalar(select(AuditRow).order_by(AuditRow.number.desc()).limit(1))
    assert last is not None
    assert (last.actor, last.action, last.subject) == ("operator", "share.copied", f"share {share_id}")
    assert await run("sealed", folder, share_id, "preview", name) == 1
    assert await run("sealed", folder, "0" * 32, "clip", name) == 1
