"""Streams that a real ffmpeg publishes over our own line, in codings that cameras have beside H.264 and AAC."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import av
import ffmpeg
import pytest

from custom_components.milton_share.clips.job import Job as ClipJob
from custom_components.milton_share.clips.job import JobSegment
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.sources.recorder.filming import film
from custom_components.milton_share.sources.recorder.filming.film import Job
from custom_components.milton_share.sources.recorder.job import recording_job
from custom_components.milton_share.sources.recorder.times.boxes import read_contents
from tests.simulators.publishing import Tape, published
from tests.simulators.scripted_camera import scripted

if TYPE_CHECKING:
    from pathlib import Path

FPS, SECONDS = 10, 3
LATE_S = 1.0
TICK_S = 0.0001
"""Each of the two rounds to ticks, and reports to thousandths of a second."""
NOON_MS = 1_800_000_000_000
RATES_HZ = {0: 90_000, 2: 48_000}
NOISE = f"testsrc2=s=320x240:r={FPS}:d={SECONDS},noise=alls=60:allf=t"
TONE = f"sine=f=440:d={SECONDS}"
H264 = {"vcodec": "libx264", "preset": "ultrafast", "g": 10, "threads": 1}
OPUS = {"acodec": "libopus", "ar": 48_000}


def hevc(more: str) -> dict[str, object]:
    """Return HEVC as a camera codes it, and ``more`` of its encoder's own parameters."""
    params = f"log-level=none:pools=1:frame-threads=1:keyint=10:open-gop=0:{more}"
    return {"vcodec": "libx265", "preset": "ultrafast", "x265-params": params}


VIDEOS: dict[str, dict[str, object]] = {
    "hevc": hevc("bframes=0"),
    "hevc, reordered": hevc("bframes=3"),
    "hevc, sets in band": hevc("repeat-headers=1:bframes=0"),
    "hevc, many slices": hevc("slices=4:bframes=0"),
    "h264": {**H264, "bf": 0},
    "h264, reordered": {**H264, "bf": 2},
}
SOUNDS: dict[str, dict[str, object]] = {
    "opus": {**OPUS, "ac": 2},
    "opus, mono": {**OPUS, "ac": 1},
    "mp3": {"acodec": "libmp3lame", "ar": 32_000},
    "none": {},
}
CODINGS = {"opus": "opus", "opus, mono": "opus", "mp3": "mp3"}
KINDS = (
    ("hevc", "opus"),
    ("hevc, reordered", "none"),
    ("hevc, sets in band", "opus, mono"),
    ("hevc, many slices", "mp3"),
    ("h264", "opus"),
    ("h264, reordered", "opus, mono"),
)
FRAGMENT, TOGETHER = 49, 48
"""Types of HEVC's packets (RFC 7798 section 4.4)."""


@cache
def tape_of(video: str, sound: str) -> Tape:
    """Let ffmpeg publish it, once for all tests."""
    sources = [NOISE, TONE] if SOUNDS[sound] else [NOISE]
    one = published(*(ffmpeg.input(each, f="lavfi") for each in sources), **VIDEOS[video], **SOUNDS[sound])
    if "in band" in video:
        one = Tape(description=without_sets(one.description), packets=one.packets)
    return one


def without_sets(description: bytes) -> bytes:
    """Take out what a description says of the pictures' parameters."""
    rows = description.split(b"\r\n")
    return b"\r\n".join(row for row in rows if b"sprop-" not in row)


def job(url: str, folder: Path, *, with_sound: bool = True) -> Job:
    """Make a run."""
    one = recording_job(url, folder / "%06d.mp4", 1.0, 5.0, with_sound=with_sound)
    words = {name: getattr(one, name) for name in ("url", "demuxer", "pattern", "segment_s", "read_s", "with_sound")}
    return Job(run=1, options=dict(one.options), **words)


def read(tape: Tape, folder: Path, **more: object) -> dict[str, list[tuple[object, ...]]]:
    """Read all of a tape; give each track's packets with their times."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with scripted(tape.script(**more)) as url, film.opened(job(url, folder)) as camera:
        for packet in camera.demux():
            if packet.size:
                what = bytes(packet), packet.pts, packet.dts, packet.time_base, packet.is_keyframe
                found.setdefault(packet.stream.type, []).append(what)
    return found


@pytest.mark.parametrize(("video", "sound"), KINDS)
def test_what_is_recorded_of_it_plays_with_all_its_pictures_and_its_sound_and_can_be_cut(
    video: str, sound: str, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """Each file by itself, and each is one that the home can time."""
    with scripted(tape_of(video, sound).script()) as url:
        film.film(job(url, tmp_path))
    assert capfd.readouterr().out.splitlines()[-1] == "1!"
    pictures, seconds, recorded = 0, 0.0, []
    files = sorted(tmp_path.iterdir())
    assert len(files) >= SECONDS - 1
    for path in files:
        with path.open("rb") as file:
            contents = read_contents(file, path.stat().st_size)
        assert contents.finished
        begins_ms = recorded[-1].until_ms if recorded else NOON_MS
        until_ms = begins_ms + round((contents.end_s - contents.start_s) * 1000)
        recorded.append(JobSegment(path=path, from_ms=begins_ms, until_ms=until_ms))
        with av.open(str(path)) as container:
            pictures += sum(1 for _ in container.decode(container.streams.video[0]))
        if sound in CODINGS:
            with av.open(str(path)) as container:
                (heard,) = container.streams.audio
                assert heard.codec_context.codec.canonical_name == CODINGS[sound]
                seconds += sum(frame.samples / frame.sample_rate for frame in container.decode(heard))
    assert pictures == FPS * SECONDS
    assert sound == "none" or seconds > SECONDS - 0.5
    cut = ClipJob(
        segments=tuple(recorded),
        from_ms=NOON_MS + 450,
        until_ms=NOON_MS + 2_350,
        audio=True,
        masks=(),
        out=tmp_path / "clip.mp4",
        preview=False,
    )
    clip = make_clip(cut, lambda _: None)
    assert (clip.audio, clip.gaps_ms) == ("absent" if sound == "none" else "kept", ())
    counts = {kind: sum(one.count for one in clip.frames if one.kind == kind) for kind in ("copied", "encoded")}
    assert sum(counts.values()) == FPS * 1.9
    assert counts["copied"] >= FPS
