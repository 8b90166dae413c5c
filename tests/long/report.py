"""Puts what a campaign measured into docs/reliability.md, one section each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
TITLE = "# Reliability\nWhat the campaigns of `scripts/test --long` measured; each writes its own section.\n"


def write_section(heading: str, lines: Sequence[str]) -> None:
    """Replace or add the section `heading`."""
    page = PAGE.read_text() if PAGE.exists() else TITLE
    section = f"## {heading}\n" + "\n".join(lines) + "\n"
    found = re.search(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    if found:
        page = page[: found.start()] + section + ("\n" if page[found.end() :] else "") + page[found.end() :]
    else:
        page = page.rstrip("\n") + "\n\n" + section
    PAGE.write_text(page)
