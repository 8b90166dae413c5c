"""What is shown of a hold that has files of two kinds of recorder: those of one, and no moment twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from custom_components.milton_share.sources.recorder.store.index import Hold, Row
from custom_components.milton_share.sources.recorder.store.timeline import coverage, from_ms
from custom_components.milton_share.sources.recorder_clients.archive.kinds import of_one_recorder, software_of

HOLD = Hold(hold_id="case", camera_id="door", folder="f", from_ms=0, until_ms=100_000, deadline_ms=2**42)
DOUBT_MS = 1_500
FRIGATE, PROTECT, REOLINK, FOLDER = "7{:03}", "6a6f@1-{}", "1-2-{}", "{:032x}"


def held(form: str, *spans: tuple[int, int], sha256: str = "", first: int = 0) -> list[tuple[Row, Path]]:
    """Make a recorder's files, by its form of a name and the seconds from when to when each is."""
    names = [f"{form.format(first + number)}.mp4" for number in range(len(spans))]
    rows = [
        Row(
            name=name,
            camera_id="door",
            from_ms=low_s * 1_000,
            until_ms=high_s * 1_000,
            size_bytes=1,
            sha256=sha256 or name,
            media_start_s=0.0,
            offset_ms=0,
            uncertainty_ms=DOUBT_MS,
            method="source",
        )
        for name, (low_s, high_s) in zip(names, spans, strict=True)
    ]
    return [(row, Path(row.name)) for row in rows]


def shown(files: list[tuple[Row, Path]]) -> list[tuple[int, int]]:
    """Say which seconds are shown."""
    found = of_one_recorder(sorted(files, key=lambda one: one[0].from_ms), HOLD)
    return [(row.from_ms // 1_000, row.until_ms // 1_000) for row, _ in found]


@pytest.mark.parametrize("other", [PROTECT, REOLINK, FOLDER])
def test_of_two_recorders_the_one_that_has_most_of_the_range_is_shown(other: str) -> None:
    """A moment of both would be twice in a clip; what another pick left is kept, and not shown."""
    most, less = [(20, 40), (60, 90)], [(0, 10), (42, 58)]
    assert shown([*held(FRIGATE, *most), *held(other, *less)]) == most
    assert shown([*held(other, *most), *held(FRIGATE, *less)]) == most


def test_one_recorder_s_files_are_all_shown_but_the_very_same_ones_of_the_same_time() -> None:
    """A folder that was named from above gives each file a second name; a film that is still is the same for hours."""
    one, same = held(FOLDER, (0, 10), sha256="a"), held(FOLDER, (5, 15), (6, 16), sha256="a", first=1)
    assert shown([*one, *same[:1]]) == [(0, 10)]
    assert shown([*one, *same[1:]]) == [(0, 10), (6, 16)]
    assert shown(held(FRIGATE, (0, 10), (9, 19), (10, 20))) == [(0, 10), (9, 19), (10, 20)]


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("frigate", (("frigate", "0.16"), ("unifi_protect", "unknown"))),
        ("unifi_protect", (("frigate", "unknown"), ("unifi_protect", "0.16"))),
        ("nest", (("frigate", "unknown"), ("unifi_protect", "unknown"))),
    ],
)
def test_each_recorder_of_which_something_is_shown_is_named_and_the_version_of_the_one_that_was_asked(
    asked: str, named: tuple[tuple[str, str], ...]
) -> None:
    """A manifest says whose recordings were cut."""
    has = coverage([*held(FRIGATE, (0, 10)), *held(PROTECT, (20, 30))], from_ms(0), from_ms(100_000))
    assert software_of(has, (asked, "0.16")) == named


def test_clips_of_a_nest_camera_are_a_folder_s() -> None:
    """By their names."""
    has = coverage(held(FOLDER, (0, 10)), from_ms(0), from_ms(100_000))
    assert software_of(has, ("nest", "2026.11")) == (("nest", "2026.11"),)
