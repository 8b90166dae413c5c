"""The checker: holds a clip against the numbers in its recording's pixels and tones. It knows nothing of the cutter."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import av
import numpy as np

from tests.clips.decoding import STORED, colors_of, numbers_of, pictures
from tests.clips.kinds import DEMUXERS
from tests.clips.recordings import START_MS, Recording, stored_packets
from tests.clips.sound_code import BLOCK_S, BLOCKS, hear

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.clips.kinds import Kind

LATE_MAX_S = 0.0015  # Matroska keeps whole milliseconds
EDGE_PARTS = 30  # of a frame's thousand: so near to a frame a rounded time may lie on either side
SYNC_MAX_S = 0.04
AAC_SAMPLES = 1024
JOINT_S = 0.15  # around where two encoders' sound meets
TOO_SHORT_S = 0.128  # two packets of AAC at 16 kHz: no whole one need lie in it
RANGE_MIN_MS, RANGE_MAX_MS = 400, 6_000
COPIED_MS = 4_500  # a whole group of pictures lies in it, or where a long one begins
COLORS_APART_MAX = 3.0  # of 255, on average, after one encode
SIZE = 64, 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a checker counted; `sync_s` is how far sound is from its picture at most."""

    frames: int
    blocks: int
    sync_s: float


def random_range(rng: random.Random, kind: Kind, recording: Recording, least_ms: int = RANGE_MIN_MS) -> tuple[int, int]:
    """Return a range with a frame in it, whose edges lie where the recording says surely what is inside."""
    length_ms = int(recording.length_ms)
    while True:
        from_ms = rng.randrange(0, length_ms - least_ms)
        until_ms = min(from_ms + rng.randrange(least_ms, RANGE_MAX_MS), length_ms)
        begins_ms = kind.second_group_ms if least_ms >= COPIED_MS else 0
        if begins_ms and not from_ms < begins_ms < until_ms - RANGE_MIN_MS:
            continue
        shown = recording.between(START_MS + from_ms, START_MS + until_ms)
        if shown and all(_is_sure(kind, edge) for edge in (from_ms, until_ms)):
            return START_MS + from_ms, START_MS + until_ms


def _is_sure(kind: Kind, edge_ms: int) -> bool:
    before, part = divmod(edge_ms * kind.fps, 1000)
    if kind.rounded and 0 < min(part, 1000 - part) <= EDGE_PARTS:
        return False
    every, without = kind.untimed
    return not without or all(number % every < every - without for number in (before, before + 1))


def check_clip(path: Path, recording: Recording, from_ms: int, until_ms: int, kind: Kind) -> Found:
    """Assert that the clip has each frame and block of the range, once, at its time, and nothing else."""
    numbers = numbers_of(path, options=STORED)
    expected = recording.between(from_ms, until_ms)
    outside, missing = sorted(set(numbers) - set(expected)), sorted(set(expected) - set(numbers))
    assert not outside, f"frames outside: {outside}"
    assert not missing, f"frames missing: {missing}"
    assert numbers == expected, "a frame twice, or out of order"
    packets = stored_packets(path, "video")
    assert len(packets) == len(expected), "a picture that is stored and not shown"
    assert shown_by_browsers(path) == len(expected), "a picture that browsers don't show"
    shown = sorted(packet.at_s for packet in packets)
    for time, number in zip(shown, expected, strict=True):
        late = (time - shown[0]) - (number - expected[0]) / float(kind.fps)
        assert abs(late) <= LATE_MAX_S, f"frame {number} is {late} s late"
    first_s = expected[0] / float(kind.fps)
    span = max((from_ms - START_MS) / 1000, first_s), (until_ms - START_MS) / 1000
    blocks, sync_s = _check_sound(path, shown[0] - first_s, span, kind) if kind.sound else (0, 0.0)
    return Found(frames=len(expected), blocks=blocks, sync_s=sync_s)


def shown_by_browsers(path: Path) -> int:
    """Count the pictures that come out of FFmpeg's decoder where, as in browsers, another program reads the container.

    `ffprobe` looks through a file first, and tells its decoder how far pictures are reordered in it.
    """
    with av.open(str(path), format="mov", options={"ignore_editlist": "1"}) as container:
        track = container.streams.video[0]
        decoder = av.CodecContext.create(track.codec_context.name, "r")
        decoder.extradata = bytes(track.codec_context.extradata or b"")
        stored = [packet for packet in container.demux(track) if packet.size]
        return sum(len(decoder.decode(packet)) for packet in [*stored, None])


def _check_sound(path: Path, zero_s: float, span: tuple[float, float], kind: Kind) -> tuple[int, float]:
    """`zero_s` is when the recording's beginning would be heard in the clip; sound begins with the pictures."""
    start_s, end_s = span
    rate_hz = _rate_hz(path)
    if rate_hz is None:
        assert end_s - start_s <= TOO_SHORT_S, "no sound"
        return 0, 0.0
    edge_s = 2 * AAC_SAMPLES / rate_hz
    heard = hear(path)
    assert heard.end_s - zero_s <= end_s + edge_s / 2 + LATE_MAX_S, "sound after the end"
    numbers = {number for number, _ in heard.blocks}
    inside = range(int(start_s / BLOCK_S), int(end_s / BLOCK_S) + 1)
    outside = numbers - {block % BLOCKS for block in inside}
    assert not outside, f"sound outside: {sorted(outside)}"
    whole = [
        block
        for block in inside
        if start_s + edge_s <= block * BLOCK_S
        and (block + 1) * BLOCK_S <= end_s - edge_s
        and all(abs(block * BLOCK_S - joint) > JOINT_S for joint in kind.joints_s)
    ]
    missing = [block for block in whole if block % BLOCKS not in numbers]
    assert not missing, f"sound missing: {missing}"
    late = {number: middle - zero_s - (number + 0.5) * BLOCK_S for number, middle in heard.blocks}
    worst = max((abs(late[block % BLOCKS]) for block in whole), default=0.0)
    assert worst <= SYNC_MAX_S, f"sound is {worst} s from its picture"
    return len(whole), worst


def _rate_hz(path: Path) -> int | None:
    """Return the samples a second, None of a clip without sound."""
    with av.open(str(path), format="mov") as container:
        return next((track.rate for track in container.streams.audio), None)


def check_colors(path: Path, recording: Recording, from_ms: int, until_ms: int) -> None:
    """Assert that the clip's pictures look as the recording's do: their colors, and which way is up.

    Looked at are the first and last ones of each file: there the edges lie that are encoded.
    """
    inside = recording.between(from_ms, until_ms)
    files = {number: max(part.first for part in recording.parts if part.first <= number) for number in inside}
    edges = {
        part.path: (places[0], places[-1])
        for part in recording.parts
        if (places := [place for place, number in enumerate(inside) if files[number] == part.first])
    }
    clip = _seen(path, "mov", {place for both in edges.values() for place in both})
    for part in recording.parts:
        stored = [number for number in recording.numbers if number >= part.first]
        there = {place: stored.index(inside[place]) for place in edges.get(part.path, ())}
        filmed = _seen(part.path, DEMUXERS[part.path.suffix], {*there.values()}) if there else {}
        for place, same in there.items():
            apart = float(np.mean(np.abs(filmed[same] - clip[place])))
            assert apart <= COLORS_APART_MAX, f"colors of frame {inside[place]} are {apart} apart"


def _seen(path: Path, demuxer: str, places: set[int]) -> dict[int, NDArray[np.float32]]:
    """Return some pictures as a viewer sees them, small: turned upright, in red, green and blue."""
    shown = islice(pictures(path, demuxer), max(places) + 1)
    return {place: colors_of(picture, *SIZE) for place, picture in enumerate(shown) if place in places}


def plays_without_a_word(path: Path) -> None:
    """Assert that ffprobe and ffmpeg read and decode all of the clip without an error or a warning."""
    for command in (
        ["ffprobe", "-v", "warning", "-show_packets", "-of", "csv", str(path)],
        ["ffmpeg", "-v", "warning", "-nostdin", "-xerror", "-i", str(path), "-f", "null", "-"],
    ):
        said = run_all(command)
        assert not said, said


def run_all(command: list[str]) -> str:
    """Run a program that must succeed; returns what it complained of."""
    done = subprocess.run(command, capture_output=True, check=True)
    return done.stderr.decode(errors="replace")
