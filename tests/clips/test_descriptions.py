"""What describes the samples of a recording, and of a clip: only what playing needs is taken over."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.job import Mask, MaskKey
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.mp4.descriptions import check_descriptions
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
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
    assert refused.value.rule in {CutRule.METADATA, CutRule.HIDDEN_DATA}


NUMBERS = {b"pasp": 8, b"btrt": 12, b"fiel": 2, b"clap": 32, b"clli": 4, b"mdcv": 24, b"amve": 8}
NCLX = b"nclx" + bytes(7)
HEAD = bytes(6) + b"\0\1" + bytes(16) + bytes(16) + b"\0\1"  # of pictures, up to the name of what made them
DEPTH = b"\0\x18\xff\xff"


def test_all_that_playing_needs_may_be_said_of_a_clip_s_samples() -> None:
    """Of H.264 in both forms, of HEVC and of AAC; numbers of the length that each has (ISO/IEC 14496-12 and -15)."""
    numbers = b"".join(box(kind, b"\xff" * size) for kind, size in NUMBERS.items()) + box(b"colr", NCLX)
    for kind, configuration in ((b"avc1", b"avcC"), (b"avc3", b"avcC"), (b"hev1", b"hvcC")):
        pictures = box(kind, HEAD + bytes(32) + DEPTH + box(configuration, SECRET) + numbers)
        check_descriptions(bytes(ENTRY_AT) + pictures)
    check_descriptions(bytes(ENTRY_AT) + box(b"mp4a", b"\xff" * 28 + box(b"esds", bytes(46)) + box(b"btrt", bytes(12))))


@pytest.mark.parametrize("again", [b"avcC", b"pasp", b"all"])
def test_nothing_is_described_twice(again: bytes) -> None:
    """Players go by one of the two, and nobody would look at the other."""
    said = box(b"avcC", bytes(40)) + box(b"pasp", bytes(8))
    more = box(b"avcC", SECRET) if again == b"avcC" else box(again, bytes(8)) if again == b"pasp" else b""
    pictures = box(b"avc1", HEAD + bytes(32) + DEPTH + said + more)
    with pytest.raises(ClipRefused, match="twice"):
        check_descriptions(bytes(ENTRY_AT) + (pictures if more else pictures + box(b"mp4a", bytes(28))))


@pytest.mark.parametrize("more", [-1, 1])
@pytest.mark.parametrize("kind", [*NUMBERS, b"colr", b"free"])
def test_numbers_of_another_length_are_no_numbers(kind: bytes, more: int) -> None:
    """A byte more is a letter's room."""
    body = NCLX[: 11 + more].ljust(11 + more, b"S") if kind == b"colr" else b"S" * (NUMBERS.get(kind, 1) + more)
    with pytest.raises(ClipRefused, match="samples described by"):
        check_descriptions(bytes(ENTRY_AT) + box(b"avc1", HEAD + bytes(32) + DEPTH + box(kind, body)))


@pytest.mark.parametrize("kind", [b"encv", b"mp4v", b"hvc1", b"enca"])
def test_samples_of_another_kind_are_in_no_clip(kind: bytes) -> None:
    """However well they are described."""
    with pytest.raises(ClipRefused, match="samples described as"):
        check_descriptions(bytes(ENTRY_AT) + box(kind, HEAD + bytes(32) + DEPTH + box(b"avcC", bytes(40))))


@pytest.mark.parametrize("size", [*range(2, 8), 17, 2**31])
@pytest.mark.parametrize("where", ["an entry", "all"])
def test_a_description_that_says_another_size_than_it_has_is_hidden(where: str, size: int) -> None:
    """Less than its own head, or more than there is."""
    wrong = size.to_bytes(4) + b"avcC" + bytes(8)
    pictures = box(b"avc1", HEAD + bytes(32) + DEPTH + (wrong if where == "an entry" else b""))
    if where == "all":
        pictures = (size + 80).to_bytes(4) + pictures[4:] if size > 8 else wrong
    with pytest.raises(ClipRefused) as refused:
        check_descriptions(bytes(ENTRY_AT) + pictures)
    assert refused.value.rule is CutRule.HIDDEN_DATA


@pytest.mark.parametrize("at", [0, 31])
def test_not_a_letter_of_what_made_the_pictures_is_in_a_clip(at: int) -> None:
    """Neither the first nor the last of its name, which is as long as it is."""
    name = bytes(at) + b"S" + bytes(31 - at)
    with pytest.raises(ClipRefused, match="a name"):
        check_descriptions(bytes(ENTRY_AT) + box(b"avc1", HEAD + name + DEPTH))


def test_sound_is_configured_by_no_byte_more_than_its_decoder_needs() -> None:
    """AAC-LC with nothing beside."""
    with pytest.raises(ClipRefused, match="esds"):
        check_descriptions(bytes(ENTRY_AT) + box(b"mp4a", bytes(28) + box(b"esds", bytes(47))))


@pytest.mark.parametrize("rest", [1, 7])
@pytest.mark.parametrize("where", ["an entry", "all"])
def test_too_little_for_another_description_is_hidden_too(where: str, rest: int) -> None:
    """A byte after the last one has no name by which it could be known."""
    pictures = HEAD + bytes(32) + DEPTH + (b"S" * rest if where == "an entry" else b"")
    with pytest.raises(ClipRefused) as refused:
        check_descriptions(bytes(ENTRY_AT) + box(b"avc1", pictures) + (b"S" * rest if where == "all" else b""))
    assert refused.value.rule is CutRule.HIDDEN_DATA


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
