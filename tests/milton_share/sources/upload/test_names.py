"""When a file was filmed, by its name, as cameras, apps and recorders write it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.sources.timestamps import (
    NAME_MAX_CHARS,
    REPEATED,
    SKIPPED,
    Moment,
    Timestamp,
    moments,
    read_clock,
    read_name,
)

EASTERN = ZoneInfo("America/New_York")
SHOWN = datetime(2026, 11, 10, 7, 10, 0, tzinfo=UTC)  # 2:10 in the morning in Milton

SAME_MOMENT = {
    "RingVideo_20261110_021000.mp4": "ring",
    "Ring_FrontDoor_202611100210.mp4": "ring",
    "26-11-10/07-10-00_Front_001.mp4": "blink",
    "1794294600000.mp4": "epoch_ms",
    "clip_1794294600.mp4": "epoch",
    "T8113N1234567890_20261110021000.mp4": "eufy",
    "RecM01_20261110_021000_021030_6D28.mp4": "reolink",
    "RecS0A_20261110_021000_021030_0_A1B2.mp4": "reolink",
    "Front_01_20261110021000.mp4": "plain",
    "2026_1110_021000_000123F.MP4": "viofo",
    "20261110021000_000123F.MP4": "plain",
    "261110_021000_001_FH.MP4": "nextbase",
    "261110_021000_199_FH_RADR.MP4": "nextbase",
    "FILE261110-021000F.MP4": "mio",
    "FILE261110-021000-000429R.mov": "mio",
    "NO20261110-021000-000123F.MP4": "70mai",
    "EV20261110-021000-000124B.MP4": "70mai",
    "2026-11-10_02-10-00-front.mp4": "plain",
    "2026-11-10/001/dav/02/02.10.00-02.10.30[M][0@0][0].mp4": "dahua",
    "NVR_ch1_main_20261110021000_20261110021030.mp4": "plain",
    "192.168.1.64_01_20261110021000000_MOTION.mp4": "plain",
    "20261110/02/10.mp4": "wyze",
    "Front Door 11-10-2026, 02.10.00 EST - 11-10-2026, 02.10.30 EST.mp4": "unifi",
    "Front Door 11-10-2026, 07.10.00 UTC - 11-10-2026, 07.10.30 UTC.mp4": "unifi",
    "Front_20261110_021000-021030.mp4": "plain",
    "PXL_20261110_071000000.mp4": "pixel",
    "VID_20261110_021000.mp4": "plain",
    "Screen Recording 2026-11-10 at 02.10.00.mov": "plain",
    "Screen Recording 2026-11-10 at 2.10.00\u202fAM.mov": "twelve",
    "2026-11-10T07:10:00Z.mp4": "iso",
    "20261110T071000Z.ts": "iso",
    "2026-11-10T02-10-00-0500.mkv": "iso",
    "2026-11-10T08:10:00.000+01:00.mkv": "iso",
    "2026-11-10 02.10.mp4": "minute",
    "vlc-record-2026-11-10-02h10m00s-rtsp___192.168.1.64_554_live-.ts": "plain",
    "01-20261110021000.mkv": "plain",
    "2026-11-10/02-10-00.mkv": "plain",
    "Front Door - 11-10-2026, 2.10.0am.mp4": "unifi",
    "Front Door 11-10-2026, 02.10.00 AM EST - 11-10-2026, 02.10.30 AM EST.mp4": "unifi",
    "Front Door 11-10-2026, 08.10.00 GMT+1 - 11-10-2026, 08.10.30 GMT+1.mp4": "unifi",
    "Front Door 11-10-2026, 12.40.00 GMT+5:30 - 11-10-2026, 12.40.30 GMT+5:30.mp4": "unifi",
    "Front Door A1B2 - 2026-11-10 - 02.10.00-0500.mp4": "iso",
    "Front Door A1B2 - 2026-11-10 - 07.10.00+0000.mp4": "iso",
    "front-door-2026-11-10t07-10-00-00-00.mp4": "iso",
    "2026-11-10 07.10.00 UTC.mp4": "iso",
    "20261110_071000_UTC.mp4": "iso",
    "2026-11-10 08-10-00 GMT+01.mp4": "iso",
    "2026-11-10 02.10 AM.mp4": "twelve",
    "2026-11-10 2.10.00 a. m..mp4": "twelve",
    "2026-11-10 02-10-00 a.m..mp4": "twelve",
    "2026Y11M10D02H/10M00S60.mp4": "yi",
    "RingVideo_20261110_021000 (1).mp4": "ring",
    "RingVideo_20261110_021000(1).mp4": "ring",
    "RingVideo_20261110_021000 2.mp4": "ring",
    "RingVideo_20261110_021000 - copia.mp4": "ring",
    "1794294600000 (1).mp4": "epoch_ms",
    "2026-11-10_07-10-00Z.mp4": "iso",
    "clip_2026-11-10_071000Z.mp4": "iso",
    "20261110T021000-0012.mp4": "plain",
    "2026-11-10 02.10.00-0007.mp4": "plain",
    "2026-11-10T02-10-00-02-10-30.mp4": "plain",
    "2026-11-10T02-10-00+15-00.mp4": "plain",
}


@pytest.mark.parametrize(("name", "kind"), SAME_MOMENT.items())
def test_names_of_cameras_apps_and_recorders_are_read(name: str, kind: str) -> None:
    """Each says the same moment in its own way."""
    timestamp = read_name(name)
    assert timestamp is not None
    assert timestamp.kind == kind
    assert moments(timestamp, EASTERN) == (Moment(at=SHOWN),)


@pytest.mark.parametrize(
    "name",
    [
        "", "holiday.mp4", "VID-20261110-WA0001.mp4", "2026-02-31_10-00-00.mp4", "2026-13-01_10-00-00.mp4",
        "20261110_251000.mp4", "00000000000000.mp4", "19700101_000000.mp4", "20000101000000.mp4", "1.mp4",
        "9999999999999999999999.mp4", "DSC00001.mp4", "123456_123456_001_FH.mp4", "FILE261310-021000F.MP4",
        "10-11-2026_02-10-00_1234.mp4", "11.10.2026_02.10.00-0001.mp4", "10-11-2026_02-10_021000.mp4",
    ],
)  # fmt: skip
def test_names_without_a_time_say_none(name: str) -> None:
    """Nor do impossible days, clocks that were never set, or days that begin with the day or the month."""
    assert read_name(name) is None


def test_the_hour_that_comes_twice_is_not_guessed() -> None:
    """Both readings are there, the earlier first, each with the doubt."""
    timestamp = read_name("2026-11-01_01-30-00.mp4")
    assert timestamp is not None
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert moments(timestamp, EASTERN) == (
        Moment(at=first, doubt=REPEATED),
        Moment(at=first + timedelta(hours=1), doubt=REPEATED),
    )


def test_a_name_that_says_daylight_time_is_believed() -> None:
    """Reolink's newer ones do."""
    timestamp = read_name("RecM02_DST20261101_013000_013100_0_A1.mp4")
    assert timestamp is not None
    assert moments(timestamp, EASTERN) == (Moment(at=datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),)


def test_the_hour_that_is_left_out_is_not_guessed() -> None:
    """A camera whose clock wasn't put writes it, by the old time or by the new one."""
    timestamp = read_name("2026-03-08_02-30-00.mp4")
    assert timestamp is not None
    readings = moments(timestamp, EASTERN)
    assert [reading.doubt for reading in readings] == [SKIPPED, SKIPPED]
    assert [reading.at.hour for reading in readings] == [6, 7]


def test_a_name_that_says_minutes_is_no_surer_than_that() -> None:
    """Its last digit is told."""
    minute, second = read_name("2026-11-10 02.10.mp4"), read_name("VID_20261110_021000.mp4")
    assert minute is not None
    assert second is not None
    assert (minute.precision_s, second.precision_s) == (60, 1)


@pytest.mark.parametrize(
    ("name", "hour"),
    [
        ("Front Door - 11-10-2026, 2.10.0pm.mp4", 14),
        ("Front Door 11-10-2026, 02.10.00 PM EST - 11-10-2026, 02.10.30 PM EST.mp4", 14),
        ("2026-11-10 02.10 PM.mp4", 14),
        ("2026-11-10 02.10.00 p. m..mp4", 14),
        ("2026-11-10 02.10.00.m4v", 2),
        ("2026-11-10 02.10.00a.m4v", 2),
    ],
)
def test_the_second_half_of_the_day_is_never_taken_for_the_first(name: str, hour: int) -> None:
    """In each form, and as Spanish has it; what merely ends like it is none."""
    timestamp = read_name(name)
    assert timestamp is not None
    assert (timestamp.said.hour, timestamp.said.minute) == (hour, 10)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("07-10-00_Front_001.mp4", time(7, 10)),
        ("02-10-05.mp4", time(2, 10, 5)),
        ("29-10-00_Front_001.mp4", None),
        ("10-11-26_02-10-00.mp4", None),
        ("Front_07-10-00.mp4", None),
        ("07-10-00 20261110_021000.mp4", None),
    ],
)
def test_a_time_of_the_day_alone_is_told_from_a_day(name: str, said: time | None) -> None:
    """What lay in a folder of its day, and was added without it; a name that says more is read as that."""
    assert read_clock(name) == said


@pytest.mark.parametrize(("said", "hour"), [("12.10.00 AM", 0), ("12.10.00 PM", 12), ("2.10.00 pm", 14)])
def test_a_clock_of_twelve_hours_is_read_by_its_half_of_the_day(said: str, hour: int) -> None:
    """As a Mac names what it records of its screen."""
    timestamp = read_name(f"Screen Recording 2026-11-10 at {said}.mov")
    assert timestamp is not None
    assert (timestamp.said.hour, timestamp.said.minute) == (hour, 10)


@given(st.text(max_size=300) | st.text(alphabet="0123456789-_.TZ/:[] ", max_size=200))
def test_any_name_has_an_answer(name: str) -> None:
    """None, or a time that can be read by any zone."""
    timestamp = read_name(name)
    if timestamp is not None:
        assert 1 <= len(moments(timestamp, EASTERN)) <= 2


def test_a_name_of_any_length_is_read_in_bounded_time() -> None:
    """Only so much of it is looked at."""
    assert read_name("1" * 10**6) is None
    assert read_name("x" * NAME_MAX_CHARS + "20261110_021000") is None


@given(
    st.datetimes(datetime(2010, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001  what a name says is naive
    st.sampled_from(["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
)
def test_every_reading_shows_the_name_s_time_on_the_wall_unless_no_wall_ever_did(said: datetime, zone: str) -> None:
    """Back on the house's clock each is what the name says; only an hour that was left out can't be."""
    timestamp = Timestamp(kind="plain", said=said.replace(microsecond=0), precision_s=1)
    for reading in moments(timestamp, ZoneInfo(zone)):
        shown = reading.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert shown == timestamp.said or reading.doubt == SKIPPED


def test_a_zone_in_the_name_needs_no_house() -> None:
    """It is the same moment wherever it is read."""
    timestamp = read_name("2026-11-10T02-10-00-0500.mkv")
    assert timestamp is not None
    assert timestamp.said.tzinfo == timezone(-timedelta(hours=5))
    assert moments(timestamp, ZoneInfo("Asia/Kolkata")) == (Moment(at=SHOWN),)
