"""The command that walks the audit trail."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

import pytest

from hub.__main__ import main
from milton_protocol.messages.log.custody_day import CustodyDay, receipts_digest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def city(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Found a demo city with two codes, so that its trail has rows; what it said is read away."""
    assert main(["init", str(tmp_path), "--demo"]) == 0
    for _ in range(2):
        assert main(["code", "new", str(tmp_path), "--cell", "3414,-8430"]) == 0
    capsys.readouterr()
    return tmp_path


def change(city: Path, statement: str) -> int:
    """Change the trail behind the hub's back; return how many rows it has after that."""
    with closing(sqlite3.connect(city / "hub" / "hub.sqlite")) as connection, connection:
        connection.execute(statement)
        rows: int = connection.execute("SELECT count(*) FROM audit").fetchone()[0]
        return rows


def test_a_whole_trail_is_said_to_be_whole(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With how many rows it has."""
    rows = change(city, "UPDATE audit SET actor = actor")
    assert rows > 2
    assert main(["audit", "check", str(city)]) == 0
    assert capsys.readouterr().out == f"rows: {rows}\nThe trail is whole.\n"


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE number = 2", 2),
        ("DELETE FROM audit WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number > 2", 3),
    ],
)
def test_a_broken_trail_is_said_where_it_breaks(
    city: Path, capsys: pytest.CaptureFixture[str], statement: str, row: int
) -> None:
    """Changed, taken out, or taken off the end: the row and an exit code that a watcher sees."""
    change(city, statement)
    assert main(["audit", "check", str(city)]) == 1
    assert f"The trail breaks at row {row}: " in capsys.readouterr().out


def test_a_sealed_day_that_was_changed_is_said(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The trail is whole, and what the hub keeps of a day is not what the log has."""
    day = CustodyDay(
        agency_id="milton-pd",
        day=date(2026, 1, 2),
        salt=bytes(32),
        receipts=(),
        receipts_sha256=receipts_digest(()),
        audit_number=0,
        audit_sha256="0" * 64,
    )
    change(city, f"INSERT INTO custody_day VALUES ('2026-01-02', x'{day.to_bytes().hex()}', 0)")  # noqa: S608 - this test's own bytes
    assert main(["audit", "check", str(city)]) == 1
    assert "What was done with shares on 2026-01-02 is no longer " in capsys.readouterr().out


def test_a_flag_that_nobody_raised_is_said(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As one that is missing: the trail has no digest of it."""
    values = "1, '2026-11-26', 'odd_hours', 'officer', '', '2026-11-26', 1, 'trail 1'"
    change(city, f"INSERT INTO flag VALUES ({values})")  # noqa: S608 - this test's own words
    assert main(["audit", "check", str(city)]) == 1
    assert "Flag 1 is missing, or is not what the trail has of it." in capsys.readouterr().out


def test_a_folder_without_a_hub_has_no_trail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, exit code 1, and no database is made."""
    assert main(["audit", "check", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("milton-hub: ")
    assert list(tmp_path.iterdir()) == []
