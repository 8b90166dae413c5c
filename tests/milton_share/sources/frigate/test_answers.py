"""What Frigate answers is read strictly, and nothing else gets past. Pure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.sources.frigate.answers import (
    LISTED_MAX,
    Listed,
    Recorded,
    read_recording_cameras,
    read_recordings,
    read_version,
)
from custom_components.milton_share.sources.frigate.server import FrigateServer, recording_path
from custom_components.milton_share.sources.recorder_clients import CopyError, CopyRule
from tests.milton_share.sources.frigate.kitchen import rule_of

GOOD = {"id": "1000.0-abc123", "start_time": 1000.0, "end_time": 1010.4, "segment_size": 1.5, "motion": 3, "objects": 0}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


def test_recordings_are_read_in_order_of_time() -> None:
    """The second they were opened in, and their length; fields of a newer version don't matter."""
    later = {**GOOD, "start_time": 1011.0, "end_time": 1020.0, "motion_heatmap": {"3": 255}}
    found = read_recordings(json.dumps([later, GOOD]).encode(), 1000, 1020)
    assert found == (Listed(start_s=1000, length_s=pytest.approx(10.4)), Listed(start_s=1011, length_s=9.0))
    assert found[0].end_s == pytest.approx(1010.4)


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>Frigate</title>",
        b"",
        b"{}",
        b"[1]",
        b"[null]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'[{"start_time": NaN, "end_time": 1010}]',
        b'[{"start_time": 1000, "end_time": Infinity}]',
        b'[{"start_time": 1e400, "end_time": 1010}]',
        *(
            json.dumps([{**GOOD, **change}]).encode()
            for change in (
                {"start_time": "1000"},
                {"start_time": True},
                {"start_time": None},
                {"start_time": -5.0},
                {"end_time": 10**12},
                {"end_time": 1000.0},
                {"end_time": 999.0},
                {"end_time": 1000.0 + 3600},
                {"start_time": 5.0, "end_time": 10.0},
                {"start_time": 9_000.0, "end_time": 9_010.0},
            )
        ),
        json.dumps([{key: value for key, value in GOOD.items() if key != "end_time"}]).encode(),
        json.dumps([GOOD, {**GOOD, "start_time": 1000.5}]).encode(),
        json.dumps(
            [{**GOOD, "start_time": 1000 + index, "end_time": 1001 + index} for index in range(LISTED_MAX + 1)]
        ).encode(),
    ],
)
def test_a_listing_that_is_none_or_lies_is_refused(body: bytes) -> None:
    """Pages, other forms, impossible times, what wasn't asked for, two files of one second, too many."""
    with pytest.raises(CopyError) as refused:
        read_recordings(body, 1000, 1020)
    assert refused.value.rule is CopyRule.WRONG_ANSWER


@given(value=JSON)
def test_any_json_is_read_or_refused_by_rule(value: Any) -> None:  # noqa: ANN401  that is the point
    """Nothing else is ever raised."""
    body = json.dumps(value).encode()
    for read in (
        lambda: read_recordings(body, 0, 10),
        lambda: read_recording_cameras(body),
        lambda: read_version(body),
    ):
        assert rule_of(read) in (None, CopyRule.WRONG_ANSWER)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"cameras": []},
        {"cameras": {"front": {}}},
        {"cameras": {"front": {"record": {"enabled": "yes"}}}},
        {"cameras": {"../../etc": {"record": {"enabled": True}}}},
        {"cameras": {f"c{index}": {"record": {"enabled": True}} for index in range(501)}},
    ],
)
def test_a_configuration_that_is_none_is_refused(value: Any) -> None:  # noqa: ANN401  a peer's JSON
    """Also a camera whose name Frigate itself wouldn't take."""
    with pytest.raises(CopyError):
        read_recording_cameras(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("commands", "silent"),
    [
        ([{"roles": ["record"], "cmd": "ffmpeg -i x -c copy -an y"}], True),
        ([{"roles": ["detect"], "cmd": "ffmpeg -an"}, {"roles": ["record"], "cmd": "ffmpeg -c copy y"}], False),
        ([{"roles": ["record"], "cmd": "ffmpeg -another y"}], False),
        ([{"roles": ["record"]}, {"roles": "record", "cmd": "-an"}, 7], False),
        ([{"roles": ["record"], "cmd": ["-an"]}], False),
        ("-an", False),
        (None, False),
    ],
)
def test_only_frigates_own_command_says_that_no_sound_is_recorded(commands: object, *, silent: bool) -> None:
    """What can't be read says nothing."""
    config = {"cameras": {"front": {"record": {"enabled": True}, "ffmpeg_cmds": commands}}}
    assert read_recording_cameras(json.dumps(config).encode()) == {"front": Recorded(enabled=True, silent=silent)}


def test_a_version_is_a_short_word() -> None:
    """It comes into the manifest: no line, no page."""
    assert read_version(b"0.17.2-3f6f9d1\n") == "0.17.2-3f6f9d1"
    for body in (b"", b"<html>", b"1" * 41, b"0.17\n0.18", "0.17\u2028".encode()):
        with pytest.raises(CopyError):
            read_version(body)


def test_a_recording_lies_where_its_second_of_utc_says() -> None:
    """As Frigate's own maintainer names it."""
    assert recording_path("front_door", 1_700_000_000) == ("recordings", "2023-11-14", "22", "front_door", "13.20.mp4")


@pytest.mark.parametrize("url", ["ftp://frigate/", "file:///etc/passwd", "frigate:5000", "http://", "http://[", ""])
def test_only_an_http_address_is_asked(url: str) -> None:
    """The rest is as if nobody answered."""
    with pytest.raises(CopyError) as refused:
        FrigateServer(url=url).at("api", "version")
    assert refused.value.rule is CopyRule.AWAY


def test_an_address_keeps_its_path_and_shows_no_password() -> None:
    """A reverse proxy may serve Frigate below a path."""
    server = FrigateServer(url="http://nas.local/frigate/?x=1#y", username="viewer", password="secret-word")
    assert str(server.at("api", "version")) == "http://nas.local/frigate/api/version"
    assert "secret-word" not in repr(server)


@pytest.mark.parametrize(("said", "expected"), [({"enabled": True}, True), ({}, True), ({"enabled": False}, False)])
def test_a_camera_that_is_switched_off_in_frigate_is_not_recorded_there(
    said: dict[str, bool], *, expected: bool
) -> None:
    """Its configuration goes on saying that recordings are wanted."""
    body = json.dumps({"cameras": {"door": {"record": {"enabled": True}, **said}}}).encode()
    assert read_recording_cameras(body) == {"door": Recorded(enabled=expected)}
