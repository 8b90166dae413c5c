"""``milton-hub clock``: what time the hub has told last, and, after a wrong clock, that it is right now."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.context import opened
from hub.cli.says import say
from hub.kit.access import OPERATOR
from hub.web.pages.renderer import utc_words

if TYPE_CHECKING:
    import argparse

    from hub.cli.context import CommandContext

NOT_RIGHT = 1


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("clock", help="compare this machine's clock with what the hub told last")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument(
        "--is-right",
        action="store_true",
        help="the clock was ahead, and is right now: go on from the time that it shows",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Say both times; the exit code is 1 where the clock stands before what was told."""
    return asyncio.run(_run(args.folder, is_right=args.is_right))


async def _run(folder: Path, *, is_right: bool) -> int:
    async with opened(folder) as context:
        if is_right:
            async with context.database.session("clock.accepted") as session:
                await context.live.accept_clock(session, OPERATOR, context.now)
        return await _say(context)


async def _say(context: CommandContext) -> int:
    async with context.database.reading() as session:
        told = await context.live.told_last(session)
    say(f"this machine: {utc_words(context.now)}")
    say(f"told last:    {'nothing yet' if told is None else utc_words(told)}")
    if told is None or told <= context.now:
        return 0
    say("The clock stands before what the hub told last. Look at the machine's time (NTP) first.")
    return NOT_RIGHT
