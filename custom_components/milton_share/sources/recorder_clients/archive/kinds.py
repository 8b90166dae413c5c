"""Tells the files of two kinds of recorder in one hold apart, when its camera's source changed meanwhile. Pure.

Both have the same moments, at times that differ, and no clip may have one twice. All are kept; shown are those of the
kind that has most of the range. The very same file of the same time is shown once, whatever it is called.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...recorder.store.holds import ALONE
from .progress import without

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ...model import Coverage
    from ...recorder.store.index import Hold, Row

type Held = tuple[Row, Path]

FOLDER = "media_folder"
_FORMS = {
    "unifi_protect": re.compile(rf"[0-9a-f]+{ALONE}.+"),
    "reolink": re.compile(r"-?\d+-\d+-\d+"),
    FOLDER: re.compile(r"[0-9a-f]{32}"),
    "frigate": re.compile(r"-?\d+"),
}
"""How each kind's peer calls its files; one by another form is of a kind of its own."""


def kind_of(key: str) -> str:
    """Return the kind of recorder that a file came from, by its key; a Nest camera's clips count as a folder's."""
    return next((kind for kind, form in _FORMS.items() if form.fullmatch(key)), "recorder")


def of_one_recorder(held: Sequence[Held], hold: Hold) -> Sequence[Held]:
    """Return the files of the recorder that has most of a hold, oldest first."""
    kinds: dict[str, list[Held]] = {}
    for row, path in held:
        kinds.setdefault(kind_of(path.stem), []).append((row, path))
    shown = min(map(_once, kinds.values()), key=lambda each: _missing_ms(each, hold), default=())
    return tuple(shown)


def software_of(coverage: Coverage, asked: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the software that made the recordings; the version is known only for the recorder that was ``asked``."""
    kinds = dict.fromkeys(kind_of(segment.path.stem) for segment in coverage.segments)
    own = FOLDER if asked[0] == "nest" else asked[0]
    return tuple(asked if kind == own else (kind, "unknown") for kind in kinds)


def _once(held: Sequence[Held]) -> Sequence[Held]:
    """Leave out duplicates under another key: the folder was moved, or is also reached through its parent."""
    last: dict[str, Row] = {}
    found: list[Held] = []
    for row, path in held:
        before = last.get(row.sha256)
        if before is None or before.until_ms - row.from_ms < (row.until_ms - row.from_ms) / 2:
            last[row.sha256] = row
            found.append((row, path))
    return found


def _missing_ms(found: Sequence[Held], hold: Hold) -> int:
    spans = [(row.from_ms, row.until_ms) for row, _ in found]
    return sum(high - low for low, high in without([(hold.from_ms, hold.until_ms)], spans))
