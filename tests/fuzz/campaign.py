"""One campaign against one parser, guided by the coverage that its inputs reach.

    PYTHONPATH=.:.cache/fuzz .venv/ENVIRONMENT/bin/python -m tests.fuzz.campaign hub|home TARGET EXECUTIONS RESULT

It runs in a process of its own, which ends with it: the fuzzer takes over signals and memory. Inputs that reached
something new lie in .cache/fuzzed/TARGET afterwards. What broke the parser goes to tests/fuzz/found, where every
run of the tests meets it again; a campaign goes on after one, and counts each place once.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import atheris

from tests.fuzz import corpus
from tests.fuzz.target import Target, answer, check

if TYPE_CHECKING:
    from collections.abc import Mapping

INSTRUMENTED = {"hub": ["milton_protocol", "hub"], "home": ["custom_components"]}
PROCESSES = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
HANG_S = 1.0  # of the process's own time: a machine that is busy elsewhere is no hang
ABANDON_S = 60  # of wall time: an input that never ends ends the campaign
TWICE_EVERY = 64  # executions: an answer is compared with a second one
BEND_SHARE = 0.6  # of mutations; the rest are the fuzzer's own


@dataclass(slots=True, kw_only=True)
class Campaign:
    """What has happened so far."""

    target: Target
    executions_max: int
    executions: int = 0
    slowest_s: float = 0.0
    started_s: float
    crashes: dict[str, bytes] = field(default_factory=dict)
    hangs: list[bytes] = field(default_factory=list)

    def run(self, data: bytes) -> None:
        """Throw one input."""
        before_s = time.thread_time()
        try:
            if self.executions % TWICE_EVERY:
                answer(self.target, data)
            else:
                check(self.target, data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            self.crashes.setdefault(_place(error), data)
        taken_s = time.thread_time() - before_s
        self.slowest_s = max(self.slowest_s, taken_s)
        if taken_s > HANG_S:
            self.hangs.append(data)
        self.executions += 1

    @property
    def is_over(self) -> bool:
        """Say whether it has run as often as it should."""
        return self.executions >= self.executions_max

    def result(self) -> dict[str, object]:
        """Say what happened."""
        seconds = _cpu_s() - self.started_s
        return {
            "target": self.target.name,
            "executions": self.executions,
            "seconds": round(seconds, 1),
            "crashes": sorted(self.crashes),
            "hangs": len(self.hangs),
            "slowest_ms": round(self.slowest_s * 1000, 1),
            "peak_mib": max(_used(who).ru_maxrss for who in PROCESSES) // 1024,
        }


def _used(who: int) -> resource.struct_rusage:
    return resource.getrusage(who)


def _cpu_s() -> float:
    return sum(_used(who).ru_utime + _used(who).ru_stime for who in PROCESSES)


def _place(error: Exception) -> str:
    """Name the kind and the last place in our own code: the same defect has many inputs."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    last = next(frame for frame in reversed(frames) if not frame.filename.startswith(sys.base_prefix + "/lib"))
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def _bound_memory(target: Target) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + target.memory_max_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _begin(campaign: Campaign, folder: Path) -> None:
    """Run what is known, and give the fuzzer that part of it which a campaign may make."""
    name = campaign.target.name
    known = {
        *campaign.target.seeds(),
        *corpus.kept(corpus.CORPUS, name),
        *corpus.kept(corpus.FOUND, name),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(sorted(known)):
        campaign.run(data)
        if len(data) <= campaign.target.size_max_bytes:
            (folder / f"seed-{number}").write_bytes(data)


def _finish(campaign: Campaign, out: Path) -> None:
    seeds = set(campaign.target.seeds())
    broke = [data for data in (*campaign.crashes.values(), *campaign.hangs) if data not in seeds]
    if broke:
        corpus.keep(corpus.FOUND, campaign.target.name, [*corpus.kept(corpus.FOUND, campaign.target.name), *broke])
    out.write_text(json.dumps(campaign.result()))
    os._exit(0)  # the fuzzer has no other end


def main(environment: str, name: str, executions: str, out: str) -> None:
    """Run it."""
    with atheris.instrument_imports(include=INSTRUMENTED[environment], enable_loader_override=False):
        targets: Mapping[str, Target] = importlib.import_module(f"tests.fuzz.{environment}_targets").TARGETS
        bend = importlib.import_module("tests.fuzz.bending").bend
    target = targets[name]
    folder = Path(".cache") / "fuzzed" / name
    campaign = Campaign(target=target, executions_max=int(executions), started_s=_cpu_s())
    _begin(campaign, folder)

    def one(data: bytes) -> None:
        if campaign.is_over:
            _finish(campaign, Path(out))
        campaign.run(data)

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        random = Random(seed)  # noqa: S311 - mutations, not secrets
        if random.random() < BEND_SHARE:
            return bytes(bend(data, target.shape, random)[:max_size])
        return bytes(atheris.Mutate(data, max_size))

    options = {
        "artifact_prefix": f"{folder}-",
        "max_len": target.size_max_bytes,
        "rss_limit_mb": 0,
        "seed": 1,
        "timeout": ABANDON_S,
        "verbosity": 0,
    }
    arguments = [sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(folder)]
    atheris.Setup(arguments, one, custom_mutator=mutate)
    _bound_memory(target)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
