"""Recordings that mean harm, and the child that is given them: it has little of everything, as it has in a home."""

from __future__ import annotations

import asyncio
import struct
import zlib
from typing import TYPE_CHECKING

import ffmpeg

from custom_components.milton_share.clips.job import Job, JobSegment, Limits
from custom_components.milton_share.clips.refusal import ClipRefused
from custom_components.milton_share.review.cutter import cut
from tests.clips.recordings import FPS, START_MS, numbers_in, record, run
from tests.fuzz.film_bending import boxes

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 4
FROM_MS, UNTIL_MS = START_MS + 500, START_MS + 3_500
EXACT = list(range(8, 53))  # the frames whose times lie in that range: 8 / 15 s to 52 / 15 s
# Enough for the small recordings of these tests, and far less than any of the bombs would take.
WALL_S, LIMITS = 300, Limits(memory_bytes=2**29, cpu_s=30, file_size_bytes=2**26)
BROKEN = {"cut_failed", "cut_timed_out", "out_of_memory", "clip_too_large"}  # no answer of a cutter that saw what it is


def film(folder: Path) -> dict[str, Path]:
    """Record four seconds with sound: in fragments, with an index, as a transport stream, as Matroska."""
    video = {"vcodec": "libx264", "preset": "superfast", "g": 15, "bf": 0, "crf": 35}
    whole = record(folder / "r", seconds=SECONDS, video=video, audio={"acodec": "aac", "audio_bitrate": "32k"})
    fragments = whole.parts[0].path
    made = {"fragments": fragments}
    for name in ("index.mp4", "stream.ts", "matroska.mkv"):
        path = folder / name
        run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(fragments), "-c", "copy", str(path)])
        made[name.partition(".")[0]] = path
    return made


def outcome(path: Path, out: Path, *, audio: bool = True, limits: Limits = LIMITS) -> str:
    """Cut three seconds of a file in the limited child; return the rule of its refusal, or `clip`.

    A clip has frames of the range only; a refusal leaves no file.
    """
    job = Job(
        segments=(JobSegment(path=path, from_ms=START_MS, until_ms=START_MS + SECONDS * 1000),),
        from_ms=FROM_MS,
        until_ms=UNTIL_MS,
        audio=audio,
        masks=(),
        out=out,
        limits=limits,
    )
    loop = asyncio.new_event_loop()  # `asyncio.run` would take away that of the tests
    try:
        made = loop.run_until_complete(cut(job, on_progress=lambda _: None, wall_s=WALL_S))
    except ClipRefused as refused:
        return _refused(refused, out)
    finally:
        loop.close()
    (part,) = made.ranges
    assert part.first_frame_ms is not None
    assert part.last_frame_ms is not None
    assert FROM_MS <= part.first_frame_ms <= part.last_frame_ms < UNTIL_MS
    return "clip"


def _refused(refusal: ClipRefused, out: Path) -> str:
    assert not out.exists()
    assert "Traceback" not in refusal.detail, refusal.detail
    return refusal.rule


def frames_in(out: Path) -> list[int]:
    """Return the numbers of all frames of a clip, and take it away."""
    numbers = numbers_in(out)
    out.unlink()
    return numbers


def patched(data: bytes, kind: bytes, offset: int, value: bytes, *, nth: int = 0) -> bytes:
    """Return an MP4 file with bytes of its nth box of a kind, `offset` bytes into the payload, replaced."""
    found = [start for box, start, _ in boxes(data) if box == kind]
    at = found[nth] + 8 + offset
    return data[:at] + value + data[at + len(value) :]


def with_body(data: bytes, kind: bytes, body: bytes) -> bytes:
    """Return an MP4 file whose first box of a kind has another body; places that are counted after it do not move."""
    at, end = next((start, end) for name, start, end in boxes(data) if name == kind)
    grown = len(body) + 8 - (end - at)
    made = bytearray(data[:at] + box(kind, body) + data[end:])
    for _, start, stop in boxes(data):
        if start < at and end <= stop:
            made[start : start + 4] = (stop - start + grown).to_bytes(4)
    return bytes(made)


def box(kind: bytes, body: bytes = b"") -> bytes:
    """Return an MP4 box."""
    return struct.pack(">I4s", len(body) + 8, kind) + body


def element(number: int, body: bytes) -> bytes:
    """Return an element of EBML (RFC 8794), its size in eight bytes."""
    width = (number.bit_length() + 7) // 8
    return number.to_bytes(width) + (len(body) | 1 << 56).to_bytes(8) + body


def whole(number: int, value: int) -> bytes:
    """Return an element that holds a whole number."""
    return element(number, value.to_bytes(8))


def matroska(codec: bytes, frames: list[bytes], *, width: int = 320, height: int = 180, zipped: bool = False) -> bytes:
    """Return a Matroska file (RFC 9559) of one track; with `zipped` its frames say that they are compressed by zlib."""
    head = element(0x1A45DFA3, element(0x4282, b"matroska") + whole(0x4287, 4) + whole(0x4285, 2))
    picture = element(0xE0, whole(0xB0, width) + whole(0xBA, height))
    coding = element(0x6D80, element(0x6240, whole(0x5032, 1) + element(0x5034, whole(0x4254, 0)))) if zipped else b""
    track = whole(0xD7, 1) + whole(0x73C5, 1) + whole(0x83, 1) + element(0x86, codec) + picture + coding
    blocks = b"".join(
        element(0xA3, b"\x81" + struct.pack(">h", index * 1000 // FPS) + b"\x80" + frame)
        for index, frame in enumerate(frames)
    )
    info = element(0x1549A966, whole(0x2AD7B1, 1_000_000))
    cluster = element(0x1F43B675, whole(0xE7, 0) + blocks)
    return head + element(0x18538067, info + element(0x1654AE6B, element(0xAE, track)) + cluster)


def zeros(size_bytes: int) -> bytes:
    """Return so many zeros, a thousandth as long."""
    packer = zlib.compressobj(9)
    piece = bytes(2**20)
    return b"".join(packer.compress(piece) for _ in range(size_bytes // 2**20)) + packer.flush()


def jpeg(folder: Path, *, width: int | None = None, height: int | None = None) -> bytes:
    """Return a small picture whose header says another size."""
    path = folder / "picture.jpg"
    scene = ffmpeg.input("color=size=64x64:rate=1:duration=1", f="lavfi")
    run(scene.output(str(path), frames=1, update=1).global_args("-v", "error", "-nostdin", "-y").compile())
    data = path.read_bytes()
    at = data.index(b"\xff\xc0") + 5  # SOF0: length, precision, height, width (ITU-T T.81, B.2.2)
    size = struct.pack(">HH", height or 64, width or 64)
    return data[:at] + size + data[at + 4 :]
