"""What the recorder says of its segments against what the pictures say of themselves."""

from __future__ import annotations

import hashlib
import stat
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.home_clock import SERVER_DOUBT_S
from custom_components.milton_share.sources.recorder.filming.apart import APART_MIN_S
from custom_components.milton_share.sources.recorder.times.anchor import ARRIVAL_UNCERTAINTY_S
from tests.simulators.doorbell import pixels

from .conftest import KINDS, LEAVES_OUT_S

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage, Segment

    from .conftest import Film

PICTURE_S = 1 / 15
BY_REPORT_S = 0.02
BAR_S = 0.2
HOUR_MS = 3_600_000
SEGMENTS_MIN = 3
IN_SYNC_S = 0.04
BLOCK_S = 0.064


def errors_s(segment: Segment) -> list[float]:
    """For each picture: when the recorder says it was, less when the picture says it was."""
    found = list(pixels.samples(segment.path))
    assert all(sample.stamp for sample in found)
    return [
        segment.from_.timestamp() + sample.pts_s - segment.media_start_s - sample.stamp.epoch_ms / 1000
        for sample in found
        if sample.stamp
    ]


def worst_s(coverage: Coverage) -> float:
    """By how much the worst of all pictures is off."""
    return max(abs(error) for segment in coverage.segments for error in errors_s(segment))


@pytest.mark.parametrize("kind", ["plain", "mute", "alaw"])
def test_times_by_sender_reports_are_those_in_the_pixels(film: Film, kind: str) -> None:
    """Also before the first report, whose offset is applied backwards."""
    coverage = film.coverages[kind]
    assert len(coverage.segments) >= SEGMENTS_MIN
    assert coverage.clock.method == "rtcp"
    first, *rest = coverage.segments
    # ffmpeg guesses the first pictures' time stamps when a stream without sound begins.
    assert max(map(abs, errors_s(first))) < (BY_REPORT_S if kind != "mute" else BY_REPORT_S + PICTURE_S)
    assert max(abs(error) for segment in rest for error in errors_s(segment)) < BY_REPORT_S


def test_times_hold_when_the_camera_reorders_its_pictures(film: Film) -> None:
    """B-frames: the first picture shown isn't the first at time zero."""
    first, *rest = film.coverages["b_frames"].segments
    assert max(map(abs, errors_s(first))) < 0.3  # ffmpeg guesses the first time stamps
    assert max(abs(error) for segment in rest for error in errors_s(segment)) < BY_REPORT_S


def test_times_by_arrival_are_within_what_the_clock_states(film: Film) -> None:
    """A camera that sends no reports."""
    coverage = film.coverages["no_reports"]
    assert coverage.clock.method == "arrival"
    assert coverage.clock.offset_ms == 0
    assert (
        coverage.clock.uncertainty_ms >= (ARRIVAL_UNCERTAINTY_S + SERVER_DOUBT_S) * 1000
    )  # more where this machine stood still
    assert worst_s(coverage) <= coverage.clock.uncertainty_ms / 1000 + film.late_s["no_reports"]


def test_a_camera_whose_clock_is_an_hour_wrong_is_not_believed_and_its_offset_is_stated(film: Film) -> None:
    """Camera time + offset = UTC."""
    coverage = film.coverages["clock_an_hour_wrong"]
    assert coverage.clock.method == "arrival"
    late_ms = film.late_s["clock_an_hour_wrong"] * 1000
    assert abs(coverage.clock.offset_ms + HOUR_MS) < coverage.clock.uncertainty_ms + late_ms
    assert worst_s(coverage) <= coverage.clock.uncertainty_ms / 1000 + film.late_s["clock_an_hour_wrong"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_picture_is_farther_from_its_time_than_its_file_states(film: Film, kind: str) -> None:
    """Whatever the camera is like."""
    for segment in film.coverages[kind].segments:
        assert segment.clock is not None
        assert max(map(abs, errors_s(segment))) <= segment.clock.uncertainty_ms / 1000 + film.late_s[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_no_picture_is_off_by_more_than_a_fifth_of_a_second_where_the_camera_reports(film: Film, kind: str) -> None:
    """Where a first report comes late it moved the pictures: the files before it state that, and are left out here.

    So is a doorbell that this machine had no time for in three films: no camera is as late as that with its pictures.
    """
    reported = [
        (segment, segment.clock.uncertainty_ms)
        for segment in film.coverages[kind].segments
        if segment.clock is not None and segment.clock.method == "rtcp"
    ]
    surest_ms = min((stated_ms for _, stated_ms in reported), default=0)
    late_s = film.late_s[kind] if film.late_s[kind] >= LEAVES_OUT_S else 0.0
    for segment, stated_ms in reported:
        if stated_ms < surest_ms + APART_MIN_S * 1000:
            assert max(map(abs, errors_s(segment))) <= BAR_S + late_s


@pytest.mark.parametrize("kind", ["plain", "no_reports", "b_frames"])
def test_segments_follow_each_other_without_a_picture_lost(film: Film, kind: str) -> None:
    """Numbers in the pixels go on by one, across files too."""
    segments = film.coverages[kind].segments
    if kind == "b_frames":  # ffmpeg guesses the first time stamps of a stream; its end is cut in decoding order
        segments = segments[1:-1]
    numbers = [s.stamp.frame for segment in segments for s in pixels.samples(segment.path) if s.stamp]
    assert all(after - before == 1 for before, after in pairwise(numbers))
    for before, after in pairwise(segments):
        assert abs((after.from_ - before.until).total_seconds()) < PICTURE_S * 2


def test_the_only_gaps_are_before_the_first_and_after_the_last_picture(film: Film) -> None:
    """Connecting and stopping take a moment; nothing is missing between."""
    coverage = film.coverages["plain"]
    first, last = coverage.segments[0], coverage.segments[-1]
    assert all(end <= first.from_ or start >= last.until for start, end in coverage.gaps)


@pytest.mark.parametrize("kind", ["plain", "alaw", "mulaw"])
def test_sound_is_kept_and_belongs_to_its_picture(film: Film, kind: str) -> None:
    """The pitch names the second, to within a block or two; G.711 is all that many a doorbell has."""
    segment = film.coverages[kind].segments[1]
    zero_s = segment.from_.timestamp() - segment.media_start_s
    heard = [sound for sound in pixels.sounds(segment.path) if sound.second is not None]
    assert heard
    for sound in heard:
        middle_s = zero_s + sound.pts_s + 0.032
        assert sound.second in {int(moment) % pixels.PITCHES for moment in (middle_s - 0.1, middle_s, middle_s + 0.1)}


def beat_errors_s(segment: Segment) -> list[float]:
    """For each second that begins to sound: when the recorder says it was, less when it was.

    In the first block of a file a decoder lacks the one before.
    """
    zero_s = segment.from_.timestamp() - segment.media_start_s
    first_s = next((sound.pts_s for sound in pixels.sounds(segment.path)), 0.0)
    moments = [zero_s + beat_s for beat_s in pixels.beats(segment.path) if beat_s > first_s + 2 * BLOCK_S]
    return [moment - round(moment) for moment in moments]


@pytest.mark.parametrize("kind", ["plain", "alaw", "mulaw", "b_frames"])
def test_sound_is_in_sync_wherever_it_begins_where_the_camera_reports_in_time(film: Film, kind: str) -> None:
    """In whichever order its tracks are reported, and each beat to what is told of at least.

    Before the first report both tracks are taken to begin together, which is a packet off at most.
    """
    segments = film.coverages[kind].segments
    picture_s = errors_s(segments[1])[0]
    apart_s = [abs(error - picture_s) for segment in segments for error in beat_errors_s(segment)]
    assert len(apart_s) >= SEGMENTS_MIN
    assert median(apart_s) <= IN_SYNC_S
    assert max(apart_s) <= APART_MIN_S


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "mute"])
def test_no_sound_is_farther_from_its_time_than_the_clock_states(film: Film, kind: str) -> None:
    """Of a file by itself: where nothing told for seconds where sound belongs, by libav's own reader too."""
    found = 0
    for segment in film.coverages[kind].segments:
        assert segment.clock is not None
        for error in beat_errors_s(segment):
            assert abs(error) <= segment.clock.uncertainty_ms / 1000 + film.late_s[kind] + IN_SYNC_S
            found += 1
    assert found >= SEGMENTS_MIN


def test_digests_are_those_of_the_files(film: Film) -> None:
    """Taken when each file was closed, true ever after."""
    for coverage in film.coverages.values():
        for segment in coverage.segments:
            assert hashlib.sha256(segment.path.read_bytes()).hexdigest() == segment.sha256


def test_nobody_else_may_read_the_recordings(film: Film) -> None:
    """Folders 0700, files 0600."""

    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    assert mode(film.folder) == 0o700
    for path in film.folder.rglob("*"):
        assert mode(path) == (0o700 if path.is_dir() else 0o600), path
