"""One clip from job to result: probe, plan, cut, check, preview."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import av

from .bitstream.nal import H264
from .check.clip import approved_by, check
from .mp4.turning import UPRIGHT, set_turn
from .plan.model import Way
from .refusal import ClipRefused, CutRule
from .result import FinishedFile, Result
from .steps import Step, durable
from .write.cut import cut
from .write.preview import make_preview, needs_preview
from .write.ranges import plan_ranges, stored_range, with_longest_gaps
from .write.reencode import reencode
from .write.writer import ClipWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .job import Job

PIECE_BYTES = 2**20
CUT_SHARE = 0.85  # of the progress; the rest is checking and hashing
COPY_SHARE, PREVIEW_SHARE = 0.05, 0.9  # where a preview is made: to encode takes ten times as long as to copy, and more


def make_clip(job: Job, progress: Callable[[float], None]) -> Result:
    """Make the clip; on any failure nothing of it stays behind. Raises ClipRefused."""
    preview_path = job.out.with_name(f"{job.out.stem}.preview.mp4")
    with whole_or_none(job.out, preview_path):
        return _make(job, preview_path, progress)


@contextmanager
def whole_or_none(*paths: Path) -> Iterator[None]:
    """Let files be made that are not there yet (ClipRefused `bad_job`); on any failure nothing of them stays."""
    if any(path.exists() for path in paths):
        raise ClipRefused(CutRule.BAD_JOB, "out is there already")
    try:
        yield
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise


def _make(job: Job, preview_path: Path, progress: Callable[[float], None]) -> Result:
    planned = plan_ranges(job)
    plans, starts_ms = tuple(planned.values()), [part.from_ms for part in planned]
    is_previewed = job.preview and plans[0].way is Way.COPY and plans[0].segments[0].facts.video.codec != H264
    cut_share = COPY_SHARE if is_previewed else CUT_SHARE
    resized_ms: tuple[int, ...] = ()
    with durable(Step.WRITTEN), ClipWriter(job.out, plans[0].zero, plans[0].step) as writer:
        if plans[0].way is Way.COPY:
            cut(plans, writer, lambda share: progress(share * cut_share))
        else:
            resized_ms = reencode(plans, job.masks, starts_ms, writer, lambda share: progress(share * cut_share))
    if plans[0].way is Way.COPY:
        set_turn(job.out, plans[0].segments[0].facts.video.form.turn)
    frames = writer.ledger.ranges()
    stored = check(job.out, approved_by(plans), frames)
    preview = None
    if job.preview and needs_preview(stored):
        left = PREVIEW_SHARE - cut_share
        make_preview(job.out, preview_path, stored, plans[0].step, lambda share: progress(cut_share + share * left))
        check(preview_path, replace(approved_by(plans), turn=UPRIGHT), None)  # its pixels were turned
        preview = finish(preview_path)
    ranges = with_longest_gaps([stored_range(part, planned.get(part), stored) for part in job.ranges])
    return Result(
        clip=finish(job.out),
        preview=preview,
        codec=stored.codec,
        width=stored.width,
        height=stored.height,
        ranges=ranges,
        frames=frames,
        audio=str(plans[0].audio),
        software={"av": av.__version__, "ffmpeg": av.ffmpeg_version_info},
        resized_ms=resized_ms,
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
