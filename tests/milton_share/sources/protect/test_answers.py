"""What Protect answers is read strictly: what is used must be what it should be, the rest may be anything. Pure."""

from __future__ import annotations

import json
from typing import Any

import pytest

from custom_components.milton_share.sources.protect.answers import (
    CAMERAS_MAX,
    read_cameras,
    read_console,
)
from custom_components.milton_share.sources.recorder_clients import CopyError, CopyRule

CAMERA: dict[str, Any] = {
    "mac": "F4E2C6A1B2C3",
    "id": "66aa",
    "recordingSettings": {"mode": "always"},
    "stats": {"video": {"recordingStart": 1_700_000_000_000, "recordingEnd": None}},
}


def test_what_is_used_is_read_and_the_rest_is_not_looked_at() -> None:
    """A camera without statistics has no recordings that are known."""
    read = read_cameras(
        json.dumps([{**CAMERA, "name": None, "channels": "?"}, {**CAMERA, "mac": "0" * 12, "stats": 1}]).encode()
    )
    assert (read["F4E2C6A1B2C3"].from_ms, read["F4E2C6A1B2C3"].until_ms) == (1_700_000_000_000, None)
    assert read["F4E2C6A1B2C3"].always
    assert read["0" * 12].from_ms is None
    assert not next(iter(read_cameras(_with(recordingSettings={"mode": "detections"})).values())).always


@pytest.mark.parametrize("said", [None, [], {}, {"recordingSettings": 1}, {"recordingSettings": {"mode": 1}}])
def test_a_console_without_settings_for_all_records_none_that_goes_by_them(said: object) -> None:
    """As the published client has it."""
    mode = read_console(json.dumps({"version": "7.0", "globalCameraSettings": said}).encode()).mode
    assert (mode, read_cameras(_with(useGlobal=True), mode)["F4E2C6A1B2C3"].mode) == ("never", "never")
    assert read_cameras(_with(useGlobal=None), mode)["F4E2C6A1B2C3"].mode == "always"


def _with(**changes: object) -> bytes:
    return json.dumps([{**CAMERA, **changes}]).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html>",
        b"[" * 100_000,
        b"{}",
        b"[1]",
        json.dumps([CAMERA] * (CAMERAS_MAX + 1)).encode(),
        _with(mac=None),
        _with(mac="f4e2c6a1b2c3"),
        _with(id=7),
        _with(id="../nvr"),
        _with(recordingSettings=None),
        _with(recordingSettings={"mode": 1}),
        _with(stats={"video": {"recordingStart": "now"}}),
        _with(stats={"video": {"recordingStart": -1}}),
        _with(stats={"video": {"recordingEnd": 2**60}}),
        _with(stats={"video": {"recordingEnd": True}}),
    ],
)
def test_cameras_that_are_none_are_refused(body: bytes) -> None:
    """By one rule."""
    with pytest.raises(CopyError) as refused:
        read_cameras(body)
    assert refused.value.rule == CopyRule.WRONG_ANSWER


@pytest.mark.parametrize("body", [b"[]", b'{"version": 7}', b'{"version": "7 2"}', b'{"version": ""}', b"7"])
def test_a_version_that_is_none_is_refused(body: bytes) -> None:
    """It comes into manifests."""
    with pytest.raises(CopyError) as refused:
        read_console(body)
    assert refused.value.rule == CopyRule.WRONG_ANSWER
