"""``milton-hub open``: decrypt one sealed part offline, with an age identity that never was on the hub."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from milton_protocol.sealing.age import Identity, open_body, open_header

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

PIECE_BYTES = 2**20


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("open", help="decrypt a sealed part, without the hub")
    parser.add_argument("--identity", type=Path, required=True, help="a file with one AGE-SECRET-KEY-1... line")
    parser.add_argument("--header", type=Path, required=True, help="the part's age header")
    parser.add_argument("--body", type=Path, required=True, help="the part's body")
    parser.add_argument("--out", type=Path, help="default: standard output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Decrypt; what is wrong raises, and a file that was begun is removed."""
    file_key = open_header(args.header.read_bytes(), Identity.parse(_identity_line(args.identity)))
    plain = open_body(file_key, _pieces(args.body))
    if args.out is None:
        sys.stdout.buffer.writelines(plain)
        return 0
    with args.out.open("xb") as file:
        try:
            file.writelines(plain)
        except BaseException:
            args.out.unlink()
            raise
    return 0


def _identity_line(path: Path) -> str:
    lines = path.read_text(encoding="ascii").splitlines()
    return next(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece
