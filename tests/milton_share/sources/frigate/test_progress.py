"""What of a range isn't here."""

from __future__ import annotations

import pytest

from custom_components.milton_share.sources.recorder_clients.archive.progress import without


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
