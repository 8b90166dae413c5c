"""What residents read: words by page, and by name within it; each language has the same names (``texts/*.toml``)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

type Words = Mapping[str, Mapping[str, Any]]

TEXTS = Path(__file__).parent / "texts"
STANDARD = "en"
LANGUAGES: Mapping[str, Words] = MappingProxyType(
    {name: tomllib.loads((TEXTS / f"{name}.toml").read_text(encoding="utf-8")) for name in (STANDARD, "es")}
)
