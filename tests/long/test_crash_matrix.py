"""The crash matrix three times in a row, hub and home, without a flake. Once: ``MATRIX_RUNS=1`` before it."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path
from statistics import mean

import pytest

from tests.hub.crash.test_broker import MOMENTS
from tests.hub.crash.test_matrix import BOTH_MOMENTS, STEPS
from tests.long.report import write_row

ROOT = Path(__file__).parents[2]
RUNS = int(os.environ.get("MATRIX_RUNS", "3"))
HUB, HOME = "hub, its commands and broker", "home and cutter"
PYTHON = {HUB: ROOT / ".venv/hub/bin/python", HOME: ROOT / ".venv/default/bin/python"}
FOLDER = {HUB: "tests/hub/crash", HOME: "tests/milton_share/matrix"}
POINTS_AT_HOME = """
from tests.milton_share.matrix.test_kill_at_every_step import VISITED_BY_THE_CUTTER, VISITED_HERE
from tests.milton_share.matrix.test_kill_while_copying import COPYING
print(2 * (len({*VISITED_HERE}) + len(COPYING)) + 2 * 2 * len(VISITED_BY_THE_CUTTER))
"""
HEADING = "The crash matrix, three times in a row"
WORDS = (
    "`scripts/test --long -k crash_matrix`. kill -9 just before and after each step that makes something last, by",
    "its name; the broker alone and with its hub; then a restart, and everybody goes on. Also the order of writes,",
    "syncs and answers, by strace. Points: at how many ends one run dies, at least. A row fails with its first flake.",
    "",
    "| who is killed | points | tests | runs | failed | minutes a run |",
    "|---|---|---|---|---|---|",
)


def python(who: str, *arguments: str) -> tuple[int, str]:
    """Run one to its end; return its exit code and what it said."""
    environment = os.environ | {BOTH_MOMENTS: "1"}
    done = subprocess.run(
        [PYTHON[who], *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def points_of(who: str) -> int:
    """Count the ends."""
    if who == HUB:
        return 2 * len(STEPS) + 2 * 2 * len(MOMENTS)
    code, said = python(who, "-c", POINTS_AT_HOME)
    assert code == 0, said
    return int(said)


@pytest.mark.parametrize("who", PYTHON)
def test_the_crash_matrix_holds_three_times_in_a_row(who: str) -> None:
    """No test of it fails, and none is left out for what this machine lacks."""
    seconds, passed = [], 0
    for _ in range(RUNS):
        began_s = time.monotonic()
        code, said = python(who, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "", FOLDER[who])
        assert code == 0, said[-4_000:]
        assert "skipped" not in said.splitlines()[-1], said[-4_000:]
        passed = int(re.findall(r"(\d+) passed", said)[-1])
        seconds.append(time.monotonic() - began_s)
    cells = f"{points_of(who)} | {passed} | {len(seconds)} | 0 | {mean(seconds) / 60:.1f}"
    write_row(HEADING, WORDS, tuple(PYTHON), who, cells)
