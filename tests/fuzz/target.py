"""What a campaign or a test throws inputs at: one parser, its documented refusals, inputs to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Shape(Enum):
    """What inputs look like, so that they can be bent and not only broken."""

    JSON = auto()
    TEXT = auto()
    BYTES = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One parser under fire.

    ``run`` returns what it read and asserts what must hold of it; nothing but ``refusals`` may come out of it.
    ``size_max_bytes`` bounds what a campaign makes: larger inputs are slower, not other. ``memory_max_bytes`` bounds
    the address space that a campaign may take beside what it began with.
    """

    name: str
    run: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]
    seeds: Callable[[], Iterable[bytes]]
    shape: Shape
    size_max_bytes: int = 4_096
    memory_max_bytes: int = 512 * 2**20  # the fuzzer's own corpus and counters take some 200 MiB of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The documented way out."""

    kind: str
    words: str


def answer(target: Target, data: bytes) -> object:
    """Return what the target made of ``data``: what it read, or its refusal. Everything else is a defect."""
    try:
        return target.run(data)
    except target.refusals as refusal:
        return Refused(kind=type(refusal).__name__, words=str(refusal))


def check(target: Target, data: bytes) -> None:
    """Run twice: the same bytes have one answer."""
    first, second = answer(target, data), answer(target, data)
    assert first == second, "the same bytes had two answers"


def table(*groups: Iterable[Target]) -> dict[str, Target]:
    """Return targets by name; no two share one."""
    found: dict[str, Target] = {}
    for target in (target for group in groups for target in group):
        assert target.name not in found, target.name
        found[target.name] = target
    return found
