"""How long a cut takes, against ffmpeg's own way (concat, `-c copy`) in the same run.

Run `.venv/default/bin/python -m tests.bench.bench_cut`. It prints a table and puts it into docs/performance.md. It
asserts no time: a busy machine is no failure.
"""

from __future__ import annotations

import asyncio
import platform
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import ffmpeg

from custom_components.milton_share.cutting import CutJob, CutLimits, CutMask, CutSegment, cut
from tests.bench.report import write_section
from tests.clips.recordings import FRAGMENTED, run

if TYPE_CHECKING:
    from collections.abc import Sequence

START_MS = 1_760_000_000_000
FPS, SEGMENT_S = 15, 10
ROUNDS = 3
LONG_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of the table."""

    name: str
    gop: int
    from_s: float
    seconds: float
    masks: tuple[CutMask, ...] = ()
    rounds: int = ROUNDS


CASES = (
    Case(name="60 s, groups of 60", gop=60, from_s=12.3, seconds=60),
    Case(name="60 s, groups of 240, head of 221 frames", gop=240, from_s=17.3, seconds=60),
    Case(name="10 min, groups of 60", gop=60, from_s=12.3, seconds=LONG_S),
    Case(
        name="10 s, one mask (all encoded)",
        gop=60,
        from_s=12.3,
        seconds=10,
        masks=(CutMask(x_e4=0, y_e4=0, w_e4=2_500, h_e4=2_500),),
        rounds=1,
    ),
)


def record(folder: Path, gop: int, seconds: int) -> list[CutSegment]:
    """Make a noisy 1080p camera with sound, about 4 Mbit/s."""
    folder.mkdir()
    scene = ffmpeg.input(f"testsrc2=size=1920x1080:rate={FPS}:duration={SEGMENT_S * 2}", f="lavfi")
    sound = ffmpeg.input(f"sine=sample_rate=16000:duration={SEGMENT_S * 2}", f="lavfi")
    piece = folder / "piece.mkv"
    coded = ffmpeg.output(
        scene.filter("noise", alls=12, allf="t"),
        sound,
        str(piece),
        vcodec="libx264",
        preset="ultrafast",
        video_bitrate="4M",
        g=gop,
        sc_threshold=0,
        acodec="aac",
    )
    run(coded.global_args("-v", "error", "-nostdin").compile())
    looped = ffmpeg.input(str(piece), stream_loop=seconds // (SEGMENT_S * 2))
    segments = looped.output(
        str(folder / "%04d.mp4"),
        c="copy",
        f="segment",
        segment_time=SEGMENT_S,
        reset_timestamps=1,
        segment_format="mp4",
        segment_format_options=FRAGMENTED,
    )
    run(segments.global_args("-v", "fatal", "-nostdin").compile())
    found, at = [], float(START_MS)
    for path in sorted(folder.glob("*.mp4")):
        with av.open(str(path), format="mp4") as container:
            until = at + sum(1 for packet in container.demux(video=0) if packet.dts is not None) * 1000 / FPS
        found.append(CutSegment(path=path, from_ms=at, until_ms=until))
        at = until
    return found


def concat_s(segments: Sequence[CutSegment], case: Case, folder: Path) -> float:
    """Return the seconds of the usual way, which leaks frames."""
    listing = folder / "list.txt"
    listing.write_text("".join(f"file '{segment.path}'\n" for segment in segments))
    source = ffmpeg.input(str(listing), f="concat", safe=0, ss=case.from_s, t=case.seconds)
    command = source.output(str(folder / "copy.mp4"), c="copy", movflags="+faststart").overwrite_output()
    begun = time.perf_counter()
    run(command.global_args("-v", "fatal", "-nostdin").compile())
    return time.perf_counter() - begun


def cut_s(segments: Sequence[CutSegment], case: Case, folder: Path) -> float:
    """Return the seconds of our cut: process start, cut, check, hash."""
    out = folder / "clip.mp4"
    out.unlink(missing_ok=True)
    job = CutJob(
        segments=tuple(segments),
        from_ms=START_MS + round(case.from_s * 1000),
        until_ms=START_MS + round((case.from_s + case.seconds) * 1000),
        audio=True,
        masks=case.masks,
        out=out,
        limits=CutLimits(),
    )
    begun = time.perf_counter()
    asyncio.run(cut(job, on_progress=lambda _: None))
    return time.perf_counter() - begun


def measure(folder: Path) -> list[str]:
    """Return the rows of the table."""
    recordings = {gop: record(folder / str(gop), gop, LONG_S + 40) for gop in sorted({case.gop for case in CASES})}
    rows = []
    for case in CASES:
        segments = recordings[case.gop]
        pairs = [(concat_s(segments, case, folder), cut_s(segments, case, folder)) for _ in range(case.rounds)]
        usual, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
        rows.append(f"| {case.name} | {usual:.2f} | {ours:.2f} | {ours / usual:.1f} |")
    return rows


def main() -> int:
    """Measure and write it down."""
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder))
    table = [
        f"1080p, 15 frames/s, about 4 Mbit/s, segments of {SEGMENT_S} s, median of {ROUNDS}; PyAV {av.__version__},",
        f"Python {platform.python_version()}. Seconds; ours has process start, cut, check of every sample and SHA-256.",
        "The usual way leaks: it puts frames and sound of before the range into the file, behind an edit list.",
        "",
        "| range | concat, `-c copy` | ours | ratio |",
        "|---|---|---|---|",
        *rows,
    ]
    sys.stdout.write("\n".join(table) + "\n")
    write_section("Cutting a clip", table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
