"""``milton-hub record``: show the city record, and draft the next one for the root to sign.

The root's key never comes near the hub: the draft is carried to it (``milton-hub endorse``) and back (``take``).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.city.founding import CITY_RECORD_VALID, signer_files_listed
from hub.cli.city.geojson import read_borders
from hub.cli.city.maps import digest_of
from hub.cli.context import opened
from hub.cli.says import say, say_wrapped
from hub.directory.words import record_words
from hub.kit.keys import raw_public
from hub.witnesses.setup import read as read_witnesses
from milton_protocol.base64_text import read_b64
from milton_protocol.limits import WITNESS_QUORUM_MAX
from milton_protocol.messages.city.record import CityRecord, LogKey

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from milton_protocol.messages.city.record import DirectoryKey

NO_BROKER = "none"
NO_MAP = "none"
_ADMINISTRATORS = ("1", "2")
_RAISED = (
    "Once it is signed and taken, a home that does not itself name so many of these witnesses refuses every request. "
    "Publish their keys (milton-hub witness list) and let owners name them first."
)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommands."""
    parser = commands.add_parser("record", help="the city record, which the root signs")
    actions = parser.add_subparsers(dest="action", required=True)
    show = actions.add_parser("show", help="show the city record in force, in words")
    show.add_argument("folder", type=Path, metavar="DIR")
    show.set_defaults(run=run_show)
    draft = actions.add_parser("draft", help="write the next city record, unsigned, valid for another year")
    draft.add_argument("folder", type=Path, metavar="DIR")
    draft.add_argument("out", type=Path, metavar="FILE")
    draft.add_argument("--home-url", help="where homes reach the hub from now on")
    draft.add_argument("--mqtt-url", help=f"where homes reach the broker from now on; {NO_BROKER}: no broker")
    draft.add_argument("--jurisdiction", type=Path, metavar="GEOJSON", help="the city's new borders")
    draft.add_argument(
        "--witness-quorum",
        type=int,
        metavar="N",
        help="how many witnesses of the public log must have cosigned before any home may share",
    )
    draft.add_argument("--map", metavar="FILE", help=f"the map pack (milton-hub map make); {NO_MAP}: no map")
    draft.add_argument(
        "--administrator",
        nargs=2,
        action="append",
        default=[],
        metavar=("1|2", "PUBLIC"),
        help="another directory key (milton-hub key)",
    )
    draft.set_defaults(run=run_draft)


def run_show(args: argparse.Namespace) -> int:
    """Show what is in force."""
    asyncio.run(_show(args.folder))
    return 0


def run_draft(args: argparse.Namespace) -> int:
    """Write the next one."""
    asyncio.run(_draft(args))
    return 0


async def _show(folder: Path) -> None:
    async with opened(folder) as context, context.database.reading() as session:
        say(*record_words((await context.directory.current(session)).city_record))


async def _draft(args: argparse.Namespace) -> None:
    async with opened(args.folder) as context, context.database.reading() as session:
        current = (await context.directory.current(session)).city_record
    if args.witness_quorum is not None:
        _check_quorum(args.witness_quorum, len(read_witnesses(context.settings, context.keys)))
    keys = context.keys
    record = replace(
        _next(current, args, context.settings.officers_origin, context.now),
        hub_key=raw_public(keys.hub_key),
        log=LogKey(origin=context.settings.log_origin, public_key=raw_public(keys.log_key)),
    )
    CityRecord.from_bytes(record.to_bytes())
    with args.out.open("xb") as file:
        file.write(record.to_bytes())
    say(*record_words(record), f"draft: {args.out}")
    if record.witness_quorum > current.witness_quorum:
        say_wrapped(_RAISED)


def _next(record: CityRecord, args: argparse.Namespace, officers_origin: str, at: datetime) -> CityRecord:
    """Return the record's next version: what the arguments say, new dates, the signing page of this release."""
    hub = record.hub
    if args.home_url is not None:
        hub = replace(hub, home_url=args.home_url)
    if args.mqtt_url is not None:
        hub = replace(hub, mqtt_url=None if args.mqtt_url == NO_BROKER else args.mqtt_url)
    files = signer_files_listed(
        agency_name=record.agency_name, rp_id=record.signer.rp_id, officers_origin=officers_origin, demo=record.demo
    )
    issued_at = at.replace(microsecond=0)
    return replace(
        record,
        serial=record.serial + 1,
        issued_at=issued_at,
        expires_at=issued_at + CITY_RECORD_VALID,
        jurisdiction=record.jurisdiction if args.jurisdiction is None else read_borders(args.jurisdiction),
        hub=hub,
        directory_keys=_directory_keys(record, args.administrator),
        signer=replace(record.signer, files=files),
        witness_quorum=record.witness_quorum if args.witness_quorum is None else args.witness_quorum,
        map_sha256=_map_sha256(record, args.map),
    )


def _check_quorum(quorum: int, asked: int) -> None:
    """Refuse what would stop every publication from the day on when it is signed."""
    if not 0 <= quorum <= min(asked, WITNESS_QUORUM_MAX):
        message = (
            f"a quorum of {quorum} witnesses: this hub asks {asked} of them (hub.toml), {WITNESS_QUORUM_MAX} at most"
        )
        raise ValueError(message)


def _map_sha256(record: CityRecord, named: str | None) -> str | None:
    if named is None:
        return record.map_sha256
    return None if named == NO_MAP else digest_of(Path(named), record.agency_id)


def _directory_keys(record: CityRecord, changes: list[tuple[str, str]]) -> tuple[DirectoryKey, ...]:
    """Return the record's directory keys, those named in ``changes`` replaced."""
    keys = list(record.directory_keys)
    for number, public in changes:
        if number not in _ADMINISTRATORS:
            message = f"there is no administrator {number}"
            raise ValueError(message)
        at = _ADMINISTRATORS.index(number)
        keys[at] = replace(keys[at], public_key=read_b64(public, "administrator"))
    return tuple(keys)
