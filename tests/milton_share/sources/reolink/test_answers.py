"""What a Reolink device answers is read strictly: what is used must be what it should be. Pure."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.milton_share.sources.recorder_clients import CopyError, CopyRule
from custom_components.milton_share.sources.reolink import answers
from custom_components.milton_share.sources.reolink.zone import Zone

if TYPE_CHECKING:
    from collections.abc import Callable

TIME: dict[str, Any] = {"year": 2026, "mon": 7, "day": 14, "hour": 1, "min": 30, "sec": 0}
FILE: dict[str, Any] = {
    "StartTime": TIME,
    "EndTime": TIME | {"min": 35},
    "name": "Mp4Record/2026-07-14/RecM01_DST20260714_013000_013500_6D28808_1A468F9.mp4",
    "size": "1000",
}


def files(*changed: dict[str, object]) -> dict[str, object]:
    """Return the value of a search."""
    return {"SearchResult": {"File": [FILE | change for change in changed]}}


def test_files_come_in_order_and_say_whether_it_was_summer() -> None:
    """As far as their names do."""
    plain = {"name": "Mp4Record/a/RecM01_20260714_013000_013500_1_1.mp4", "StartTime": TIME | {"hour": 0}}
    other = {"name": "elsewhere/file.mp4", "size": 7}
    read = answers.read_files(files({}, plain, other))
    assert [file.summer for file in read] == [False, True, None]
    assert [file.size_bytes for file in read] == [1000, 1000, 7]
    assert answers.read_files({}) == ()


def test_a_recorder_s_name_of_a_file_on_its_disk_is_no_path() -> None:
    """As its firmware 3.6.5 gives it: what it prepares of such a file is asked for first."""
    name = "0-1-0-01260711025823-00000"
    (file,) = answers.read_files(files({"name": name}))
    assert (file.name, file.disk_name, file.summer, file.is_on_card) == (
        None,
        "0-1-0-01260711025823-00000",
        None,
        False,
    )


def test_a_name_says_when_its_file_began() -> None:
    """Where it has the form of a card's."""
    assert answers.start_in(str(FILE["name"])) == "20260714013000"
    assert answers.start_in("fragment_01_0.mp4") is None


def test_a_file_that_ends_before_it_begins_is_an_hour_longer_or_nothing() -> None:
    """The clock was put back in it."""
    (over_change,) = answers.read_files(files({"EndTime": TIME | {"min": 10}}))
    assert over_change.end - over_change.start == timedelta(minutes=40)
    (wrong,) = answers.read_files(files({"EndTime": TIME | {"day": 13}}))
    assert wrong.end == wrong.start


@pytest.mark.parametrize(
    "change",
    [
        {"StartTime": None},
        {"StartTime": TIME | {"day": 31, "mon": 6}},
        {"StartTime": TIME | {"hour": 24}},
        {"StartTime": TIME | {"sec": 1.5}},
        {"EndTime": TIME | {"hour": 9}},
        {"name": "../../etc/passwd.mp4"},
        {"name": "a&token=x.mp4"},
        {"name": 7},
        {"name": "file.avi"},
        {"size": "-1"},
        {"size": "9" * 20},
        {"size": -1},
    ],
)
def test_a_file_that_is_none_is_refused(change: dict[str, object]) -> None:
    """By one rule."""
    with pytest.raises(CopyError) as refused:
        answers.read_files(files(change))
    assert refused.value.rule == CopyRule.WRONG_ANSWER


def test_files_that_are_together_longer_than_a_day_several_times_are_refused() -> None:
    """Each is asked for in parts, and gone through on Home Assistant's own thread."""
    few = answers.TOGETHER_MAX_S // 300
    assert len(answers.read_files(files(*[{}] * few))) == few
    with pytest.raises(CopyError) as refused:
        answers.read_files(files(*[{}] * (few + 1)))
    assert refused.value.rule == CopyRule.WRONG_ANSWER


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (answers.read_files, {"SearchResult": {"File": "none"}}),
        (answers.read_files, {"SearchResult": {"File": [FILE | {"EndTime": TIME}] * (answers.LISTED_MAX + 1)}}),
        (answers.read_token, {"Token": {"name": "a b", "leaseTime": 1}}),
        (answers.read_token, {"Token": {"name": "ab", "leaseTime": 0}}),
        (answers.read_token, {}),
        (answers.read_device, {"DevInfo": {"firmVer": "v 1"}}),
        (answers.read_channels, {"status": None}),
        (answers.read_channels, {"status": [{"channel": -1}]}),
        (answers.has_storage, {"HddInfo": None}),
        (answers.read_time, {"Time": TIME}),
        (answers.read_time, {"Time": TIME | {"timeZone": 0}, "Dst": {"enable": 1, "offset": 9}}),
    ],
)
def test_an_answer_that_is_none_is_refused(
    read: Callable[[dict[str, object]], object], value: dict[str, object]
) -> None:
    """By one rule."""
    with pytest.raises(CopyError) as refused:
        read(value)
    assert refused.value.rule == CopyRule.WRONG_ANSWER


def test_nothing_prepared_is_nothing_there() -> None:
    """The largest of several is the recording."""
    with pytest.raises(CopyError) as refused:
        answers.read_prepared({"fileList": []})
    assert refused.value.rule == CopyRule.RECORDING_GONE
    sizes = [{"fileName": f"{size}.mp4", "fileSize": str(size)} for size in (5, 700, 60)]
    assert answers.read_prepared({"fileList": sizes}) == "700.mp4"


def test_a_clock_without_summer_time_has_none() -> None:
    """Its rule may be there, and not be followed."""
    clock = answers.read_time({"Time": TIME | {"timeZone": -3600}, "Dst": {"enable": 0}})
    assert (clock.zone, clock.shows) == (Zone(behind_s=-3600), datetime(2026, 7, 14, 1, 30))  # noqa: DTZ001  a wall's


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        (-6, CopyRule.LOGIN_REFUSED),
        (-7, CopyRule.LOGIN_REFUSED),
        (-5, CopyRule.AWAY),
        (-9, None),
        ("x", None),
        (None, None),
    ],
)
def test_errors_that_concern_all_are_rules_and_others_leave_their_command_out(
    code: object, rule: CopyRule | None
) -> None:
    """A command that a device doesn't know is only missing."""
    body = json.dumps([{"cmd": "GetTime", "code": 1, "error": {"rspCode": code}}]).encode()
    if rule is None:
        assert answers.read_answers(body) == {}
        return
    with pytest.raises(CopyError) as refused:
        answers.read_answers(body)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b"<html>", b"[" * 100_000, b'[{"cmd": "a", "code": 0, "value": 1}]']
)
def test_what_is_no_list_of_answers_is_refused(body: bytes) -> None:
    """A page, a number, a well without a bottom."""
    with pytest.raises(CopyError) as refused:
        answers.read_answers(body)
    assert refused.value.rule == CopyRule.WRONG_ANSWER
