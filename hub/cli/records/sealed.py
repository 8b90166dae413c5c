"""``milton-hub sealed``: copy one sealed part of a share out of the hub, for ``milton-hub open`` on another machine.

What is copied is ciphertext: who opens it needs the key of a recipient. The copy is an act in the trail.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from hub.audit.trail import record
from hub.cli.context import opened
from hub.cli.says import say
from hub.kit.access import OPERATOR, Action, require
from hub.kit.blobs import Blobs
from hub.shares.record.model import ShareRow
from hub.shares.upload.service import blob_name
from milton_protocol.messages.shares.share import PartName, SealedPart, Share

if TYPE_CHECKING:
    import argparse

    from hub.cli.context import CommandContext


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("sealed", help="copy a sealed part out of the hub, to be opened elsewhere")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("share_id", metavar="SHARE")
    parser.add_argument("part", choices=[each.value for each in PartName])
    parser.add_argument("out", type=Path, metavar="NAME", help="NAME.header and NAME.body are written")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Copy it; nothing is replaced."""
    header, body = (args.out.with_name(f"{args.out.name}.{each}") for each in ("header", "body"))
    part = asyncio.run(_copy(args.folder, args.share_id, PartName(args.part), body))
    with header.open("xb") as file:
        file.write(part.header)
    say(str(header), f"{body}: {part.body_size_bytes} bytes, sha256 {part.body_sha256}")
    return 0


async def _copy(folder: Path, share_id: str, name: PartName, out: Path) -> SealedPart:
    async with opened(folder) as context:
        part = await _noted(context, share_id, name)
        blobs = Blobs.open(context.settings.blobs_url)
        with out.open("xb") as file:
            async for chunk in blobs.read(blob_name(share_id, name.value), 0, part.body_size_bytes):
                file.write(chunk)
    return part


async def _noted(context: CommandContext, share_id: str, name: PartName) -> SealedPart:
    """Return what is sealed, and write the copy down; raise ValueError when the hub has no such bytes."""
    require(OPERATOR, Action.SHARE_COPY)
    async with context.database.session("share.copied") as session:
        row = await session.get(ShareRow, share_id)
        part = None if row is None or row.deleted_at else Share.from_bytes(row.payload).part(name)
        if part is None:
            message = f"the hub has no {name.value} of a share {share_id}"
            raise ValueError(message)
        await record(
            session,
            at=context.now,
            actor=OPERATOR,
            action="share.copied",
            subject=f"share {share_id}",
            detail=name.value,
        )
    return part
