"""``milton-hub signer``: write the signing page's files, to be served by the city from outside the hub (law 4)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.desk import opened
from hub.cli.says import say
from hub.web.headers import SIGNER_POLICY
from hub.web.signer import signer_files

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("signer", help="write the signing page's files for the city's own web server")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("out", type=Path, metavar="FOLDER")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write them, and say how they are to be served."""
    files = asyncio.run(_read(args.folder))
    args.out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (args.out / name).write_bytes(content)
        say(f"{args.out / name}")
    say("Serve them at the signer's origin, with these headers:")
    say(f"  Content-Security-Policy: {SIGNER_POLICY}", "  X-Content-Type-Options: nosniff", "  Cache-Control: no-cache")
    return 0


async def _read(folder: Path) -> Mapping[str, bytes]:
    async with opened(folder) as desk, desk.database.reading() as session:
        current = await desk.directory.current(session)
    return signer_files(
        agency_name=current.city_record.agency_name,
        rp_id=current.city_record.signer.rp_id,
        officers_origin=desk.settings.officers_origin,
        demo=current.city_record.demo,
    )
