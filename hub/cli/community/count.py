"""``milton-hub community count``: count the registry's cells now, as each night does."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.community.context import wired
from hub.cli.says import say
from hub.community.context import MIGRATIONS
from hub.community.registry.setup import count_now
from hub.db.migrate import upgrade

if TYPE_CHECKING:
    import argparse


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the action."""
    parser = actions.add_parser("count", help="count the cameras of each square now, instead of at night")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Count, and say how many squares are told."""
    say(f"squares with 5 or more: {asyncio.run(_count(args.folder))}")
    return 0


async def _count(folder: Path) -> int:
    async with wired(folder) as community:
        await upgrade(community.database, MIGRATIONS)
        return await count_now(community)
