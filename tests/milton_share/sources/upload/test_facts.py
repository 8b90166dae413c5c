"""What a file holds, as a limited child says; and that the child is not believed blindly."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.milton_share.sources.upload import UploadError
from custom_components.milton_share.sources.upload import facts as looking
from custom_components.milton_share.sources.upload.facts import look_into, read_facts

from .conftest import film

if TYPE_CHECKING:
    from pathlib import Path

GOOD: dict[str, Any] = {
    "start_s": 0.0, "length_s": 8.0, "width": 320, "height": 240, "codec": "h264", "sound": True,
    "gaps": [[1.0, 3.5]], "anew": [6.0], "tags": {"creation_time": "2026-11-10T07:10:00Z"},
}  # fmt: skip


def line(**changes: object) -> bytes:
    """Return the child's answer, changed."""
    return json.dumps({"facts": {**GOOD, **changes}}).encode()


def made(path: Path, source: str, *arguments: str) -> None:
    """Make a silent film of an ffmpeg source."""
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0"]
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, *encode, *arguments, str(path)], check=True)


def turn(path: Path, turned: Path) -> None:
    """Say in a copy's header that its pictures are to be turned by a quarter."""
    command = ["ffmpeg", "-v", "error", "-display_rotation", "90", "-i", str(path), "-c", "copy", str(turned)]
    subprocess.run(command, check=True)


def size_of(picture: Path) -> str:
    """Say how wide and high a picture is."""
    probe = ["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", str(picture)]
    return subprocess.run(probe, check=True, capture_output=True, text=True).stdout.strip()


def brightest_side(picture: Path) -> str:
    """Say which side of a picture is white."""
    seen = ["-vf", "scale=4:4:flags=area,format=gray", "-f", "rawvideo", "-"]
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", str(picture), *seen], check=True, capture_output=True).stdout
    sides = {"top": raw[:4], "bottom": raw[12:], "left": raw[::4], "right": raw[3::4]}
    return max(sides, key=lambda side: sum(sides[side]))


async def test_a_file_s_length_size_sound_and_times_are_found(tmp_path: Path) -> None:
    """And a picture of its beginning, to compare the time with."""
    path = film(tmp_path / "a.mp4", metadata="creation_time=2026-11-10T07:10:00Z", seconds=3)
    found = await look_into(path, tmp_path / "a.jpg")
    assert (found.start_s, found.length_s, found.width, found.height) == (0.0, pytest.approx(3.0), 320, 240)
    assert (found.codec, found.sound, found.gaps) == ("h264", True, ())
    assert found.tags == {"creation_time": "2026-11-10T07:10:00.000000Z"}
    assert (tmp_path / "a.jpg").read_bytes()[:3] == b"\xff\xd8\xff"


async def test_a_wide_picture_is_made_small(tmp_path: Path) -> None:
    """Wide enough to read the time that a camera burns in."""
    made(tmp_path / "a.mp4", "testsrc2=size=1920x1080:rate=5:duration=1")
    await look_into(tmp_path / "a.mp4", tmp_path / "a.jpg")
    assert size_of(tmp_path / "a.jpg") == "960,540"


@pytest.mark.parametrize("kind", ["b.mov", "b.mp4"])
async def test_a_film_that_was_turned_is_seen_upright(tmp_path: Path, kind: str) -> None:
    """As a phone or a doorbell films that stands: the owner compares the time with what is written in the picture."""
    made(tmp_path / "a.mp4", "testsrc2=size=320x240:rate=5:duration=1,drawbox=w=320:h=60:color=white:t=fill")
    turn(tmp_path / "a.mp4", tmp_path / kind)
    found = await look_into(tmp_path / kind, tmp_path / "b.jpg")
    assert (found.width, found.height) == (240, 320)
    assert size_of(tmp_path / "b.jpg") == "240,320"
    assert brightest_side(tmp_path / "b.jpg") == "left"


async def test_a_hole_in_the_middle_is_a_gap(tmp_path: Path) -> None:
    """Apps leave seconds out when the line was bad."""
    source = "testsrc2=size=320x240:rate=10:duration=6,select='not(between(t,2,4.5))'"
    made(tmp_path / "a.mp4", source, "-g", "10", "-fps_mode", "passthrough")
    found = await look_into(tmp_path / "a.mp4", tmp_path / "a.jpg")
    assert found.gaps == ((pytest.approx(2.0, abs=0.15), pytest.approx(4.6, abs=0.15)),)


async def test_a_child_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the file counts as no video."""
    monkeypatch.setattr(looking, "WALL_S", 0.0)
    with pytest.raises(UploadError, match="not_a_video"):
        await look_into(film(tmp_path / "a.mp4", seconds=1), tmp_path / "a.jpg")


def test_a_good_answer_is_read() -> None:
    """Field by field."""
    found = read_facts(line())
    assert (found.gaps, found.anew) == (((1.0, 3.5),), (6.0,))


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"{", b"[]", b"null", b"\xff", b'{"refused":"unreadable_segment"}', b'{"facts":null}', b"[" * 100_000,
        line(length_s="8"), line(length_s=-1), line(length_s=10**9), line(length_s=True), line(start_s=None),
        line(width=0), line(width=10**6), line(height=1.5), line(codec=7), line(codec="x" * 65),
        line(gaps=[[1]]), line(gaps=7), line(anew=7), line(anew=[None]), line(anew=[1e12]),
        line(tags=[]), line(tags={"a": 1}), line(tags={"a": "x" * 65}),
        b'{"facts":{"length_s":NaN}}', json.dumps({"facts": {**GOOD, "length_s": float("inf")}}).encode(),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_no_video(answer: bytes) -> None:
    """The child read a hostile file: what it says is checked like anything from outside."""
    with pytest.raises(UploadError, match="not_a_video"):
        read_facts(answer)
