"""Puts what a campaign measured into docs/reliability.md, one section each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import report

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
TITLE = "# Reliability\nWhat the campaigns of `scripts/test --long` measured; each writes its own section.\n"


def write_row(heading: str, words: Sequence[str], names: Sequence[str], name: str, cells: str) -> None:
    """Replace the row of ``name`` in the section's table; the others stay, in the order of ``names``."""
    section = report.find_section(PAGE.read_text() if PAGE.exists() else "", heading)
    text = "" if section is None else section[0]
    rows = {each: row[0] for each in names if (row := re.search(rf"^\| {re.escape(each)} \|.*$", text, re.MULTILINE))}
    rows[name] = f"| {name} | {cells} |"
    write_section(heading, [*words, *(rows[each] for each in names if each in rows)])


def write_section(heading: str, lines: Sequence[str]) -> None:
    """Replace or add the section `heading`."""
    report.write_section(heading, lines, page=PAGE, title=TITLE)
