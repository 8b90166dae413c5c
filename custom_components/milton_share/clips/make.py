"""One clip from job to result: probe, plan, cut, check, preview."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av

from .check import Stored, approved_by, check
from .cut import cut
from .plan import Way, make_plan
from .preview import make_preview, needs_preview
from .probe import probe
from .reencode import reencode
from .refusal import ClipRefused, Rule
from .steps import Step, durable
from .timeline import TICKS_PER_MS, gaps_of, ticks_of, usual_distance
from .writer import ClipWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .job import Job
    from .ledger import FrameRange

PIECE_BYTES = 2**20
CUT_SHARE = 0.85  # of the progress; the rest is checking and hashing


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedFile:
    """A file that is on the disk and will not change."""

    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the manifest needs to say about a clip. Times are UTC ms."""

    clip: FinishedFile
    preview: FinishedFile | None
    stored: Stored
    first_frame_ms: int
    last_frame_ms: int
    frames: tuple[FrameRange, ...]
    gaps_ms: tuple[tuple[int, int], ...]
    audio: str
    software: dict[str, str]


def make_clip(job: Job, progress: Callable[[float], None]) -> Result:
    """Make the clip; on any failure nothing of it stays behind. Raises ClipRefused."""
    preview_path = job.out.with_name(f"{job.out.stem}.preview.mp4")
    if job.out.exists() or preview_path.exists():
        raise ClipRefused(Rule.BAD_JOB, "out is there already")
    try:
        return _make(job, preview_path, progress)
    except BaseException:
        job.out.unlink(missing_ok=True)
        preview_path.unlink(missing_ok=True)
        raise


def _make(job: Job, preview_path: Path, progress: Callable[[float], None]) -> Result:
    end = ticks_of(job.until_ms - job.from_ms)
    plan = make_plan(probe(job), end, audio=job.audio, masked=bool(job.masks))
    with durable(Step.WRITTEN), ClipWriter(job.out) as writer:
        if plan.way is Way.COPY:
            cut(plan, writer, lambda share: progress(share * CUT_SHARE))
        else:
            reencode(plan, job.masks, job.from_ms, writer, lambda share: progress(share * CUT_SHARE))
    frames = writer.ledger.ranges()
    stored = check(job.out, approved_by(plan), frames)
    preview = None
    if job.preview and needs_preview(stored):
        make_preview(job.out, preview_path, stored)
        check(preview_path, approved_by(plan), None)
        preview = finish(preview_path)
    true = dict(zip(plan.stored, plan.shown, strict=True))
    shown = sorted(true[tick] for tick in stored.ticks)
    return Result(
        clip=finish(job.out),
        preview=preview,
        stored=stored,
        first_frame_ms=job.from_ms + shown[0] // TICKS_PER_MS,
        last_frame_ms=job.from_ms + shown[-1] // TICKS_PER_MS,
        frames=frames,
        gaps_ms=tuple(
            (job.from_ms + start // TICKS_PER_MS, job.from_ms + -(-until // TICKS_PER_MS))
            for start, until in gaps_of(shown, end, usual_distance(shown))
        ),
        audio=str(plan.audio),
        software={"av": av.__version__, "ffmpeg": av.ffmpeg_version_info},
    )


def finish(path: Path) -> FinishedFile:
    """Make sure that the file is on the disk, and hash it."""
    digest = hashlib.sha256()
    with path.open("rb+") as file:
        with durable(Step.SYNCED):
            os.fsync(file.fileno())
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
        return FinishedFile(path=path, sha256=digest.hexdigest(), size_bytes=file.tell())
