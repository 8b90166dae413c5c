"""The areas blacked out of a clip: polygons whose corners may move over time (section 10)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ...errors import ProtocolError, Rule
from ...limits import MASK_CORNERS_MAX, MASK_CORNERS_MIN, MASK_KEYS_MAX, MASK_UNIT
from ...times import format_time_ms
from ...values import read_integer

if TYPE_CHECKING:
    from datetime import datetime

    from ...canonical import JsonValue
    from ...fields import Fields

type Corner = tuple[int, int]  # ten-thousandths of the picture's width and height, from its upper left corner


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskKey:
    """A mask's corners at a moment."""

    at: datetime
    corners: tuple[Corner, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A polygon that was blacked out.

    Between keys each corner moves in a straight line; before the first and after the last key it stays.
    """

    keys: tuple[MaskKey, ...]

    def __post_init__(self) -> None:
        """Refuse keys that are not in order (`not_sorted`) or have other numbers of corners (`out_of_bounds`)."""
        if any(after.at <= before.at for before, after in pairwise(self.keys)):
            raise ProtocolError(Rule.NOT_SORTED, "a mask's keys are not in the order of time")
        if len({len(key.corners) for key in self.keys}) > 1:
            raise ProtocolError(Rule.OUT_OF_BOUNDS, "a mask's keys have not all as many corners")


def read_mask(fields: Fields) -> Mask:
    """Read a mask's fields; the caller ends the reading."""
    return Mask(keys=fields.objects("keys", 1, MASK_KEYS_MAX, _read_key))


def _read_key(fields: Fields) -> MaskKey:
    corners = fields.items("corners", MASK_CORNERS_MIN, MASK_CORNERS_MAX)
    return MaskKey(
        at=fields.time_ms("at"),
        corners=tuple(_read_corner(value, f"corners[{index}]") for index, value in enumerate(corners)),
    )


def _read_corner(value: JsonValue, where: str) -> Corner:
    match value:
        case [x, y]:
            return read_integer(x, where, 0, MASK_UNIT), read_integer(y, where, 0, MASK_UNIT)
    raise ProtocolError(Rule.WRONG_TYPE, where)


def mask_value(mask: Mask) -> JsonValue:
    """Return a mask as it is written."""
    return {"keys": [{"at": format_time_ms(key.at), "corners": [[x, y] for x, y in key.corners]} for key in mask.keys]}
