"""What a transport stream's own map says, and FFmpeg doesn't: that pictures are encrypted, or that there is sound."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.clips.facts import facts_of
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.program_map import stream_types
from custom_components.milton_share.clips.refusal import ClipRefused, Rule
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
    assert refused.value.rule is Rule.UNREADABLE_SEGMENT


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
    assert refused.value.rule is Rule.SOUND_UNDECODABLE
    assert make_clip(replace(asked, audio=False), lambda _: None).audio == "removed"
    check_clip(asked.out, recording, asked.from_ms, asked.until_ms, replace(KINDS["TS, AC-3"], sound=False))


@given(st.binary(max_size=3 * PACKET))
def test_any_packets_name_types_or_none(data: bytes) -> None:
    """Whatever their lengths say."""
    assert stream_types(b"G\x50\x00\x10\x00\x02\xb0" + data, PACKET, 0) <= frozenset(range(256))
    assert stream_types(b"G\x50\x00\x30" + data, PACKET, 0) <= frozenset(range(256))
