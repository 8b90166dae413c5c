"""``milton-hub code new``: make an enrollment code for one home."""

from __future__ import annotations

import argparse
import asyncio
import re
from pathlib import Path

from hub.cli.context import opened
from hub.cli.says import say
from hub.kit.access import OPERATOR
from milton_protocol.words import fingerprint_words

_CELL = re.compile(r"-?\d{1,4},-?\d{1,5}", re.ASCII)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("code", help="enrolment codes")
    actions = parser.add_subparsers(dest="action", required=True)
    new = actions.add_parser("new", help="make a single-use code, to be handed to one home")
    new.add_argument("folder", type=Path, metavar="DIR")
    new.add_argument(
        "--cell", type=_cell, required=True, metavar="LAT,LON", help="in hundredths of a degree, each even: 3414,-8430"
    )
    new.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make and show one code."""
    asyncio.run(_new(args.folder, args.cell))
    return 0


async def _new(folder: Path, cell: str) -> None:
    async with opened(folder) as context:
        async with context.database.session("enrolment.code_made") as session:
            current = await context.directory.current(session)
            code = await context.enrollment.new_code(session, OPERATOR, cell=cell, at=context.now)
        say(f"code: {code}")
        say(f"link: {current.city_record.hub.home_url}/enrol#code={code}")
        say("words: " + " ".join(fingerprint_words(context.directory.root_public_key)))


def _cell(text: str) -> str:
    if not _CELL.fullmatch(text) or any(int(part) % 2 for part in text.split(",")):
        message = f"not a cell (two even hundredths of a degree): {text!r}"
        raise argparse.ArgumentTypeError(message)
    return text
