"""``milton-hub witness``: who watches the public log, what each has cosigned, and asking them now."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from hub.app import utc_now
from hub.cli.context import opened
from hub.cli.says import say
from hub.web.pages.renderer import utc_words
from hub.witnesses.line import Line
from hub.witnesses.repository import standings_of
from hub.witnesses.service import Witnesses
from hub.witnesses.setup import read
from hub.witnesses.standing import is_denied
from hub.witnesses.troubles import WORDS
from milton_protocol.translog.verifier_key import VerifierKey

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from hub.cli.context import CommandContext
    from hub.witnesses.settings import Witness
    from hub.witnesses.standing import WitnessStanding

NOT_ENOUGH = 1


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommands."""
    parser = commands.add_parser("witness", help="who outside of the city watches the public log")
    actions = parser.add_subparsers(dest="action", required=True)
    shown = actions.add_parser("list", help="show them, and what each cosigned last")
    shown.add_argument("folder", type=Path, metavar="DIR")
    shown.set_defaults(run=run_list)
    ask = actions.add_parser("ask", help="ask them now for the newest checkpoint, and show what came of it")
    ask.add_argument("folder", type=Path, metavar="DIR")
    ask.set_defaults(run=run_ask)


def run_list(args: argparse.Namespace) -> int:
    """Show what is known; 1 where fewer cosign than the city record asks for, or the log is denied."""
    return asyncio.run(_run(args.folder, asks=False))


def run_ask(args: argparse.Namespace) -> int:
    """Ask, then show."""
    return asyncio.run(_run(args.folder, asks=True))


async def _run(folder: Path, *, asks: bool) -> int:
    async with opened(folder) as context:
        witnesses = read(context.settings, context.keys)
        if asks:
            await _ask(context, witnesses)
        async with context.database.reading() as session:
            standings = await standings_of(session, witnesses)
            size = await context.log.size(session)
            quorum = (await context.directory.current(session)).city_record.witness_quorum
        key = VerifierKey.of(context.settings.log_origin, context.keys.log_key)
    say(f"The log, as its witnesses know it: {key.format()}")
    return _say(witnesses, standings, size, quorum)


async def _ask(context: CommandContext, witnesses: Sequence[Witness]) -> None:
    line = Line()
    asked = Witnesses(witnesses=witnesses, line=line, database=context.database, log=context.log, clock=utc_now)
    async with line.running():
        await asked.ask()


def _say(witnesses: Sequence[Witness], standings: Sequence[WitnessStanding], size: int, quorum: int) -> int:
    say(f"The log has {size} entries. The city record asks for {quorum} witnesses; this hub asks {len(witnesses)}.")
    for witness, standing in zip(witnesses, standings, strict=True):
        say(f"{witness.name}", f"  {witness.url}", f"  {witness.vkey}", *(f"  {line}" for line in _lines(standing)))
    if is_denied(standings):
        say("As many witnesses deny this log as cosign it: nothing is published (docs/operations.md, section 16).")
        return NOT_ENOUGH
    return NOT_ENOUGH if sum(each.cosigns for each in standings) < quorum else 0


def _lines(standing: WitnessStanding) -> Sequence[str]:
    if standing.asked_at is None:
        return ["was not asked yet"]
    lines = [f"asked last: {utc_words(standing.asked_at)}"]
    if standing.cosigned_at is not None:
        lines.append(f"cosigned up to: {standing.size} entries, on {utc_words(standing.cosigned_at)}")
    if standing.trouble is not None:
        lines.append(f"it {WORDS[standing.trouble]}")
    if standing.denies is not None:
        lines.append(f"it denies this log: {standing.denies.value}, at {standing.denied_size} entries")
    return lines
