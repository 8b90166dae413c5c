"""What the police may see of the registry: all that their house imports of this one.

Invariants: what is returned has no account, number, session, code, or language, and no *Area* entry; cells come in
buckets, as counted last night, whatever is asked; a look-up needs a badge and a case number, and in the transaction in
which it reads, a notice to the owner is written for each entry that it shows. Paused and erased entries aren't seen.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import starmap
from typing import TYPE_CHECKING, NamedTuple, Self

from aiohttp import web
from sqlalchemy import and_, insert, select

from hub.community.context import MIGRATIONS
from hub.community.database import database_at
from hub.community.notices.model import Notice
from hub.community.registry.model import CellCountRow, CountedNight, Entry
from hub.db.migrate import upgrade
from hub.kit.errors import HubError
from milton_protocol.geometry import Point, contains
from milton_protocol.geometry.cells import Cell, bounds, cell_at, cells_touching
from milton_protocol.messages.homes.camera_entry import EntryState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from hub.db.engine import Database
    from milton_protocol.geometry import Area
    from milton_protocol.geometry.cells import Bounds

    type SeenRow = Row[str, str | None, int | None, int | None, int | None, int | None, int | None]  # of ``_SEEN``

STREETS_MAX = 200  # an area of 0.5 sq mi has some dozens
SEEN_MAX = 500  # more is no canvass: the area is too large


class CellCount(NamedTuple):
    """A cell with at least five accounts' cameras: ``bucket`` is ``some`` (5 to 9) or ``many`` (10 or more)."""

    row: int
    column: int
    bucket: str


_SEEN = (
    Entry.entry_id,
    Entry.street,
    Entry.lat_e7,
    Entry.lon_e7,
    Entry.heading_deg,
    Entry.field_of_view_deg,
    Entry.keeps_days,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEntry:
    """A camera as its owner lets police see it: its street alone, or where it stands and looks.

    ``keeps_days`` is how long its recordings last, where the owner said so.
    """

    entry_id: str
    street: str | None
    point: Point | None
    heading_deg: int | None
    field_of_view_deg: int | None
    keeps_days: int | None


class PoliceView:
    """Reads one community house's database, whether this process runs the house or another does."""

    def __init__(self, database: Database) -> None:
        """Keep the database; :meth:`at` opens one."""
        self._database = database
        self._told: tuple[tuple[str | None, Bounds], Sequence[CellCount]] | None = None  # after what it was asked by

    @classmethod
    def at(cls, url: str) -> Self:
        """Open the database at ``url``."""
        return cls(database_at(url))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Bring the schema up to date, and close the database at the end."""
        await upgrade(self._database, MIGRATIONS)
        try:
            yield
        finally:
            await self._database.close()

    async def cells(self, within: Bounds) -> Sequence[CellCount]:
        """Return the cells that touch a box and are told; read once for each count, whichever process counted."""
        async with self._database.reading() as session:
            key = (await session.scalar(select(CountedNight.count_id)), within)
            if self._told is None or self._told[0] != key:
                self._told = key, await _cells(await session.connection(), within)
            return self._told[1]

    async def look_up(  # noqa: PLR0913 - a look-up is all of these
        self,
        area: Area,
        *,
        badge: str,
        case_number: str,
        at: datetime,
        streets: frozenset[str] = frozenset(),
        step: str = "registry.looked_up",
    ) -> Sequence[SeenEntry]:
        """Return the *Exact* entries in ``area`` and those on ``streets``, and leave each owner a notice.

        Raises ``too_many_entries`` (400) beyond ``SEEN_MAX``, and ValueError without a badge and a case number.
        """
        if not (badge and case_number) or len(streets) > STREETS_MAX:
            message = "a look-up needs a badge, a case number, and few streets"
            raise ValueError(message)
        async with self._database.session(step) as session:
            connection = await session.connection()  # past the mapper, which would take as long as the database does
            rows = await _rows(connection, area, streets)
            told = {"badge": badge, "case_number": case_number, "at": at}
            if rows:
                await connection.execute(insert(Notice), [{"entry_id": row.entry_id, **told} for row in rows])
            return tuple(_seen(row) for row in rows)


async def _cells(connection: AsyncConnection, within: Bounds) -> Sequence[CellCount]:
    south, west, north, east = within
    first, last = cell_at(Point(south, west)).row, cell_at(Point(north, east)).row
    columns = {row: _columns(row, west, east) for row in range(first, last + 1)}
    told = select(CellCountRow.cell_row, CellCountRow.cell_column, CellCountRow.bucket)
    found = (await connection.execute(told.where(CellCountRow.cell_row.between(first, last)))).all()
    return tuple(starmap(CellCount, [each for each in found if each[1] in columns[each[0]]]))


async def _rows(connection: AsyncConnection, area: Area, streets: frozenset[str]) -> Sequence[SeenRow]:
    """Return the *Exact* entries in ``area`` and those on ``streets``: two statements, each by an index of its own."""
    active = select(*_SEEN).where(Entry.state == EntryState.ACTIVE)
    near = (await connection.execute(active.where(_near(area)))).all()
    rows = [row for row in near if contains(area, _point(row))]
    if streets:
        rows += (await connection.execute(active.where(Entry.street.in_(streets)))).all()
    if len(rows) > SEEN_MAX:
        rule = "too_many_entries"
        raise HubError(rule, web.HTTPBadRequest.status_code, f"More than {SEEN_MAX} cameras. Draw a smaller area.")
    return rows


def _near(area: Area) -> ColumnElement[bool]:
    """Return what the pins near ``area`` fulfill, so that each row of its cells is one range of the index."""
    cells = cells_touching(area)
    columns = [cell.column for cell in cells]
    rows = {cell.row for cell in cells}
    return and_(
        Entry.lat_e7.is_not(None), Entry.cell_row.in_(rows), Entry.cell_column.between(min(columns), max(columns))
    )


def _columns(row: int, west: int, east: int) -> range:
    """Return the columns of a row of cells that touch a box, also by an edge alone."""
    _, left, _, right = bounds(Cell(row, 0))
    width = right - left
    return range(-(-west // width) - 1, east // width + 1)


def _point(row: SeenRow) -> Point:
    return Point(row.lat_e7 or 0, row.lon_e7 or 0)


def _seen(row: SeenRow) -> SeenEntry:
    return SeenEntry(
        entry_id=row.entry_id,
        street=row.street,
        point=None if row.street is not None else _point(row),
        heading_deg=row.heading_deg,
        field_of_view_deg=row.field_of_view_deg,
        keeps_days=row.keeps_days,
    )
