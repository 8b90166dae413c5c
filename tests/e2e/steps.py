"""A line a step, with its time."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Steps:
    """Prints what is under way; a step that fails says so before its error goes on."""

    def __init__(self) -> None:
        """Start the clock."""
        self._began = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """Print ``words`` and the step's time when it is done."""
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self.say(f"FAILED  {words}")
            raise
        self.say(f"{time.monotonic() - began:6.1f} s  {words}")

    def say(self, words: str) -> None:
        """Print a line at once."""
        sys.stdout.write(words + "\n")
        sys.stdout.flush()
