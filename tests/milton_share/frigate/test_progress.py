"""What of a range isn't here: also of a hold of half a day, whose files are thousands and never quite meet."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from custom_components.milton_share.sources.copied.kinds import of_one_recorder
from custom_components.milton_share.sources.copied.progress import without
from custom_components.milton_share.sources.recorder.index import Hold, Row

HALF_A_DAY_MS = 12 * 3_600_000
SOON_S = 0.5
"""Of this process's time; by looking at each file once for each other it took five seconds, at each question."""


@pytest.mark.parametrize(
    ("ranges", "taken", "left"),
    [
        ([(0, 10)], [], [(0, 10)]),
        ([(0, 10)], [(0, 10)], []),
        ([(0, 10)], [(-5, 2), (8, 20)], [(2, 8)]),
        ([(0, 10)], [(6, 7), (1, 3), (2, 4)], [(0, 1), (4, 6), (7, 10)]),
        ([(0, 10), (5, 15)], [(4, 6)], [(0, 4), (6, 10), (6, 15)]),
        ([(0, 10)], [(3, 3), (7, 5)], [(0, 10)]),
        ([(0, 10)], [(10, 12), (-2, 0)], [(0, 10)]),
    ],
)
def test_what_is_taken_is_left_out(
    ranges: list[tuple[int, int]], taken: list[tuple[int, int]], left: list[tuple[int, int]]
) -> None:
    """In any order, over each other, over the ends."""
    assert without(ranges, taken) == tuple(left)


def test_a_hold_of_half_a_day_with_two_recorders_files_is_looked_at_in_no_time() -> None:
    """Frigate's files of ten seconds, a folder's of a minute: it is asked for again and again, and others wait."""
    hold = Hold(hold_id="case", camera_id="door", folder="f", from_ms=0, until_ms=HALF_A_DAY_MS, deadline_ms=2**42)
    names = [(f"{at_ms // 1000}.mp4", at_ms, 9_960) for at_ms in range(0, HALF_A_DAY_MS, 10_000)]
    names += [(f"{at_ms:032x}.mp4", at_ms, 59_000) for at_ms in range(0, HALF_A_DAY_MS, 60_000)]
    rows = [
        Row(
            name=name,
            camera_id="door",
            from_ms=at_ms,
            until_ms=at_ms + length_ms,
            size_bytes=1,
            sha256=name,
            media_start_s=0.0,
            offset_ms=0,
            uncertainty_ms=1_500,
            method="source",
        )
        for name, at_ms, length_ms in sorted(names, key=lambda one: one[1])
    ]
    began_s = time.process_time()
    shown = of_one_recorder([(row, Path(row.name)) for row in rows], hold)
    assert time.process_time() - began_s < SOON_S
    assert {row.until_ms - row.from_ms for row, _ in shown} == {9_960}
    assert len(shown) == HALF_A_DAY_MS // 10_000
