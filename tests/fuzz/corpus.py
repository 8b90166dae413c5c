"""Inputs that are kept: one file a target, one input a line, in printable characters, so that a diff can be read.

``corpus/`` has what leads a parser everywhere where a campaign came (the least inputs that do), ``found/`` has what
once broke it, for ever.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(__file__).parent
CORPUS, FOUND = FOLDER / "corpus", FOLDER / "found"


def kept(folder: Path, name: str) -> list[bytes]:
    """Return the inputs kept for a target."""
    path = folder / f"{name}.txt"
    return [_read(line) for line in path.read_text().splitlines()] if path.exists() else []


def keep(folder: Path, name: str, inputs: Iterable[bytes]) -> None:
    """Write the inputs of a target, each once, the shortest first."""
    lines = [_write(data) for data in sorted(set(inputs), key=lambda data: (len(data), data))]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines))


def _write(data: bytes) -> str:
    return "|" + data.decode("latin-1").encode("unicode_escape").decode("ascii")


def _read(line: str) -> bytes:
    return line[1:].encode("ascii").decode("unicode_escape").encode("latin-1")
