"""``milton-hub take``: hand the hub a document that was signed elsewhere, and publish it; or a map that one names.

The hub checks every signature by the root's public key; this command holds no key that could make one.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.city.maps import is_map, map_words
from hub.cli.context import opened
from hub.cli.people.endorse import described, read_document
from hub.cli.says import say
from hub.identity.accounts.proposals import settle
from hub.kit.access import OPERATOR
from hub.kit.keys import raw_public
from hub.requests.signing.new_log import prove_again
from milton_protocol.messages.city.directory import Directory
from milton_protocol.messages.city.map_pack import MapPack
from milton_protocol.messages.city.record import CityRecord

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("take", help="take and publish signed documents, and map packs")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("documents", type=Path, nargs="+", metavar="FILE", help="several: all of them or none")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Take them in their order; what is not signed as it must be is refused, and then nothing is taken."""
    read = [(path, _described(read_document(path)[0])) for path in args.documents]
    asyncio.run(_take(args.folder, [(kind, path.read_bytes()) for path, (kind, _words) in read]))
    say(*(line for _path, (_kind, words) in read for line in words), "Taken and published.")
    return 0


def _described(payload: bytes) -> tuple[str, Sequence[str]]:
    return (MapPack.TYPE, map_words(payload)) if is_map(payload) else described(payload)


async def _take(folder: Path, documents: Sequence[tuple[str, bytes]]) -> None:
    async with opened(folder) as context, context.database.session("documents.taken") as session:
        takers = {
            CityRecord.PAYLOAD_TYPE: context.directory.take_city_record,
            Directory.PAYLOAD_TYPE: context.directory.take_directory,
            MapPack.TYPE: context.directory.take_map,
        }
        before = (await context.directory.current(session)).city_record.log
        for kind, envelope in documents:
            taker = takers.get(kind, context.directory.take_revocation)
            await taker(session, OPERATOR, envelope, context.now)
        record = (await context.directory.current(session)).city_record
        if record.hub_key != raw_public(context.keys.hub_key):
            message = "the city record names another hub key than this hub has: draft one with milton-hub record draft"
            raise ValueError(message)
        if record.log != before:
            await prove_again(session, context.log, context.topics, context.now)
        if Directory.PAYLOAD_TYPE in {kind for kind, _envelope in documents}:
            await settle(session, (await context.directory.current(session)).directory, context.now)
        await context.live.issue(session, OPERATOR, context.now)
