"""``milton-hub audit check``: walk the trail, the sealed days of custody and the flags, and say where they break."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from hub.audit.trail import first_broken, last_row
from hub.auditors.flags.service import first_false
from hub.cli.context import opened
from hub.cli.says import say
from hub.shares.record.days import first_false_day

if TYPE_CHECKING:
    import argparse

BROKEN = 1


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("audit", help="the audit trail")
    actions = parser.add_subparsers(dest="action", required=True)
    check = actions.add_parser("check", help="say whether a row was changed, taken out or put in")
    check.add_argument("folder", type=Path, metavar="DIR")
    check.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check it; the exit code is 1 where it breaks."""
    rows, broken, false_day, false_flag = asyncio.run(_check(args.folder))
    say(f"rows: {rows}")
    if broken is not None:
        say(f"The trail breaks at row {broken}: it, or one before it, was changed or taken out.")
        return BROKEN
    say("The trail is whole.")
    if false_day is not None:
        say(f"What was done with shares on {false_day} is no longer what the public log has of that day.")
        return BROKEN
    if false_flag is not None:
        say(f"Flag {false_flag} is missing, or is not what the trail has of it.")
        return BROKEN
    return 0


async def _check(folder: Path) -> tuple[int, int | None, str | None, int | None]:
    async with opened(folder) as context, context.database.reading() as session:
        return (
            await last_row(session),
            await first_broken(session),
            await first_false_day(session),
            await first_false(session),
        )
