"""What a fragment says of the time is the camera's word only from its first report on. Pure."""

from __future__ import annotations

import pytest

from custom_components.milton_share.sources.recorder.times.boxes import Contents, Fragment, Reference
from custom_components.milton_share.sources.recorder.times.spoken import Heard, spoken

NOON_S = 1_800_000_000.0
CONTENTS = Contents(
    fragments=(
        *(
            Fragment(start_s=at_s, end_s=at_s + 0.6, reference=Reference(epoch_s=NOON_S + at_s, media_s=at_s + 0.1))
            for at_s in (0.2, 0.8, 1.4)
        ),
        Fragment(start_s=2.0, end_s=2.2, reference=None),
    ),
    gaps=(),
    whole_bytes=1,
    finished=True,
)


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        (Heard(at_s=None, lies_at_s=20.0), 0),
        (Heard(at_s=12.0, lies_at_s=20.0), 3),
        (Heard(at_s=20.7, lies_at_s=20.0), 2),  # the second fragment's picture, 0.7 s after the segment's first
        (Heard(at_s=20.71, lies_at_s=20.0), 1),
        (Heard(at_s=25.0, lies_at_s=20.0), 0),
    ],
)
def test_what_was_written_before_the_first_report_is_nobodys_word(heard: Heard, kept: int) -> None:
    """From the report's own picture on it is the camera's; and all else stays as it was read."""
    found = spoken(CONTENTS, heard)
    assert [fragment.reference for fragment in found.fragments] == [
        *[None] * (3 - kept),
        *[fragment.reference for fragment in CONTENTS.fragments[3 - kept : 3]],
        None,
    ]
    assert [fragment.end_s for fragment in found.fragments] == [fragment.end_s for fragment in CONTENTS.fragments]
