"""By which words a note is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.index.model import Kind
from hub.index.service import keep
from hub.index.words import words_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.cases.model import CaseNote

NOTE_MARK = "note-"


async def keep_note(session: AsyncSession, note: CaseNote) -> None:
    """Let a note be found by its words."""
    await keep(session, Kind.NOTE, note_key(note.note_id), note.case_number, words_of(note.text))


def note_key(note_id: str) -> str:
    """Return what a note is kept by: a page makes its id, and makes it no other thing's."""
    return f"{NOTE_MARK}{note_id}"
