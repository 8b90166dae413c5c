"""Parses a recorder's JSON responses; anything malformed or of the wrong type raises a rule. Pure."""

from __future__ import annotations

import json
from typing import NoReturn

from ..errors import CopyError, CopyRule

VALUES_MAX = 3_000_000
"""In one answer. An hour of Frigate's recordings, each with its heat map, has two million; 16 MB of empty lists would
be five, and take twenty times their room in memory."""


def from_json(body: bytes) -> object:
    """Read an answer; raises CopyError `source_answer`, also for NaN and Infinity, which JSON does not have."""
    if sum(map(body.count, (b",", b"[", b"{"))) > VALUES_MAX:
        refuse("too many values")
    try:
        value: object = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise CopyError(CopyRule.WRONG_ANSWER, "no JSON") from error
    return value


def as_object(value: object) -> dict[str, object]:
    """Return an object; raises CopyError `source_answer` for anything else."""
    if not isinstance(value, dict):
        refuse("no object")
    return value


def refuse(detail: str) -> NoReturn:
    """Raise CopyError `source_answer`."""
    raise CopyError(CopyRule.WRONG_ANSWER, detail)


def _no_number(_word: str) -> NoReturn:
    raise ValueError
