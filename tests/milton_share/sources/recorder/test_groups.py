"""One camera that makes its process end again and again is soon alone in it. Pure."""

from __future__ import annotations

import pytest

from custom_components.milton_share.sources.recorder.groups import ALL, CALM_S, Groups

CAMERAS = frozenset(f"camera.{number}" for number in range(8))


@pytest.mark.parametrize("bad", sorted(CAMERAS))
def test_after_three_ends_the_one_of_eight_is_alone(bad: str) -> None:
    """Whichever it is; and from then on no other is taken along."""
    groups, now_s = Groups(), 1000.0
    for ends in range(1, 6):
        group = groups.of(bad, now_s)
        along = frozenset(camera for camera in CAMERAS if groups.of(camera, now_s) == group)
        assert len(along) == max(1, 8 // 2 ** (ends - 1))
        groups.ended(group, along, now_s)
        now_s += 1
    assert sum(groups.of(camera, now_s) == groups.of(bad, now_s) for camera in CAMERAS) == 1


def test_after_a_calm_day_all_are_together_again() -> None:
    """It was chance, or the camera was mended."""
    groups = Groups()
    groups.ended(ALL, CAMERAS, 1000.0)
    assert {groups.of(camera, 1000.0 + CALM_S) for camera in CAMERAS} == {"0", "1"}
    assert {groups.of(camera, 1001.0 + CALM_S) for camera in CAMERAS} == {ALL}


def test_one_that_was_alone_stays_where_it_is() -> None:
    """There is nothing to split."""
    groups = Groups()
    groups.ended(ALL, frozenset({"camera.1"}), 0.0)
    assert groups.of("camera.1", 1.0) == ALL
