"""Recordings, as a camera, a power cut or somebody who means harm may leave them: boxes, NAL units, whole files."""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import shutil
import tempfile
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from av.error import FFmpegError

from custom_components.milton_share.clips.bitstream import nal
from custom_components.milton_share.clips.job import Job, JobSegment, Limits
from custom_components.milton_share.clips.mp4.boxes import check_boxes
from custom_components.milton_share.clips.read.probe import probe
from custom_components.milton_share.clips.refusal import ClipRefused
from custom_components.milton_share.review.cutter import cut
from custom_components.milton_share.sources.recorder.errors import RecorderError
from custom_components.milton_share.sources.recorder.run import Closed, Reported, parse_line
from custom_components.milton_share.sources.recorder.times import boxes as recorder
from custom_components.milton_share.sources.recorder.times.spoken import Apart
from custom_components.milton_share.sources.recorder_clients.archive import contents as copied
from custom_components.milton_share.sources.recorder_clients.errors import CopyError
from custom_components.milton_share.sources.recorder_clients.times.overlap import seam_s
from tests.clips.recordings import START_MS, record, run, stored_packets
from tests.fuzz.floods import floods
from tests.fuzz.target import Shape, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))
atexit.register(shutil.rmtree, FOLDER)
PARENTS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex", b"moof", b"traf", b"mfra"}
LENGTH_MS = 2_000
WALL_MAX_S = 120  # of a cut that takes some tenths of a second on an idle machine


@cache
def recorded() -> bytes:
    """Return two seconds of a camera with sound, as the integration's recorder writes them."""
    video = {"vcodec": "libx264", "preset": "superfast", "g": 15, "bf": 0, "crf": 40}
    whole = record(FOLDER / "r", seconds=2, video=video, audio={"acodec": "aac", "audio_bitrate": "16k"})
    return whole.parts[0].path.read_bytes()


@cache
def plain() -> bytes:
    """Return the same with one index at its end, as a clip or Frigate has it."""
    recorded()
    source, out = FOLDER / "r" / "000.mp4", FOLDER / "plain.mp4"
    bare = ["-map_metadata", "-1", "-fflags", "+bitexact", "-movflags", "+faststart"]
    run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(source), "-c", "copy", *bare, str(out)])
    return out.read_bytes()


def _walk(data: bytes) -> Iterable[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        yield data[at + 4 : at + 8], data[at + 8 : at + size]
        at += size


def without_media(data: bytes) -> bytes:
    """Return an MP4 whose payload is gone: what describes it is what is read."""
    return b"".join(
        (len(body) + 8).to_bytes(4) + kind + body
        for kind, body in ((kind, b"" if kind == b"mdat" else body) for kind, body in _walk(data))
    )


def boxes_in(data: bytes, wanted: bytes) -> list[bytes]:
    """Return the bodies of all boxes of a kind."""
    found = []
    for kind, body in _walk(data):
        if kind == wanted:
            found.append(body)
        if kind in PARENTS:
            found += boxes_in(body, wanted)
    return found


def _segment(data: bytes) -> object:
    contents = recorder.read_contents(BytesIO(data), len(data))
    assert 0 < contents.whole_bytes <= len(data)
    return contents


def _frigate(data: bytes) -> object:
    return copied.read_contents(BytesIO(data), len(data))


def _segment_list(data: bytes) -> object:
    _, said = parse_line(data)
    if isinstance(said, Reported):
        assert round(said.at_s * 1000) < 10**13
    if isinstance(said, Apart):
        assert 0 <= round(said.by_s * 1000) < 10**13
        assert round(said.until_s * 1000) < 10**13
    if isinstance(said, Closed):
        assert "/" not in said.name
        assert round(said.start_s * 1000) + round(said.end_s * 1000) < 10**13
    return said


def _clip_boxes(data: bytes) -> object:
    path = FOLDER / "clip.mp4"
    path.write_bytes(data)
    return check_boxes(path)


def _seam(data: bytes) -> object:
    """Look for one file's first picture in another, each way."""
    bent, good = FOLDER / "bent.mp4", FOLDER / "good.mp4"
    bent.write_bytes(data)
    good.write_bytes(plain())
    found = seam_s(bent, good), seam_s(good, bent)
    assert all(at is None or isinstance(at, float) for at in found)
    return found


def _extradata(data: bytes) -> object:
    """Read a codec's configuration, and write an AVC one anew."""
    hevc, configuration = bool(data[:1]) and bool(data[0] & 1), data[1:]
    size, sets = nal.read_extradata(configuration, nal.RULES[nal.HEVC if hevc else nal.H264])
    assert 0 <= size <= 4
    if hevc:
        return size, sets
    written = nal.write_avcc(sets)
    assert nal.read_extradata(written, nal.RULES[nal.H264])[0] == 4
    return size, sets, nal.set_ids(sets)


def _packet(data: bytes) -> object:
    """Split a packet; its units joined again are split again in the same way."""
    length_size = data[0] % 5 if data else 0
    units = nal.split(data[1:], length_size)
    assert nal.split(nal.prefixed(units), 4) == units
    rules = nal.RULES[nal.H264]
    return units, [(rules.is_slice(unit), rules.is_set(unit), rules.is_idr(unit)) for unit in units]


def _probe(data: bytes) -> object:
    path = FOLDER / "segment.mp4"
    path.write_bytes(data)
    return [(one.video.codec, one.video.ticks, one.audio and one.audio.ticks) for one in probe(job_of(path))]


def _child(data: bytes) -> object:
    """Cut it in the child, as a home does: a clip of approved frames only that other tools can read, or a refusal."""
    path, out = FOLDER / "segment.mp4", FOLDER / "out.mp4"
    path.write_bytes(data)
    asked = job_of(path)
    job = Job(
        segments=(JobSegment(path=path, from_ms=START_MS, until_ms=START_MS + LENGTH_MS),),
        from_ms=asked.from_ms,
        until_ms=asked.until_ms,
        audio=True,
        masks=(),
        out=out,
        limits=Limits(memory_bytes=2**30, cpu_s=20, file_size_bytes=2**26),
    )
    try:
        made = asyncio.run(cut(job, on_progress=lambda _: None, wall_s=WALL_MAX_S))
    except ClipRefused as refusal:
        return _refused(refusal, out)
    assert hashlib.sha256(out.read_bytes()).hexdigest() == made.clip.sha256
    (stored,) = made.ranges
    assert stored.first_frame_ms is not None
    assert stored.last_frame_ms is not None
    assert job.from_ms <= stored.first_frame_ms <= stored.last_frame_ms < job.until_ms
    assert len(stored_packets(out, "video")) == sum(run_.count for run_ in made.frames)
    check_boxes(out)
    for file in (made.clip, made.preview):
        if file is not None:
            file.path.unlink()
    return made.frames, made.audio, made.gaps_ms


def _refused(refusal: ClipRefused, out: Path) -> str:
    assert not out.exists(), "a refused cut left a file"
    assert "Traceback" not in refusal.detail, refusal.detail
    return refusal.rule


def job_of(path: Path) -> Job:
    """Return a job over one file."""
    segment = JobSegment(path=path, from_ms=START_MS, until_ms=START_MS + LENGTH_MS)
    return Job(
        segments=(segment,),
        from_ms=START_MS + 300,
        until_ms=START_MS + 1_700,
        audio=True,
        masks=(),
        out=FOLDER / "out.mp4",
        preview=False,
    )


def _target(
    name: str,
    parse: Callable[[bytes], object],
    seeds: Callable[[], Iterable[bytes]],
    *,
    refusals: tuple[type[Exception], ...] = (ClipRefused,),
    shape: Shape = Shape.BYTES,
    size_max_bytes: int = 8_192,
) -> Target:
    return Target(
        name=name,
        run=parse,
        refusals=refusals,
        seeds=lambda: (*seeds(), *floods()),
        shape=shape,
        size_max_bytes=size_max_bytes,
    )


def _configurations() -> list[bytes]:
    avcc = [body[body.index(b"avcC") + 4 :] for body in boxes_in(plain(), b"stsd") if b"avcC" in body]
    sets = [b"\0" + nal.annex_b(list(nal.read_extradata(found, nal.RULES[nal.H264])[1])) for found in avcc]
    return [b"\0" + found for found in avcc] + sets + [b"\1" + bytes(22) + b"\1\x20\0\1\0\4abcd"]


def _box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4) + kind + body


def _hostile() -> Iterable[bytes]:
    """Yield boxes without a body, boxes in boxes, and tables that say that they are longer than any file."""
    yield from (_box(kind, b"") for kind in (b"mvhd", b"hdlr", b"stsz", b"moof", b"mdat"))
    yield b"".join((8 * depth).to_bytes(4) + b"moov" for depth in range(5_000, 0, -1))
    yield _box(b"stsz", bytes(8) + b"\xff" * 4)
    track = _box(b"tkhd", bytes(84)) + _box(b"mdia", _box(b"mdhd", bytes(24)) + _box(b"hdlr", bytes(8) + b"vide"))
    run_ = _box(b"trun", bytes(4) + (99_999).to_bytes(4))
    fragment = _box(b"moof", _box(b"traf", _box(b"tfhd", bytes(8)) + run_ * 2_000))
    yield _box(b"moov", _box(b"trak", track)) + fragment + _box(b"mdat", b"x")


TARGETS = (
    _target("recorder.segment", _segment, lambda: [without_media(recorded()), *_hostile()], refusals=(RecorderError,)),
    _target(
        "recorder.segment_list",
        _segment_list,
        lambda: [
            b"1|0000000000000-000001.mp4,0.000000,9.9\n",
            b"2!gone\n",
            b"3|a,nan,inf\n",
            b"4@2.5\n",
            b"5~0.3,2.5\n",
            b"\xff,1,2",
        ],
        refusals=(RecorderError,),
        shape=Shape.TEXT,
    ),
    _target("home.frigate.contents", _frigate, lambda: [without_media(plain()), *_hostile()], refusals=(CopyError,)),
    _target("home.copied.seam", _seam, lambda: [plain(), *_hostile()], size_max_bytes=100_000),
    _target("media.clip_boxes", _clip_boxes, lambda: [without_media(plain()), plain(), *_hostile()]),
    _target("media.extradata", _extradata, _configurations),
    _target(
        "media.packet", _packet, lambda: [b"\4" + boxes_in(plain(), b"mdat")[0][:600], b"\0\0\0\1\x65\0\0\1\x41ab"]
    ),
    _target(
        "media.probe",
        _probe,
        lambda: [recorded(), plain(), *_hostile()],
        refusals=(ClipRefused, MemoryError, OSError, FFmpegError),  # as clips/child.py answers them
        size_max_bytes=100_000,
    ),
    _target("media.child", _child, lambda: [recorded(), plain()], refusals=(), size_max_bytes=100_000),
)
