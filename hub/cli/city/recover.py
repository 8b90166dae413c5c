"""``milton-hub recover``: give a hub that was stolen new keys, so that what the thief has signs nothing any more.

Invariants: the hub isn't running; no key of the root or of an administrator is needed or seen here; nothing is
published by it: homes follow the new keys once the root has signed the city record that names them. Safe to repeat.
"""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.audit.trail import record
from hub.cli.context import opened
from hub.cli.says import say, say_wrapped
from hub.kit.access import OPERATOR
from hub.kit.disk import replace, write_new
from hub.kit.errors import HubError
from hub.kit.keys import HUB_KEY_NAME, LOG_KEY_NAME, key_bytes
from hub.kit.settings import Settings
from hub.kit.settings_table import SETTINGS_NAME

if TYPE_CHECKING:
    import argparse

    from hub.cli.context import CommandContext

_ORIGIN = re.compile(r"(?ms)(^\[log\]\s*^origin\s*=\s*)[^\n]*")
_NEXT = (
    "The root must sign a city record that names the new keys before anything is served: milton-hub record draft, "
    "milton-hub endorse with the root's key, milton-hub take. Owners of homes then accept the new log."
)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("recover", help="replace the keys of a hub that was stolen; stop it first")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument(
        "--log-origin", required=True, metavar="NAME", help="the new public log's name, not used before"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Replace the keys of hub and log, name the new log, and keep the last checkpoint of the one before."""
    folder = Settings.load(args.folder).folder
    asyncio.run(_recover(folder, args.log_origin))
    say_wrapped(_NEXT)
    return 0


async def _recover(folder: Path, log_origin: str) -> None:
    async with opened(folder) as context:
        if log_origin == context.settings.log_origin:
            message = f"the log is called {log_origin} already: give the new one another name"
            raise ValueError(message)
        async with context.database.session("hub.recovered") as session:
            await context.topics.begin_anew(session)
            await record(session, at=context.now, actor=OPERATOR, action="hub.recovered", subject=log_origin)
        earlier = await _keep_checkpoint(context)
        for name in (HUB_KEY_NAME, LOG_KEY_NAME):
            replace(context.settings.keys_folder / name, key_bytes(Ed25519PrivateKey.generate()))
    _name_log(folder / SETTINGS_NAME, log_origin)
    say(f"new keys: {HUB_KEY_NAME}, {LOG_KEY_NAME}", f"new log: {log_origin}", f"last checkpoint before: {earlier}")


async def _keep_checkpoint(context: CommandContext) -> str:
    """Write the newest checkpoint of the log that ends, with its cosignatures, beside ``hub.toml``; return its name."""
    async with context.database.reading() as session:
        try:
            note = await context.log.newest_checkpoint(session)
        except HubError:
            return "none was signed"
    name = f"log-ended-{context.now:%Y-%m-%dT%H%M%SZ}.note"
    write_new(context.settings.folder / name, note.encode())
    return name


def _name_log(file: Path, log_origin: str) -> None:
    text, count = _ORIGIN.subn(lambda found: found[1] + json.dumps(log_origin), file.read_text(), count=1)
    if count != 1:
        message = f"{file.name} has no [log] table that begins with origin: write {log_origin} into it by hand"
        raise ValueError(message)
    replace(file, text.encode())
