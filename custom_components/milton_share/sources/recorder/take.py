"""One closed file of a run, and its own word on when it was. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from .store.index import Row
from .times.anchor import AGREE_S, Anchor, camera_zero

if TYPE_CHECKING:
    from ..bounds import ClockAnswer
    from .store.files import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A closed file of a camera, measured, not timed yet.

    `asked` is what the camera last answered about its clock, `home_doubt_s` how far this home's own may be off.
    """

    name: str
    camera_id: str
    measured: Measured
    asked: ClockAnswer | None = None
    home_doubt_s: float = 0.0

    def row(self, found: Anchor) -> Row:
        """Put the file and its time together."""
        contents = self.measured.contents

        def wall_ms(media_s: float) -> int:
            return round((found.zero_s + media_s) * 1000)

        return Row(
            name=self.name,
            camera_id=self.camera_id,
            from_ms=wall_ms(contents.start_s),
            until_ms=wall_ms(contents.end_s),
            size_bytes=self.measured.size_bytes,
            sha256=self.measured.sha256,
            media_start_s=contents.start_s,
            offset_ms=round(found.offset_s * 1000),
            uncertainty_ms=ceil(round((found.uncertainty_s + self.home_doubt_s) * 1000, 3)),
            method=found.method,
            gaps=tuple((wall_ms(start), wall_ms(end)) for start, end in contents.gaps),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A take, where its zero lies in the run, and how much later than its last picture it may have been written.

    `arrival_s` and `camera_s` are the media zero of the run by this segment's own arrival, and by the camera's word in
    it (None where it carries none).
    """

    take: Take
    shift_s: float
    slack_s: float
    arrival_s: float = field(init=False)
    camera_s: float | None = field(init=False)

    def __post_init__(self) -> None:
        """Read both witnesses, once."""
        measured = self.take.measured
        said_s = camera_zero(measured.contents, measured.written_s)
        object.__setattr__(self, "arrival_s", measured.written_s - measured.contents.end_s - self.shift_s)
        object.__setattr__(self, "camera_s", None if said_s is None else said_s - self.shift_s)

    @property
    def begins_run(self) -> bool:
        """Whether no file of its run lies before it."""
        return self.shift_s + self.take.measured.contents.start_s <= 0

    @property
    def began_s(self) -> float:
        """When it began, by its own arrival."""
        return self.arrival_s + self.shift_s + self.take.measured.contents.start_s

    def stated_offset_s(self, zero_s: float) -> float:
        """How far the camera's clock is off: by its own word in the stream, else as it answered, else not known: 0."""
        if self.camera_s is not None:
            offset_s = zero_s - self.camera_s
            return offset_s if abs(offset_s) > AGREE_S else 0.0
        asked = self.take.asked
        return asked.bounds.middle_s if asked is not None and not asked.bounds.allows(0.0) else 0.0
