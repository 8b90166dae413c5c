"""How many days of recordings fit: an honest reckoning, or none."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.recorder import Limits, Way
from custom_components.milton_share.sources.recorder.store.index import Index, Row
from custom_components.milton_share.sources.recorder.store.ring import room_bytes
from custom_components.milton_share.sources.recorder.store.room import Measure, Room, rooms, wanted_bytes

if TYPE_CHECKING:
    from pathlib import Path

GB = 10**9
AGE = timedelta(days=30)
TWO_MBIT = Measure(size_bytes=250_000 * 3600, recorded_s=3600, span_s=3600)
"""An hour at 2 Mbit/s."""
BUSY_DAY = Measure(size_bytes=250_000 * 3600, recorded_s=3600, span_s=86_400)
"""An hour's worth of events in a day."""


def test_a_camera_that_is_always_recorded_is_known_by_its_bit_rate() -> None:
    """2 Mbit/s is 21.6 GB a day."""
    found = rooms({"door": TWO_MBIT}, {"door": Way.CONTINUOUS}, 216 * GB, AGE)["door"]
    assert found == Room(bits_per_s=2_000_000, bytes_per_day=21_600_000_000, days=10.0)


def test_a_camera_that_is_recorded_around_events_is_known_after_a_day() -> None:
    """Before, only what it sends is known, not how much happens."""
    ways = {"door": Way.EVENTS}
    early = rooms({"door": TWO_MBIT}, ways, 18 * GB, AGE)["door"]
    assert early == Room(bits_per_s=2_000_000, bytes_per_day=None, days=None)
    assert rooms({"door": BUSY_DAY}, ways, 18 * GB, AGE)["door"].days == 20.0
    assert rooms({"door": BUSY_DAY}, {"door": Way.AT_EVENTS}, 18 * GB, AGE)["door"].days == 20.0


@pytest.mark.parametrize("measure", [None, Measure(size_bytes=9, recorded_s=59, span_s=86_400)])
def test_a_camera_of_which_too_little_was_seen_is_not_known_yet(measure: Measure | None) -> None:
    """And so isn't how long the storage lasts that it shares with others."""
    measures = {"gate": TWO_MBIT} | ({"door": measure} if measure else {})
    found = rooms(measures, {"door": Way.CONTINUOUS, "gate": Way.CONTINUOUS}, GB, AGE)
    assert found["door"] == Room()
    assert found["gate"].bits_per_s == 2_000_000
    assert found["gate"].days is None


def test_a_minute_of_recordings_says_what_a_camera_sends() -> None:
    """Exactly a minute is one; what takes no room at all reaches as long as anything is kept."""
    minute = Measure(size_bytes=60, recorded_s=60, span_s=60)
    assert rooms({"door": minute}, {"door": Way.CONTINUOUS}, GB, AGE)["door"].bits_per_s == 8
    empty = Measure(size_bytes=0, recorded_s=60, span_s=60)
    assert rooms({"door": empty}, {"door": Way.CONTINUOUS}, GB, AGE)["door"].days == 30.0


def test_cameras_share_one_storage_and_nothing_is_kept_longer_than_its_age() -> None:
    """Two cameras have half the days; a huge disk no more than the limit."""
    both = {"door": Way.CONTINUOUS, "gate": Way.CONTINUOUS}
    measures = {"door": TWO_MBIT, "gate": TWO_MBIT, "not_recorded": TWO_MBIT}
    found = rooms(measures, both, 216 * GB, AGE)
    assert {camera: room.days for camera, room in found.items()} == {"door": 5.0, "gate": 5.0}
    assert rooms(measures, both, 10**15, AGE)["door"].days == 30.0
    assert rooms({}, {}, GB, AGE) == {}


def test_a_camera_that_takes_little_reaches_farther_than_one_that_is_recorded_all_the_time() -> None:
    """It has all that it wants below an equal part; the others share what it leaves."""
    ways = {"door": Way.EVENTS, "gate": Way.CONTINUOUS, "yard": Way.CONTINUOUS}
    measures = {"door": BUSY_DAY, "gate": TWO_MBIT, "yard": TWO_MBIT}
    found = {camera: room.days for camera, room in rooms(measures, ways, 135 * GB, AGE).items()}
    assert found == {"door": 30.0, "gate": 2.5, "yard": 2.5}
    assert rooms(measures, ways, 27 * GB, AGE)["door"].days == 10.0


def test_what_all_days_take_is_known_once_every_camera_is() -> None:
    """All cameras together, for as long as is kept."""
    both = {"door": Way.CONTINUOUS, "gate": Way.CONTINUOUS}
    known = rooms({"door": TWO_MBIT, "gate": TWO_MBIT}, both, GB, AGE)
    assert wanted_bytes(known, timedelta(days=3)) == 3 * 2 * 21_600_000_000
    assert wanted_bytes(rooms({"door": TWO_MBIT}, both, GB, AGE), AGE) is None
    assert wanted_bytes({}, AGE) is None


def test_a_disk_that_is_nearly_full_has_less_room_than_was_given() -> None:
    """What is used counts, what Home Assistant needs doesn't."""
    limits = Limits(total_bytes=50 * GB, free_bytes_min=2 * GB)
    assert room_bytes(5 * GB, 100 * GB, limits) == 50 * GB
    assert room_bytes(5 * GB, 12 * GB, limits) == 15 * GB
    assert room_bytes(5 * GB, GB, limits) == 5 * GB


def test_the_index_sums_up_what_was_recorded_lately(tmp_path: Path) -> None:
    """By camera, since a moment."""
    index = Index(tmp_path / "index.sqlite3")
    for number in range(3):
        index.add(
            [
                Row(
                    name=f"cam/{number}.mp4",
                    camera_id="door",
                    from_ms=number * 10_000,
                    until_ms=number * 10_000 + 5000,
                    size_bytes=100,
                    sha256="00",
                    media_start_s=0.0,
                    offset_ms=0,
                    uncertainty_ms=0,
                    method="arrival",
                )
            ]
        )
    assert index.measures(10_000, 60_000) == {"door": Measure(size_bytes=200, recorded_s=10.0, span_s=50.0)}
    index.close()
