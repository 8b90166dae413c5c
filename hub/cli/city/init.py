"""``milton-hub init``: found a city and make the hub's data folder.

Invariants: ``hub`` is there whole or not at all. The city is founded in a folder beside it, of which nobody has heard,
and moved to its place when all of it is durable; what an ``init`` left that was killed is completed or cleared away by
the next one.
"""

from __future__ import annotations

import asyncio
import errno
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hub.app import utc_now
from hub.cli.city.founding import Founded, Plan, found
from hub.cli.city.geojson import read_borders
from hub.cli.city.map_geojson import read_map_pack
from hub.cli.context import opened
from hub.cli.says import answered, say, say_wrapped
from hub.directory.setup import write_root_public_key
from hub.kit.access import OPERATOR
from hub.kit.disk import sync, write_new
from hub.kit.settings import STANDARD_TIME_ZONE, Address, BrokerKind, ClientCertificate, read_time_zone
from hub.kit.settings_table import SETTINGS_NAME
from hub.kit.steps import durable
from hub.web.assets import WEB
from milton_protocol.geometry import Point, Polygon
from milton_protocol.messages.city.record import ServedBy
from milton_protocol.words import fingerprint_words

if TYPE_CHECKING:
    import argparse

DEMO_COMMUNITY_ORIGIN = "http://community.localhost:8444"
DEMO_MAP = WEB / "maps" / "demo.geojson"
HUB, OFFLINE, FOUNDING = "hub", "offline", ".founding"
# A box around Milton, Georgia, for a demonstration that names no borders of its own.
DEMO_BORDERS = Polygon(
    points=(
        Point(340_700_000, -844_000_000),
        Point(340_700_000, -842_000_000),
        Point(342_200_000, -842_000_000),
        Point(342_200_000, -844_000_000),
    )
)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("init", help="make a city's keys and its hub's data folder")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--demo", action="store_true", help="a demonstration: shown in amber, on this machine only")
    parser.add_argument("--city", default="Milton", help="the city's name")
    parser.add_argument("--agency", default="Milton Police", help="the agency's name")
    parser.add_argument("--agency-id", default="milton-pd", help="the agency's name in topics (a-z 0-9 -)")
    parser.add_argument("--jurisdiction", type=Path, metavar="FILE", help="the city's borders, one GeoJSON polygon")
    parser.add_argument("--map", type=Path, metavar="FILE", help="what every home draws (GeoJSON); demo: a small town")
    parser.add_argument("--home-url", default="http://127.0.0.1:8441", help="where homes reach the hub")
    parser.add_argument("--mqtt-url", help="where homes reach the broker; none: homes use the HTTPS feed")
    parser.add_argument("--officers-origin", default="http://localhost:8442", help="the officers' pages")
    parser.add_argument(
        "--time-zone", metavar="NAME", help=f"the agency's clocks (IANA); asked for, or {STANDARD_TIME_ZONE}"
    )
    parser.add_argument("--signer-origin", default="http://sign.localhost:8443", help="the signing page")
    parser.add_argument(
        "--signer-served-by", choices=[each.value for each in ServedBy], help="default: city; demo: hub"
    )
    parser.add_argument("--listen-homes", type=Address.parse, default=Address.parse("127.0.0.1:8441"))
    parser.add_argument("--listen-officers", type=Address.parse, default=Address.parse("127.0.0.1:8442"))
    parser.add_argument("--listen-signer", type=Address.parse, default=Address.parse("127.0.0.1:8443"))
    parser.add_argument(
        "--community-origin", help=f"the residents' pages; demo: {DEMO_COMMUNITY_ORIGIN}; without it there are none"
    )
    parser.add_argument("--listen-community", type=Address.parse, default=Address.parse("127.0.0.1:8444"))
    parser.add_argument("--listen-mqtt", type=Address.parse, default=Address.parse("127.0.0.1:1883"))
    parser.add_argument("--broker", choices=[each.value for each in BrokerKind], default=BrokerKind.NONE.value)
    parser.add_argument("--mqtt-certificate", metavar="FILE", help="the broker's, PEM; from DIR/hub on, may come later")
    parser.add_argument("--mqtt-key", metavar="FILE", help="that certificate's key")
    parser.add_argument("--database-url", help="postgresql+asyncpg://USER:PASSWORD@HOST/NAME; default: SQLite in DIR")
    parser.add_argument("--blobs-url", help="s3://BUCKET/PREFIX?endpoint=URL&region=NAME; default: a folder in DIR")
    parser.add_argument("--log-origin", help="the public log's name; default: the home URL's host and /log")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Found the city; 2 when there is a hub already or something is missing."""
    hub, offline = args.folder / HUB, args.folder / OFFLINE
    _take_up(args.folder)
    refusal = _refusal(args, hub)
    if refusal is not None:
        say(refusal)
        return 2
    try:
        args.time_zone = read_time_zone(args.time_zone or _asked_time_zone(demo=args.demo))
    except ValueError as error:
        say(f"{error}")
        return 2
    plan = _plan(args)
    founded = _found(args, plan)
    _move_in(args.folder)
    _tell(plan, hub, offline, founded)
    return 0


def _refusal(args: argparse.Namespace, hub: Path) -> str | None:
    """Return why no city is founded with these arguments, and what to give; None where nothing is in the way."""
    needs_broker = args.broker != BrokerKind.NONE and args.mqtt_url is None and not args.demo
    refusals = {
        f"There is a hub in {hub} already.": (hub / SETTINGS_NAME).exists(),
        "A city needs its borders: --jurisdiction FILE": args.jurisdiction is None and not args.demo,
        "The signer needs a hostname of its own: else a sign-in passkey could be made to sign.": (
            urlsplit(args.officers_origin).hostname == urlsplit(args.signer_origin).hostname
        ),
        "Homes need the broker's address: --mqtt-url mqtts://HOST:PORT": needs_broker,
        "Homes' passwords would cross the network unencrypted: --mqtt-certificate FILE --mqtt-key FILE": (
            args.broker == BrokerKind.MOSQUITTO and not _may_start_broker(args)
        ),
    }
    return next((words for words, is_so in refusals.items() if is_so), None)


def _may_start_broker(args: argparse.Namespace) -> bool:
    """Say whether the broker speaks TLS, or may do without: in a demonstration, on this machine alone."""
    tls = (args.mqtt_certificate, args.mqtt_key)
    is_plain = args.mqtt_url is None or args.mqtt_url.startswith("mqtt://")
    return all(tls) or (args.demo and is_plain and args.listen_mqtt.is_local and not any(tls))


def _asked_time_zone(*, demo: bool) -> str:
    """Ask at a terminal on which clocks the agency's pages show times; else it is the standard's."""
    if demo or not sys.stdin.isatty():
        return STANDARD_TIME_ZONE
    return answered("On which clocks do the officers' pages show times? An IANA name.", STANDARD_TIME_ZONE)


def _found(args: argparse.Namespace, plan: Plan) -> Founded:
    """Make the whole city aside; raise FileExistsError rather than replace a key of an earlier one."""
    for name in (HUB, OFFLINE):
        if (args.folder / name).exists() and any((args.folder / name).iterdir()):
            raise FileExistsError(errno.EEXIST, "there is something of an earlier city", str(args.folder / name))
    founding = args.folder / FOUNDING
    founded = found(plan, founding / HUB, founding / OFFLINE, utc_now())
    write_root_public_key(founding / HUB, founded.root_public_key)
    write_new(founding / HUB / SETTINGS_NAME, _settings_text(args, plan).encode())
    asyncio.run(_hand_over(founding, founded))
    return founded


def _move_in(folder: Path) -> None:
    """Put what was founded into its place."""
    founding = folder / FOUNDING
    for name in (HUB, OFFLINE):
        with durable("city.moved_in"):
            (founding / name).rename(folder / name)
            sync(folder)
    founding.rmdir()


def _take_up(folder: Path) -> None:
    """Complete what was founded, or clear it away where no hub came of it: its keys have signed nothing yet."""
    founding = folder / FOUNDING
    if (folder / HUB / SETTINGS_NAME).exists() and (founding / OFFLINE).exists():
        (founding / OFFLINE).rename(folder / OFFLINE)
        sync(folder)
    if founding.exists():
        shutil.rmtree(founding)


def _plan(args: argparse.Namespace) -> Plan:
    mqtt_url = args.mqtt_url
    if mqtt_url is None and args.demo and args.broker == BrokerKind.MOSQUITTO:
        scheme = "mqtt" if args.mqtt_certificate is None else "mqtts"
        mqtt_url = f"{scheme}://{args.listen_mqtt.host}:{args.listen_mqtt.port}"
    served_by = args.signer_served_by or (ServedBy.HUB if args.demo else ServedBy.CITY)
    return Plan(
        demo=args.demo,
        agency_id=args.agency_id,
        agency_name=args.agency,
        city_name=args.city,
        jurisdiction=DEMO_BORDERS if args.jurisdiction is None else read_borders(args.jurisdiction),
        home_url=args.home_url,
        mqtt_url=mqtt_url,
        signer_origin=args.signer_origin,
        signer_rp_id=urlsplit(args.signer_origin).hostname or "",
        signer_served_by=ServedBy(served_by),
        officers_origin=args.officers_origin,
        log_origin=args.log_origin or f"{urlsplit(args.home_url).netloc}/log",
        map_pack=_map_pack(args),
    )


def _map_pack(args: argparse.Namespace) -> bytes | None:
    drawn = args.map or (DEMO_MAP if args.demo else None)
    return None if drawn is None else read_map_pack(drawn, args.agency_id).pack.to_bytes()


def _settings_text(args: argparse.Namespace, plan: Plan) -> str:
    """Write ``hub.toml`` (a JSON string is a TOML basic string)."""

    def address(value: Address) -> str:
        return json.dumps(f"{value.host}:{value.port}")

    return "\n".join(
        [
            f"demo = {json.dumps(plan.demo)}",
            f"agency_id = {json.dumps(plan.agency_id)}",
            "",
            "[listen]",
            f"homes = {address(args.listen_homes)}",
            f"officers = {address(args.listen_officers)}",
            f"signer = {address(args.listen_signer)}",
            "",
            "[officers]",
            f"origin = {json.dumps(args.officers_origin)}",
            f"time_zone = {json.dumps(args.time_zone)}",
            *([] if plan.demo else [f"client_certificate = {json.dumps(ClientCertificate.HEADER.value)}"]),
            "",
            "[signer]",
            f"origin = {json.dumps(plan.signer_origin)}",
            f"rp_id = {json.dumps(plan.signer_rp_id)}",
            "",
            "[log]",
            f"origin = {json.dumps(plan.log_origin)}",
            "",
            "[broker]",
            f"kind = {json.dumps(args.broker)}",
            f"listen = {address(args.listen_mqtt)}",
            *(
                f"{name} = {json.dumps(path)}"
                for name, path in (("certificate", args.mqtt_certificate), ("key", args.mqtt_key))
                if path is not None
            ),
            "",
            *_community(args, address(args.listen_community)),
            *_store("database", args.database_url),
            *_store("blobs", args.blobs_url),
        ]
    )


def _community(args: argparse.Namespace, listen: str) -> tuple[str, ...]:
    origin = args.community_origin or (DEMO_COMMUNITY_ORIGIN if args.demo else None)
    return () if origin is None else ("[community]", f"origin = {json.dumps(origin)}", f"listen = {listen}", "")


def _store(name: str, url: str | None) -> tuple[str, ...]:
    return () if url is None else (f"[{name}]", f"url = {json.dumps(url)}", "")


async def _hand_over(folder: Path, founded: Founded) -> None:
    """Give the hub its documents and a first live statement, in one transaction."""
    async with opened(folder) as context, context.database.session("city.documents_taken") as session:
        if founded.map_pack is not None:
            await context.directory.take_map(session, OPERATOR, founded.map_pack, context.now)
        await context.directory.take_city_record(session, OPERATOR, founded.city_record, context.now)
        await context.directory.take_directory(session, OPERATOR, founded.directory, context.now)
        await context.live.issue(session, OPERATOR, context.now)


def _tell(plan: Plan, hub: Path, offline: Path, founded: Founded) -> None:
    say(f"{plan.city_name}: keys, city record and first directory are made.", "")
    say("The city's words (a home shows the same ones when it enrolls):")
    say("  " + " ".join(fingerprint_words(founded.root_public_key)), "")
    say(f"For the hub: {hub}")
    say(f"Must leave this machine now: {offline}")
    for name in founded.offline_files:
        say(f"  {name}: {_OFFLINE_WORDS.get(name, 'opens what is sealed to this person; goes to that person alone')}")
    say("")
    say_wrapped(
        "Whoever has root.key can name another city's keys, whoever has both directory keys can name officers, and "
        "whoever has an .age file can open footage. Move each to its keeper's own machine or paper and delete it here."
    )
    if plan.demo:
        say("", "This is a demonstration: homes show it in amber.")


_OFFLINE_WORDS = {
    "root.key": "signs the city record; to the city clerk's safe",
    "directory-1.key": "signs the directory; to the first administrator",
    "directory-2.key": "signs the directory; to the second administrator",
    "recovery.age": "opens footage when every other key is lost; to the city clerk, on paper",
}
