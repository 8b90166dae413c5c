"""What lists were narrowed by before there were filters: of each request its offense; notes; kept searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, text

from hub.casework.search.model import SavedFilter
from hub.db.engine import Database
from hub.db.migrate import migrate, upgrade
from hub.index.model import SearchItem, SearchWord
from hub.requests.model import RequestRow
from tests.hub.migrations.test_cases_filled import BEGAN, row

if TYPE_CHECKING:
    from pathlib import Path

NOTE = (
    "INSERT INTO case_note (note_id, case_number, person_id, badge, at, text) "
    "VALUES (:id, '26-1', 'officer', '1', :at, :text)"
)
KEPT = "INSERT INTO saved_filter VALUES (:id, 'officer', 'Mine', 'suv', '', :only_open, :at)"


async def test_what_was_there_is_narrowed_and_found(tmp_path: Path) -> None:
    """A request by its offense, a note by its words, and a search that was kept is as it was."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hub.sqlite'}")
    asked = row(1, "26-1", "officer", 1)
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate, "0004")
        await connection.execute(insert(RequestRow), [asked])
        await connection.run_sync(migrate, "0022")
        await connection.execute(text(NOTE), {"id": "ab" * 16, "at": BEGAN.isoformat(), "text": "The Étude."})
        for number, only_open in ((1, True), (2, False)):
            values = {"id": f"{number:032x}", "only_open": only_open, "at": BEGAN.isoformat()}
            await connection.execute(text(KEPT), values)
    await upgrade(database)
    async with database.reading() as session:
        assert await session.scalar(select(RequestRow.offence_code)) == "16-7-1"
        words = select(SearchItem.id).join(SearchWord, SearchWord.number == SearchItem.number)
        notes = words.where(SearchItem.kind == "notes", SearchWord.word == "etude")
        assert (await session.scalars(notes)).all() == [f"note-{'ab' * 16}"]
        kept = select(SavedFilter.narrowed).order_by(SavedFilter.filter_id)
        assert (await session.scalars(kept)).all() == ["only=open", ""]
    await database.close()
