"""What phones, action cams and recorders write around a film: none of it is in a clip, or in the way of its cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.make import make_clip
from tests.clips.exact import check_clip, check_colors, plays_without_a_word
from tests.clips.hostile import box
from tests.clips.jobs import job_of
from tests.clips.kinds import AAC, Kind, film, h264, hevc
from tests.clips.recordings import FPS, START_MS, Part, Recording, run
from tests.clips.transport_stream import PACKET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECONDS = 4
SECRET = "SECRET of 47.6 north, serial 086f3693"
KLV = bytes.fromhex("060e2b34020b01010e01030101000000")  # MISB ST 0601: places, as drones write them
CLOCK, DISCONTINUED = 0x10, 0x80  # flags of a packet's adaptation field (ISO/IEC 13818-1, 2.4.3.4)


def remuxed(path: Path, source: Path, *more: str) -> Path:
    """Write a film anew with more beside it; it stands no more where it was."""
    run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(source), *more, str(path)])
    source.unlink()
    return path


def plain(path: Path) -> Path:
    """Film with sound."""
    return film(path.with_name(f"plain{path.suffix}"), h264(15, 2), AAC, seconds=SECONDS)[0]


def with_words(tag: bytes, handler: bytes) -> Callable[[Path], Path]:
    """Film with a track of words beside, as a maker tags it: GoPro, Apple, Android, Sony."""

    def make(path: Path) -> Path:
        words = path.with_name("words.srt")
        words.write_text(f"1\n00:00:00,000 --> 00:00:03,000\n{SECRET}\n")
        beside = ["-i", str(words), "-map", "0", "-map", "1", "-c", "copy", "-c:s", "mov_text"]
        data = remuxed(path.with_suffix(".mp4"), plain(path.with_suffix(".mp4")), *beside).read_bytes()
        assert data.count(b"sbtl") == data.count(b"tx3g") == 1
        path.with_suffix(".mp4").write_bytes(data.replace(b"tx3g", tag).replace(b"sbtl", handler))
        return path.with_suffix(".mp4")

    return make


def of_a_phone(path: Path) -> Path:
    """Film with a time code, a place, a maker and chapters."""
    said = path.with_name("said.txt")
    tags = "".join(f"com.apple.quicktime.{tag}={SECRET}\n" for tag in ("location.ISO6709", "make", "model"))
    said.write_text(f";FFMETADATA1\n{tags}[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=4\ntitle={SECRET}\n")
    more = ["-i", str(said), "-map_metadata", "1", "-map_chapters", "1", "-timecode", "01:02:03:04"]
    flags = ["-c", "copy", "-movflags", "use_metadata_tags"]
    return remuxed(path.with_suffix(".mov"), plain(path.with_suffix(".mov")), *more, *flags)


def of_a_dash_cam(path: Path) -> Path:
    """Film with its sound first, and boxes of its maker's."""
    remuxed(path, plain(path), "-map", "0:a", "-map", "0:v", "-c", "copy")
    path.write_bytes(path.read_bytes() + b"".join(box(kind, SECRET.encode()) for kind in (b"free", b"gps ", b"uuid")))
    return path


def of_a_drone(path: Path) -> Path:
    """Film a transport stream with places beside."""
    places = path.with_name("places.bin")
    places.write_bytes((KLV + bytes([len(SECRET)]) + SECRET.encode()) * 20)
    beside = ["-f", "data", "-i", str(places), "-map", "0", "-map", "1", "-c", "copy"]
    return remuxed(path.with_suffix(".ts"), plain(path.with_suffix(".ts")), *beside)


def of_a_camcorder(path: Path) -> Path:
    """Film a transport stream with four bytes before each packet, and a clock that is said to begin anew."""
    made = plain(path.with_suffix(".ts"))
    data = bytearray(made.read_bytes())
    for at in range(0, len(data), 20 * PACKET):
        if data[at + 3] & 0x20 and data[at + 4] and data[at + 5] & CLOCK:
            data[at + 5] |= DISCONTINUED
    made.write_bytes(b"".join(b"\0\0\1\2" + data[at : at + PACKET] for at in range(0, len(data), PACKET)))
    return made


def without_an_index(path: Path) -> Path:
    """Film an AVI whose index was lost."""
    (made,) = film(path.with_suffix(".avi"), h264(15), {"acodec": "pcm_s16le"}, seconds=SECONDS, rate_hz=16_000)
    made.write_bytes(made.read_bytes()[: made.read_bytes().rindex(b"idx1")])
    return made


def coded(**video: object) -> Callable[[Path], Path]:
    """Film in another coding."""
    return lambda path: film(path, video, AAC, seconds=SECONDS)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a form is made, and whether some of its pictures are copied."""

    make: Callable[[Path], Path]
    copied: bool = True


FORMS = {
    "an action cam's places": Form(make=with_words(b"gpmd", b"meta")),
    "a phone's places": Form(make=with_words(b"mebx", b"meta")),
    "a phone's tags": Form(make=of_a_phone),
    "a dash cam": Form(make=of_a_dash_cam),
    "a drone": Form(make=of_a_drone),
    "a camcorder": Form(make=of_a_camcorder),
    "an AVI without its index": Form(make=without_an_index),
    "gray pictures": Form(make=coded(**h264(15, 2, pix_fmt="gray"))),
    "gray HEVC": Form(make=coded(**{**hevc(15), "pix_fmt": "gray"}), copied=False),
    "HEVC of full range": Form(make=coded(**{**hevc(15, 2), "pix_fmt": "yuvj420p"})),
}


@pytest.mark.parametrize("name", FORMS)
def test_what_lies_around_a_film_is_in_no_clip_and_in_no_cut_s_way(name: str, tmp_path: Path) -> None:
    """Frames and sound are exact, colors the camera's, and nothing of the rest is there."""
    path = FORMS[name].make(tmp_path / "film.mp4")
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    job = job_of(recording, START_MS + 510, START_MS + 3_490, tmp_path / "clip.mp4")
    result = make_clip(job, lambda _: None)
    assert check_clip(job.out, recording, job.from_ms, job.until_ms, Kind(make=lambda path: [path])).blocks > 50
    check_colors(job.out, recording, job.from_ms, job.until_ms)
    plays_without_a_word(job.out)
    assert SECRET.encode() not in job.out.read_bytes()
    assert ("copied" in {frames.kind for frames in result.frames}) == FORMS[name].copied
