"""``milton-hub invite``: make the single-use link by which one of the first administrators registers a device."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.context import opened
from hub.cli.says import say
from hub.identity.accounts import invitations
from hub.kit.access import OPERATOR

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("invite", help="make a link by which a first administrator registers a device")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("person_id", metavar="PERSON", help="the person's id in the directory")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make and show one link."""
    asyncio.run(_invite(args.folder, args.person_id))
    return 0


async def _invite(folder: Path, person_id: str) -> None:
    async with opened(folder) as context:
        async with context.database.session("person.invited") as session:
            person = await context.directory.person(session, person_id, context.now)
            make = invitations.demonstrate if context.settings.demo else invitations.found
            code = await make(session, context.directory, OPERATOR, person_id=person_id, at=context.now)
        say(f"for: {person.name}, badge {person.badge}")
        say(f"link: {invitations.link(context.settings.officers_origin, code)}")
        say(f"valid: {invitations.INVITATION_VALID.days} days, once")
