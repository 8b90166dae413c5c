"""Interlaced recordings: all frames of a clip are interlaced as the camera's are, and none is ever halved."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.clips.bitstream.fields import FieldReader, Scan, read_sequence
from custom_components.milton_share.clips.bitstream.nal import split
from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.decoding import complaining, pictures, plane_of
from tests.clips.exact import shown_by_browsers
from tests.clips.field_pictures import SIDE_PX, field_picture, gray_of, parameter_sets, stream
from tests.clips.masks import rectangle
from tests.clips.recordings import START_MS, filmed, run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from custom_components.milton_share.clips.job import Mask
    from custom_components.milton_share.clips.result import Result

FPS, FRAMES, GROUP = 10, 30, 10
SLACK = 1  # by how much a gray may be off that was encoded


def film(path: Path, *options: str, codec: str = "libx264") -> Path:
    """Film three seconds of ten pictures each, a group a second."""
    scene = ["-f", "lavfi", "-i", f"testsrc2=size=160x128:rate={FPS}:duration=3"]
    coding = ["-c:v", codec, "-preset", "ultrafast", "-g", str(GROUP), "-bf", "2", "-pix_fmt", "yuv420p"]
    filmed(["ffmpeg", "-v", "error", "-nostdin", *scene, *coding, *options, str(path)], path)
    return path


def by_hand(path: Path, data: bytes) -> Path:
    """Put field pictures into a container; each field becomes a packet of its own there."""
    raw = path.with_suffix(".h264")
    raw.write_bytes(data)
    run(["ffmpeg", "-v", "error", "-nostdin", "-r", str(2 * FPS), "-i", str(raw), "-c", "copy", str(path)])
    return path


def paired(fields: Path, path: Path) -> Path:
    """Store both fields of a frame as one packet, as some writers do."""
    with av.open(str(fields)) as source, av.open(str(path), "w") as target:
        track = source.streams.video[0]
        out = target.add_stream_from_template(track)
        waiting = None
        for packet in source.demux(track):
            if not packet.size:
                continue
            if waiting is None:
                waiting = packet
                continue
            both = av.Packet(bytes(waiting) + bytes(packet))
            both.pts, both.dts, both.is_keyframe = waiting.pts, waiting.dts, waiting.is_keyframe
            both.time_base, both.stream, waiting = waiting.time_base, out, None
            target.mux(both)
    return path


def cut(path: Path, from_ms: int, until_ms: int, masks: tuple[Mask, ...] = ()) -> Result:
    """Cut a part of three seconds."""
    job = Job(
        segments=(JobSegment(path=path, from_ms=START_MS, until_ms=START_MS + 3_000),),
        from_ms=START_MS + from_ms,
        until_ms=START_MS + until_ms,
        audio=False,
        masks=masks,
        out=path.with_name("clip.mp4"),
        preview=False,
    )
    return make_clip(job, lambda _: None)


def marks(path: Path) -> list[tuple[str, str]]:
    """Return of each frame whether it is interlaced, and whether its upper lines are first."""
    asked = ["-select_streams", "v:0", "-show_entries", "frame=interlaced_frame,top_field_first", "-of", "csv=p=0"]
    said = run(["ffprobe", "-v", "error", *asked, str(path)]).decode()
    return re.findall(r"^(\d),(\d)", said, re.MULTILINE)


def grays(path: Path) -> list[tuple[int, int]]:
    """Return how bright the upper and the lower lines of each frame are."""
    row = column = SIDE_PX // 2
    with complaining():
        lights = [plane_of(picture, 0)[row : row + 2, column].tolist() for picture in pictures(path)]
    return [(upper, lower) for upper, lower in lights]


def shows(path: Path, frames: Sequence[int]) -> None:
    """Assert that a clip shows these frames, both fields of each."""
    seen = grays(path)
    wanted = [(gray_of(frame, lower=False), gray_of(frame, lower=True)) for frame in frames]
    assert len(seen) == len(wanted)
    apart = [abs(a - b) for one, other in zip(seen, wanted, strict=True) for a, b in zip(one, other, strict=True)]
    assert max(apart) <= SLACK, (seen, wanted)


@pytest.mark.parametrize("suffix", [".ts", ".mp4"])
@pytest.mark.parametrize(("first", "mark"), [("tff", ("1", "1")), ("bff", ("1", "0"))])
def test_edges_are_marked_as_the_camera_s_frames_are(suffix: str, first: str, mark: object, tmp_path: Path) -> None:
    """Copied and encoded ones alike: a player treats the whole clip in one way."""
    options = ("-vf", f"setfield={first}", "-flags", "+ilme+ildct")
    path = film(tmp_path / f"film{suffix}", *options)
    assert set(marks(path)) == {mark}
    result = cut(path, 450, 2_350)
    assert marks(result.clip.path) == [mark] * 19
    kinds = {kind: sum(one.count for one in result.frames if one.kind == kind) for kind in ("copied", "encoded")}
    assert min(kinds.values()) > 0, kinds


@pytest.mark.parametrize("first", ["tff", "bff"])
@pytest.mark.parametrize("until_ms", [1_050, 1_150, 1_250, 2_350])
def test_no_picture_is_lost_where_copied_ones_follow_encoded_ones(first: str, until_ms: int, tmp_path: Path) -> None:
    """The camera's are reordered, and count anew: to a decoder they may look as if they came too late to be shown."""
    path = film(tmp_path / "film.ts", "-vf", f"setfield={first}", "-flags", "+ilme+ildct")
    result = cut(path, 50, until_ms)
    assert [one.kind for one in result.frames][:2] == ["encoded", "copied"]
    stored = sum(one.count for one in result.frames)
    assert len(marks(result.clip.path)) == shown_by_browsers(result.clip.path) == stored


@pytest.mark.parametrize(("first", "mark"), [("tff", ("1", "1")), ("bff", ("1", "0"))])
def test_a_clip_that_is_encoded_whole_is_marked_too(first: str, mark: object, tmp_path: Path) -> None:
    """Under a mask."""
    path = film(tmp_path / "film.ts", "-vf", f"setfield={first}", "-flags", "+ilme+ildct")
    result = cut(path, 450, 2_350, (rectangle(0, 0, 2_000, 2_000),))
    assert marks(result.clip.path) == [mark] * 19


def test_frames_that_are_none_of_lines_are_not_marked(tmp_path: Path) -> None:
    """Also where the coding would allow it."""
    path = film(tmp_path / "film.ts", "-x264-params", "fake-interlaced=1")
    assert set(marks(path)) == {("0", "0")}
    result = cut(path, 450, 2_350)
    assert marks(result.clip.path) == [("0", "0")] * 19


def test_fields_that_share_a_packet_are_copied_together(tmp_path: Path) -> None:
    """Whole frames already; only what the edges cut is encoded, and marked alike."""
    path = paired(by_hand(tmp_path / "film.mp4", stream(FRAMES, GROUP)), tmp_path / "pairs.mp4")
    result = cut(path, 450, 2_350)
    shows(result.clip.path, range(5, 24))
    assert marks(result.clip.path) == [("1", "1")] * 19
    assert sum(one.count for one in result.frames if one.kind == "copied") >= GROUP


def hevc_fields(path: Path) -> Path:
    """Film three seconds of HEVC in fields."""
    raw = b"".join(
        bytes([gray_of(frame, lower=lower)]) * (SIDE_PX * SIDE_PX // 2) + bytes([128]) * (SIDE_PX * SIDE_PX // 4)
        for frame in range(FRAMES)
        for lower in (False, True)
    )
    fields = path.with_suffix(".yuv")
    fields.write_bytes(raw)
    seen = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{SIDE_PX}x{SIDE_PX // 2}", "-r", str(2 * FPS)]
    said = "interlace=tff:lossless=1:ctu=16:open-gop=0:log-level=none:bframes=2:keyint=20"
    coding = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", said]
    run(["ffmpeg", "-v", "error", "-nostdin", *seen, "-i", str(fields), *coding, str(path)])
    return path


@pytest.mark.parametrize("suffix", [".ts", ".mp4", ".mkv"])
@pytest.mark.parametrize("masks", [(), (rectangle(0, 0, 2_000, 2_000),)], ids=["plain", "masked"])
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_fields_that_are_pictures_of_their_own_are_refused(
    codec: str, suffix: str, masks: tuple[Mask, ...], tmp_path: Path
) -> None:
    """A range could end in the middle of a frame; also where all would be encoded."""
    path = tmp_path / f"film{suffix}"
    path = by_hand(path, stream(FRAMES, GROUP)) if codec == "h264" else hevc_fields(path)
    with pytest.raises(ClipRefused, match="half a frame in each picture") as refused:
        cut(path, 450, 2_350, masks)
    assert refused.value.rule is CutRule.UNREADABLE_SEGMENT
    assert not path.with_name("clip.mp4").exists()


def test_frames_of_hevc_from_an_interlaced_source_are_copied_as_they_are(tmp_path: Path) -> None:
    """Its sets say where they come from, and not that they are fields."""
    path = film(tmp_path / "film.ts", "-x265-params", "open-gop=0:keyint=10:log-level=none", codec="libx265")
    progressive = bytes.fromhex("420101016000000300") + b"\x90"
    data = path.read_bytes()
    assert data.count(progressive) == 3
    path.write_bytes(data.replace(progressive, progressive[:-1] + b"\x50"))
    result = cut(path, 450, 2_350)
    assert sum(one.count for one in result.frames) == 19
    assert any(one.kind == "copied" for one in result.frames)


def scan(packets: Sequence[bytes], *, adaptive: bool = False) -> Scan:
    """Read packets of fields."""
    sets, reader = tuple(split(parameter_sets(adaptive=adaptive), 0)), FieldReader()
    for data in packets:
        reader.add(split(data, 0), sets)
    return reader.scan()


def test_which_packets_are_half_a_frame_is_told_by_their_slices() -> None:
    """One alone is enough: both halves of its frame are in no packet."""
    upper, lower = field_picture(0, 0, lower=False, is_idr=True), field_picture(0, 0, lower=True, is_idr=False)
    frame = b"\0\0\1\x65\x88"
    assert scan([upper, lower] * 2) is Scan.HALVES
    assert scan([upper + lower, upper]) is Scan.HALVES
    assert scan([frame, upper]) is Scan.HALVES
    assert scan([upper + lower] * 2) is Scan.LINES
    assert scan([upper + lower] * 2, adaptive=True) is Scan.LINES
    assert scan([frame]) is Scan.FRAMES
    assert scan([frame], adaptive=True) is Scan.LINES
    assert scan([frame, upper + lower]) is Scan.MIXED


@given(st.binary(max_size=80))
def test_any_parameter_set_is_read_or_refused(data: bytes) -> None:
    """And any slice is a frame's, or a field's."""
    FieldReader().add([b"\x65" + data], tuple(split(parameter_sets(), 0)))
    with suppress(ClipRefused):
        assert 4 <= read_sequence(b"\x67" + data).frame_num_bits <= 16
