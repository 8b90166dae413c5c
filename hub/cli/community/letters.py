"""``milton-hub community letters``: make letter codes, and the sheet to print them on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.community.context import wired
from hub.cli.says import say
from hub.community.context import MIGRATIONS
from hub.community.invitations.service import VALID, Invitations
from hub.community.invitations.sheet import Letter, sheet_of
from hub.community.secrets import CommunitySecret
from hub.db.migrate import upgrade
from hub.kit.disk import write_new

if TYPE_CHECKING:
    import argparse

    from hub.community.context import Community


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the action."""
    parser = actions.add_parser("letters", help="make codes, each of which opens one resident's account")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--count", type=int, required=True, metavar="N")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="a new PDF to print: eight slips a page")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make the codes, print them, and write the sheet."""
    asyncio.run(_make(args.folder, args.count, args.sheet))
    return 0


async def _make(folder: Path, count: int, sheet: Path | None) -> None:
    async with wired(folder) as community:
        await upgrade(community.database, MIGRATIONS)
        at = community.clock()
        invitations = Invitations(CommunitySecret(value=community.keys.enrollment_secret))
        async with community.database.session("community.letters_made") as session:
            codes = invitations.make(session, count, at)
        say(*codes)
        if sheet is not None:
            letters = await _letters(community, codes)
            write_new(sheet, await asyncio.to_thread(sheet_of, letters))


async def _letters(community: Community, codes: tuple[str, ...]) -> tuple[Letter, ...]:
    city_name, until = (await community.city.record()).city_name, (community.clock() + VALID).date()
    origin = community.settings.origin
    return tuple(Letter(city_name=city_name, origin=origin, code=code, good_until=until) for code in codes)
