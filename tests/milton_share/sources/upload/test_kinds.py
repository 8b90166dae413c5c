"""The kinds of files that apps, phones and dash cams export: each is added, timed, and cut to the clip."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ffmpeg
import pytest

from tests.simulators.footage import FRAGMENTS, make

from .conftest import FILM_S, Phone, film, middle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.milton_share.conftest import Home


def hevc(path: Path) -> Path:
    """Film some seconds in HEVC, as newer cameras do."""
    source = ffmpeg.input(f"testsrc2=size=320x240:rate=10:duration={FILM_S}", f="lavfi")
    coding = {"vcodec": "libx265", "preset": "ultrafast", "x265-params": "log-level=none:keyint=20", "tag:v": "hvc1"}
    make(ffmpeg.output(source, str(path), **coding))
    return path


def leaping(path: Path, leap_s: int) -> Path:
    """Film into a transport stream whose time stamps leap in the middle, as where a dash cam sets its clock."""
    begins_s = 1_000
    halves = [path.with_name(f"half{number}.ts") for number in range(2)]
    for number, half in enumerate(halves):
        at_s = begins_s + number * (FILM_S // 2 + leap_s)
        film(half, seconds=FILM_S // 2, output_ts_offset=at_s, bf=2)
    path.write_bytes(b"".join(half.read_bytes() for half in halves))
    return path


@pytest.mark.parametrize("leap_s", [pytest.param(-100, marks=pytest.mark.long), 100])
async def test_what_comes_after_a_leap_of_a_files_time_stamps_is_found_and_cut(
    home: Home, phone: Phone, asked: str, tmp_path: Path, leap_s: int
) -> None:
    """Ahead it is a pause, as the file says. Back it can be none: it goes on at once, and the owner is told where."""
    case_id = await phone.add(asked, "dashcam.ts", leaping(tmp_path / "dashcam.ts", leap_s).read_bytes())
    file = phone.file(asked)
    paused_s = max(leap_s, 0)
    assert abs(file.length_ms - (FILM_S + paused_s) * 1000) <= 300
    assert [round(at_ms, -2) for at_ms in file.anew_ms] == ([] if paused_s else [FILM_S // 2 * 1000])
    at = middle(home, asked)
    await home.panel.files.confirm(home.owner.session, case_id, at=at, uncertainty_s=1, camera_id=None)
    start = at + timedelta(seconds=FILM_S // 2 + paused_s + 1)
    await home.panel.review.look(home.owner.session, case_id, start, start + timedelta(seconds=2), audio=True)
    clip = home.case(asked).clip
    assert clip is not None
    assert (clip.from_, clip.until, clip.gaps) == (start, start + timedelta(seconds=2), ())


@pytest.mark.parametrize(
    "kind",
    [
        "phone.mov",
        "dashcam.ts",
        *(
            pytest.param(kind, marks=pytest.mark.long)
            for kind in ("export.mp4", "fragments.mp4", "export.mkv", "hevc.mp4")
        ),
    ],
)
async def test_every_kind_of_file_goes_the_whole_way_to_a_clip(
    home: Home, phone: Phone, asked: str, tmp_path: Path, kind: str
) -> None:
    """Its length, its picture, and a clip of the very seconds asked for."""
    path = tmp_path / kind
    made = (
        hevc(path)
        if kind.startswith("hevc")
        else film(path, **({"movflags": FRAGMENTS} if kind.startswith("frag") else {}))
    )
    case_id = await phone.add(asked, kind, made.read_bytes())
    file = phone.file(asked)
    assert abs(file.length_ms - FILM_S * 1000) <= 300
    picture = home.panel.files.picture(home.owner.session, case_id)
    assert picture.read_bytes()[:2] == b"\xff\xd8"
    at = middle(home, asked)
    await home.panel.files.confirm(home.owner.session, case_id, at=at, uncertainty_s=1, camera_id=None)
    start = at + timedelta(seconds=2)
    await home.panel.review.look(home.owner.session, case_id, start, start + timedelta(seconds=4), audio=False)
    clip = home.case(asked).clip
    assert clip is not None
    assert (clip.from_, clip.until, clip.gaps) == (start, start + timedelta(seconds=4), ())
