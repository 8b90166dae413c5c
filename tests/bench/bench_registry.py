"""What officers' questions to the camera registry take with 1,000,000 entries, on SQLite and on Postgres.

Entries are spread evenly over the demonstration's city (about 119 sq mi), straight into the residents' database by
plain SQL, and the cells are counted as each night does. The peer is the same SQL by the driver alone, in turns with
the view that police have: the cells of the whole city, and the pins of one request's area of about 0.1 sq mi with a
notice to each owner, each a transaction of its own. Nothing is asserted: machines are noisy.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiosqlite
import asyncpg
from sqlalchemy import insert

from hub.cli.city.init import DEMO_BORDERS
from hub.community.context import MIGRATIONS
from hub.community.database import database_at, rewrite
from hub.community.police_view import PoliceView
from hub.community.registry.counting import count_cells
from hub.community.registry.model import Entry
from hub.community.residents.model import Account
from hub.db.migrate import upgrade
from hub.requests.draft.registry import box_of
from milton_protocol.geometry import Circle, Point, contains
from milton_protocol.geometry.cells import cell_at, cells_touching
from tests.bench.report import write_section
from tests.simulators.postgres import running_postgres

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from hub.db.engine import Database

    type Notice = tuple[Any, ...]

ENTRIES, AT_ONCE, STREETS, OF_AREA = 1_000_000, 5_000, 5_000, 3  # streets of the city, and those that an area touches
ROUNDS, RADIUS_M = 100, 287
BAR_RATIO, BAR_P95_MS = 2, 50
CITY = box_of(DEMO_BORDERS)
CASE = {"badge": "4117", "case_number": "26-104417"}
CELLS = "SELECT cell_row, cell_column, bucket FROM cell_count WHERE cell_row BETWEEN {} AND {}"
SEEN = "SELECT entry_id, street, lat_e7, lon_e7, heading_deg, field_of_view_deg, keeps_days FROM entry"
PINS = f"{SEEN} WHERE state = {{}} AND lat_e7 IS NOT NULL AND cell_column BETWEEN {{}} AND {{}}"
ON_STREETS = f"{SEEN} WHERE state = {{}} AND street IN ({{}}, {{}}, {{}})"
LAT, LON = 2, 3
NOTICE = "INSERT INTO look_up_notice (entry_id, badge, case_number, at) VALUES ({}, {}, {}, {})"


def rows(first: int, chance: random.Random) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return accounts and a camera of each: six in ten an area, three a point, one a street."""
    accounts, entries = [], []
    south, west, north, east = CITY
    for number in range(first, first + AT_ONCE):
        account_id, kind = f"{chance.getrandbits(128):032x}", number % 10
        point = Point(chance.randrange(south, north), chance.randrange(west, east))
        cell = cell_at(point)
        is_exact = 6 <= kind < 9
        accounts.append({"account_id": account_id, "key_sha256": f"{chance.getrandbits(256):064x}", "language": "en"})
        entries.append(
            {
                "entry_id": f"{chance.getrandbits(128):032x}",
                "account_id": account_id,
                "number": 1,
                "revision": 1,
                "state": "active",
                "envelope": chance.randbytes(600),
                "cell_row": cell.row if kind < 9 else None,
                "cell_column": cell.column if kind < 9 else None,
                "street": f"Street {chance.randrange(STREETS)}" if kind == 9 else None,
                "lat_e7": point.lat_e7 if is_exact else None,
                "lon_e7": point.lon_e7 if is_exact else None,
                "heading_deg": 90 if is_exact else None,
                "field_of_view_deg": 110 if is_exact else None,
                "keeps_days": 14,
                "confirm_by": date(2027, 12, 4),
                "erased_at": None,
            }
        )
    return accounts, entries


async def fill(database: Database) -> None:
    """Write all entries, and count the cells."""
    chance = random.Random(5)  # noqa: S311 - the same each time
    for first in range(0, ENTRIES, AT_ONCE):
        accounts, entries = rows(first, chance)
        async with database.session("bench") as session:
            await session.execute(insert(Account), accounts)
            await session.execute(insert(Entry), entries)
    async with database.session("bench") as session:
        await count_cells(session, date(2026, 12, 4))


class RawSqlite:
    """The same SQL by SQLite's driver, with the settings that the hub's connections have."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        """Keep the connection."""
        self._connection = connection

    async def ask(self, statement: str, values: Sequence[object]) -> Sequence[Any]:
        """Return all rows of a statement."""
        rows = await self._connection.execute_fetchall(statement.format(*["?"] * len(values)), values)
        return list(rows)

    async def look_up(self, asked: Asked) -> int:
        """Read pins and write notices in one transaction."""
        await self._connection.execute("BEGIN IMMEDIATE")
        told = [(*each[:-1], str(each[-1])) for each in await asked.notices(self.ask)]
        await self._connection.executemany(NOTICE.format(*["?"] * 4), told)
        await self._connection.commit()
        return len(told)


class RawPostgres:
    """The same SQL by Postgres's driver."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        """Keep the connection."""
        self._connection = connection

    async def ask(self, statement: str, values: Sequence[object]) -> Sequence[Any]:
        """Return all rows of a statement."""
        return list(await self._connection.fetch(statement.format(*_numbered(len(values))), *values))

    async def look_up(self, asked: Asked) -> int:
        """Read pins and write notices in one transaction."""
        async with self._connection.transaction():
            told = await asked.notices(self.ask)
            await self._connection.executemany(NOTICE.format(*_numbered(4)), told)
        return len(told)


def _numbered(count: int) -> list[str]:
    return [f"${number}" for number in range(1, count + 1)]


@dataclass(kw_only=True)
class Took:
    """Milliseconds of the view and of the same SQL raw, and how many rows came."""

    view: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    found: list[int] = field(default_factory=list)

    def line(self, what: str) -> str:
        """Return the line of a table."""
        p95 = statistics.quantiles(self.view, n=20, method="inclusive")[-1]
        view, raw = statistics.median(self.view), statistics.median(self.raw)
        bar = "held" if view <= BAR_RATIO * raw and p95 <= BAR_P95_MS else "MISSED"
        count = round(statistics.mean(self.found))
        return f"| {what} | {count:,} | {raw:.1f} | {view:.1f} | {view / raw:.1f} | {p95:.1f} | {bar} |"


def areas() -> list[tuple[Circle, frozenset[str]]]:
    """Return areas all over the city with the streets that each touches."""
    chance = random.Random(6)  # noqa: S311 - the same each time
    south, west, north, east = CITY
    middles = [Point(chance.randrange(south, north), chance.randrange(west, east)) for _ in range(ROUNDS + 1)]
    streets = [frozenset(f"Street {each}" for each in chance.sample(range(STREETS), OF_AREA)) for _ in middles]
    return [(Circle(center=each, radius_m=RADIUS_M), names) for each, names in zip(middles, streets, strict=True)]


async def timed(act: Callable[[], Awaitable[int]], into: list[float]) -> int:
    """Run it, and note its milliseconds."""
    began = time.perf_counter()
    found = await act()
    into.append((time.perf_counter() - began) * 1_000)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One look-up, as the view takes it and as SQL does."""

    area: Circle
    streets: frozenset[str]

    async def notices(self, ask: Callable[[str, Sequence[object]], Awaitable[Sequence[Any]]]) -> list[Notice]:
        """Read the pins and the streets; return what is written for those that are seen."""
        cells = cells_touching(self.area)
        rows, columns = sorted({cell.row for cell in cells}), [cell.column for cell in cells]
        statement = f"{PINS} AND cell_row IN ({', '.join(['{}'] * len(rows))})"
        near = await ask(statement, ["active", min(columns), max(columns), *rows])
        seen = [row for row in near if contains(self.area, Point(row[LAT], row[LON]))]
        seen += await ask(ON_STREETS, ["active", *sorted(self.streets)])
        at = datetime.now(UTC)
        return [(row[0], *CASE.values(), at) for row in seen]


async def measure(database: Database, raw: RawSqlite | RawPostgres) -> dict[str, Took]:
    """Ask by turns; the first round is left out."""
    view, took = PoliceView(database), {"cells": Took(), "pins": Took()}
    first, last = cell_at(Point(CITY[0], CITY[1])).row, cell_at(Point(CITY[2], CITY[3])).row

    async def cells() -> int:
        return len(await view.cells(CITY))

    async def raw_cells() -> int:
        return len(await raw.ask(CELLS, (first, last)))

    async def pins(asked: Asked) -> int:
        return len(await view.look_up(asked.area, **CASE, at=datetime.now(UTC), streets=asked.streets))

    for area, streets in areas():
        asked = Asked(area=area, streets=streets)
        for each, by_view, by_raw in (
            (took["cells"], cells, raw_cells),
            (took["pins"], partial(pins, asked), partial(raw.look_up, asked)),
        ):
            each.found.append(await timed(by_view, each.view))
            assert await timed(by_raw, each.raw) == each.found[-1]
    for each in took.values():
        del each.view[0], each.raw[0], each.found[0]
    return took


async def on_sqlite(folder: Path) -> dict[str, Took]:
    """Fill a file, and measure."""
    path = folder / "community.sqlite"
    database = database_at(f"sqlite+aiosqlite:///{path}")
    await upgrade(database, MIGRATIONS)
    await fill(database)
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            await connection.execute(f"PRAGMA {pragma}")
        took = await measure(database, RawSqlite(connection))
    await database.close()
    return took


async def on_postgres() -> tuple[dict[str, Took], float]:
    """Fill a database, let its tables be rewritten as each night does, and measure; return its seconds, too."""
    async with running_postgres() as url:
        database = database_at(url)
        await upgrade(database, MIGRATIONS)
        await fill(database)
        began = time.perf_counter()
        await rewrite(database)
        rewritten_s = time.perf_counter() - began
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        took = await measure(database, RawPostgres(connection))
        await connection.close()
        await database.close()
    return took, rewritten_s


async def main() -> int:
    """Measure once, and write the section."""
    with tempfile.TemporaryDirectory(prefix="milton-bench-") as scratch:
        sqlite = await on_sqlite(Path(scratch))
    postgres, rewritten_s = await on_postgres()
    lines = [
        f"{ENTRIES:,} entries of as many accounts over 119 sq mi: six in ten *Area*, three *Exact*, one *Street*;",
        f"{ROUNDS} rounds by turns with the same SQL by the driver alone, medians in milliseconds;",
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end.",
        "Cells are all of the city's; pins are those of an area of 0.1 sq mi",
        "and three streets, with a notice to each owner, committed. Postgres runs without fsync here.",
        f"The bar is {BAR_RATIO} times the raw SQL and a p95 of {BAR_P95_MS} ms.",
        f"The nightly rewriting of Postgres's tables took {rewritten_s:.0f} s.",
        "",
        "| asked | rows | raw | ours | ours / raw | ours, p95 | bar |",
        "|---|---|---|---|---|---|---|",
        *(each.line(f"{what}, SQLite") for what, each in sqlite.items()),
        *(each.line(f"{what}, Postgres") for what, each in postgres.items()),
    ]
    write_section("A registry of a million cameras", lines)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
