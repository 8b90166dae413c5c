"""Sound whose file says in which order its channels are: FFmpeg has numbers for some orders, and keeps others apart."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.read.facts import facts_of
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.exact import check_clip
from tests.clips.hostile import box
from tests.clips.jobs import job_of
from tests.clips.kinds import KINDS, film, h264
from tests.clips.recordings import FPS, START_MS, Part, Recording, run
from tests.fuzz.film_bending import boxes

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.clips.job import Job

SECONDS, RATE_HZ, LEFT, RIGHT = 4, 48_000, 1, 2
AAC_5_1 = 124 << 16 | 6  # Apple's number for the order in which AAC has its channels
KIND = KINDS["MOV, A-law"]


def listed(*channels: int) -> bytes:
    """Return a list of channels, each by its number (Apple's "QuickTime File Format", `chan`)."""
    rows = (struct.pack(">II3f", channel, 0, 0, 0, 0) for channel in channels)
    return struct.pack(">IIII", 0, 0, 0, len(channels)) + b"".join(rows)


def named(order: int) -> bytes:
    """Return an order by its number."""
    return struct.pack(">IIII", 0, order, 0, 0)


def ordered(data: bytes, order: bytes) -> bytes:
    """Return a MOV, whose index is at its end, with another order of channels."""
    start, end = [(start, end) for kind, start, end in boxes(data) if kind == b"stsd"][1]
    entry = start + 16
    size, more = int.from_bytes(data[entry : entry + 4]), box(b"chan", order)
    made = bytearray(data[:entry] + data[entry:end].replace(b"chan", b"skip") + more + data[end:])
    assert entry + size == end
    made[entry : entry + 4] = (size + len(more)).to_bytes(4)
    for _, outer, until in boxes(data):
        if outer <= start and end <= until:
            made[outer : outer + 4] = (until - outer + len(more)).to_bytes(4)
    return bytes(made)


def asked_of(folder: Path, coding: str, channels: int, order: bytes) -> tuple[Recording, Job]:
    """Film with sound that says its order; return it, and the job to cut it."""
    (path,) = film(folder / "film.mov", h264(30), {"acodec": coding, "ac": channels}, seconds=SECONDS, rate_hz=RATE_HZ)
    path.write_bytes(ordered(path.read_bytes(), order))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    return recording, job_of(recording, START_MS + 510, START_MS + 3_490, folder / "clip.mp4")


@pytest.mark.parametrize("coding", ["pcm_s16le", "pcm_alaw", "adpcm_ima_wav"])
@pytest.mark.parametrize("order", [(RIGHT, LEFT), (LEFT, LEFT)], ids=["the wrong way round", "twice the same"])
def test_of_channels_in_an_order_of_their_own_nothing_is_heard(
    coding: str, order: tuple[int, ...], tmp_path: Path
) -> None:
    """PyAV 19 gives back memory that is not its own as often as it is asked for such an order: that ended the child."""
    _, asked = asked_of(tmp_path, coding, 2, listed(*order))
    with pytest.raises(ClipRefused) as refused:
        make_clip(asked, lambda _: None)
    assert refused.value.rule is CutRule.SOUND_UNDECODABLE
    assert make_clip(replace(asked, audio=False), lambda _: None).audio == "removed"
    assert facts_of(asked.segments[0].path, tmp_path / "picture.jpg").sound


@pytest.mark.parametrize(
    ("coding", "channels", "order"),
    [("pcm_s16le", 2, listed(LEFT, RIGHT)), ("pcm_s16le", 1, listed(LEFT)), ("aac", 6, named(AAC_5_1))],
    ids=["left and right", "one", "AAC, which says it itself"],
)
def test_sound_is_heard_whose_order_is_known(coding: str, channels: int, order: bytes, tmp_path: Path) -> None:
    """By its name, or by its decoder."""
    recording, asked = asked_of(tmp_path, coding, channels, order)
    assert make_clip(asked, lambda _: None).audio == "kept"
    assert check_clip(asked.out, recording, asked.from_ms, asked.until_ms, KIND).blocks > 50


@pytest.mark.parametrize(
    ("name", "layout", "coding"),
    [("film.ts", ("stereo", 2), ["eac3"]), ("film.mp4", ("quad", 4), ["aac"]), ("film.ts", ("quad", 4), ["aac"])],
    ids=["E-AC-3 in a stream", "AAC with a list of its own", "AAC with a list of its own in a stream"],
)
def test_sound_is_heard_whose_channels_its_decoder_alone_can_count(
    name: str, layout: tuple[str, int], coding: list[str], tmp_path: Path
) -> None:
    """Its rate is said, the number of its channels is not: it was taken for none, or for undecodable."""
    recording, asked = laid_out(tmp_path, name, layout, coding)
    assert make_clip(asked, lambda _: None).audio == "kept"
    assert check_clip(asked.out, recording, asked.from_ms, asked.until_ms, KIND).blocks > 50


@pytest.mark.parametrize(
    ("layout", "coding"),
    [(("9C", 9), ["pcm_s16le"]), (("ambisonic 1", 4), ["libopus", "-mapping_family", "2"])],
    ids=["nine that have no name", "a field of sound"],
)
def test_channels_that_nobody_can_mix_are_refused_as_sound(
    layout: tuple[str, int], coding: list[str], tmp_path: Path
) -> None:
    """So that who shares them is told that the pictures can be shared without; it was an error of the cutter."""
    _, asked = laid_out(tmp_path, "film.mkv", layout, coding)
    with pytest.raises(ClipRefused) as refused:
        make_clip(asked, lambda _: None)
    assert refused.value.rule is CutRule.SOUND_UNDECODABLE
    assert make_clip(replace(asked, audio=False), lambda _: None).audio == "removed"


def laid_out(folder: Path, name: str, layout: tuple[str, int], coding: list[str]) -> tuple[Recording, Job]:
    """Film with the same sound in each channel of a layout; return it, and the job to cut it."""
    (made,) = film(folder / "one.mkv", h264(30), {"acodec": "pcm_s16le"}, seconds=SECONDS, rate_hz=RATE_HZ)
    path, same = folder / name, "|".join(f"c{channel}=c0" for channel in range(layout[1]))
    sound = ["-af", f"pan={layout[0]}|{same}", "-c:a", *coding]
    run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(made), "-c:v", "copy", *sound, str(path)])
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    return recording, job_of(recording, START_MS + 510, START_MS + 3_490, folder / "clip.mp4")
