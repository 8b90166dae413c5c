"""What the tests read by: it sees what the system's ffmpeg does, and is as hard to please."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import ffmpeg
import pytest

from tests.clips.decoding import STORED, numbers_of, sounds
from tests.clips.exact import check_colors
from tests.clips.kinds import AAC, DEMUXERS, RATES_HZ, film, h264, record_kind
from tests.clips.recordings import BAR_HEIGHT, BITS, HEIGHT, START_MS, WIDTH, Part, Recording, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECONDS = 4
NUMBERS = tuple(range(60))


def numbers_by_ffmpeg(path: Path) -> list[int]:
    """Have the system's ffmpeg stand each picture up and make it small, until a bar is a point."""
    upper = ffmpeg.input(str(path), f=DEMUXERS[path.suffix]).video.filter("scale", WIDTH, HEIGHT, flags="area")
    bars = upper.filter("crop", WIDTH, BAR_HEIGHT, 0, 0).filter("scale", BITS, 2, flags="area").filter("format", "gray")
    graph = bars.output("pipe:", f="rawvideo", fps_mode="passthrough", enc_time_base="1:90000")
    raw = run(graph.global_args("-v", "fatal", "-nostdin").compile())
    rows = [raw[at : at + BITS] for at in range(0, len(raw), 2 * BITS)]
    return [sum(1 << bit for bit, light in enumerate(row) if light > 125) for row in rows]


@pytest.mark.parametrize("name", ["MOV, turned", "MOV, mirrored", "MOV, ten bits, 4:2:2", "TS, interlaced"])
def test_numbers_are_those_that_the_system_s_ffmpeg_shows(name: str, tmp_path: Path) -> None:
    """Upright, in any form, in the same order."""
    (part,) = record_kind(name, tmp_path).parts
    assert numbers_of(part.path, DEMUXERS[part.path.suffix]) == numbers_by_ffmpeg(part.path)


def test_what_an_edit_list_hides_is_seen_where_all_is_asked_for(tmp_path: Path) -> None:
    """A viewer sees it as little as in ffmpeg."""
    (path,) = film(tmp_path / "film.mp4", h264(30, 2), seconds=SECONDS)
    hidden = tmp_path / "hidden.mp4"
    run(["ffmpeg", "-v", "error", "-nostdin", "-ss", "1.5", "-i", str(path), "-c", "copy", str(hidden)])
    assert numbers_of(hidden) == numbers_by_ffmpeg(hidden) == list(NUMBERS[23:])
    assert numbers_of(hidden, options=STORED) == list(NUMBERS)


def test_a_picture_that_can_not_be_read_is_missing(tmp_path: Path) -> None:
    """As ffmpeg leaves it out."""
    (path,) = film(tmp_path / "film.mp4", h264(1), seconds=SECONDS)
    damage(path, "video", lambda index: index % 4 == 1)
    assert numbers_of(path) == numbers_by_ffmpeg(path) == [number for number in NUMBERS if number % 4 != 1]


def test_sound_that_can_not_be_read_is_an_error(tmp_path: Path) -> None:
    """Also where a decoder goes on after it."""
    (path,) = film(tmp_path / "film.mp4", h264(30), AAC, seconds=SECONDS)
    assert sum(map(len, sounds(path))) >= SECONDS * RATES_HZ["aac"]
    damage(path, "audio", lambda index: index == 20)
    with pytest.raises(AssertionError):
        sounds(path)


@pytest.mark.parametrize(
    "said",
    [("-bsf:v", "h264_metadata=matrix_coefficients=1"), ("-bsf:v", "h264_metadata=video_full_range_flag=1"), ()],
    ids=["another matrix", "another range", "on its head"],
)
def test_the_checker_fails_on_pictures_that_are_shown_otherwise(said: tuple[str, ...], tmp_path: Path) -> None:
    """Coded alike: it is the header that misleads a viewer."""
    (path,) = film(tmp_path / "film.mp4", h264(30), seconds=SECONDS)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=NUMBERS)
    check_colors(path, recording, START_MS, START_MS + SECONDS * 1000)
    other = tmp_path / "other.mp4"
    before = () if said else ("-display_rotation", "180")
    run(["ffmpeg", "-v", "error", "-nostdin", *before, "-i", str(path), "-c", "copy", *said, str(other)])
    with pytest.raises(AssertionError, match="apart"):
        check_colors(other, recording, START_MS, START_MS + SECONDS * 1000)


def damage(path: Path, kind: str, is_damaged: Callable[[int], bool]) -> None:
    """Write over some packets of a track, but for how long their first unit is."""
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        track = next(track for track in container.streams if track.type == kind)
        places = [(packet.pos, packet.size) for packet in container.demux(track) if packet.size]
    for index, (at, size) in enumerate(places):
        if is_damaged(index):
            data[at + 4 : at + size] = b"\xff" * (size - 4)
    path.write_bytes(data)
