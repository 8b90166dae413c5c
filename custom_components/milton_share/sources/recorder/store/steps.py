"""The recorder's durable steps, by name: a kill at any of them loses no recording that was promised."""

from __future__ import annotations

from enum import StrEnum


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
