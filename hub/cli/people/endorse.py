"""``milton-hub endorse``: sign a draft with one key, on the keeper's own machine, away from the hub.

A draft is the JSON of a city record, a directory or a revocation, or such a one that another key has signed already.
What it says is shown in words before it is signed.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING

from hub.cli.says import asked, say
from hub.directory.keys import check_usable
from hub.directory.words import differences, people_words, record_words, revocation_words
from hub.kit.keys import read_key
from milton_protocol import canonical
from milton_protocol.dsse import sign
from milton_protocol.errors import ProtocolError, Rule
from milton_protocol.limits import MAP_PACK_SIZE_MAX_BYTES, RECORD_SIZE_MAX_BYTES
from milton_protocol.messages.city.directory import Directory
from milton_protocol.messages.city.record import CityRecord
from milton_protocol.messages.city.revocation import Revocation

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

REFUSED = 1
DOCUMENT_MAX_BYTES = max(2 * RECORD_SIZE_MAX_BYTES, MAP_PACK_SIZE_MAX_BYTES)  # of an envelope around a record, or a map


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("endorse", help="sign a draft with one key, on the keeper's own machine")
    parser.add_argument("draft", type=Path, metavar="DRAFT")
    parser.add_argument("out", type=Path, metavar="FILE", help="the signed document")
    parser.add_argument("--key", type=Path, required=True, help="the keeper's key")
    parser.add_argument("--last", type=Path, help="the directory signed before: what is different is shown")
    parser.add_argument("--yes", action="store_true", help="sign without asking")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show, ask, sign; 1 when the answer was no."""
    payload, signatures = read_document(args.draft)
    kind, words = described(payload)
    say(*words)
    if args.last is not None:
        old = Directory.from_bytes(read_document(args.last)[0])
        lines = differences(old, Directory.from_bytes(payload)) or ("nothing but the dates",)
        say("What is then different:", *(f"  - {line}" for line in lines))
    if not args.yes and not asked("Sign this?"):
        say("Nothing was signed.")
        return REFUSED
    envelope = json.loads(sign(kind, payload, [read_key(args.key)]))
    envelope["signatures"] = [*signatures, *envelope["signatures"]]
    with args.out.open("xb") as file:
        file.write(canonical.encode(envelope))
    say(f"signed by {len(envelope['signatures'])}: {args.out}")
    return 0


def read_document(path: Path) -> tuple[bytes, list[canonical.JsonValue]]:
    """Return the canonical payload of a draft or of a signed document, and the signatures that it has."""
    if path.stat().st_size > DOCUMENT_MAX_BYTES:
        raise ProtocolError(Rule.MESSAGE_TOO_LONG)
    value = json.loads(path.read_bytes())
    if isinstance(value, dict) and "payloadType" in value:
        return base64.b64decode(value["payload"], validate=True), value["signatures"]
    return canonical.encode(value), []


def described(payload: bytes) -> tuple[str, Sequence[str]]:
    """Return the payload type and the words of a document; raise ProtocolError for any other."""
    value = canonical.decode(payload, max_bytes=RECORD_SIZE_MAX_BYTES)
    match value.get("type") if isinstance(value, dict) else None:
        case CityRecord.TYPE:
            return CityRecord.PAYLOAD_TYPE, record_words(CityRecord.from_bytes(payload))
        case Directory.TYPE:
            directory = Directory.from_bytes(payload)
            check_usable(directory)
            return Directory.PAYLOAD_TYPE, people_words(directory)
        case Revocation.TYPE:
            return Revocation.PAYLOAD_TYPE, revocation_words(Revocation.from_bytes(payload))
    raise ProtocolError(Rule.UNKNOWN_TYPE)
