"""Puts what was measured into a page of docs/, one section each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
TITLE = "# Performance\nWhat the benchmarks in `tests/bench/` measured; each writes its own section.\n"


def write_section(heading: str, lines: Sequence[str], *, page: Path = PAGE, title: str = TITLE) -> None:
    """Replace or add the section `heading`; a page that is not there begins with `title`."""
    text = page.read_text() if page.exists() else title
    section = f"## {heading}\n" + "\n".join(lines) + "\n"
    found = find_section(text, heading)
    if found:
        text = text[: found.start()] + section + ("\n" if text[found.end() :] else "") + text[found.end() :]
    else:
        text = text.rstrip("\n") + "\n\n" + section
    page.write_text(text)


def find_section(text: str, heading: str) -> re.Match[str] | None:
    """Find the section `heading` in a page's text, up to the next one."""
    return re.search(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
