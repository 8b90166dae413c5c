"""``milton-hub directory``: show it, and change it with both directory keys.

The two keys lie on the administrators' machines: ``draft`` writes the changed directory, which ``milton-hub endorse``
signs there and ``milton-hub take`` takes here. Where both keys are at hand as files, ``sign`` does all of it: it shows
every change in words before it signs, and publishes what it signed with a live statement that names it.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.city.founding import DIRECTORY_KEY_NAMES
from hub.cli.context import opened
from hub.cli.says import asked, say
from hub.directory.keys import check_usable
from hub.directory.proposal import read_proposal
from hub.directory.roles import check_apart
from hub.directory.words import differences, people_words, revoked_words
from hub.identity.accounts.proposals import settle
from hub.kit.access import OPERATOR
from hub.kit.errors import HubError
from hub.kit.keys import read_key
from milton_protocol.dsse import sign
from milton_protocol.limits import DIRECTORY_VALID_MAX, RECORD_SIZE_MAX_BYTES
from milton_protocol.messages.city.directory import Directory

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from datetime import datetime

    from hub.cli.context import CommandContext
    from hub.directory.proposal import Change
    from hub.directory.trust import Trusted

REFUSED = 1
NOT_FOUND = 404


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommands."""
    parser = commands.add_parser("directory", help="the agency's people and keys")
    actions = parser.add_subparsers(dest="action", required=True)
    show = actions.add_parser("show", help="show the directory in force, in words")
    show.add_argument("folder", type=Path, metavar="DIR")
    show.set_defaults(run=run_show)
    draft = actions.add_parser("draft", help="write the changed directory, unsigned, for two keys that lie elsewhere")
    draft.add_argument("folder", type=Path, metavar="DIR")
    draft.add_argument("out", type=Path, metavar="FILE")
    draft.add_argument("--proposal", type=Path, action="append", default=[], help="a change; none: renew only")
    draft.set_defaults(run=run_draft)
    sign_parser = actions.add_parser("sign", help="show a change in words and sign it with both directory keys")
    sign_parser.add_argument("folder", type=Path, metavar="DIR")
    sign_parser.add_argument("--offline", type=Path, help="the folder of both keys; default: DIR/offline")
    sign_parser.add_argument("--key", type=Path, action="append", default=[], help="one key's file (give it twice)")
    sign_parser.add_argument("--proposal", type=Path, action="append", default=[], help="a change; none: renew only")
    sign_parser.add_argument("--yes", action="store_true", help="sign without asking")
    sign_parser.set_defaults(run=run_sign)


def run_show(args: argparse.Namespace) -> int:
    """Show people, recipients and revocations."""
    asyncio.run(_show(args.folder))
    return 0


def run_draft(args: argparse.Namespace) -> int:
    """Write the next directory, for ``milton-hub endorse``, and show the change."""
    changes = tuple(change for path in args.proposal for change in _read(path))
    asyncio.run(_draft(args.folder, changes, args.out))
    return 0


def run_sign(args: argparse.Namespace) -> int:
    """Show the change, ask, sign, hand over; 1 when the answer was no."""
    offline = args.offline or args.folder / "offline"
    keys = tuple(args.key) or tuple(offline / name for name in DIRECTORY_KEY_NAMES)
    changes = tuple(change for path in args.proposal for change in _read(path))
    return asyncio.run(_sign(args.folder, keys, changes, yes=args.yes))


async def _show(folder: Path) -> None:
    async with opened(folder) as context:
        current = await _current(context)
    alone = [each for each in current.revoked if each not in current.directory.revocations]
    say(*people_words(current.directory), *(f"  {revoked_words(each)}" for each in alone))


async def _current(context: CommandContext) -> Trusted:
    async with context.database.reading() as session:
        return await context.directory.current(session)


def _read(path: Path) -> tuple[Change, ...]:
    data = path.read_bytes()
    if len(data) > RECORD_SIZE_MAX_BYTES:
        message = f"{path} is too long for a proposal"
        raise ValueError(message)
    return read_proposal(json.loads(data))


async def _draft(folder: Path, changes: Sequence[Change], out: Path) -> None:
    async with opened(folder) as context:
        old = (await _current(context)).directory
    new = changed(old, changes, context.now)
    _say_change(old, new, changes)
    with out.open("xb") as file:
        file.write(new.to_bytes())
    say(f"draft: {out}")


def _say_change(old: Directory, new: Directory, changes: Sequence[Change]) -> None:
    say(f"Directory {new.serial} of {new.agency_id}, valid until {new.expires_at:%d %B %Y %H:%M} UTC:")
    say(*(f"  - {change.words}" for change in changes))
    say("What is then different:", *(f"  - {line}" for line in differences(old, new) or ("nothing but the dates",)))


async def _sign(folder: Path, keys: Sequence[Path], changes: Sequence[Change], *, yes: bool) -> int:
    async with opened(folder) as context:
        old = (await _current(context)).directory
        new = changed(old, changes, context.now)
        _say_change(old, new, changes)
        if not yes and not asked("Sign with both keys?"):
            say("Nothing was signed.")
            return REFUSED
        envelope = sign(Directory.PAYLOAD_TYPE, new.to_bytes(), [read_key(path) for path in keys])
        async with context.database.session("directory.signed") as session:
            await settle(
                session, await context.directory.take_directory(session, OPERATOR, envelope, context.now), context.now
            )
            await context.live.issue(session, OPERATOR, context.now)
        say("Signed, handed to the hub and published.")
    return 0


def changed(old: Directory, changes: Sequence[Change], at: datetime) -> Directory:
    """Return the next directory: ``changes`` made, serial and dates new.

    Raises ``person_unknown`` (404) for the removal of somebody who isn't there, ``roles_apart`` (409), and
    ProtocolError for a key that nothing can be sealed to.
    """
    new = old
    for change in changes:
        if change.removes is not None and old.person(change.removes) is None and new.person(change.removes) is None:
            rule = "person_unknown"
            sentence = f"Nobody in the directory is {change.removes}. See the ids with milton-hub directory show."
            raise HubError(rule, NOT_FOUND, sentence)
        new = change.apply(new, at.replace(microsecond=0))
    check_apart(old, new)
    check_usable(new)
    issued_at = at.replace(microsecond=0)
    return replace(new, serial=old.serial + 1, issued_at=issued_at, expires_at=issued_at + DIRECTORY_VALID_MAX)
