"""Whether the same plate, address or area was asked for lately: a warning to who asks, and what oversight looks at.

Two queries answer it for a request that is made: :func:`mentioned_before` and :func:`overlapped_before`. A request
counts once its officer has signed it. What is indexed is forgotten after ``LATELY``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, select

from hub.policy.reasons import said
from hub.requests.draft.mentions import Alike, mentions
from hub.requests.draft.overlap import common_m2
from hub.requests.model import AreaRow, AssertionRow, MentionRow, RequestRow
from hub.requests.states import BEING_PUBLISHED, State
from milton_protocol.geometry import Circle, Point, area_m2
from milton_protocol.geometry.plane import Plane
from milton_protocol.messages.requests.assertion import AssertionRole
from milton_protocol.messages.requests.request import Request

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.requests.draft.draft import Draft
    from milton_protocol.geometry import Area

LATELY = timedelta(days=90)
SHARE_OF_SMALLER = 0.5  # two areas are the same when they have half of the smaller one in common
# Of the newest nearby that a draft is compared with, three times a second: each takes milliseconds of the one thread.
NEAR_MAX = 24
DEGREE_E7 = 10_000_000
_SIGNED = (
    select(AssertionRow.role)
    .where(AssertionRow.request_id == RequestRow.request_id, AssertionRow.role == AssertionRole.OFFICER)
    .exists()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier request that has something in common with a new one, whoever asked."""

    alike: Alike
    request_id: str
    officer_id: str
    case_number: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """How often, and when last, the same was asked for in other cases; ``own`` counts one's own among them."""

    alike: Alike
    count: int
    own: int
    newest: datetime


async def mentioned_before(session: AsyncSession, request_id: str) -> tuple[Earlier, ...]:
    """Return the earlier requests that name a plate or an address that this one names."""
    named = select(MentionRow).where(MentionRow.request_id == request_id)
    rows = (await session.scalars(named)).all()
    if not rows:
        return ()
    return await _mentioned(session, {row.digest for row in rows}, until=rows[0].at, but=request_id)


async def overlapped_before(session: AsyncSession, request_id: str) -> tuple[Earlier, ...]:
    """Return the earlier requests for the area that this one asks for."""
    row = await session.get(AreaRow, request_id)
    payload = await session.scalar(select(RequestRow.payload).where(RequestRow.request_id == request_id))
    if row is None or payload is None:
        return ()
    return await _overlapped(session, Request.from_bytes(payload).area, until=row.at, but=request_id)


async def lately(session: AsyncSession, draft: Draft, person_id: str, key: bytes, at: datetime) -> tuple[Lately, ...]:
    """Return what a draft asks for that was asked for lately in other cases; of areas the newest ``NEAR_MAX`` count."""
    earlier = await _mentioned(session, set(mentions(key, said(draft.reason, draft.why_larger))), until=at)
    if draft.area is not None:
        earlier += await _overlapped(session, draft.area, until=at, most=NEAR_MAX)
    found = []
    for alike in Alike:
        same = {each.request_id: each for each in earlier if each.alike is alike and _other(each, draft)}.values()
        if same:
            own = sum(each.officer_id == person_id for each in same)
            newest = max(each.at for each in same)
            found.append(Lately(alike=alike, count=len(same), own=own, newest=newest))
    return tuple(found)


async def open_areas(session: AsyncSession, area: Area, *, but: str = "") -> tuple[Area, ...]:
    """Return the areas of the requests that homes answer now, those that may overlap ``area``."""
    now_open = RequestRow.state.in_((State.PUBLISHED, *BEING_PUBLISHED))
    rows = select(RequestRow.payload).join(AreaRow, AreaRow.request_id == RequestRow.request_id)
    found = await session.scalars(rows.where(now_open, RequestRow.request_id != but, *_meets(area)))
    return tuple({Request.from_bytes(payload).area for payload in found})


def index(row: RequestRow, area: Area, reason: str, key: bytes) -> Sequence[MentionRow | AreaRow]:
    """Return the rows by which a new request is found again."""
    south, north, west, east = box_e7(area)
    where = AreaRow(
        request_id=row.request_id, south_e7=south, north_e7=north, west_e7=west, east_e7=east, at=row.created_at
    )
    named = mentions(key, said(reason, row.why_larger)).items()
    return [
        where,
        *(
            MentionRow(request_id=row.request_id, digest=digest, kind=kind.value, at=row.created_at)
            for digest, kind in named
        ),
    ]


async def forget(session: AsyncSession, at: datetime) -> None:
    """Forget what was indexed before ``LATELY``."""
    for table in (MentionRow, AreaRow):
        await session.execute(delete(table).where(table.at <= at - LATELY))


def box_e7(area: Area) -> tuple[int, int, int, int]:
    """Return the south, north, west and east ends of an area, a circle's rounded outwards."""
    if not isinstance(area, Circle):
        latitudes = [point.lat_e7 for point in area.points]
        longitudes = [point.lon_e7 for point in area.points]
        return min(latitudes), max(latitudes), min(longitudes), max(longitudes)
    center = area.center
    corner = Point(center.lat_e7 + DEGREE_E7, center.lon_e7 + DEGREE_E7)
    east_m, north_m = Plane(center).vector(corner)
    lat, lon = (int(area.radius_m * DEGREE_E7 / metres) + 1 for metres in (north_m, east_m))
    return center.lat_e7 - lat, center.lat_e7 + lat, center.lon_e7 - lon, center.lon_e7 + lon


def _other(earlier: Earlier, draft: Draft) -> bool:
    return earlier.case_number != draft.case_number


def _meets(area: Area) -> tuple[ColumnElement[bool], ...]:
    south, north, west, east = box_e7(area)
    return (
        AreaRow.south_e7 <= north,
        AreaRow.north_e7 >= south,
        AreaRow.west_e7 <= east,
        AreaRow.east_e7 >= west,
    )


async def _mentioned(
    session: AsyncSession, digests: Collection[str], *, until: datetime, but: str = ""
) -> tuple[Earlier, ...]:
    same = (
        select(MentionRow.kind, RequestRow)
        .join(RequestRow, RequestRow.request_id == MentionRow.request_id)
        .where(
            MentionRow.digest.in_(digests),
            MentionRow.at > until - LATELY,
            MentionRow.at <= until,
            MentionRow.request_id != but,
            _SIGNED,
        )
    )
    return tuple(_earlier(Alike(kind), row) for kind, row in (await session.execute(same)).all())


async def _overlapped(
    session: AsyncSession, area: Area, *, until: datetime, but: str = "", most: int | None = None
) -> tuple[Earlier, ...]:
    near = (
        select(RequestRow)
        .join(AreaRow, AreaRow.request_id == RequestRow.request_id)
        .where(AreaRow.at > until - LATELY, AreaRow.at <= until, AreaRow.request_id != but, _SIGNED, *_meets(area))
    )
    rows = (await session.scalars(near.order_by(AreaRow.at.desc()).limit(most))).all()
    return tuple(_earlier(Alike.AREA, row) for row in rows if _is_same(area, Request.from_bytes(row.payload).area))


def _is_same(area: Area, other: Area) -> bool:
    return area == other or common_m2(area, other) >= SHARE_OF_SMALLER * min(area_m2(area), area_m2(other))


def _earlier(alike: Alike, row: RequestRow) -> Earlier:
    return Earlier(
        alike=alike,
        request_id=row.request_id,
        officer_id=row.officer_id,
        case_number=row.case_number,
        at=row.created_at,
    )
