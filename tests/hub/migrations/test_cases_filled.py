"""What a city had before cases had files and before there was a search: no row is lost, and all of it is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from hub.cases.model import CaseFile, CaseMember
from hub.db.engine import Database
from hub.db.migrate import migrate, upgrade
from hub.index.model import SearchItem, SearchWord
from hub.requests.model import RequestRow
from milton_protocol.canonical import encode

if TYPE_CHECKING:
    from pathlib import Path

    from milton_protocol.canonical import JsonValue

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAID: dict[str, JsonValue] = {
    "officer": {"badge": "4117"},
    "offence_name": "Burglary",
    "offence_code": "16-7-1",
    "reason": "A window of the Étude was broken.",
}
ASKED = (("26-1", "officer", 2), ("26-1", "officer", 1), ("26-1", "another", 3), ("26-2", "another", 4))


def row(number: int, case_number: str, officer_id: str, hours: int) -> dict[str, object]:
    """Return a request of then."""
    return {
        "draft_id": f"{number:032x}",
        "input_sha256": "0" * 64,
        "request_id": f"{number:064x}",
        "payload": encode(SAID),
        "state": "expired",
        "officer_id": officer_id,
        "case_number": case_number,
        "exceeded": "",
        "created_at": BEGAN + timedelta(hours=hours),
        "expires_at": BEGAN + timedelta(days=7),
    }


async def test_who_asked_in_a_case_before_is_in_it(tmp_path: Path) -> None:
    """Opened when the first of its requests was made, at an address of its own; words of then are found."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hub.sqlite'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate, "0004")
        await connection.execute(insert(RequestRow), [row(number, *each) for number, each in enumerate(ASKED)])
    await upgrade(database)
    async with database.reading() as session:
        files = (await session.scalars(select(CaseFile).order_by(CaseFile.case_number))).all()
        people = (await session.execute(select(CaseMember.case_number, CaseMember.person_id, CaseMember.at))).all()
        words = select(SearchItem.kind, SearchItem.number).join(SearchWord, SearchWord.number == SearchItem.number)
        etude = (await session.execute(words.where(SearchWord.word == "etude"))).all()
        burglary = (await session.execute(words.where(SearchWord.word == "burglary"))).all()
    await database.close()
    assert [kind for kind, _ in etude] == ["requests"] * 4
    assert sorted({kind for kind, _ in burglary}) == ["cases", "requests"]
    assert [(case.case_number, case.opened_at) for case in files] == [
        ("26-1", BEGAN + timedelta(hours=1)),
        ("26-2", BEGAN + timedelta(hours=4)),
    ]
    assert len({case.case_id for case in files}) == 2
    assert sorted(tuple(each) for each in people) == [
        ("26-1", "another", BEGAN + timedelta(hours=3)),
        ("26-1", "officer", BEGAN + timedelta(hours=1)),
        ("26-2", "another", BEGAN + timedelta(hours=4)),
    ]
