"""What people write beside a case: notes, tags, questions to custodians.

Invariants: a note is never changed and never taken away; the trail has that one was written, not its words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hub.audit.trail import record
from hub.cases.model import CaseNote, CaseTag, ShareTriage
from hub.casework.search.index import keep_note
from hub.kit.access import Action, require
from hub.kit.errors import HubError
from hub.requests.index import keep_case

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.cases.model import CaseFile
    from hub.kit.access import Actor

BAD_REQUEST = 400
CONFLICT = 409
NOTES_MAX = 2_000  # of one case
TAGS_MAX = 20  # of one case
_TAG = re.compile(r"[a-z0-9][a-z0-9 -]{0,29}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a page sends: the same ``note_id`` again is the same note. ``share_id``: of one share, else of the case."""

    note_id: str
    share_id: str | None
    text: str


async def write(session: AsyncSession, actor: Actor, case: CaseFile, note: Note, at: datetime) -> CaseNote:
    """Keep a note. The caller knows that ``actor`` sees the case, and the share that it is of.

    Raises ``note_differs``, ``too_many_notes`` (409).
    """
    require(actor, Action.CASE_NOTE)
    known = await session.get(CaseNote, note.note_id)
    if known is not None:
        if (known.case_number, known.share_id, known.person_id, known.text) != (
            case.case_number,
            note.share_id,
            actor.person_id,
            note.text,
        ):
            rule = "note_differs"
            raise HubError(rule, CONFLICT, "This note was sent before with other words; write it anew.")
        return known
    count = select(func.count()).select_from(CaseNote).where(CaseNote.case_number == case.case_number)
    if (await session.scalar(count) or 0) >= NOTES_MAX:
        rule = "too_many_notes"
        raise HubError(rule, CONFLICT, "No further note can be written to this case.")
    row = CaseNote(
        note_id=note.note_id,
        case_number=case.case_number,
        share_id=note.share_id,
        person_id=actor.person_id or "",
        badge=actor.badge,
        at=at,
        text=note.text,
    )
    session.add(row)
    await keep_note(session, row)
    await record(session, at=at, actor=actor, action="case.noted", subject=case.case_id, detail=note.note_id)
    return row


async def tag(session: AsyncSession, actor: Actor, case: CaseFile, words: str, at: datetime) -> None:
    """Put a tag on a case. A repeat changes nothing; raises ``tag_wrong`` (400), ``too_many_tags`` (409)."""
    require(actor, Action.CASE_TAG)
    words = " ".join(words.casefold().split())
    if _TAG.fullmatch(words) is None:
        rule = "tag_wrong"
        raise HubError(rule, BAD_REQUEST, "A tag has letters, digits, spaces and hyphens, at most 30.")
    count = select(func.count()).select_from(CaseTag).where(CaseTag.case_number == case.case_number)
    if await session.get(CaseTag, (case.case_number, words)) is not None:
        return
    if (await session.scalar(count) or 0) >= TAGS_MAX:
        rule = "too_many_tags"
        raise HubError(rule, CONFLICT, "This case has as many tags as it can have; take one off.")
    session.add(CaseTag(case_number=case.case_number, tag=words, person_id=actor.person_id or "", at=at))
    await keep_case(session, case.case_number)
    await record(session, at=at, actor=actor, action="case.tagged", subject=case.case_id)


async def untag(session: AsyncSession, actor: Actor, case: CaseFile, words: str, at: datetime) -> None:
    """Take a tag off. A repeat changes nothing."""
    require(actor, Action.CASE_TAG)
    row = await session.get(CaseTag, (case.case_number, words))
    if row is not None:
        await session.delete(row)
        await keep_case(session, case.case_number)
        await record(session, at=at, actor=actor, action="case.untagged", subject=case.case_id)


async def ask(session: AsyncSession, actor: Actor, case: CaseFile, note: Note, at: datetime) -> CaseNote:
    """Ask custodians about a share, in a note. Asked again after an answer, it waits again."""
    require(actor, Action.SHARE_ASK)
    share_id = note.share_id or ""
    if await session.get(CaseNote, note.note_id) is None:
        row = await session.get(ShareTriage, share_id, with_for_update=True)
        if row is None:
            session.add(ShareTriage(share_id=share_id, case_number=case.case_number, asked_by=actor.badge, asked_at=at))
        else:
            row.asked_by, row.asked_at, row.answered_by, row.answered_at = actor.badge, at, None, None
        await record(session, at=at, actor=actor, action="share.asked_about", subject=share_id)
    return await write(session, actor, case, note, at)


async def answer(session: AsyncSession, actor: Actor, case: CaseFile, note: Note, at: datetime) -> CaseNote:
    """Answer a question about a share, in a note; raise ``nothing_asked`` (409)."""
    require(actor, Action.SHARE_ANSWER)
    share_id = note.share_id or ""
    if await session.get(CaseNote, note.note_id) is None:
        row = await session.get(ShareTriage, share_id, with_for_update=True)
        if row is None or row.answered_at is not None:
            rule = "nothing_asked"
            raise HubError(rule, CONFLICT, "Nobody waits for an answer about this share.")
        row.answered_by, row.answered_at = actor.badge, at
        await record(session, at=at, actor=actor, action="share.answered_about", subject=share_id)
    return await write(session, actor, case, note, at)
