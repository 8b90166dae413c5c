"""Lives homes in processes of their own, two at a time, and asks the classifiers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .classifiers import CLASSIFIERS, Result, judge
from .features import labels, of_home, of_requests, vocabulary
from .trace import Behaviour, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .trace import Trace

ROOT = Path(__file__).parents[3]
HOURS = 200
PROCESSES = 2
HOME, REQUEST = "home", "request"


def lived(folder: Path, film: Path, *, per_behaviour: int, requests: int, mqtt: bool, python: str) -> list[Trace]:
    """Live so many homes of each behaviour through 200 hours; return their traces."""
    homes = [
        {"seed": 1_000 * number + place, "behaviour": str(behaviour), "mqtt": mqtt}
        for number in range(per_behaviour)
        for place, behaviour in enumerate(Behaviour)
    ]
    jobs = [folder / f"job-{number}.json" for number in range(PROCESSES)]
    for number, job in enumerate(jobs):
        wanted = {"hours": HOURS, "requests": requests, "city": "Milton", "film": str(film)}
        job.write_text(json.dumps({**wanted, "homes": homes[number::PROCESSES]}))
    with ThreadPoolExecutor(PROCESSES) as threads:
        for done in [threads.submit(_run, job, python) for job in jobs]:
            done.result()
    return sorted((trace for job in jobs for trace in load(job.with_suffix(".traces"))), key=lambda trace: trace.seed)


def _run(job: Path, python: str) -> None:
    command = [python, "-m", "tests.simulators.silence", str(job)]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")
    }  # it would take twice as long
    said = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    assert said.returncode == 0, said.stdout[-4_000:].decode(errors="replace")


def asked(traces: Sequence[Trace], unit: str, name: str, shuffles: int) -> Result:
    """Ask one classifier whether it can tell the behaviours apart, by each request or by each home."""
    words = vocabulary(traces)
    behaviours = labels(traces)
    if unit == HOME:
        samples = np.array([of_home(trace, words) for trace in traces])
        return judge(name, samples, np.arange(len(traces)), behaviours, shuffles)
    rows = [of_requests(trace, words) for trace in traces]
    home_of = np.repeat(np.arange(len(traces)), [len(row) for row in rows])
    return judge(name, np.concatenate(rows), home_of, behaviours, shuffles)


def strongest(traces: Sequence[Trace], shuffles: int) -> Result:
    """Return the result of whoever tells the homes apart best."""
    results = (asked(traces, unit, name, shuffles) for unit in (REQUEST, HOME) for name in CLASSIFIERS)
    return min(results, key=lambda result: result.p_value)


def this_python() -> str:
    """Return the interpreter that has Home Assistant, from the hub's environment too."""
    beside = ROOT / ".venv" / "default" / "bin" / "python"
    return str(beside) if beside.exists() else sys.executable
