"""What a transport stream's own map says, and FFmpeg doesn't: that pictures are encrypted, or that there is sound."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.clips.bitstream.program_map import stream_types
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.read.containers import TRANSPORT_STREAM, has_nameless_sound, recognise
from custom_components.milton_share.clips.read.facts import facts_of
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.exact import check_clip
from tests.clips.jobs import job_of
from tests.clips.kinds import AAC, ALAW, KINDS, film, h264
from tests.clips.recordings import FPS, START_MS, Part, Recording, run
from tests.clips.transport_stream import PACKET, with_types

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.clips.job import Job

SECONDS = 4
H264, ADTS, PRIVATE = 0x1B, 0x0F, 0x06


def job(path: Path) -> tuple[Recording, Job]:
    """Return the recording, and the job to cut it."""
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    return recording, job_of(recording, START_MS + 510, START_MS + 3_490, path.with_name("clip.mp4"))


def test_a_stream_of_which_parts_are_encrypted_is_refused_and_not_copied_as_noise(tmp_path: Path) -> None:
    """Apple's way: all heads are plain, so FFmpeg reads on."""
    (path,) = film(tmp_path / "film.ts", h264(15), AAC, seconds=SECONDS)
    path.write_bytes(with_types(path.read_bytes(), {H264: 0xDB, ADTS: 0xCF}))
    with pytest.raises(ClipRefused, match="encrypted") as refused:
        make_clip(job(path)[1], lambda _: None)
    assert refused.value.rule is CutRule.UNREADABLE_SEGMENT


def test_a_stream_with_sound_that_ffmpeg_takes_for_none_is_never_said_to_have_none(tmp_path: Path) -> None:
    """G.711 as recorders of China's standard name it: refused where it is asked for, removed where it is not."""
    film(tmp_path / "film.mov", h264(15), ALAW, seconds=SECONDS)
    path = tmp_path / "film.ts"
    run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(tmp_path / "film.mov"), "-c", "copy", str(path)])
    path.write_bytes(with_types(path.read_bytes(), {PRIVATE: 0x90}))
    assert facts_of(path, tmp_path / "picture.jpg").sound
    recording, asked = job(path)
    with pytest.raises(ClipRefused) as refused:
        make_clip(asked, lambda _: None)
    assert refused.value.rule is CutRule.SOUND_UNDECODABLE
    assert make_clip(replace(asked, audio=False), lambda _: None).audio == "removed"
    check_clip(asked.out, recording, asked.from_ms, asked.until_ms, replace(KINDS["TS, AC-3"], sound=False))


@pytest.mark.parametrize("kind", [0xDB, 0xCF])
def test_one_encrypted_stream_among_others_is_enough(kind: int) -> None:
    """Pictures, or their sound; with or without four bytes of time before each packet."""
    for before in (b"", b"time"):
        assert recognise(2 * (before + packet(H264, ADTS))) is TRANSPORT_STREAM
        with pytest.raises(ClipRefused, match="encrypted"):
            recognise(2 * (before + packet(H264, kind)))


def test_all_sound_that_has_no_name_in_ffmpeg_is_known() -> None:
    """G.711, G.722.1, G.723.1, G.729 and SVAC; neither other sound nor SVAC's pictures."""
    found = {kind for kind in range(256) if has_nameless_sound(2 * packet(kind))}
    assert found == {0x90, 0x91, 0x92, 0x93, 0x99, 0x9B}


def test_a_map_is_read_wherever_it_lies_in_its_packet() -> None:
    """After an adaptation field, or the end of another section; with words of the program, and of each stream."""
    three = frozenset({H264, ADTS, 0x90})
    for made in (
        packet(*three),
        packet(*three, program=b"\x90\x02hi"),
        packet(*three, words=b"\x52\x01\0"),
        packet(*three, before=b"another's end"),
        packet(*three, adapted=bytes(9)),
        packet(*three, control=0x1F, program=bytes(PACKET - 5 - 16 - 5 * 3)),  # it fills the packet
        packet(*three, *[ADTS] * 60),  # it goes on in the next one
        packet(*three, adapted=b"", before=b"x", program=b"\x0f", words=b"\xdb"),
    ):
        assert stream_types(made, PACKET, 0) == three
        assert stream_types(b"time" + made, PACKET + 4, 4) == three
        assert stream_types(packet(PRIVATE) + made, PACKET, 0) == three | {PRIVATE}
        assert stream_types(packet(PRIVATE) + made[:-1], PACKET, 0) == {PRIVATE}


def test_what_is_no_map_names_nothing() -> None:
    """Another table, a packet that goes on with one, one without a payload, one that ends too soon."""
    assert stream_types(packet(H264, table=0), PACKET, 0) == frozenset()
    assert stream_types(packet(H264, flags=0x1F), PACKET, 0) == frozenset()
    assert stream_types(packet(H264, control=0x0F), PACKET, 0) == frozenset()
    assert stream_types(packet(H264, adapted=bytes(180)), PACKET, 0) == frozenset()
    assert stream_types(packet(H264, adapted=bytes(255)), PACKET, 0) == frozenset()


@given(st.binary(max_size=3 * PACKET))
def test_any_packets_name_types_or_none(data: bytes) -> None:
    """Whatever their lengths say."""
    assert stream_types(b"G\x50\x00\x10\x00\x02\xb0" + data, PACKET, 0) <= frozenset(range(256))
    assert stream_types(b"G\x50\x00\x30" + data, PACKET, 0) <= frozenset(range(256))


def packet(
    *types: int,
    flags: int = 0x50,
    control: int = 0x10,
    table: int = 2,
    before: bytes = b"",
    program: bytes = b"",
    words: bytes = b"",
    adapted: bytes | None = None,
) -> bytes:
    """Return a packet with a program map (2.4.4.8): which streams there are, and what is said of them."""
    streams = b"".join(bytes([kind, 0xE1, 0, 0xF0, len(words)]) + words for kind in types)
    body = b"\0\1\xc1\0\0\xe1\0" + bytes([0xF0, len(program)]) + program + streams + b"\xdb\xdb\xdb\xdb"
    section = bytes([table]) + (0xB000 | len(body)).to_bytes(2) + body
    field = b"" if adapted is None else bytes([len(adapted)]) + adapted
    head = bytes([0x47, flags, 0, control | (0x20 if field else 0)])
    return (head + field + bytes([len(before)]) + before + section).ljust(PACKET, b"\xff")[:PACKET]
