"""What is said of a draft: the rules that it breaks, and how it stands at each limit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.requests.draft.lately import Lately


class Standing(StrEnum):
    """How a draft stands at one limit."""

    OPEN = "open"  # nothing is filled in yet
    WITHIN = "within"
    LAST = "last"  # within, and the last of its kind
    SUPERVISOR = "supervisor"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit. ``rules`` are the broken ones that belong to it; the numbers are None where it has none.

    ``area`` is in m², ``duration`` in seconds, ``look_back`` in days begun, ``requests_of_case`` in requests, this one
    counted. Up to ``ordinary`` an officer asks alone, up to ``most`` with a supervisor.
    """

    name: str
    standing: Standing
    rules: tuple[str, ...] = ()
    value: int | None = None
    least: int | None = None
    ordinary: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A rule that the draft breaks and one sentence for the officer."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Every broken rule, and the ordinary limits passed, each of which asks for a second person.

    ``limits`` has the numbers, ``lately`` what was asked for before; both are empty for a request that is made.
    """

    broken: tuple[Broken, ...]
    exceeded: tuple[str, ...]
    limits: tuple[Limit, ...] = ()
    lately: tuple[Lately, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the draft may become a request."""
        return not self.broken
