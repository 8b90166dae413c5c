"""What a file says of its time, offered with where it comes from; the owner decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.milton_share.sources.upload import AddedFile, FileFacts
from custom_components.milton_share.sources.upload.candidates import CANDIDATES_MAX, Candidate, candidates
from custom_components.milton_share.sources.upload.model import NAME_MAX_CHARS, plain_name

EASTERN = ZoneInfo("America/New_York")
FROM = datetime(2026, 11, 10, 7, 0, tzinfo=UTC)
UNTIL = FROM + timedelta(hours=1)


def offered(name: str, length_s: float = 30.0, **tags: str) -> tuple[Candidate, ...]:
    """Return what is offered for a file."""
    facts = FileFacts(
        start_s=0.0, length_s=length_s, width=320, height=240, codec="h264", sound=False, gaps=(), tags=tags
    )
    file = AddedFile(
        file_id="f", case_id="c", request_id="r", name=name, size_bytes=1, sha256="0" * 64, facts=facts, deadline_ms=0
    )
    return candidates(file, EASTERN, FROM, UNTIL)


def told(found: tuple[Candidate, ...]) -> list[tuple[str, str, bool]]:
    """Say them shortly: origin, hour and minute in UTC, whether it fits."""
    return [(one.origin, f"{one.at:%H:%M:%S}", one.fits) for one in found]


def test_what_fits_the_request_comes_first() -> None:
    """A camera that wrote its local time as UTC is five hours off; read as local it fits."""
    assert told(offered("clip.mp4", creation_time="2026-11-10T02:10:00.000000Z")) == [
        ("created_local", "07:10:00", True),
        ("ended_local", "07:09:30", True),
        ("created", "02:10:00", False),
        ("ended", "02:09:30", False),
    ]


def test_a_name_of_minutes_says_so() -> None:
    """It is read as the first second of its minute, and may be the last one."""
    names = ("2026-11-10 02-10 clip.mp4", "Ring_20261110_0210.mp4", "RingVideo_20261110_021000.mp4")
    found = [offered(name)[0] for name in names]
    assert [(f"{one.at:%H:%M:%S}", one.precision_s) for one in found] == [
        ("07:10:00", 60), ("07:10:00", 60), ("07:10:00", 1),
    ]  # fmt: skip
    assert [one.precision_s for one in offered("clip.mp4", creation_time="2026-11-10T02:10:00.000000Z")] == [1] * 4


def test_an_iphone_says_its_zone() -> None:
    """That is the beginning, and comes before all else that fits."""
    found = offered(
        "IMG_0001.MOV",
        **{"com.apple.quicktime.creationdate": "2026-11-10T02:10:00-0500", "creation_time": "2026-11-10T07:10:31Z"},
    )
    assert told(found)[:2] == [("apple", "07:10:00", True), ("created", "07:10:31", True)]


def test_the_name_comes_before_the_file_s_own_time() -> None:
    """And two readings of the same second are one."""
    found = offered("RingVideo_20261110_021000.mp4", creation_time="2026-11-10T07:10:00Z")
    assert told(found)[0] == ("name", "07:10:00", True)
    assert found[0].kind == "ring"
    assert [origin for origin, at, _ in told(found) if at == "07:10:00"] == ["name"]


def test_a_name_that_says_no_day_is_offered_for_the_days_asked_for() -> None:
    """A clip of Blink's drive lay in a folder of its day: in UTC, as Blink names, and by the house's clock."""
    assert told(offered("07-10-00_Front_001.mp4")) == [("name", "07:10:00", True)]
    assert told(offered("02-10-00.mp4")) == [("name", "07:10:00", True)]
    assert offered("09-10-00_Front_001.mp4") == ()
    found = offered("06-59-45_Front_001.mp4", creation_time="2026-11-10T02:10:00Z")
    assert told(found)[:2] == [("name", "06:59:45", True), ("created_local", "07:10:00", True)]
    assert found[0].kind == "clock"


def test_an_hour_that_comes_twice_is_offered_twice() -> None:
    """With the doubt, so that the page can ask."""
    found = offered("2026-11-01_01-30-00.mp4")
    assert [(one.at.hour, one.doubt) for one in found] == [(5, "repeated_hour"), (6, "repeated_hour")]


@pytest.mark.parametrize(
    "said", ["1970-01-01T00:00:00Z", "1904-01-01T00:00:00.000000Z", "2036-13-01T00:00:00Z", "yesterday", "", "9" * 64]
)
def test_a_time_that_was_never_set_is_not_offered(said: str) -> None:
    """Nor what is no time."""
    assert offered("clip.mp4", creation_time=said) == ()


@pytest.mark.parametrize("said", ["2026-11-10T07:10:00", "2026-11-10 07:10:00"], ids=["MP4", "AVI"])
def test_a_tag_without_a_zone_is_read_both_ways(said: str) -> None:
    """As UTC, and as the house's time."""
    origins = {one.origin for one in offered("clip.mp4", creation_time=said)}
    assert origins == {"created", "created_local", "ended", "ended_local"}


def test_there_are_never_more_than_can_be_read() -> None:
    """In the worst night too: name and tag in the hour that comes twice."""
    found = offered("2026-11-01_01-30-00.mp4", creation_time="2026-11-01T01:40:00Z")
    assert len(found) <= CANDIDATES_MAX


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.mp4", "passwd.mp4"),
        ("C:\\Users\\o\\front.mp4", "front.mp4"),
        ("a\nb\x00\u202ec.mp4", "abc.mp4"),
        ("", "video"),
        ("/", "video"),
        ("x" * 500 + ".mp4", "x" * (NAME_MAX_CHARS - 4) + ".mp4"),
    ],
)
def test_a_name_is_shown_without_what_is_no_name(name: str, shown: str) -> None:
    """No folder, no control or direction character, no more than a line."""
    assert plain_name(name) == shown
