"""``milton-hub signer``: the signing page's files, which the city serves from outside the hub (law 4).

``write`` writes them; ``check`` asks the city's own server for them and compares them with what the root has signed.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.context import opened
from hub.cli.says import say
from hub.web.headers import SIGNER_POLICY
from hub.web.signer import signer_files
from hub.web.signer_check import check_signer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from hub.directory.trust import Trusted

DIFFERS = 1


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommands."""
    parser = commands.add_parser("signer", help="the signing page, which the city's own web server serves")
    actions = parser.add_subparsers(dest="action", required=True)
    write = actions.add_parser("write", help="write its files")
    write.add_argument("folder", type=Path, metavar="DIR")
    write.add_argument("out", type=Path, metavar="FOLDER")
    write.set_defaults(run=run_write)
    check = actions.add_parser("check", help="compare what a server serves with what the root has signed")
    check.add_argument("folder", type=Path, metavar="DIR")
    check.add_argument("url", nargs="?", metavar="URL", help="default: the signer's origin in the city record")
    check.set_defaults(run=run_check)


def run_write(args: argparse.Namespace) -> int:
    """Write them, and say how they are to be served."""
    files = asyncio.run(_files(args.folder))
    args.out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (args.out / name).write_bytes(content)
        say(f"{args.out / name}")
    say("Serve them at the signer's origin, with these headers:")
    say(f"  Content-Security-Policy: {SIGNER_POLICY}", "  X-Content-Type-Options: nosniff", "  Cache-Control: no-cache")
    return 0


def run_check(args: argparse.Namespace) -> int:
    """Say what differs; 1 when anything does."""
    origin, faults = asyncio.run(_check(args.folder, args.url))
    if faults:
        say(f"What {origin} serves is not what the city record says:", *(f"  {fault}" for fault in faults))
        return DIFFERS
    say(f"{origin} serves what the city record says, with the headers that it needs and no other that matters.")
    return 0


async def _files(folder: Path) -> Mapping[str, bytes]:
    async with opened(folder) as context, context.database.reading() as session:
        current: Trusted = await context.directory.current(session)
    return signer_files(
        agency_name=current.city_record.agency_name,
        rp_id=current.city_record.signer.rp_id,
        officers_origin=context.settings.officers_origin,
        demo=current.city_record.demo,
    )


async def _check(folder: Path, url: str | None) -> tuple[str, Sequence[str]]:
    async with opened(folder) as context, context.database.reading() as session:
        signer = (await context.directory.current(session)).city_record.signer
    origin = (url or signer.origin).rstrip("/")
    return origin, await check_signer(origin, {file.path: file.sha256 for file in signer.files})
