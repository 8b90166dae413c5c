"""Files of two kinds of recorder in one hold: its camera was given another kind while that lasts. Pure.

Both have the same moments, at times that differ, and no clip may have one twice. All are kept; shown are those of the
kind that has most of the range, and of another what surely is of other moments, however far its times are off. The
very same file of the same time of one kind is shown once, whatever it is called.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from ..recorder.store.holds import ALONE
from ..spans import merged
from .progress import without

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..model import Coverage
    from ..recorder.store.index import Hold, Row
    from ..spans import Range

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
    """Say by the key of a file which kind of recorder it came from: a Nest camera's clips are a folder's, too."""
    return next((kind for kind, form in _FORMS.items() if form.fullmatch(key)), "recorder")


def of_one_recorder(held: Sequence[Held], hold: Hold) -> Sequence[Held]:
    """Leave out what another recorder has of moments that are here; all are there, oldest first."""
    kinds: dict[str, list[Held]] = {}
    for row, path in held:
        kinds.setdefault(kind_of(path.stem), []).append((row, path))
    if len(kinds) == 1:  # as nearly always
        return _once(held)
    chosen: list[Held] = []
    for found in sorted(map(_once, kinds.values()), key=lambda each: _missing_ms(each, hold)):
        taken = merged(_widest(row) for row, _ in chosen)
        chosen += [one for one in found if not _meets(taken, _widest(one[0]))]
    return sorted(chosen, key=lambda one: (one[0].from_ms, one[0].name))


def software_of(coverage: Coverage, asked: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Name whose recordings are shown; only of the recorder that was ``asked`` the version is known."""
    kinds = dict.fromkeys(kind_of(segment.path.stem) for segment in coverage.segments)
    own = FOLDER if asked[0] == "nest" else asked[0]
    return tuple(asked if kind == own else (kind, "unknown") for kind in kinds)


def _once(held: Sequence[Held]) -> Sequence[Held]:
    """Leave out a file that is here under another key, too: a folder was named from above, or where it was moved to."""
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


def _widest(row: Row) -> Range:
    """Return between which moments all of a file surely is."""
    return row.from_ms - row.uncertainty_ms, row.until_ms + row.uncertainty_ms


def _meets(taken: Sequence[Range], span: Range) -> bool:
    before = bisect_left(taken, (span[1],))
    return before > 0 and taken[before - 1][1] > span[0]
