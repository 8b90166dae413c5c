"""What describes the samples of a recording, and of a clip: only what playing needs is taken over."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.descriptions import check_descriptions
from custom_components.milton_share.clips.job import Mask, MaskKey
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, Rule
from tests.clips.exact import check_clip, check_colors, plays_without_a_word
from tests.clips.hostile import box
from tests.clips.jobs import job_of
from tests.clips.kinds import AAC, KINDS, film, h264, hevc
from tests.clips.recordings import FPS, START_MS, Part, Recording
from tests.fuzz.film_bending import boxes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clips.kinds import Options

SECONDS = 4
SECRET = b"SERIAL 086f3693 of the front door"
ENTRY_AT = 8  # in `stsd`
PROFILE = box(b"colr", b"prof" + SECRET.ljust(132, b"\0"))  # ISO/IEC 14496-12, 12.1.5


@pytest.mark.parametrize("video", [h264(15), hevc(15)], ids=["H.264", "HEVC"])
def test_a_color_profile_is_in_no_clip(video: Options, tmp_path: Path) -> None:
    """It is a file of its own with its device's name in it, which FFmpeg takes over into a copy."""
    (path,) = film(tmp_path / "film.mp4", video, AAC, seconds=SECONDS)
    path.write_bytes(described(path.read_bytes(), 0, more=PROFILE))
    clip = cut(path, tmp_path / "clip.mp4")
    assert SECRET not in clip.read_bytes()


def test_what_else_is_said_of_sound_is_in_no_clip(tmp_path: Path) -> None:
    """After what an AAC decoder needs its configuration has room for anything: such sound is encoded."""
    (path,) = film(tmp_path / "film.mp4", h264(15), AAC, seconds=SECONDS)
    plain, size = b"\x05\x80\x80\x80\x05\x14\x08\x56\xe5\x00", len(SECRET)
    said = bytes([*plain[:4], 5 + size]) + plain[5:] + SECRET
    data = path.read_bytes()
    assert data.count(plain) == 1
    data = described(data, 1, instead=(plain, said))
    for tag in (b"\x03\x80\x80\x80", b"\x04\x80\x80\x80"):  # each of these has the ones after it in it
        at = data.index(tag + bytes([data[data.index(tag) + 4]])) + 4
        data = data[:at] + bytes([data[at] + size]) + data[at + 1 :]
    at = data.index(b"esds") - 4
    path.write_bytes(data[:at] + (int.from_bytes(data[at : at + 4]) + size).to_bytes(4) + data[at + 4 :])
    assert SECRET not in cut(path, tmp_path / "clip.mp4").read_bytes()


@pytest.mark.parametrize("masked", [False, True])
def test_a_pixel_s_form_that_only_the_container_says_is_kept(masked: bool, tmp_path: Path) -> None:  # noqa: FBT001  given
    """Or everybody in the clip would be thinner than in the recording."""
    (path,) = film(tmp_path / "film.mp4", h264(15), seconds=SECONDS, filters=(("setsar", (1,)),))
    data = path.read_bytes()
    path.write_bytes(described(data.replace(b"pasp", b"free"), 0, more=box(b"pasp", struct.pack(">II", 4, 3))))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    masks = (Mask(keys=(MaskKey(at_ms=START_MS, corners=((0, 0), (100, 0), (0, 100))),)),) if masked else ()
    job = job_of(recording, START_MS + 510, START_MS + 3_490, tmp_path / "clip.mp4", masks=masks)
    make_clip(job, lambda _: None)
    with av.open(str(job.out)) as clip:
        assert clip.streams.video[0].sample_aspect_ratio == Fraction(4, 3)


@pytest.mark.parametrize(
    "entry",
    [
        box(b"avc1", bytes(78) + box(b"uuid", SECRET)),
        box(b"avc1", bytes(78) + PROFILE),
        box(b"avc1", bytes(78) + box(b"colr", b"prof" + bytes(7))),
        box(b"avc1", bytes(78) + box(b"pasp", SECRET)),
        box(b"avc1", bytes(42) + SECRET.ljust(36, b"\0")),
        box(b"avc1", bytes(78) + SECRET),
        box(b"mp4a", bytes(28) + box(b"esds", bytes(20) + SECRET)),
        box(b"mett", SECRET),
        box(b"mp4a", bytes(28)) + SECRET,
    ],
    ids=["a box", "a profile", "a short one", "a long number", "a maker", "a rest", "sound", "a text", "a rest of all"],
)
def test_a_clip_whose_samples_are_described_by_more_than_playing_needs_is_refused(entry: bytes) -> None:
    """Whatever writes it: nobody would look there."""
    plain = box(b"avc1", bytes(78) + box(b"avcC", bytes(40)) + box(b"colr", b"nclx" + bytes(7)))
    check_descriptions(bytes(ENTRY_AT) + plain)
    with pytest.raises(ClipRefused) as refused:
        check_descriptions(bytes(ENTRY_AT) + entry)
    assert refused.value.rule in {Rule.METADATA, Rule.HIDDEN_DATA}


def described(data: bytes, track: int, *, more: bytes = b"", instead: tuple[bytes, bytes] = (b"", b"")) -> bytes:
    """Return an MP4 with its index at the end, one of whose tracks is described by one more box, or by other bytes."""
    stsd, end = [(start, end) for kind, start, end in boxes(data) if kind == b"stsd"][track]
    entry = data[stsd + 8 + ENTRY_AT : end].replace(*instead) + more
    grown = stsd + 8 + ENTRY_AT + len(entry) - end
    made = bytearray(data[: stsd + 8 + ENTRY_AT] + entry + data[end:])
    made[stsd + 8 + ENTRY_AT : stsd + 12 + ENTRY_AT] = len(entry).to_bytes(4)
    for _, start, stop in boxes(data):
        if start <= stsd and end <= stop:
            made[start : start + 4] = (stop - start + grown).to_bytes(4)
    return bytes(made)


def cut(path: Path, out: Path) -> Path:
    """Cut a film exactly; players have nothing to say of the clip."""
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    job = job_of(recording, START_MS + 510, START_MS + 3_490, out)
    make_clip(job, lambda _: None)
    assert check_clip(out, recording, job.from_ms, job.until_ms, KINDS["fragmented MP4"]).blocks > 50
    check_colors(out, recording, job.from_ms, job.until_ms)
    plays_without_a_word(out)
    return out
