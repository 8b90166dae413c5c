"""Keeps the least of what a campaign found: the shortest inputs that together reach every line it reached.

    PYTHONPATH=. .venv/ENVIRONMENT/bin/python -m tests.fuzz.distill hub|home TARGET

What the seeds reach is not kept again: they are made anew each time.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fuzz import corpus
from tests.fuzz.target import Target, answer

if TYPE_CHECKING:
    from types import FrameType

OURS = ("/custom_components/milton_share/", "/hub/")
KEPT_MAX_BYTES = 12_000  # of one target, so that all of them stay well under a megabyte
TRIED_MAX = 3_000  # inputs of a campaign, the shortest

type Step = tuple[str, int, int]


def reached(target: Target, data: bytes) -> set[Step]:
    """Return every step from line to line of our own code that an input leads to."""
    steps: set[Step] = set()

    def trace(frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401 - Python's own protocol
        name = frame.f_code.co_filename
        if event == "call" and not any(ours in name for ours in OURS):
            return None
        last = frame.f_code.co_firstlineno

        def lines(inner: FrameType, what: str, _argument: object) -> Any:  # noqa: ANN401 - as above
            nonlocal last
            if what == "line":
                steps.add((name, last, inner.f_lineno))
                last = inner.f_lineno
            return lines

        return lines

    sys.settrace(trace)
    try:
        answer(target, data)
    finally:
        sys.settrace(None)
    return steps


def distill(target: Target, inputs: list[bytes]) -> list[bytes]:
    """Return the inputs to keep."""
    known = set().union(*(reached(target, seed) for seed in target.seeds()))
    chosen: list[bytes] = []
    for data in sorted(set(inputs), key=lambda data: (len(data), data))[:TRIED_MAX]:
        new = reached(target, data) - known
        if new and sum(map(len, chosen)) + len(data) <= KEPT_MAX_BYTES:
            chosen.append(data)
            known |= new
    return chosen


def main(environment: str, name: str) -> None:
    """Distill a campaign's inputs and those kept before."""
    target = importlib.import_module(f"tests.fuzz.{environment}_targets").TARGETS[name]
    folder = Path(".cache") / "fuzzed" / name
    inputs = [path.read_bytes() for path in folder.iterdir()] + corpus.kept(corpus.CORPUS, name)
    corpus.keep(corpus.CORPUS, name, distill(target, inputs))


if __name__ == "__main__":
    main(*sys.argv[1:])
