"""Which of the languages that a text is written in is spoken: Home Assistant's own, or English. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def said(texts: Mapping[str, str], language: str) -> str:
    """Return the text in a language such as `es` or `es-419`; in English where it isn't written in that one."""
    return texts.get(language.partition("-")[0], texts["en"])
