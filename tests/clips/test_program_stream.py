"""Program streams, as Hikvision's recorders export them under the name of MP4: H.264 beside G.711."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.read.facts import facts_of
from tests.clips.exact import check_clip
from tests.clips.jobs import job_of
from tests.clips.kinds import ALAW, KINDS, WRAP_S, film, h264
from tests.clips.recordings import FPS, START_MS, Part, Recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS, TICKS_PER_S, SPLIT = 6, 90_000, 60_000
HIKVISION = b"IMKH" + bytes(36)
PICTURES, SOUND = 0xE0, 0xC0
# A map of what is inside (ISO/IEC 13818-1, 2.5.4): H.264 and, in its makers' own word, A-law; its checksum isn't read.
MAP = b"\0\0\1\xbc" + bytes.fromhex("0012e1ff00000008 1be00000 90c00000 00000000")


@pytest.mark.parametrize(("before", "begins_s"), [(HIKVISION, 1.0), (b"", WRAP_S - 3)], ids=["Hikvision", "it wraps"])
def test_program_streams_of_recorders_are_cut_exactly(before: bytes, begins_s: float, tmp_path: Path) -> None:
    """By their own times, through a wrap; whole groups are copied."""
    film(tmp_path / "film.mov", h264(15), ALAW, seconds=SECONDS)
    path = tmp_path / "export.mp4"
    path.write_bytes(before + b"".join(_packs(tmp_path / "film.mov", round(begins_s * TICKS_PER_S))))
    found = facts_of(path, tmp_path / "picture.jpg")
    assert (found.codec, found.sound, found.gaps, found.length_s) == ("h264", True, (), pytest.approx(SECONDS))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    job = job_of(recording, START_MS + 1_510, START_MS + 5_490, tmp_path / "clip.mp4")
    result = make_clip(job, lambda _: None)
    assert "copied" in {frames.kind for frames in result.frames}
    assert check_clip(job.out, recording, job.from_ms, job.until_ms, KINDS["MOV, A-law"]).blocks > 60


def _packs(film: Path, begins: int) -> Iterator[bytes]:
    """Yield the film's packets as a recorder packs them: each in a pack with its time, long ones in several pieces."""
    stored = []
    with av.open(str(film)) as container:
        track = container.streams.video[0]
        annex_b = av.BitStreamFilterContext("h264_mp4toannexb", track)
        for packet in container.demux():
            is_picture, base = packet.stream is track, (packet.time_base or 0) * TICKS_PER_S
            made = annex_b.filter(packet) if is_picture else [packet]
            stored += [(round(each.pts * base), is_picture, bytes(each)) for each in made if each.pts is not None]
    for tick, is_picture, data in sorted(stored):
        at = (begins + tick) % 2**33
        yield _pack(at) + MAP
        for piece in range(0, len(data), SPLIT):
            head = b"\x80\x80\5" + _time(at) if piece == 0 else b"\x80\0\0"
            body = head + data[piece : piece + SPLIT]
            yield b"\0\0\1" + bytes([PICTURES if is_picture else SOUND]) + len(body).to_bytes(2) + body


def _time(at: int) -> bytes:
    """Return a time of showing (2.4.3.6)."""
    parts = (0x20 | at >> 29 & 0xE | 1, at >> 22 & 0xFF, at >> 14 & 0xFE | 1, at >> 7 & 0xFF, at << 1 & 0xFE | 1)
    return bytes(parts)


def _pack(at: int) -> bytes:
    """Return the head of a pack with its clock (2.5.3.3)."""
    clock = (
        0x44 | at >> 27 & 0x38 | at >> 28 & 3,
        at >> 20 & 0xFF,
        at >> 12 & 0xF8 | 4 | at >> 13 & 3,
        at >> 5 & 0xFF,
        at << 3 & 0xF8 | 4,
        1,
    )
    return b"\0\0\1\xba" + bytes(clock) + bytes.fromhex("0189c3f8")
