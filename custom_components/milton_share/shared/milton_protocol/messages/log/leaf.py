"""Entries of the public log: the public part of a request (section 4) and of each day's custody (section 11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final, Self

from ... import canonical
from ...fields import Fields
from ...geometry import middle
from ...limits import CASE_NUMBER_MAX_CHARS, CELL_MAX_CHARS, DIGEST_HEX_CHARS, OFFENCE_CODE_MAX_CHARS
from ...values import NO_CODE
from ..requests.request import Urgency

if TYPE_CHECKING:
    from datetime import date

    from ...geometry import Area
    from ..requests.request import Request

_CELL_E7: Final = 200_000  # 0.02 degree
_CELL_E2: Final = 2


class LeafKind(StrEnum):
    """What happened."""

    REQUEST = "request"
    URGENT_REQUEST = "urgent_request"
    WITHDRAWAL = "withdrawal"
    RESOLUTION = "resolution"
    REFUSAL = "refusal"
    CUSTODY = "custody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One entry."""

    TYPE: ClassVar[str] = "milton/leaf"

    kind: LeafKind
    id: str
    day: date
    case: str
    offence: str
    cell: str

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read an entry's bytes."""
        fields = Fields.of(canonical.decode(payload))
        fields.header(cls.TYPE)
        leaf = cls(
            kind=fields.choice("kind", LeafKind),
            id=fields.hex("id", DIGEST_HEX_CHARS),
            day=fields.day("day"),
            case=fields.code_or_none("case", CASE_NUMBER_MAX_CHARS),
            offence=fields.code_or_none("offence", OFFENCE_CODE_MAX_CHARS),
            cell=fields.text("cell", CELL_MAX_CHARS),
        )
        fields.done()
        return leaf

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: what the log hashes."""
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "kind": self.kind.value,
                "id": self.id,
                "day": self.day.isoformat(),
                "case": self.case,
                "offence": self.offence,
                "cell": self.cell,
            }
        )


def leaf_of(request: Request, request_id: str, kind: LeafKind | None = None) -> Leaf:
    """Return the entry that a reader builds from a request: that it was made, or the ``kind`` of its end."""
    made = LeafKind.URGENT_REQUEST if request.urgency is Urgency.URGENT else LeafKind.REQUEST
    return Leaf(
        kind=kind or made,
        id=request_id,
        day=request.created_at.astimezone(UTC).date(),
        case=request.case_number,
        offence=request.offence_code,
        cell=cell_of(request.area),
    )


def refusal_leaf(day: date, rule: str) -> Leaf:
    """Return the entry of a draft that the policy refused: the day and the rule, nothing else."""
    return Leaf(kind=LeafKind.REFUSAL, id="0" * DIGEST_HEX_CHARS, day=day, case=NO_CODE, offence=rule, cell=NO_CODE)


def custody_leaf(day: date, seal: str) -> Leaf:
    """Return the entry of a day's custody: the day, and the digest of what stays with the hub (``custody_day``)."""
    return Leaf(kind=LeafKind.CUSTODY, id=seal, day=day, case=NO_CODE, offence=NO_CODE, cell=NO_CODE)


def cell_of(area: Area) -> str:
    """Return the area's middle rounded to 0.02 degree (half away from zero), in hundredths of a degree."""
    point = middle(area)
    return f"{_round(point.lat_e7)},{_round(point.lon_e7)}"


def _round(degrees_e7: int) -> int:
    cells = (abs(degrees_e7) + _CELL_E7 // 2) // _CELL_E7
    return _CELL_E2 * (cells if degrees_e7 >= 0 else -cells)
