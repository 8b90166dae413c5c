"""The recorder's durable steps, by name: a kill at any of them loses no recording that was promised.

Just before and just after the act that makes a step last, an audit event is raised (PEP 578): it costs nothing
without a hook, and a test of sudden ends hooks it to end the process at each step there is.
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
    """What is made to last, in the index and in files."""

    INDEX_MADE = "recorder.index_made"
    SEGMENT_SYNCED = "recorder.segment_synced"
    SEGMENTS_ENTERED = "recorder.segments_entered"
    SEGMENTS_REMOVED = "recorder.segments_removed"
    SEGMENTS_FORGOTTEN = "recorder.segments_forgotten"
    HOLD_BEGUN = "recorder.hold_begun"
    HOLD_LINKED = "recorder.hold_linked"
    HOLD_FILLED = "recorder.hold_filled"
    HOLD_WIPED = "recorder.hold_wiped"
    HOLD_ENDED = "recorder.hold_ended"


@contextmanager
def durable(step: Step) -> Iterator[None]:
    """Enclose the one act that makes a step last; nothing is said after it when it fails."""
    sys.audit(AUDIT_EVENT, str(step), "before")
    yield
    sys.audit(AUDIT_EVENT, str(step), "after")
