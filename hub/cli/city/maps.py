"""``milton-hub map``: make the map pack that every home of the city draws, and show what one is.

The city record names a pack's digest, so the root's keeper signs which map homes draw: ``record draft --map`` names it,
``endorse`` signs the record, ``take`` hands both to the hub.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.city.map_geojson import LABEL, read_map_pack
from hub.cli.says import say
from hub.kit.settings import Settings
from milton_protocol.errors import ProtocolError, Rule
from milton_protocol.limits import MAP_PACK_SIZE_MAX_BYTES
from milton_protocol.messages.city.map_pack import MapKind, MapPack

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

KIB = 1_024


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommands."""
    parser = commands.add_parser("map", help="the map that every home draws")
    actions = parser.add_subparsers(dest="action", required=True)
    make = actions.add_parser("make", help="make a map pack of a GeoJSON file")
    make.add_argument("folder", type=Path, metavar="DIR")
    make.add_argument("geojson", type=Path, metavar="GEOJSON")
    make.add_argument("out", type=Path, metavar="FILE")
    make.add_argument("--credit", help="whose data it is, shown beside the map")
    make.add_argument(
        "--without", action="append", default=[], choices=[*MapKind, LABEL], help="leave a kind out (may be repeated)"
    )
    make.set_defaults(run=run_make)
    show = actions.add_parser("show", help="show what a map pack holds, and its digest")
    show.add_argument("pack", type=Path, metavar="FILE")
    show.set_defaults(run=run_show)


def run_make(args: argparse.Namespace) -> int:
    """Write the pack; what could not be drawn is said."""
    agency_id = Settings.load(args.folder).agency_id
    made = read_map_pack(args.geojson, agency_id, credit=args.credit, without=args.without)
    data = made.pack.to_bytes()
    with args.out.open("xb") as file:
        file.write(data)
    left_out = (f"  left out, of kind {kind}: {count}" for kind, count in sorted(made.left_out.items()))
    say(*map_words(data), *left_out, f"map: {args.out}")
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Show a pack in words."""
    say(*map_words(read_pack(args.pack)))
    return 0


def read_pack(path: Path) -> bytes:
    """Return a pack's bytes; raise ProtocolError when it is too long."""
    if path.stat().st_size > MAP_PACK_SIZE_MAX_BYTES:
        raise ProtocolError(Rule.MESSAGE_TOO_LONG)
    return path.read_bytes()


def is_map(payload: bytes) -> bool:
    """Say whether a document is a map pack, good or not."""
    value = json.loads(payload)
    return isinstance(value, dict) and value.get("type") == MapPack.TYPE


def digest_of(path: Path, agency_id: str) -> str:
    """Return the digest by which a city record names a pack; raise ProtocolError when no home would draw it."""
    data = read_pack(path)
    if MapPack.from_bytes(data).agency_id != agency_id:
        raise ProtocolError(Rule.AGENCY_DIFFERS, "map")
    return hashlib.sha256(data).hexdigest()


def map_words(data: bytes) -> Sequence[str]:
    """Return what a pack holds, a line a thing; raise ProtocolError when it is none."""
    pack = MapPack.from_bytes(data)
    kinds = Counter(shape.kind.value for shape in pack.shapes)
    return (
        f"Map of {pack.agency_id}, {len(data) / KIB:.0f} KiB",
        f"  {hashlib.sha256(data).hexdigest()}",
        *(f"  {kind}: {count}" for kind, count in sorted(kinds.items())),
        f"  {LABEL}: {len(pack.labels)}",
        f"  credit: {pack.credit or 'none'}",
    )
