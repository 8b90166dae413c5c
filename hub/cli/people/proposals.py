"""``milton-hub proposals``: what people's devices propose to the directory, in words and as files for both keys."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.context import opened
from hub.cli.says import say
from hub.identity.accounts.proposals import waiting
from milton_protocol import canonical

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from hub.identity.accounts.proposals import Waiting


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("proposals", help="show the keys that wait to be signed into the directory")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write each as a file for directory sign")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show them, and write them where asked."""
    proposals = asyncio.run(_read(args.folder))
    if not proposals:
        say("Nothing waits.")
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
    for each in proposals:
        say(f"{each.number}. {each.person_id}, {each.created_at:%d %B %Y %H:%M} UTC", *(f"   {w}" for w in each.words))
        if args.out is not None:
            path = args.out / f"proposal-{each.number}.json"
            path.write_bytes(canonical.encode(each.value))
            say(f"   file: {path}")
    return 0


async def _read(folder: Path) -> Sequence[Waiting]:
    async with opened(folder) as context, context.database.reading() as session:
        current = await context.directory.current(session)
        return await waiting(session, current.directory, context.now)
