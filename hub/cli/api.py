"""``milton-hub api``: the OpenAPI document of what the hub answers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hub.app import build_hub
from hub.kit.settings import Settings
from hub.openapi.document import document
from hub.openapi.sides import SIDES

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("api", help="print the OpenAPI document of one of the hub's applications")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--of", choices=sorted(SIDES), default="officers")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print it."""
    hub = build_hub(Settings.load(args.folder))
    application = hub.officers if args.of == "officers" else hub.homes
    sys.stdout.write(json.dumps(document(application, SIDES[args.of]), indent=1, ensure_ascii=False) + "\n")
    return 0
