"""Flags are raised in the transaction of what they are about, once, and stay."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from hub.audit.denials import Denials
from hub.audit.model import AuditRow
from hub.audit.trail import Head, first_broken, record
from hub.audit.watched import Attempt
from hub.auditors.flags.service import first_false
from hub.auditors.model import FlagRow
from hub.auditors.notice.notice import notice_of
from hub.kit.access import OPERATOR
from tests.simulators.flagged import MIDNIGHT, act, flags, officer

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Executable

    from hub.db.engine import Database
    from tests.simulators.agency import Agency

OWN = Attempt(rule="own_act", route="POST /api/requests/{id}/assertions", person_id="chief", device="desk")


async def kinds(database: Database) -> list[tuple[str, str, int, str]]:
    """Return what is flagged: kind, who, how often, where to look."""
    return [(row.kind, row.person_id, row.count, row.evidence) for row in await flags(database)]


async def false_flag(database: Database) -> int | None:
    """Return the first flag that is not what the trail has of it."""
    async with database.reading() as session:
        return await first_false(session)


async def test_a_night_is_one_flag_for_a_person(database: Database) -> None:
    """Whatever else they do in it; the hub's own acts and the command line's are none."""
    for night, person_id in ((0, "officer"), (0, "officer"), (0, "second"), (1, "officer")):
        await act(database, night=night, person_id=person_id)
    async with database.session("test") as session:
        await record(session, at=MIDNIGHT, actor=OPERATOR, action="share.copied", subject="-")
    assert [(kind, who) for kind, who, *_ in await kinds(database)] == [
        ("odd_hours", "officer"),
        ("odd_hours", "second"),
        ("odd_hours", "officer"),
    ]
    async with database.reading() as session:
        assert await first_broken(session) is None
        raised = await session.scalar(select(AuditRow).where(AuditRow.subject == "flag 1"))
    assert raised is not None
    assert (raised.number, raised.actor, raised.action) == (2, "system:oversight", "flag.raised")
    assert raised.detail.startswith("odd_hours ")


async def test_without_the_flag_there_is_no_act(database: Database, tmp_path: Path) -> None:
    """And without the act no flag."""
    with closing(sqlite3.connect(tmp_path / "hub.sqlite", isolation_level=None)) as direct:
        direct.execute("CREATE TRIGGER broken BEFORE INSERT ON flag BEGIN SELECT RAISE(ABORT, 'refused'); END")
        with pytest.raises(IntegrityError, match="refused"):
            await act(database)
        direct.execute("DROP TRIGGER broken")

    async def fail() -> None:
        async with database.session("test") as session:
            await record(session, at=MIDNIGHT, actor=officer(), action="share.fetched", subject="-")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await flags(database) == []
    await act(database)
    assert [row.number for row in await flags(database)] == [1]


async def test_self_dealing_and_many_attempts_are_flagged_before_the_answer(database: Database) -> None:
    """Of somebody known; a flood within a minute is counted once it is written."""
    denials = Denials(database)
    await denials.note(OWN, MIDNIGHT)
    await denials.note(OWN, MIDNIGHT + timedelta(minutes=1))
    own = ("self_dealing", "chief", 1, "refusal 1")
    assert await kinds(database) == [own]
    for second in range(4):
        await denials.note(OWN, MIDNIGHT + timedelta(minutes=2, seconds=second))
    await denials.note(Attempt(rule="not_signed_in", route="-"), MIDNIGHT)
    assert await kinds(database) == [own]
    await denials.keep(MIDNIGHT + timedelta(minutes=3))
    assert await kinds(database) == [own, ("denied_attempts", "chief", 6, "refusal 3")]
    await denials.note(OWN, MIDNIGHT + timedelta(hours=25))
    assert [kind for kind, *_ in await kinds(database)] == ["self_dealing", "denied_attempts", "self_dealing"]


async def test_a_plate_and_an_area_that_are_asked_for_again_are_flagged_when_the_officer_signs(agency: Agency) -> None:
    """The third time, in the same transaction; no word of the plate is in the flag, the trail or a notice."""
    desk = await agency.desk("officer")
    reason = "Several cars were opened overnight; one truck with plate RTK 4471 was seen there and left at dawn."
    signed = []
    for number in range(3):
        signed.append((await desk.draft(case_number=f"26-10{number:04}", reason=reason))["id"])
        assert [row.kind for row in await flags(agency.hub.database) if row.kind.startswith("repeat")] == []
        assert (await desk.sign(signed[-1]))[0] == 200
    repeated = [row for row in await flags(agency.hub.database) if row.kind.startswith("repeat")]
    assert [(row.kind, row.person_id, row.about, row.count) for row in repeated] == [
        ("repeat_plate", "officer", signed[-1], 3),
        ("repeat_area", "officer", signed[-1], 3),
    ]
    database = agency.hub.database
    async with database.reading() as session:
        trail = (await session.scalars(select(AuditRow))).all()
    said = (
        repr([vars(row) for row in [*trail, *repeated]])
        + notice_of(repeated, Head(), agency_id="milton-pd", at=MIDNIGHT, hub_key=agency.hub.keys.hub_key).text
    )
    assert "RTK" not in said.upper()
    assert re.search(r"\b4471\b", said) is None  # within a digest it stands by chance
    assert "26-100002" not in said


async def test_two_at_once_raise_one_flag(database: Database) -> None:
    """Whoever comes second finds it."""
    await asyncio.gather(*(act(database) for _ in range(4)))
    assert [row.number for row in await flags(database)] == [1]


async def test_a_flag_that_is_taken_out_or_changed_shows(database: Database) -> None:
    """At its number; also the last one, and one that nobody raised."""
    for night in range(3):
        await act(database, night=night)
    assert await false_flag(database) is None

    async def changed(statement: Executable) -> int | None:
        async with database.session("test") as session:
            await session.execute(statement)
        return await false_flag(database)

    assert await changed(update(FlagRow).where(FlagRow.number == 2).values(person_id="else")) == 2
    assert await changed(update(FlagRow).where(FlagRow.number == 2).values(person_id="officer")) is None
    assert await changed(update(FlagRow).where(FlagRow.number == 3).values(number=7)) == 3
    assert await changed(update(FlagRow).where(FlagRow.number == 7).values(number=3)) is None
    assert await changed(delete(FlagRow).where(FlagRow.number == 3)) == 3
    assert await changed(delete(AuditRow).where(AuditRow.subject == "flag 3")) == 3
    assert await changed(delete(AuditRow).where(AuditRow.subject == "flag 2")) == 2
