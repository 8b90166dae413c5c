"""What a file is, by its first bytes; a name decides nothing."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.clips.bitstream.adts import channels_in, read_adts
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.mp4.turning import TURNS, UPRIGHT, Turn, set_turn, turn_in, turn_of
from custom_components.milton_share.clips.read.containers import (
    AVI,
    MKV,
    MP4,
    PROGRAM_STREAM,
    TRANSPORT_STREAM,
    recognise,
)
from custom_components.milton_share.clips.read.recording import open_recording
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.exact import check_clip
from tests.clips.hostile import patched
from tests.clips.jobs import job_of
from tests.clips.kinds import KINDS, record_kind
from tests.clips.recordings import START_MS, Part, Recording

if TYPE_CHECKING:
    from pathlib import Path

FILM_MATRIX_AT = 36  # in `mvhd` (ISO/IEC 14496-12, 8.2.2), after its version
SCRIPTS = [
    b"ffconcat version 1.0\nfile 'other.mp4'\n",
    b"#EXTM3U\n#EXT-X-TARGETDURATION:8\n#EXTINF:8,\nhttp://127.0.0.1:9/a.ts\n",
    b"<?xml version='1.0'?><MPD><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>",
    b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
    b"RIFF\0\0\0\0WAVEfmt ",
    b"\x1a\x45\xdf\xa3\x84something else",
    b"G" + b"x" * 187 + b"x" * 188,
]


@pytest.mark.parametrize("head", SCRIPTS, ids=range(len(SCRIPTS)))
@pytest.mark.parametrize("name", ["a.mp4", "a.ts", "a.mkv", "a.m3u8"])
def test_what_begins_as_none_of_the_containers_is_refused(head: bytes, name: str, tmp_path: Path) -> None:
    """Scripts and playlists, whatever they are called, and what is only nearly a container."""
    path = tmp_path / name
    path.write_bytes(head.ljust(4_096, b"\n"))
    with pytest.raises(ClipRefused) as refused, open_recording(path):
        pass
    assert refused.value.rule is CutRule.UNREADABLE_SEGMENT


@given(data=st.binary(max_size=400))
def test_any_bytes_are_known_or_refused(data: bytes) -> None:
    """And a known beginning is opened as what it says, not as what follows."""
    try:
        found = recognise(data)
    except ClipRefused:
        return
    assert found in (AVI, MP4, MKV, PROGRAM_STREAM, TRANSPORT_STREAM)


@pytest.mark.parametrize(("kind", "name"), [("TS, reordered", "clip.mp4"), ("MKV, HEVC, AAC", "clip.ts")])
def test_a_wrong_name_is_no_matter(kind: str, name: str, tmp_path: Path) -> None:
    """It is opened as what it is, and cut exactly."""
    recording = record_kind(kind, tmp_path)
    path = tmp_path / "named" / name
    path.parent.mkdir()
    recording.parts[0].path.rename(path)
    renamed = Recording(parts=(Part(path=path, first=0),), numbers=recording.numbers)
    out = tmp_path / "out.mp4"
    make_clip(job_of(renamed, START_MS + 2_010, START_MS + 5_010, out), lambda _: None)
    check_clip(out, renamed, START_MS + 2_010, START_MS + 5_010, KINDS[kind])


HEADER = bytes.fromhex("fff16040313ffc")  # AAC-LC, 16 kHz, mono, 393 bytes


def test_a_header_of_sound_is_read() -> None:
    """Its AudioSpecificConfig says the same."""
    assert read_adts(HEADER + bytes(386)) == (bytes.fromhex("1408"), bytes(386))
    assert channels_in(bytes.fromhex("1408")) == 1


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        HEADER,
        HEADER + bytes(385),
        HEADER + bytes(387),
        b"\0" + HEADER[1:] + bytes(386),
        HEADER[:2] + b"\x7c" + HEADER[3:] + bytes(386),
        HEADER[:6] + b"\xfd" + bytes(386),
        HEADER[:3] + b"\x00\x31\x3f\xfc" + bytes(386),
    ],
    ids=[
        "nothing",
        "no payload",
        "too short",
        "too long",
        "no sync",
        "no rate",
        "two frames",
        "channels in the packet",
    ],
)
def test_a_header_that_says_something_else_is_none(packet: bytes) -> None:
    """Such sound is decoded, not copied."""
    assert read_adts(packet) is None


@given(data=st.binary(max_size=64))
def test_any_packet_has_a_header_or_none(data: bytes) -> None:
    """Nothing is raised, and what is left is not longer than the packet."""
    found = read_adts(data)
    assert found is None or 0 < len(found[1]) < len(data)


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_each_turn_is_written_and_read_again(turn: object, tmp_path: Path) -> None:
    """Into a real file's header, whatever stood there."""
    recording = record_kind("MOV, mirrored", tmp_path) if turn is TURNS[0] else None
    assert turn_of(turn.matrix()) == turn  # type: ignore[attr-defined]
    if recording is not None:
        for other in TURNS:
            set_turn(recording.parts[0].path, other)
            assert turn_in(recording.parts[0].path) == other
        film = recording.parts[0].path
        film.write_bytes(patched(film.read_bytes(), b"mvhd", FILM_MATRIX_AT, Turn(quarters=1).matrix()))
        assert [_turned(film, other) for other in TURNS] == [_shown_by_ffmpeg(film, other) for other in TURNS]


def _turned(film: Path, turn: Turn) -> bytes:
    set_turn(film, turn)
    return turn_in(film).matrix()[:24]


def _shown_by_ffmpeg(film: Path, turn: Turn) -> bytes:
    """Return how FFmpeg turns a film whose header turns the whole of it, too."""
    set_turn(film, turn)
    with av.open(str(film)) as container:
        said = next(container.decode(video=0)).side_data.get("DISPLAYMATRIX")
    if said is None:
        return UPRIGHT.matrix()[:24]
    return struct.pack(">6i", *struct.unpack_from("=6i", bytes(said)))


@given(matrix=st.binary(max_size=40))
def test_any_other_matrix_is_refused(matrix: bytes) -> None:
    """A picture that is stretched or turned by half a right angle can't be shown as it was."""
    try:
        turn_of(matrix)
    except ClipRefused:
        return
    assert matrix[:24] in {bytes(24), *(turn.matrix()[:24] for turn in TURNS)}
