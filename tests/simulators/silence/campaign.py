"""Lives homes in processes of their own, two at a time, and asks the classifiers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from .classifiers import CLASSIFIERS, Result, judge
from .features import labels, of_home, of_requests, vocabulary
from .peer import ROOT, running_hub
from .trace import Behaviour, Seen, load
from .wiretap import DOWN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .trace import Trace

HOURS = 200
SERVED = {"200", "201", "204", "304"}  # what a home that is not refused is answered by
BEGINS_IN = timedelta(hours=2)
PROCESSES = 2
HOME, REQUEST = "home", "request"
WAYS_TO_ASK = [(unit, name) for unit in (REQUEST, HOME) for name in CLASSIFIERS]


def lived(
    folder: Path,
    film: Path,
    *,
    per_behaviour: int,
    requests: int,
    mqtt: bool,
    python: str,
    after: int = 0,
    word_each_h: int = 1,
) -> list[Trace]:
    """Live so many homes of each behavior through 200 hours; return their traces; none of ``after`` others.

    The hub says what is live each ``word_each_h`` hours; a real one does so each hour.
    """
    homes = [
        {"seed": 1_000 * number + place, "behaviour": str(behaviour), "mqtt": mqtt}
        for number in range(after, after + per_behaviour)
        for place, behaviour in enumerate(Behaviour)
    ]
    jobs = [folder / f"job-{number}.json" for number in range(PROCESSES)]
    # Of all homes the same, and after their cities were founded: what a hub does each day falls to the same hours.
    begins_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + BEGINS_IN
    city = {"hours": HOURS, "requests": requests, "city": "Milton", "word_each_h": word_each_h}
    wanted = {**city, "film": str(film), "begins_at": begins_at}
    with ThreadPoolExecutor(PROCESSES) as threads:
        parts = [{**wanted, "homes": homes[number::PROCESSES], "faults": not number} for number in range(PROCESSES)]
        for done in [threads.submit(_run, *each, python, mqtt=mqtt) for each in zip(jobs, parts, strict=True)]:
            done.result()
    traces = [trace for job in jobs for trace in load(job.with_suffix(".traces"))]
    return sorted((replace(trace, faults=traces[0].faults) for trace in traces), key=lambda trace: trace.seed)


def _run(job: Path, wanted: dict[str, object], python: str, *, mqtt: bool) -> None:
    command = [python, "-m", "tests.simulators.silence", str(job)]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")
    }  # it would take twice as long
    with running_hub(mqtt=mqtt) as hubs:
        job.write_text(json.dumps({**wanted, "hubs": hubs}, default=str))
        said = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        assert said.returncode == 0, said.stdout[-4_000:].decode(errors="replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the classifiers get, by request and by home: rows of numbers, and the home of each; what each home did."""

    rows: dict[str, np.ndarray]
    home_of: dict[str, np.ndarray]
    behaviours: np.ndarray

    @classmethod
    def of(cls, traces: Sequence[Trace]) -> Evidence:
        """Make numbers of all that was seen."""
        words = vocabulary(traces)
        by_request = [of_requests(trace, words) for trace in traces]
        by_home = [of_home(trace, words, rows) for trace, rows in zip(traces, by_request, strict=True)]
        homes = np.arange(len(traces))
        return cls(
            rows={REQUEST: np.concatenate(by_request), HOME: np.array(by_home)},
            home_of={REQUEST: np.repeat(homes, [len(rows) for rows in by_request]), HOME: homes},
            behaviours=labels(traces),
        )

    def asked(self, unit: str, name: str, shuffles: int) -> Result:
        """Ask one classifier whether it can tell the behaviours apart, by each request or by each home."""
        return judge(name, self.rows[unit], self.home_of[unit], self.behaviours, shuffles)

    def strongest(self, shuffles: int) -> Result:
        """Return the result of whoever tells the homes apart best."""
        return min((self.asked(*way, shuffles) for way in WAYS_TO_ASK), key=lambda result: result.p_value)


def answers(traces: Sequence[Trace]) -> Counter[str]:
    """Return how often the hubs answered by which status."""
    heads = (sight.text for trace in traces for sight in trace.sights if sight.who == Seen.HUB and sight.kind == DOWN)
    return Counter(head.split()[1] for head in heads if head)


def this_python() -> str:
    """Return the interpreter that has Home Assistant, from the hub's environment too."""
    beside = ROOT / ".venv" / "default" / "bin" / "python"
    return str(beside) if beside.exists() else sys.executable
