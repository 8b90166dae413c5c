"""Which files of a device, or parts of a recorder's, a range wants, and when each was by UTC of the device. Pure.

A card's files are named by the second of their start, by the clock on the wall; the name also says whether that clock
was put for summer. Where it doesn't, a time in the hour that comes twice is two moments: nobody knows which, and that
is stated as an hour of doubt. A recorder gives out any range of its disk; it is asked in parts of some minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ..recorder_clients.archive.archive import Placed
from ..recorder_clients.errors import CopyError, CopyRule
from ..recorder_clients.times.file_names import Habits, Take, place
from ..recorder_clients.times.overlap import Came
from ..recorder_clients.times.requested import OVERLAP_MS, AskedRange

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from ..recorder_clients.archive.contents import Contents
    from .answers import Listed
    from .zone import Zone

NAMED_WITHIN_S = 2.0
"""How far the first picture may be from the second that names its file, to either side."""
SEAM_S = 1.0
"""How much a card may lose between two files."""
HABITS = Habits(
    late_max_s=NAMED_WITHIN_S,
    early_max_s=NAMED_WITHIN_S,
    first_late_max_s=NAMED_WITHIN_S,
    waits_max_s=0.0,
    seam_s=SEAM_S,
)
PART_S = 300
"""Of a recorder's disk at once; its own clients take no more."""
PART_SLACK_MS = 5_000
"""How far the ends of what a recorder prepared may be from what was asked: a key picture's distance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file, or a part of one: its start by the clock on the wall and by UTC of the device, and how long it is.

    `doubt_s` is by how much later the start may be: the hour that comes twice.
    """

    listed: Listed
    start_s: float
    length_s: float
    doubt_s: float = 0.0

    @property
    def key(self) -> str:
        """What its file is called here."""
        return f"{round(self.start_s)}-{round(self.length_s)}-{self.listed.size_bytes}"

    @property
    def end_s(self) -> float:
        """Its end."""
        return self.start_s + self.length_s

    @property
    def asked(self) -> AskedRange:
        """From when to when it is, and how far the ends of what comes may be from these."""
        slack_ms = round(NAMED_WITHIN_S * 1000) if self.listed.is_on_card else PART_SLACK_MS
        return AskedRange(from_ms=round(self.start_s * 1000), until_ms=round(self.end_s * 1000), slack_ms=slack_ms)

    def placed(self, contents: Contents) -> Placed:
        """Say when what came was, by itself; raises CopyError for more than was told: then it is of another time."""
        if self.asked.missing_ms(contents.length_s) < 0:
            raise CopyError(CopyRule.RECORDING_UNREADABLE, "longer than was told")
        placed = self.asked.placed(contents.length_s)
        doubt_s = self.doubt_s / 2
        return Placed(from_s=placed.from_s + doubt_s, uncertainty_s=placed.uncertainty_s + doubt_s)

    def is_sure(self, contents: Contents) -> bool:
        """Whether it is a file that came as long as was told, at one moment: then it speaks about its neighbours."""
        return self.listed.is_on_card and not self.doubt_s and self.asked.is_whole(contents.length_s)


def parts_of(
    files: Iterable[Listed], zone: Zone, *, whole: bool = False, held: Collection[str] = ()
) -> tuple[Part, ...]:
    """Put files in time, in the order of their starts; one that a recorder has is parted.

    ``whole``: not one that it has a name for. Of what is ``held`` each goes on as it began: never both.
    """
    parts: dict[str, Part] = {}
    for file in files:
        ways = [tuple(_parted(_placed(each, zone))) for each in (file, replace(file, name=file.name or file.disk_name))]
        if whole:
            ways.reverse()
        begun = (way for way in ways if any(part.key in held for part in way))
        parts |= {part.key: part for part in next(begun, ways[0])}
    return tuple(sorted(parts.values(), key=lambda part: (part.start_s, part.key)))


def _placed(file: Listed, zone: Zone) -> Part:
    if file.summer is not None and zone.summer_s:
        start_s = zone.utc_s(file.start, summer=file.summer)
        return Part(listed=file, start_s=start_s, length_s=_length_s(file, start_s, zone))
    first, *others = zone.moments_s(file.start)
    doubt_s = others[0] - first if others else 0.0
    return Part(listed=file, start_s=first, length_s=_length_s(file, first, zone), doubt_s=doubt_s)


def _length_s(file: Listed, start_s: float, zone: Zone) -> float:
    """Say how long a file is: where the clock was put for summer in it, its end shows an hour that never was."""
    shown_s = (file.end - file.start).total_seconds()
    was_put = not zone.is_summer(start_s) and zone.is_summer(start_s + shown_s - zone.summer_s)
    return shown_s - zone.summer_s if was_put and shown_s > zone.summer_s else shown_s


def _parted(part: Part) -> Iterator[Part]:
    if part.listed.name is not None or part.length_s <= PART_S:
        yield part
        return
    at_s = 0.0
    while at_s < part.length_s:
        end_s = min(at_s + PART_S, part.length_s)
        from_s = max(0.0, at_s - OVERLAP_MS / 1000)
        yield Part(listed=part.listed, start_s=part.start_s + from_s, length_s=end_s - from_s, doubt_s=part.doubt_s)
        at_s = end_s


def placed_together(parts: Iterable[Part], measured: Mapping[str, Contents]) -> dict[str, Placed]:
    """Say when each that came was, and let files of one run speak about each other."""
    came = [part for part in parts if part.key in measured and part.asked.missing_ms(measured[part.key].length_s) >= 0]
    sure = [part for part in came if part.is_sure(measured[part.key])]
    takes = [Take(start_s=round(part.start_s), length_s=measured[part.key].length_s, prompt=True) for part in sure]
    found = {part.key: part.placed(measured[part.key]) for part in came}
    return found | {part.key: placed for part, placed in zip(sure, place(takes, HABITS), strict=True)}


def came_in_order(
    parts: Iterable[Part], measured: Mapping[str, Contents], files: Mapping[str, Path]
) -> tuple[Came, ...]:
    """Return what a recorder gave, oldest first: its parts overlap, and so may its files."""
    return tuple(
        Came(key=part.key, path=files[part.key], asked=part.asked, length_s=measured[part.key].length_s)
        for part in parts
        if not part.listed.is_on_card and not part.doubt_s and part.key in files and part.key in measured
    )


def days_of(from_: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Part a range of the clock on the wall into days, as devices are asked; ends in whole seconds."""
    start = from_.replace(microsecond=0)
    while start < until:
        midnight = start.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        yield start, min(midnight - timedelta(seconds=1), until)
        start = midnight
