"""``milton-hub device list`` and ``device remove``: who signs in with what, and put out a device that was lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from hub.access import OPERATOR
from hub.accounts.devices import devices, remove_device
from hub.cli.desk import opened
from hub.cli.says import say, say_wrapped

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from datetime import datetime

    from hub.accounts.model import SignInCredential

ID_SHOWN_CHARS = 16  # of base64url: no two devices begin with the same


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommands."""
    parser = commands.add_parser("device", help="the devices that people sign in with")
    actions = parser.add_subparsers(dest="action", required=True)
    shown = actions.add_parser("list", help="show them")
    shown.add_argument("folder", type=Path, metavar="DIR")
    shown.add_argument("person_id", nargs="?", metavar="PERSON", help="only those of this person")
    shown.set_defaults(run=run_list)
    remove = actions.add_parser("remove", help="put one out: it can't sign in, and its sessions end at once")
    remove.add_argument("folder", type=Path, metavar="DIR")
    remove.add_argument(
        "credential",
        metavar="CREDENTIAL_ID_PREFIX",
        help="the beginning of its credential's id, as the list shows it; write -- before one that begins with -",
    )
    remove.set_defaults(run=run_remove)


def run_list(args: argparse.Namespace) -> int:
    """Show the devices, a line each."""
    found = asyncio.run(_list(args.folder, args.person_id))
    if not found:
        say("No devices.")
    for each in found:
        used = "never used again" if each.last_used_at is None else f"last used {_day(each.last_used_at)}"
        removed = "" if each.removed_at is None else f"; removed {_day(each.removed_at)}"
        say(f"{_short(each)}  {each.person_id}: {each.device}, since {_day(each.created_at)}, {used}{removed}")
    return 0


def run_remove(args: argparse.Namespace) -> int:
    """Put one out, and say what this does not do."""
    gone = asyncio.run(_remove(args.folder, args.credential))
    say(f"Removed: {_short(gone)}  {gone.person_id}: {gone.device}. It can't sign in; its sessions have ended.")
    say_wrapped(
        "A signing key or an opening key on the device stays in the directory: an administrator revokes it "
        "(milton-hub endorse, milton-hub take)."
    )
    return 0


async def _list(folder: Path, person_id: str | None) -> Sequence[SignInCredential]:
    async with opened(folder) as desk, desk.database.reading() as session:
        return await devices(session, person_id)


async def _remove(folder: Path, id_prefix: str) -> SignInCredential:
    async with opened(folder) as desk, desk.database.session("device.removed") as session:
        return await remove_device(session, OPERATOR, id_prefix, desk.now)


def _short(device: SignInCredential) -> str:
    return device.credential_id[:ID_SHOWN_CHARS]


def _day(moment: datetime) -> str:
    return f"{moment:%d %B %Y %H:%M} UTC"
