"""The cutter's steps, by name: a kill at any of them leaves no clip that could be taken for a whole one.

Just before and just after each, an audit event is raised (PEP 578): it costs nothing without a hook, and a test of
sudden ends hooks it to end the process at each step there is.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

AUDIT_EVENT = "milton.step"  # with the step's name and the moment: "before" or "after"


class Step(StrEnum):
    """What happens to a clip on its way."""

    WRITTEN = "cutter.written"
    SYNCED = "cutter.synced"
    ANSWERED = "cutter.answered"


@contextmanager
def durable(step: Step) -> Iterator[None]:
    """Enclose the one act that completes a step; nothing is said after it when it fails."""
    sys.audit(AUDIT_EVENT, str(step), "before")
    yield
    sys.audit(AUDIT_EVENT, str(step), "after")
