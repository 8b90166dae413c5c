"""The quarter's report: figures that single out nobody, as lines and as a PDF."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from hub.__main__ import main
from hub.audit.denials import Denials
from hub.audit.trail import record
from hub.audit.watched import WATCH, Attempt
from hub.auditors.flags.service import Flags
from hub.auditors.report import figures
from hub.auditors.report.pdf import pdf_of
from hub.auditors.report.quarters import Quarter
from hub.auditors.report.report import FLOOR, Counts, Report, figure, report_of
from hub.db.engine import Database
from hub.db.migrate import upgrade
from hub.kit.access import OPERATOR, Actor, Role
from hub.kit.errors import HubError
from hub.policy.offenses import OFFENSES
from tests.simulators.flagged import BOUNDS, act
from tests.simulators.hub_bench import found_city, seed_request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.kit.settings import Settings

ZONE = ZoneInfo("America/New_York")
Q4 = Quarter(year=2026, number=4)
NAMES = {each.code: each.name for each in OFFENSES.values()}
NEXT_YEAR = datetime(2027, 1, 1, 5, tzinfo=UTC)
IN_Q4 = datetime(2026, 11, 26, 17, tzinfo=UTC)
AUDITOR = Actor(id="person:auditor", roles=frozenset({Role.AUDITOR}), person_id="auditor")


def said(report: Report) -> dict[str, str]:
    """Return all lines of a report."""
    return {words: figure_ for section in report.sections for words, figure_ in section.lines}


def test_a_figure_is_a_multiple_of_five_or_fewer_than_five() -> None:
    """Nothing is fewer than five too."""
    assert [figure(count) for count in (0, 1, 4, 5, 9, 10, 1234)] == [
        *["fewer than 5"] * 3,
        *["at least 5"] * 2,
        "at least 10",
        "at least 1230",
    ]


def test_no_figure_follows_from_others() -> None:
    """The tables have the same lines whatever happened, and a whole beside its parts says of none how many it is."""
    empty = report_of(Q4, Counts(acts={}, special={}, offences={}, denials={}, flags={}), NAMES)
    one = report_of(
        Q4,
        Counts(
            acts={"request.refused": 1, "share.received": 12},
            special={"published": 11, "routine": 10, "urgent": 1},
            offences={"16-8-18": 10, "99-9-99": 1},
            denials={"not_allowed": 7, "new_rule": 3, "other_rule": 2},
            flags={"self_dealing": 4, "odd_hours": 5},
        ),
        NAMES,
    )
    assert said(empty).keys() == said(one).keys()
    assert set(said(empty).values()) == {f"fewer than {FLOOR}"}
    assert said(one)["Requests published"] == said(one)["of these, routine"] == "at least 10"
    assert said(one)["of these, urgent"] == said(one)["Any other offense"] == "fewer than 5"
    assert said(one)["Any other rule"] == "at least 5"
    assert all(re.fullmatch(r"fewer than 5|at least \d*[05]", each) for each in said(one).values())


def test_quarters_follow_each_other_by_the_agencys_clock() -> None:
    """Through the year's end, and through the days on which clocks are put."""
    quarter = Quarter.parse("2026-Q4")
    assert quarter == Q4
    assert [Q4.after().name, Q4.before().name, Quarter.parse("2026-Q1").before().name] == [
        "2027-Q1",
        "2026-Q3",
        "2025-Q4",
    ]
    assert (Q4.begin(ZONE), Q4.end(ZONE)) == (datetime(2026, 10, 1, 4, tzinfo=UTC), NEXT_YEAR)
    assert Quarter.of(datetime(2027, 1, 1, 4, 59, tzinfo=UTC), ZONE) == Q4
    for text in ("2026-Q5", "2026-4", "0001-Q1", "9999-Q4", "2026-Q1\n"):
        with pytest.raises(HubError, match="report_unknown"):
            Quarter.parse(text)


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[tuple[Settings, Database]]:
    """Found a city whose database is watched; no hub runs."""
    settings = await asyncio.to_thread(found_city, tmp_path)
    made = Database(settings.database_url)
    await upgrade(made)
    made.hand(WATCH, Flags(BOUNDS))
    yield settings, made
    await made.close()


async def test_a_report_counts_its_own_quarter_when_it_is_over(city: tuple[Settings, Database]) -> None:
    """Requests, acts, refusals and flags; exercises apart; before its end there is none."""
    settings, database = city
    for number in range(6):
        await seed_request(settings, database, at=IN_Q4, drill=number == 0)
    await seed_request(settings, database, at=NEXT_YEAR)
    async with database.session("test") as session:
        for at in [IN_Q4] * 5 + [NEXT_YEAR] * 5:
            await record(session, at=at, actor=OPERATOR, action="share.received", subject="-")
    denials = Denials(database)
    for at in (IN_Q4, NEXT_YEAR):
        for _ in range(12):
            await denials.note(Attempt(rule="own_act", route="-", person_id="chief"), at)
        await denials.keep(at)
    for night in range(5):
        await act(database, night=night)
    async with database.reading() as session:
        report = await figures.report(session, AUDITOR, Q4, NEXT_YEAR, ZONE)
        with pytest.raises(HubError, match="report_unknown"):
            await figures.report(session, AUDITOR, Q4, datetime(2027, 1, 1, 4, 59, tzinfo=UTC), ZONE)
        with pytest.raises(HubError, match="not_allowed"):
            await figures.report(session, Actor(id="x", roles=frozenset({Role.OFFICER})), Q4, NEXT_YEAR, ZONE)
    lines = said(report)
    assert lines["Requests published"] == lines["of these, routine"] == "at least 5"
    assert lines["Shares received"] == "at least 5"
    assert lines["It was one's own act"] == "at least 10"
    assert lines["Nights with footage asked for or handled at odd hours, by person"] == "at least 5"
    assert lines["Approval tried of one's own act"] == "fewer than 5"


async def test_the_quarters_since_the_trail_began_are_listed(database: Database) -> None:
    """None before it did, three years of them at most."""

    async def listed(at: datetime) -> list[str]:
        async with database.reading() as session:
            return [each.name for each in await figures.quarters(session, AUDITOR, at, ZONE)]

    assert await listed(NEXT_YEAR) == []
    await act(database)
    assert await listed(NEXT_YEAR) == ["2026-Q4"]
    assert len(await listed(datetime(2036, 1, 1, 12, tzinfo=UTC))) == figures.QUARTERS_MAX


def test_the_pdf_is_the_same_for_the_same_report() -> None:
    """And takes an agency's name as text, whatever stands in it."""
    report = report_of(Q4, Counts(acts={}, special={}, offences={}, denials={}, flags={}), NAMES)
    name = "Police & Fire <b>Milton</b> <img src='file:///etc/passwd'/>"
    first = pdf_of(report, name)
    assert first.startswith(b"%PDF-")
    assert first == pdf_of(report, name)


def test_the_command_says_it_and_writes_the_pdf_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By default of the last quarter; a file that is there is not replaced."""
    found_city(tmp_path)
    capsys.readouterr()
    path = tmp_path / "report.pdf"
    assert main(["report", str(tmp_path), "--pdf", str(path)]) == 0
    out = capsys.readouterr().out
    assert "\nWhat was asked for\n  Requests published: fewer than 5\n" in out
    assert path.read_bytes().startswith(b"%PDF-")
    assert main(["report", str(tmp_path), "--quarter", "2026-Q1", "--pdf", str(path)]) == 1
    assert main(["report", str(tmp_path), "--quarter", "2026-Q1"]) == 0
    assert main(["report", str(tmp_path), "--quarter", "2026-Q9"]) == 1
    assert "report_unknown" in capsys.readouterr().err
