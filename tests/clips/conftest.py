"""Recordings that all tests of the cutter share; they are made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clips.recordings import Recording, record

if TYPE_CHECKING:
    from pathlib import Path

AAC = {"acodec": "aac", "audio_bitrate": "32k"}


def h264(gop: int, b_frames: int = 0, **extra: object) -> dict[str, object]:
    """Return a camera's H.264 settings."""
    return {"vcodec": "libx264", "preset": "superfast", "g": gop, "bf": b_frames, "sc_threshold": 0, **extra}


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recording]:
    """Record 40 s of each kind of camera."""
    base: Path = tmp_path_factory.mktemp("recorded")
    kinds = {
        "gop 15": record(base / "g15", video=h264(15), audio=AAC),
        "gop 60": record(base / "g60", video=h264(60), audio=AAC),
        "gop 240": record(base / "g240", video=h264(240), segment_s=16, audio=AAC),
        "b-frames": record(base / "b", video=h264(60, 3), audio=AAC),
        "vfr": record(base / "vfr", video=h264(60), select="not(n)+mod(n,7)*mod(n,11)", audio=AAC),
    }
    return kinds | {"missing segment": kinds["gop 60"].without(2)}


@pytest.fixture(scope="session")
def hevc(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Record a camera that sends HEVC."""
    video = {"vcodec": "libx265", "preset": "ultrafast", "x265-params": "keyint=60:bframes=2:open-gop=0:log-level=none"}
    return record(tmp_path_factory.mktemp("hevc") / "r", seconds=16, video=video, audio=AAC)
