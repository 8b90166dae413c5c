"""A hundred thousand bent recordings through the whole of the cutting child; fewer by `CUT_INPUTS=2000` before it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.cut_campaign import KINDS, SILENCE_MAX_S, Found, campaign, make_seeds
from tests.fuzz.cut_worker import HANG_S, MEMORY_MAX_BYTES
from tests.long.report import write_row

ENVIRONMENTS = Path(__file__).parents[2] / ".venv"
LANES = ["default", "current"]  # each has a PyAV of its own, and an FFmpeg with it
INPUTS = int(os.environ.get("CUT_INPUTS", "100000"))
SEED = int(os.environ.get("CUT_SEED", "1"))
WORKERS = os.cpu_count() or 1


def words() -> list[str]:
    """Return what docs/reliability.md says of it before the numbers."""
    return [
        "`scripts/test --long -k bent`; fewer: `CUT_INPUTS=2000` before it; others: `CUT_SEED=2`. On each lane:",
        f"each brings a PyAV of its own. Recordings of a second ({', '.join(KINDS)}),",
        "with up to seven things bent by their own structure (a box, packet or element whose numbers lie, that is",
        "repeated, lost, moved, cut short, filled with noise; a file that goes on as another), go through all that the",
        "child does: job, probe, plan, cut, check, preview; one in ten is masked.",
        f"A hang took {HANG_S} s of CPU time, or {SILENCE_MAX_S} s without a word. A crash ended the process, as only",
        "a library's own code can. A defect is an exception that is no refusal, a file that a refusal left, or a clip",
        f"that is not what the answer says. Each process had {MEMORY_MAX_BYTES >> 20} MiB of address space.",
        "",
        "| lane | inputs | CPU seconds | crashes | hangs | defects | peak memory, MiB | outcomes |",
        "|---|---|---|---|---|---|---|---|",
    ]


def cells(found: Found) -> str:
    """Return the numbers of one campaign, and how often which rule ended an input."""
    outcomes = ", ".join(f"{rule} {count:,}" for rule, count in found.outcomes.most_common())
    lost = len(found.crashes), len(found.hangs), len(found.defects)
    return " | ".join(map(str, (f"{found.inputs:,}", f"{found.cpu_s:,.0f}", *lost, found.peak_kib // 1024, outcomes)))


@pytest.mark.parametrize("lane", [lane for lane in LANES if (ENVIRONMENTS / lane).exists()])
def test_bent_recordings_end_in_a_rule_or_a_clip(lane: str, tmp_path: Path) -> None:
    """No crash, no hang, nothing left by a refusal, no defect of our own, no memory beyond the bound."""
    make_seeds(tmp_path)
    python = ENVIRONMENTS / lane / "bin/python"
    found = campaign(tmp_path, seed=SEED, first=0, count=INPUTS, workers=WORKERS, python=python)
    write_row("Bent recordings", words(), LANES, lane, cells(found))
    assert (found.crashes, found.hangs, found.defects) == ({}, [], {})
    assert found.inputs == found.outcomes.total() == INPUTS
    assert found.peak_kib <= MEMORY_MAX_BYTES // 1024
