"""kill -9 of a real hub at every durable step, before or after it: nothing acknowledged is lost, nothing done twice.

The steps are found in the source (``hub.kit.steps``), the legs of the journey that take them by walking it once: a step
that is new in a leg is killed from then on, and one that no leg takes fails here.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import aiomqtt
import pytest

import hub
from hub.kit.steps import AFTER, BEFORE
from tests.simulators.mortal_hub import DiedError, End

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

    from tests.hub.crash.conftest import Stage, Walked
    from tests.hub.crash.town import Town

SOURCE = Path(hub.__file__).parent
TAKERS = {"session", "durable"}
CUT = (DiedError, aiohttp.ClientError, aiomqtt.MqttError, OSError)
ENOUGH = 30
IN_CI = 3  # one step in three: they are sorted by room, so each room has some
BOTH_MOMENTS = "MATRIX_BOTH_MOMENTS"  # of the environment


def steps_in(folder: Path) -> list[str]:
    """Return every step's name below a folder: a literal, or one that is handed on in a parameter ``step``."""
    names = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                names |= _names(node, path)
    return sorted(names)


def _names(call: ast.Call, path: Path) -> set[str]:
    taker = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = [word.value for word in call.keywords if word.arg == "step"]
    if taker in TAKERS:
        given += call.args[:1]
    found = {each.value for each in given if isinstance(each, ast.Constant)}
    handed_on = [each for each in given if isinstance(each, ast.Name) and each.id == "step"]
    assert len(given) == len(found) + len(handed_on), f"{path}:{call.lineno}: a step whose name can't be read"
    return found


STEPS = steps_in(SOURCE)


def test_there_are_steps_enough_for_every_promise() -> None:
    """The bar is thirty in all; the hub alone has more."""
    assert len(STEPS) >= ENOUGH


def ends() -> list[ParameterSet]:
    """Return each step with both moments in the campaign; else every third with one of them, as all take too long."""
    if os.environ.get(BOTH_MOMENTS):
        found = [(step, moment, True) for step in STEPS for moment in (BEFORE, AFTER)]
    else:
        found = [(step, (BEFORE, AFTER)[number % 2], number % IN_CI == 0) for number, step in enumerate(STEPS)]
    return [
        pytest.param(step, moment, id=f"{step}-{moment}", marks=() if in_ci else pytest.mark.long)
        for step, moment, in_ci in found
    ]


def test_each_step_is_taken_by_a_leg(walked: Walked) -> None:
    """So that the campaign can kill a hub at each."""
    assert [step for step in STEPS if not walked.points(step)] == []


@pytest.mark.parametrize(("step", "moment"), ends())
async def test_a_hub_killed_at_a_step_goes_on_where_it_was(
    walked: Walked, tmp_path: Path, step: str, moment: str
) -> None:
    """Killed, its books hold; started again, everybody repeats what was not answered, and the leg ends as ever."""
    for number, (stage, taken) in enumerate(walked.points(step)):
        town = walked.town(stage, tmp_path / str(number))
        await town.audit()
        town.end = End(step=step, moment=moment, number=taken)
        try:
            await die(town, stage, stops=walked.is_of_stopping(step))
            await town.audit()
            await go_on(town, stage)
        finally:
            await town.clear_away()


async def die(town: Town, stage: Stage, *, stops: bool) -> None:
    """Walk the leg until a process is killed at its end, and take everything else down with it."""
    try:
        await stage.leg.walk(town)
        if stops:
            await town.stop()
        elif town.hub is not None:
            await town.hub.until_ended()
    except CUT:
        await town.until_killed()
    assert any(process.killed.is_set() for process in town.processes), f"nothing died in the leg {stage.leg.name}"
    await town.clear_away()


async def go_on(town: Town, stage: Stage) -> None:
    """Start again; two minutes later nobody waits for the dead worker's leases."""
    town.end = None
    if (town.folder / "hub").exists():
        town.later("UPDATE job_lease SET until = datetime('now', '-1 seconds')")
    await stage.leg.walk(town)
    await town.stop()
    await town.audit()
