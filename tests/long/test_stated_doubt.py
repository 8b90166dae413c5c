"""No picture is farther from its stated time than is stated, whatever a camera's clock does: very many runs of it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.long.report import write_section

ROOT = Path(__file__).parents[2]
RUNS = int(os.environ.get("TIME_RUNS", "20000"))
HEADING = "Stated uncertainty of times"


def test_no_picture_of_very_many_runs_is_farther_from_its_time_than_is_stated() -> None:
    """Clocks that are off or put, stamps that jump, servers that send late; with and without reports and answers."""
    command = [ROOT / ".venv/default/bin/python", "-m", "tests.long.stated_doubt", str(RUNS)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    write_section(
        HEADING,
        [
            "`scripts/test --long -k stated_doubt`; `TIME_RUNS=500` before it for fewer. Each run is two minutes of a",
            "camera in a simulation: its clock right, off or put, its stamps jumping by up to nine seconds, its files",
            "written late, with and without sender reports and ONVIF answers; or a server between that keeps pictures",
            "for up to nine seconds, all along or for a while. Of each file a hundred moments are compared.",
            "",
            "| runs | files | farther than stated | stated, median | stated, worst |",
            "|---|---|---|---|---|",
            f"| {found['runs']} | {found['files']} | 0 | {found['median_s']:.2f} s | {found['worst_s']:.1f} s |",
        ],
    )
