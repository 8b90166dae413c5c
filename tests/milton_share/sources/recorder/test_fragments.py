"""What is in the file at each moment: a kill loses what isn't, by the media's own time and not by any clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from custom_components.milton_share.clips.job import Job as ClipJob
from custom_components.milton_share.clips.job import JobSegment, Mask, MaskKey
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.sources.recorder.errors import RecorderError
from custom_components.milton_share.sources.recorder.filming.film import Job, container_of, copy, segments, wanted
from custom_components.milton_share.sources.recorder.times.boxes import read_contents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from av.packet import Packet

FPS, SECONDS = 15, 6
PARSER_S, ON_ITS_WAY_S = 1 / FPS, 0.2
"""What comes on top of what is measured here: the picture that libav's parser has, and a camera's own delay."""
BAR_S = 1.0
SAME_S = 0.001
NOON_MS = 1_800_000_000_000
AAC, ALAW = ("aac", 16_000, 1024), ("pcm_alaw", 8_000, 160)
type Coding = tuple[str, int, int] | None


def source(path: Path, sound: Coding, *, gop: int, bframes: int = 0) -> Path:
    """Film some seconds of noise: no two packets are alike."""
    noise = np.random.default_rng(1)
    with av.open(str(path), "w") as target:
        options = {"g": str(gop), "bf": str(bframes), "preset": "ultrafast", "sc_threshold": "0"}
        video = target.add_stream("libx264", rate=FPS, options=options)
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        audio = target.add_stream(sound[0], rate=sound[1], layout="mono") if sound else None
        for number in range(FPS * SECONDS):
            frame = av.VideoFrame.from_ndarray(noise.integers(0, 255, (48, 32), np.uint8), "yuv420p")
            frame.pts = number
            target.mux(video.encode(frame))
        for number in range(sound[1] * SECONDS // sound[2] if sound else 0):
            block = av.AudioFrame.from_ndarray(noise.integers(-9000, 9000, (1, sound[2]), np.int16), "s16", "mono")
            block.sample_rate, block.pts = sound[1], number * sound[2]
            target.mux(audio.encode(block))
        for stream in filter(None, (video, audio)):
            target.mux(stream.encode(None))
    return path


def at_s(packet: Packet) -> float:
    """Return a packet's own time."""
    return float(packet.dts * packet.time_base)


def filmed(
    source_file: Path,
    folder: Path,
    *,
    late_s: float,
    segment_s: float,
    pause_s: tuple[float, float] = (0.0, 0.0),
    paused: Collection[str] = ("video",),
) -> Iterator[float]:
    """Record a film as it comes, its sound later by so much; give with each picture what a kill would lose of it.

    What is paused never comes inside the pause.
    """
    folder.mkdir()
    words = {"url": "", "demuxer": "mov", "options": {}, "pattern": f"{folder}/1760000000000-%06d.mp4"}
    job = Job(run=1, segment_s=segment_s, read_s=5.0, **words)
    lost: list[float] = []
    with av.open(str(source_file)) as film:
        streams = wanted(film)
        packets = [packet for packet in film.demux(*streams) if packet.dts is not None]
        packets.sort(key=lambda packet: at_s(packet) + (late_s if packet.stream.type == "audio" else 0))
        zero_s = next(at_s(packet) for packet in packets if packet.stream.type == "video")

        def come() -> Iterator[Packet]:
            for packet in packets:
                if packet.stream.type in paused and pause_s[0] < at_s(packet) < pause_s[1]:
                    continue
                if packet.stream.type == "video" and (reached_s := at_s(packet) - zero_s) <= SECONDS:
                    lost.append(reached_s - kept_s(folder))
                yield packet

        with segments(job, container_of(streams)) as target:
            copy(job, come(), target, streams)
    yield from lost


def kept_s(folder: Path) -> float:
    """Return how much of a run lies in whole fragments on the disk."""
    found = 0.0
    for path in folder.glob("*.mp4"):
        try:
            with path.open("rb") as file:
                contents = read_contents(file, path.stat().st_size)
        except RecorderError:
            continue
        found += contents.end_s - contents.start_s
    return found


@pytest.mark.parametrize(
    ("sound", "late_s"),
    [(None, 0.0), (AAC, 0.0), (AAC, 0.15), (AAC, 2.0), (AAC, 99.0), (ALAW, 0.0), (ALAW, 99.0)],
    ids=["mute", "aac", "late aac", "very late aac", "aac that never comes", "g711", "g711 that never comes"],
)
@pytest.mark.parametrize("bframes", [0, 2])
def test_whatever_its_groups_and_its_sound_are_a_kill_loses_less_than_a_second(
    tmp_path: Path, sound: Coding, late_s: float, bframes: int
) -> None:
    """One key picture in all: fragments are cut by time, and pictures don't wait for sound that is late."""
    film = source(tmp_path / "film.mov", sound, gop=FPS * SECONDS, bframes=bframes)
    lost = list(filmed(film, tmp_path / "ring", late_s=late_s, segment_s=10.0))
    assert len(lost) >= FPS * (SECONDS - 1)
    assert max(lost) + PARSER_S + ON_ITS_WAY_S < BAR_S


@pytest.mark.parametrize("bframes", [0, 2])
@pytest.mark.parametrize(
    ("sound", "late_s"),
    [(AAC, 0.0), (AAC, 0.5), (ALAW, 0.0), (ALAW, 0.5)],
    ids=["aac", "late aac", "g711", "late g711"],
)
def test_each_file_has_its_sound_where_it_was_and_all_of_it(
    tmp_path: Path, sound: Coding, late_s: float, bframes: int
) -> None:
    """A file of a second: libav would let sound and pictures of each begin at once, and be off by up to a packet."""
    film = source(tmp_path / "film.mov", sound, gop=FPS, bframes=bframes)
    list(filmed(film, tmp_path / "ring", late_s=late_s, segment_s=1.0))
    true = dict(packets_of(film))
    files = sorted((tmp_path / "ring").iterdir())
    assert len(files) >= SECONDS - 1
    found = {path: dict(packets_of(path)) for path in files}
    apart = [{round((at - true[data]) / SAME_S) for data, at in packets.items()} for packets in found.values()]
    shifts = [max(one) - min(one) for one in apart]
    assert max(shifts) <= 1, shifts
    assert len(set().union(*found.values())) >= len(true) - 1  # sound from before the first picture


@pytest.mark.parametrize("sound", [None, AAC, ALAW], ids=["mute", "aac", "g711"])
@pytest.mark.parametrize("from_s", [2.0, 2.07, 2.14, 2.2])
def test_the_first_picture_after_a_pause_is_where_it_was(tmp_path: Path, sound: Coding, from_s: float) -> None:
    """A camera that leaves pictures out for a second while its sound goes on, whatever closes a fragment then."""
    film = source(tmp_path / "film.mov", sound, gop=FPS * SECONDS)
    list(filmed(film, tmp_path / "ring", late_s=0.0, segment_s=10.0, pause_s=(from_s, from_s + 1.2)))
    true = dict(packets_of(film))
    (path,) = (tmp_path / "ring").iterdir()
    pictures = [(data, at) for data, at in packets_of(path) if data in dict(kinds_of(path, "video"))]
    assert len(pictures) >= FPS * (SECONDS - 1.5)
    apart = [at - true[data] for data, at in pictures]
    assert max(apart) - min(apart) <= SAME_S
    with path.open("rb") as file:
        ((start, end),) = read_contents(file, path.stat().st_size).gaps
    assert end - start == pytest.approx(1.2, abs=0.1)


@pytest.mark.parametrize("sound", [AAC, ALAW], ids=["aac", "g711"])
@pytest.mark.parametrize("paused", [("audio",), ("audio", "video")], ids=["sound", "both"])
@pytest.mark.parametrize("length_s", [1.2, 3.5])
def test_the_first_sound_after_a_pause_is_where_it_was(
    tmp_path: Path, sound: Coding, paused: tuple[str, ...], length_s: float
) -> None:
    """A camera whose sound stops for a moment, or a line that stalls: nothing that follows is early."""
    film = source(tmp_path / "film.mov", sound, gop=FPS * SECONDS)
    pause_s = (2.0, 2.0 + length_s)
    list(filmed(film, tmp_path / "ring", late_s=0.0, segment_s=10.0, pause_s=pause_s, paused=paused))
    true = dict(packets_of(film))
    (path,) = (tmp_path / "ring").iterdir()
    apart = [at - true[data] for data, at in packets_of(path)]
    assert max(apart) - min(apart) <= SAME_S


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("late_s", [1.2, -0.5])
def test_a_range_that_ends_at_a_seam_has_the_sound_that_lies_in_the_file_beside(
    tmp_path: Path, late_s: float, *, masked: bool
) -> None:
    """Every packet of which all that can be heard is inside, and no other; of a file beside that is broken none."""
    film = source(tmp_path / "film.mov", AAC, gop=FPS)
    list(filmed(film, tmp_path / "ring", late_s=late_s, segment_s=1.0))
    true = {data: round(at * 1000) for data, at in packets_of(film)}
    files = [(path, dict(packets_of(path))) for path in sorted((tmp_path / "ring").iterdir())]
    recorded = [
        JobSegment(path=path, from_ms=min(times), until_ms=min(times) + 1_000)
        for path, found in files
        for times in [[NOON_MS + true[data] for data, kind in kinds_of(path) if kind == "video"]]
        if found
    ]
    begin, end = recorded[2].from_ms, recorded[4].from_ms
    for until in (end, end - 300):
        job = job_of(tmp_path / f"{until}.mp4", recorded, begin, until, masked=masked)
        assert make_clip(job, lambda _: None).audio == "kept"
        kept = {data for data, kind in kinds_of(job.out) if kind == "audio"} & true.keys()
        sounds = {data for path, _ in files for data, kind in kinds_of(path) if kind == "audio"}
        inside = {data for data in sounds if begin <= NOON_MS + true[data] and NOON_MS + true[data] + 128 <= until}
        assert inside <= kept
        assert len(kept) <= len(inside) + 2  # a millisecond at either end
    recorded[4].path.write_bytes(recorded[4].path.read_bytes()[:2_000])
    job = job_of(tmp_path / "without.mp4", recorded, begin, end, masked=masked)
    assert make_clip(job, lambda _: None).gaps_ms == ()


def job_of(out: Path, recorded: list[JobSegment], begin: float, end: float, *, masked: bool) -> ClipJob:
    """Ask for a range of what was recorded."""
    corners = ((0, 0), (5_000, 0), (5_000, 5_000))
    masks = (Mask(keys=(MaskKey(at_ms=NOON_MS, corners=corners),)),) if masked else ()
    return ClipJob(
        segments=tuple(recorded),
        from_ms=round(begin),
        until_ms=round(end),
        audio=True,
        masks=masks,
        out=out,
        preview=False,
    )


def kinds_of(path: Path, only: str = "") -> Iterator[tuple[bytes, str]]:
    """Give each packet of a file, and whether it is a picture or sound."""
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.dts is not None and packet.size and only in packet.stream.type:
                yield bytes(packet), packet.stream.type


def packets_of(path: Path) -> Iterator[tuple[bytes, float]]:
    """Give each packet of a file with the time when it is shown or heard."""
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.dts is not None and packet.size:
                yield bytes(packet), float(packet.pts * packet.time_base)
