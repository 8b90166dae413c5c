"""A recorder that is killed fifty times at random moments loses a second of footage at most, and its index is right.

A real recorder with segments of ten seconds and a doorbell with a key picture every two; its whole process, or the one
in it that copies packets, dies by turns. Fewer: `KILLS=8 scripts/test --long -k recorder`.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.long.report import write_section
from tests.simulators.dying_recorder import Host, check_index, files, kill_again_and_again, unentered

if TYPE_CHECKING:
    from tests.simulators.dying_recorder import Kept, Kill

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv" / "default" / "bin" / "python"
KILLS = int(os.environ.get("KILLS", "50"))
LIVES_S = (
    0.1,
    float(os.environ.get("LIFE_MAX_S", "12")),
)  # from its first pictures to its death: also more than a segment
SEED = int(os.environ.get("SEED", "1"))
LOST_MAX_S = 1.0
OFF_MAX_S = 0.2
BELL = ("--size", "640x360", "--gop", "30")
HEADING = "A recorder that is killed fifty times"


def test_a_recorder_that_is_killed_at_random_moments_loses_a_second_at_most(tmp_path: Path) -> None:
    """By the numbers in its pictures; every file is found again, with its digest and its time."""
    jitter = random.Random(SEED)  # noqa: S311  no secret
    command = (str(PYTHON), "-m", "tests.simulators.doorbell", "serve", *BELL)
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as bell:
        try:
            assert bell.stdout is not None
            (url,) = json.loads(bell.stdout.readline())["rtsp"]
            host = Host(PYTHON, tmp_path / "r", url)
            kills, after = asyncio.run(_killed(host, [jitter.uniform(*LIVES_S) for _ in range(KILLS)]))
        finally:
            bell.terminate()
    for rows in after:
        check_index(rows, OFF_MAX_S)
    unknown = unentered(after[-1], files(tmp_path / "r"))
    _write(kills, len(after[-1]), len(unknown))
    assert unknown == set()
    assert max(kill.lost_s for kill in kills) <= LOST_MAX_S


async def _killed(host: Host, lives_s: list[float]) -> tuple[list[Kill], list[list[Kept]]]:
    try:
        return await kill_again_and_again(host, lives_s)
    finally:
        await host.kill()


def _write(kills: list[Kill], segments: int, unknown: int) -> None:
    lines = [
        f"`scripts/test --long -k recorder`. SIGKILL {LIVES_S[0]:g} to {LIVES_S[1]:g} s after the first pictures of",
        "a life, segments of 10 s, a key picture every 2 s. Lost: from the last picture that was kept to the kill, by",
        "the times in the pixels. Away: from the kill to the next picture that was kept; the start of the process and",
        "the connection are in it. The bar is 1 s lost; after each kill every file that was left comes into the index,",
        "with its digest and at its pictures' time.",
        "",
        "| killed | times | lost, median, s | lost, most, s | away, median, s |",
        "|---|---|---|---|---|",
    ]
    for name, whole in (("the whole recorder", True), ("the process that copies packets", False)):
        some = [kill for kill in kills if kill.whole is whole]
        lost, away = [kill.lost_s for kill in some], [kill.away_s for kill in some]
        lines.append(f"| {name} | {len(some)} | {median(lost):.2f} | {max(lost):.2f} | {median(away):.1f} |")
    late = sum(kill.lost_s > LOST_MAX_S for kill in kills)
    lines += [
        "",
        f"{segments} segments, {unknown} files that the index didn't know; {late} kills lost more than the bar.",
    ]
    lines += [f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f} at the end."]
    write_section(HEADING, lines)
