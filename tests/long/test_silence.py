"""The silence proof at full size: more homes, with a broker and by the feed alone. Writes its section "Silence"."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.long.report import write_section
from tests.simulators.footage import FRAGMENTS, film
from tests.simulators.silence.campaign import HOURS, SERVED, WAYS_TO_ASK, Evidence, answers, lived, this_python
from tests.simulators.silence.leaks import LEAKS
from tests.simulators.silence.trace import Behaviour

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulators.silence.classifiers import Result
    from tests.simulators.silence.trace import Trace

HOMES = int(os.environ.get("MILTON_SILENCE_HOMES", "12"))
REQUESTS = 8
SHUFFLES = 1_999
SURE = 0.05  # of all that is asked together: what chance alone would say of homes that can't be told apart
NEAR = SURE / (2 * len(WAYS_TO_ASK))  # decided before: who is below it is asked again, of twice as many other homes
FOUND = 0.001
COMMAND = "`scripts/test --long tests/long/test_silence.py`"


WORDS = (
    f"{COMMAND}: real Home Assistant cores, each with a real hub",
    f"and its broker, on a clock that jumps, {HOURS} hours each, {REQUESTS} requests at random times, {HOMES} homes of",
    f"each of {len(Behaviour)} behaviours ({', '.join(Behaviour)}; those that share are seen until they",
    "approve). The classifiers have every byte with its time, what phones are told, what the hub and its broker",
    "log, and each row of the hub's tables and each file of its folder that comes, changes or goes (docs/adr/0058).",
    "They are tested on homes they never saw. p: how often they do as well on shuffled behaviours",
    f"({SHUFFLES:,} shuffles).",
    f"The rule, made before: a row at or below {NEAR:.4f} ({SURE} over {2 * len(WAYS_TO_ASK)} rows) is asked again of",
    f"twice as many other homes, and fails at or below {SURE} (over as many rows as are asked again). A leak",
    "gets surer with more homes.",
    "",
)
HEAD = ("| way | classifier | by | samples | accuracy | chance | p |", "|---|---|---|---|---|---|---|")


def test_no_classifier_tells_homes_apart_over_200_hours(tmp_path: Path) -> None:
    """Both ways to the hub; each classifier by request and by home; each leak is found on both ways."""
    segment = film(tmp_path / "film.mp4", seconds=10, movflags=FRAGMENTS)
    rows, again, leaks, longest_s = [], [], [], 0.0
    for mqtt in (True, False):
        traces = _lived(tmp_path / _way(mqtt), segment, mqtt=mqtt)
        evidence = Evidence.of(traces)
        results = [evidence.asked(*way, SHUFFLES) for way in WAYS_TO_ASK]
        rows += [_row(mqtt, unit, result) for (unit, _), result in zip(WAYS_TO_ASK, results, strict=True)]
        leaks += [(mqtt, leak.__name__, *_found(traces, leak)) for leak in LEAKS]
        assert answers(traces).keys() <= SERVED, answers(traces)
        longest_s = max(longest_s, *(trace.longest_turn_s for trace in traces))
        near = [way for way, result in zip(WAYS_TO_ASK, results, strict=True) if result.p_value <= NEAR]
        if near:
            others = Evidence.of(
                _lived(tmp_path / f"{_way(mqtt)}-again", segment, mqtt=mqtt, many=2 * HOMES, after=HOMES)
            )
            again += [(mqtt, unit, others.asked(unit, name, SHUFFLES)) for unit, name in near]
    lines = [*WORDS, *HEAD, *rows]
    if again:
        lines += ["", f"Asked again, of {2 * HOMES} other homes of each behavior:", "", *HEAD]
        lines += [_row(mqtt, unit, result) for mqtt, unit, result in again]
    lines += ["", "Homes with one fault put in, and who found them best:", "", "| way | fault | accuracy | p |"]
    lines += ["|---|---|---|---|"]
    lines += [
        f"| {_way(mqtt)} | {name.replace('_', ' ')} | {accuracy:.3f} | {p_value:.4f} |"
        for mqtt, name, accuracy, p_value in leaks
    ]
    lines += ["", f"Longest turn of the event loop while an owner acted: {longest_s * 1_000:.0f} ms."]
    write_section("Silence", lines)
    assert all(result.p_value > SURE / len(again) for *_, result in again)
    assert all(p_value <= FOUND for *_, p_value in leaks)


def _way(mqtt: bool) -> str:  # noqa: FBT001 - as the table has it
    return "MQTT" if mqtt else "feed"


def _lived(folder: Path, film: Path, *, mqtt: bool, many: int = HOMES, after: int = 0) -> list[Trace]:
    folder.mkdir()
    return lived(folder, film, per_behaviour=many, requests=REQUESTS, mqtt=mqtt, python=this_python(), after=after)


def _row(mqtt: bool, unit: str, result: Result) -> str:  # noqa: FBT001 - as above
    return (
        f"| {_way(mqtt)} | {result.name} | {unit} | {result.samples} | {result.accuracy:.3f} "
        f"| {result.chance:.3f} | {result.p_value:.4f} |"
    )


def _found(traces: list[Trace], leak: Callable[[Trace], Trace]) -> tuple[float, float]:
    result = Evidence.of([leak(trace) for trace in traces]).strongest(SHUFFLES)
    return result.accuracy, result.p_value
