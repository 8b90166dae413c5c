"""The recorder's decisions, in words: what goes, what is missing, which clock is believed."""

from __future__ import annotations

import io
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.review.job import Wish, clock_of
from custom_components.milton_share.shared.milton_protocol.limits import CLOCK_OFFSET_MAX_MS
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest_parts import Period
from custom_components.milton_share.sources.model import Clock
from custom_components.milton_share.sources.recorder.errors import RecorderError, RecorderRule
from custom_components.milton_share.sources.recorder.job import recording_job, redact
from custom_components.milton_share.sources.recorder.store.files import Measured
from custom_components.milton_share.sources.recorder.store.index import Row
from custom_components.milton_share.sources.recorder.store.ring import Limits, evict, may_record
from custom_components.milton_share.sources.recorder.store.timeline import (
    SEAM_MS,
    clock,
    coverage,
    from_ms,
    gaps,
    to_ms,
)
from custom_components.milton_share.sources.recorder.take import Placed, Take
from custom_components.milton_share.sources.recorder.times.boxes import (
    NTP_EPOCH_S,
    Contents,
    Fragment,
    Reference,
    read_contents,
)
from custom_components.milton_share.sources.recorder.uncertainty import timed

if TYPE_CHECKING:
    from custom_components.milton_share.sources.recorder.times.anchor import Anchor

NOON_MS = 1_800_000_000_000
NOON_S = NOON_MS / 1000
SECOND_MS = 1000
HOUR_S = 3600


def row(number: int, *, camera: str = "a", size_bytes: int = 100, **changes: object) -> Row:
    """Make a ten-second segment, the n-th after noon."""
    start = NOON_MS + number * 10 * SECOND_MS
    fields = {
        "name": f"{camera}/{number:03}", "camera_id": camera, "from_ms": start, "until_ms": start + 10 * SECOND_MS,
        "size_bytes": size_bytes, "sha256": "0" * 64, "media_start_s": 0.0,
        "offset_ms": 0, "uncertainty_ms": 100, "method": "rtcp",
    }  # fmt: skip
    return Row(**{**fields, **changes})


def names(rows: tuple[Row, ...]) -> list[str]:
    """Name them."""
    return [one.name for one in rows]


def test_the_oldest_go_first_when_a_camera_takes_more_than_its_share() -> None:
    """The other camera keeps all it has."""
    rows = [*(row(number) for number in range(5)), row(0, camera="b")]
    assert names(evict(rows, Limits(camera_bytes=300), NOON_MS)) == ["a/000", "a/001"]


def test_the_oldest_of_all_cameras_go_when_the_total_is_too_much() -> None:
    """Whoever's they are."""
    rows = [row(0), row(1, camera="b"), row(2), row(3, camera="b")]
    assert names(evict(rows, Limits(total_bytes=250), NOON_MS)) == ["a/000", "b/001"]


def test_what_is_too_old_goes_though_there_is_room() -> None:
    """Age alone."""
    later_ms = NOON_MS + 60 * SECOND_MS
    rows = [row(number) for number in range(5)]
    assert names(evict(rows, Limits(age=timedelta(seconds=30)), later_ms)) == ["a/000", "a/001"]


def test_nothing_goes_that_needn_t() -> None:
    """All limits held."""
    assert evict([row(number) for number in range(5)], Limits(), NOON_MS) == ()


def test_recording_begins_again_only_with_a_tenth_more_room_than_it_needs_to_go_on() -> None:
    """So that it doesn't flutter."""
    limits = Limits(free_bytes_min=1000)
    assert may_record(1000, limits, recording=True)
    assert not may_record(999, limits, recording=True)
    assert not may_record(1099, limits, recording=False)
    assert may_record(1100, limits, recording=False)


def test_a_missing_segment_is_a_gap_and_a_seam_is_none() -> None:
    """And so is what comes before and after."""
    rows = [row(1), row(2, from_ms=NOON_MS + 20_200), row(4)]
    until = NOON_MS + 60 * SECOND_MS
    assert gaps(rows, NOON_MS, until) == (
        (NOON_MS, NOON_MS + 10_000), (NOON_MS + 30_000, NOON_MS + 40_000), (NOON_MS + 50_000, until),
    )  # fmt: skip


def test_gaps_inside_segments_are_stated_within_the_range() -> None:
    """Cut to it."""
    inner = (NOON_MS + 3000, NOON_MS + 7000)
    assert gaps([row(0, gaps=(inner,))], NOON_MS + 5000, NOON_MS + 9000) == ((NOON_MS + 5000, NOON_MS + 7000),)


def test_a_seam_is_a_gap_from_a_millisecond_more_than_times_are_known_by() -> None:
    """At the beginning, between two segments, and at the end of a range."""
    start, end = NOON_MS + 10_000, NOON_MS + 20_000
    for more, found in ((0, 0), (1, 1)):
        seam = SEAM_MS + more
        assert len(gaps([row(1)], start - seam, end)) == found
        assert len(gaps([row(1)], start, end + seam)) == found
        assert len(gaps([row(0), row(1, from_ms=start + seam)], NOON_MS, end)) == found
    assert gaps([], start, start) == ()
    assert gaps([], start, start + 1) == ((start, start + 1),)


def test_a_segment_in_another_hides_no_gap_after_it_and_makes_none() -> None:
    """Footage is there up to the later of both ends; a gap that ends where the range begins is none of it."""
    rows = [row(0, until_ms=NOON_MS + 30_000, gaps=((NOON_MS, NOON_MS + 5_000),)), row(1)]
    assert gaps(rows, NOON_MS + 5_000, NOON_MS + 30_000) == ()
    assert gaps(rows, NOON_MS + 4_999, NOON_MS + 30_000) == ((NOON_MS + 4_999, NOON_MS + 5_000),)
    late = row(0, gaps=((NOON_MS + 5_000, NOON_MS + 6_000),))
    assert gaps([late], NOON_MS, NOON_MS + 5_000) == ()
    assert gaps([late], NOON_MS, NOON_MS + 5_001) == ((NOON_MS + 5_000, NOON_MS + 5_001),)


def test_no_footage_is_one_gap_over_everything() -> None:
    """Nothing is claimed."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found = coverage([], start, start + timedelta(hours=1))
    assert found.segments == ()
    assert found.gaps == ((start, start + timedelta(hours=1)),)


def test_the_clock_of_a_range_is_the_worst_of_its_segments() -> None:
    """One by arrival makes it all by arrival."""
    found = clock([row(0), row(1, method="arrival", uncertainty_ms=300, offset_ms=-5000), row(2)])
    assert (found.method, found.uncertainty_ms, found.offset_ms) == ("arrival", 300, -5000)


def test_a_clip_is_as_sure_as_the_files_that_it_is_cut_from() -> None:
    """A bad hour of the request says nothing of another; a clock that was put in between is told of."""
    rows = [row(0), row(1), row(2, method="arrival", uncertainty_ms=900, offset_ms=-5000)]
    found = coverage([(one, Path(one.name)) for one in rows], from_ms(NOON_MS), from_ms(NOON_MS + 30_000))
    assert (found.clock.uncertainty_ms, found.clock.was_put) == (900, True)
    good, both = (
        Wish(ranges=(Period(from_=from_ms(NOON_MS + 1000), until=from_ms(NOON_MS + end)),), audio=False)
        for end in (15_000, 25_000)
    )
    assert clock_of(good, found) == Clock(offset_ms=0, uncertainty_ms=100, method="rtcp")
    assert clock_of(both, found) == found.clock
    nothing = Wish(ranges=(Period(from_=from_ms(0), until=from_ms(1)),), audio=False)
    assert clock_of(nothing, found) == found.clock


def test_times_go_to_milliseconds_and_back() -> None:
    """Exactly, since 1970."""
    assert to_ms(datetime(2027, 1, 15, 8, tzinfo=UTC)) == NOON_MS
    assert from_ms(NOON_MS) == datetime(2027, 1, 15, 8, tzinfo=UTC)
    assert coverage([(row(0), Path("x"))], from_ms(NOON_MS), from_ms(NOON_MS + 1)).segments[0].from_ == from_ms(NOON_MS)


def contents(*references: float | None, length_s: float = 2.0) -> Contents:
    """Make fragments of equal length; a reference is what the camera's clock said at the start of one."""
    fragments = tuple(
        Fragment(
            start_s=number * length_s,
            end_s=(number + 1) * length_s,
            reference=None if said is None else Reference(epoch_s=said, media_s=number * length_s),
        )
        for number, said in enumerate(references)
    )
    return Contents(fragments=fragments, gaps=(), whole_bytes=1, finished=True)


def placed(found: Contents, written_s: float, slack_s: float = 0.0) -> Placed:
    """Put a segment at the beginning of its run."""
    measured = Measured(size_bytes=1, sha256="00", contents=found, written_s=written_s, lead_s=0.0)
    return Placed(take=Take(name="1.mp4", camera_id="a", measured=measured), shift_s=0.0, slack_s=slack_s)


def judged(found: Contents, *, slack_s: float = 0.0, late_s: float = 0.1, run: float | None = None) -> Anchor:
    """Weigh a segment that began at noon and was written a little late, beside others of the run that came in time."""
    one = placed(found, NOON_S + found.end_s + late_s, slack_s)
    others = [] if run is None else [placed(contents(None), run + 2.0)] * 2
    return timed([one, *others])[0]


def test_a_camera_that_is_right_is_believed() -> None:
    """To the millisecond."""
    found = judged(contents(NOON_S, NOON_S + 2, NOON_S + 4))
    assert (found.method, found.zero_s) == ("rtcp", NOON_S)


def test_the_moment_of_writing_is_not_taken_for_the_camera_s_word() -> None:
    """What ffmpeg writes before the first sender report."""
    found = judged(contents(NOON_S + 2.1, NOON_S + 4.1, NOON_S + 6.1))
    assert found.method == "arrival"
    assert abs(found.zero_s - NOON_S) < 0.1


def test_the_camera_s_word_counts_for_the_fragments_before_it() -> None:
    """The first report came in the second fragment."""
    found = judged(contents(NOON_S + 2.1, NOON_S + 2, NOON_S + 4))
    assert (found.method, found.zero_s) == ("rtcp", NOON_S)


@pytest.mark.parametrize("off_s", [-HOUR_S, -3, 1, HOUR_S])
def test_a_wrong_camera_clock_is_measured_instead_of_believed(off_s: float) -> None:
    """Camera time + offset = UTC."""
    found = judged(contents(NOON_S + off_s, NOON_S + 2 + off_s, NOON_S + 4 + off_s))
    assert found.method == "arrival"
    assert abs(found.offset_s + off_s) < 0.1


@pytest.mark.parametrize("counts_from_s", [0.0, -NTP_EPOCH_S], ids=["1970", "its start"])
def test_the_clock_of_a_camera_that_has_none_can_be_told_in_a_manifest(counts_from_s: float) -> None:
    """No time service answered it, or it reports how long it has been on: its clip could not be sealed."""
    found = judged(contents(*(counts_from_s + up_s for up_s in (60.0, 62.0, 64.0))))
    assert (found.method, round(found.offset_s)) == ("arrival", round(NOON_S - counts_from_s - 60.0))
    assert abs(found.offset_s) * 1000 <= CLOCK_OFFSET_MAX_MS


def test_a_stream_that_stalled_before_its_end_is_placed_by_the_rest_of_its_run() -> None:
    """Its last write came five seconds late."""
    found = judged(contents(None, None), slack_s=5, late_s=5, run=NOON_S + 0.1)
    assert abs(found.zero_s - NOON_S) < 0.1
    assert found.uncertainty_s < 1


def test_a_stream_that_stalled_and_has_no_other_segment_says_how_little_is_known() -> None:
    """The uncertainty takes in the read time-out."""
    found = judged(contents(None), slack_s=5, late_s=5)
    assert found.uncertainty_s > abs(found.zero_s - NOON_S)


def box(kind: bytes, body: bytes) -> bytes:
    """Make a box."""
    return struct.pack(">I4s", len(body) + 8, kind) + body


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        box(b"ftyp", b"isom"),
        box(b"moov", b"\0" * 7),
        box(b"moov", struct.pack(">I4s", 1 << 20, b"trak")),
        box(b"moov", box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + b"vide")))),
        box(b"moof", box(b"traf", b"")) + box(b"mdat", b""),
        struct.pack(">I4sQ", 1, b"moov", 1 << 60),
        struct.pack(">I4s", 4, b"moov"),
    ],
)
def test_files_that_are_no_segments_are_refused_by_name(data: bytes) -> None:
    """And nothing worse happens."""
    with pytest.raises(RecorderError) as refused:
        read_contents(io.BytesIO(data), len(data))
    assert refused.value.rule is RecorderRule.SEGMENT_UNREADABLE


@pytest.mark.parametrize(
    ("url", "demuxer", "stall"),
    [("rtsp://camera/1", "rtsp", "timeout"), ("RTMPS://camera/1", "live_flv", "rw_timeout")],
)
def test_a_job_forces_the_demuxer_and_bounds_how_long_a_camera_may_be_silent(
    url: str, demuxer: str, stall: str
) -> None:
    """And which protocols it may lead to."""
    job = recording_job(url, Path("/r/%06d.mp4"), 10.0, 5.0)
    assert (job.url, job.demuxer, job.pattern, job.segment_s, job.read_s) == (url, demuxer, "/r/%06d.mp4", 10.0, 5.0)
    assert job.options[stall] == "5000000"
    assert "file" not in job.options["protocol_whitelist"].split(",")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "concat:a|b", "/etc/passwd", "http://camera/list.m3u8", "", "rtsp://[IP]/1"]
)
def test_other_schemes_are_refused(url: str) -> None:
    """By the rule's name."""
    with pytest.raises(RecorderError) as refused:
        recording_job(url, Path("/r/%06d.mp4"), 10.0, 5.0)
    assert refused.value.rule is RecorderRule.STREAM_UNSUPPORTED


def test_a_long_word_is_redacted_at_once() -> None:
    """It is Home Assistant's loop that reads what a process complains of: 64 KiB of one word took it four seconds."""
    began_s = time.process_time()
    assert redact("x" * 100_000 + " rtsp://10.0.0.7/live").endswith("x <address>")
    assert time.process_time() - began_s < 1.0


def test_no_address_survives_redaction() -> None:
    """The stream's, and any other."""
    url = "rtsp://olivia:pa ss@10.0.0.7/live"
    words = redact(f"Error opening {url}: rtsp://olivia:pass@10.0.0.7:554/live/trackID=1 said 401", url)
    assert "olivia" not in words
    assert "10.0.0.7" not in words
    assert "401" in words
