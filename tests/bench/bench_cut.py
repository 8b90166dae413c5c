"""What a cut costs, against ffmpeg's own way (concat, `-c copy`) and `cp` of the same bytes in the same run.

Run `.venv/default/bin/python -m tests.bench.bench_cut`. It prints what it found and puts it into docs/performance.md.
Bars are ratios, of wall time and of CPU time: others on the machine disturb the first more. It asserts no time.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import av
import ffmpeg

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.limits import NICE
from custom_components.milton_share.processes.child import ENVIRONMENT
from custom_components.milton_share.review import cutter
from tests.bench.measured import Used, run_measured
from tests.bench.report import write_section
from tests.clips.masks import rectangle
from tests.clips.recordings import FRAGMENTED, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from custom_components.milton_share.clips.job import Mask

START_MS = 1_760_000_000_000
FPS, SEGMENT_S = 15, 10
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
RECORDED_S = 640
RATES_HZ = {"aac": 16_000, "pcm_mulaw": 8_000}
PEAK_MAX_MIB = 200
STEPPED_BACK = ("nice", "-n", str(NICE))  # as a cut runs: on a busy machine the others would win by that alone
FLAT_MAX_MIB = 50  # between a minute and an hour: the file's own index, no pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of a table; `bar` is the most that its ratio to concat may be."""

    name: str
    gop: int
    from_s: float
    seconds: float
    bar: float | None = None
    masks: tuple[Mask, ...] = ()
    rounds: int = ROUNDS


CASES = (
    Case(name="60 s, groups of 60", gop=60, from_s=12.3, seconds=60, bar=4),
    Case(name="60 s, groups of 240, head of 221 frames", gop=240, from_s=17.3, seconds=60, bar=15),
    Case(name="10 min, groups of 60", gop=60, from_s=12.3, seconds=600, bar=2),
    Case(
        name="10 s, one mask (all encoded)",
        gop=60,
        from_s=12.3,
        seconds=10,
        masks=(rectangle(0, 0, 2_500, 2_500),),
        rounds=1,
    ),
)
LENGTHS = (
    Case(name="1 min", gop=60, from_s=12.3, seconds=60),
    Case(name="10 min", gop=60, from_s=12.3, seconds=600),
    Case(name="1 h", gop=60, from_s=12.3, seconds=3600),
)


def record(folder: Path, gop: int, seconds: int, sound_as: str = "aac") -> list[JobSegment]:
    """Make a noisy 1080p camera with sound, about 4 Mbit/s; with G.711 in QuickTime files, as ours are."""
    folder.mkdir()
    container = "mp4" if sound_as == "aac" else "mov"
    scene = ffmpeg.input(f"testsrc2=size=1920x1080:rate={FPS}:duration={SEGMENT_S * 2}", f="lavfi")
    sound = ffmpeg.input(f"sine=sample_rate={RATES_HZ[sound_as]}:duration={SEGMENT_S * 2}", f="lavfi")
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
        acodec=sound_as,
    )
    run(coded.global_args("-v", "error", "-nostdin").compile())
    looped = ffmpeg.input(str(piece), stream_loop=seconds // (SEGMENT_S * 2))
    segments = looped.output(
        str(folder / "%04d.mp4"),
        c="copy",
        f="segment",
        segment_time=SEGMENT_S,
        reset_timestamps=1,
        segment_format=container,
        segment_format_options=FRAGMENTED,
    )
    run(segments.global_args("-v", "fatal", "-nostdin").compile())
    found, at = [], float(START_MS)
    for path in sorted(folder.glob("*.mp4")):
        with av.open(str(path), format="mp4") as recorded:
            until = at + sum(1 for packet in recorded.demux(video=0) if packet.dts is not None) * 1000 / FPS
        found.append(JobSegment(path=path, from_ms=at, until_ms=until))
        at = until
    return found


def as_long_as(segments: list[JobSegment], seconds: float) -> list[JobSegment]:
    """Return a recording of at least so many seconds: the same files again and again, each time later."""
    once_ms = segments[-1].until_ms - START_MS
    times = int(seconds * 1000 // once_ms) + 1
    return [
        replace(each, from_ms=each.from_ms + number * once_ms, until_ms=each.until_ms + number * once_ms)
        for number in range(times)
        for each in segments
    ]


def concat(segments: Sequence[JobSegment], case: Case, folder: Path) -> Used:
    """Cut in the usual way, which leaks frames."""
    listing = folder / "list.txt"
    listing.write_text("".join(f"file '{segment.path}'\n" for segment in segments))
    source = ffmpeg.input(str(listing), f="concat", safe=0, ss=case.from_s, t=case.seconds)
    command = source.output(str(folder / "copy.mp4"), c="copy", movflags="+faststart").overwrite_output()
    return run_measured([*STEPPED_BACK, *command.global_args("-v", "fatal", "-nostdin").compile()])


def ours(segments: Sequence[JobSegment], case: Case, folder: Path) -> Used:
    """Cut in the child, as the home starts it: process start, cut, check of every sample, hash."""
    out = folder / "clip.mp4"
    out.unlink(missing_ok=True)
    job = Job(
        segments=tuple(segments),
        from_ms=START_MS + round(case.from_s * 1000),
        until_ms=START_MS + round((case.from_s + case.seconds) * 1000),
        audio=True,
        masks=case.masks,
        out=out,
    )
    program = [sys.executable, "-I", "-c", cutter.PROGRAM, str(Path(cutter.__file__).parents[1]), str(os.getpid())]
    used = run_measured(program, job.to_json(), ENVIRONMENT)
    last = json.loads(used.said.splitlines()[-1])
    assert "result" in last, last
    return used


def copied(folder: Path) -> Used:
    """Copy the clip's bytes."""
    return run_measured([*STEPPED_BACK, "cp", "--reflink=never", str(folder / "clip.mp4"), str(folder / "copied")])


def row_of(case: Case, segments: Sequence[JobSegment], folder: Path) -> str:
    """Measure one case; each round has all three, one after the other."""
    rounds = [
        (concat(segments, case, folder), ours(segments, case, folder), copied(folder)) for _ in range(case.rounds)
    ]
    usual, mine, copy = (statistics.median(each.wall_s for each in column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(mine.wall_s / usual.wall_s for usual, mine, _ in rounds)
    cpu = statistics.median(mine.cpu_s / usual.cpu_s for usual, mine, _ in rounds)
    verdict = "-" if case.bar is None else f"{case.bar:g}, {'held' if ratio <= case.bar else 'MISSED'}"
    cells = (f"{usual:.2f}", f"{mine:.2f}", f"{copy:.2f}", f"{ratio:.1f}", f"{cpu:.1f}", verdict, f"{mine / copy:.0f}")
    return f"| {case.name} | {' | '.join(cells)} |"


def memory(recordings: Mapping[str, list[JobSegment]], folder: Path) -> list[str]:
    """Measure the child's memory by the length of the clip, for each way in which its sound is recorded."""
    return said(
        {
            name: [ours(as_long_as(segments, case.seconds + 60), case, folder).peak_mib for case in LENGTHS]
            for name, segments in recordings.items()
        }
    )


def said(peaks: Mapping[str, Sequence[float]]) -> list[str]:
    """Return what is written of the child's memory, by the length of the clip."""
    grown = max(each[-1] - each[0] for each in peaks.values())
    held = max(map(max, peaks.values())) <= PEAK_MAX_MIB and grown <= FLAT_MAX_MIB
    return [
        "",
        f"The most memory that the child held (VmHWM), in MiB. The bar is {PEAK_MAX_MIB}, and {FLAT_MAX_MIB} more of",
        f"an hour than of a minute, for the index of the file: {'held' if held else 'MISSED'} ({grown:+.0f} at most).",
        "",
        f"| sound | {' | '.join(case.name for case in LENGTHS)} |",
        "|---|" + "---|" * len(LENGTHS),
        *(f"| {name} | {' | '.join(f'{peak:.0f}' for peak in each)} |" for name, each in peaks.items()),
    ]


def table(rows: Sequence[str]) -> list[str]:
    """Return the section of docs/performance.md."""
    return [
        f"1080p, 15 frames/s, about 4 Mbit/s, segments of {SEGMENT_S} s; medians of {ROUNDS} rounds.",
        f"PyAV {av.__version__}, Python {platform.python_version()}, {os.cpu_count()} cores.",
        f"Load {os.getloadavg()[0]:.1f} at the end. Seconds; ours has process start, cut, check of each sample,",
        "SHA-256. The usual way leaks: it puts frames and sound of before the range into the file, behind an edit",
        "list. `cp` copies the finished clip. All run at the low priority that a cut takes.",
        "",
        "| range | concat, `-c copy` | ours | `cp` | ours / concat | the same of CPU time | bar | ours / `cp` |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
    ]


def main() -> int:
    """Measure and write it down."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recordings = {gop: record(folder / str(gop), gop, RECORDED_S) for gop in sorted({case.gop for case in CASES})}
        rows = [row_of(case, recordings[case.gop], folder) for case in CASES]
        g711 = record(folder / "g711", 60, RECORDED_S, "pcm_mulaw")
        rows += memory({"AAC, copied": recordings[60], "G.711, encoded": g711}, folder)
    section = table(rows)
    sys.stdout.write("\n".join(section) + "\n")
    write_section("Cutting a clip", section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
