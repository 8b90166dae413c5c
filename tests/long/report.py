"""Puts what a campaign measured into docs/reliability.md, one section each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import report

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
TITLE = "# Reliability\nWhat the campaigns of `scripts/test --long` measured; each writes its own section.\n"


def write_section(heading: str, lines: Sequence[str]) -> None:
    """Replace or add the section `heading`."""
    report.write_section(heading, lines, page=PAGE, title=TITLE)
