"""What is shown of a hold that has files of two kinds of recorder: no moment twice, and of no moment nothing."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from custom_components.milton_share.sources.recorder.store.index import Hold, Row
from custom_components.milton_share.sources.recorder.store.timeline import coverage, from_ms
from custom_components.milton_share.sources.recorder_clients.kinds import of_one_recorder, software_of

HALF_A_DAY_MS = 12 * 3_600_000
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
@pytest.mark.parametrize(
    ("most", "less", "both"),
    [
        ([(20, 60)], [(0, 10), (70, 80)], [(0, 10), (20, 60), (70, 80)]),
        ([(20, 60)], [(0, 17), (63, 80)], [(0, 17), (20, 60), (63, 80)]),
        ([(20, 60)], [(0, 18), (62, 80)], [(20, 60)]),
        ([(20, 40), (60, 90)], [(42, 58), (44, 56)], [(20, 40), (44, 56), (60, 90)]),
        ([(0, 40), (60, 100)], [(10, 20), (70, 80), (95, 120)], [(0, 40), (60, 100)]),
    ],
)
def test_beside_the_recorder_that_has_most_another_is_shown_where_it_surely_is_of_other_moments(
    other: str, most: list[tuple[int, int]], less: list[tuple[int, int]], both: list[tuple[int, int]]
) -> None:
    """Both are unsure by a second and a half: what is not three seconds apart may be of the same moments."""
    assert shown([*held(FRIGATE, *most), *held(other, *less)]) == both
    assert shown([*held(other, *most), *held(FRIGATE, *less)]) == both


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


def test_of_four_times_as_many_files_it_takes_no_sixteen_times_as_long() -> None:
    """Frigate's files of ten seconds, a folder's of a minute, for hours: it is asked for at each question."""

    def took_s(until_ms: int) -> float:
        ends = range(0, until_ms // 1_000, 10), range(0, until_ms // 1_000, 60)
        files = held(FRIGATE, *((at_s, at_s + 10) for at_s in ends[0])) + held(
            FOLDER, *((at_s, at_s + 59) for at_s in ends[1])
        )
        files.sort(key=lambda one: one[0].from_ms)
        hold, tries = replace(HOLD, until_ms=until_ms), []
        for _ in range(3):
            began_s = time.process_time()
            found = of_one_recorder(files, hold)
            tries.append(time.process_time() - began_s)
        assert [path.stem for _, path in found] == [FRIGATE.format(number) for number in range(len(ends[0]))]
        return min(tries)

    assert took_s(HALF_A_DAY_MS) < 12 * took_s(HALF_A_DAY_MS // 4)
