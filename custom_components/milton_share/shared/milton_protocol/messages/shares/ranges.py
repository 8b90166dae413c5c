"""The time ranges that a clip shows, and where each begins in it (section 10)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ...errors import ProtocolError, Rule
from ...fields import require_period
from ...limits import INTEGER_MAX, RANGES_MAX
from ...times import format_time_ms

if TYPE_CHECKING:
    from datetime import datetime

    from ...canonical import JsonValue
    from ...fields import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRange:
    """A range, and its place in the clip.

    Its first frame, taken at `first_frame`, is shown `stored_ms` after the clip's first frame; within the range the
    clip's time goes as true time does. Both are None where nothing was recorded.
    """

    from_: datetime
    until: datetime
    first_frame: datetime | None
    stored_ms: int | None


def read_ranges(fields: Fields) -> tuple[StoredRange, ...]:
    """Read the field `ranges`: in the order of time (`not_sorted`), none within another."""
    ranges = fields.objects("ranges", 1, RANGES_MAX, _read_range)
    if any(after.from_ < before.until for before, after in pairwise(ranges)):
        raise ProtocolError(Rule.NOT_SORTED, "ranges overlap, or are not in the order of time")
    return ranges


def _read_range(fields: Fields) -> StoredRange:
    found = StoredRange(
        from_=fields.time_ms("from"),
        until=fields.time_ms("until"),
        first_frame=fields.optional("first_frame", fields.time_ms),
        stored_ms=fields.optional("stored_ms", lambda name: fields.integer(name, 0, INTEGER_MAX)),
    )
    require_period(found.from_, found.until, "until")
    if (found.first_frame is None) != (found.stored_ms is None):
        raise ProtocolError(Rule.WRONG_TYPE, "first_frame and stored_ms are null where nothing was recorded")
    if found.first_frame is not None and not found.from_ <= found.first_frame < found.until:
        raise ProtocolError(Rule.OUT_OF_BOUNDS, "a first frame outside of its range")
    return found


def range_value(stored: StoredRange) -> JsonValue:
    """Return a range as it is written."""
    return {
        "from": format_time_ms(stored.from_),
        "until": format_time_ms(stored.until),
        "first_frame": None if stored.first_frame is None else format_time_ms(stored.first_frame),
        "stored_ms": stored.stored_ms,
    }
