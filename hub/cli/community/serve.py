"""``milton-hub community serve``: run the community house alone, for a clerk's or a library's machine."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.community.context import wired
from hub.cli.says import say
from hub.cli.serve import serving_community, until_signal
from hub.kit.logs import begin_log

if TYPE_CHECKING:
    import argparse


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the action."""
    parser = actions.add_parser("serve", help="run the residents' pages without the police's")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    begin_log(logging.WARNING)
    asyncio.run(_serve(args.folder))
    return 0


async def _serve(folder: Path) -> None:
    stop = until_signal()
    async with wired(folder) as community, serving_community(community):
        say("The community house is ready.")
        await stop.wait()
