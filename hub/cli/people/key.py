"""``milton-hub key``: make an administrator's new directory key, on that administrator's own machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.cli.says import say
from hub.directory.words import fingerprint
from hub.kit.keys import raw_public, write_key
from milton_protocol.base64_text import b64

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("key", help="make a new directory key, on its keeper's own machine")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the key and show its public half."""
    key = Ed25519PrivateKey.generate()
    write_key(args.file, key)
    say(f"public: {b64(raw_public(key))}", f"fingerprint: {fingerprint(raw_public(key))}")
    return 0
