"""Fixtures: the journey walked once without a kill, with the folder as it is before each leg."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from hub.broker.errors import BrokerError
from hub.broker.mosquitto import Installed
from hub.kit.settings import BrokerKind
from hub.kit.settings_table import SETTINGS_NAME
from tests.hub.crash.legs import LEGS, Leg
from tests.hub.crash.town import Known, Town, free_ports
from tests.simulators.mortal_hub import Mortals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUIET_S = 0.3  # longer than any two steps that follow from each other are apart; only what is found depends on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a leg begins, and the steps that it takes; ``early`` are those that it does not take in stopping."""

    leg: Leg
    folder: Path
    known: Known
    steps: frozenset[str]
    early: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """The journey, walked once."""

    mortals: Mortals
    ports: dict[str, int]
    stages: tuple[Stage, ...]

    def points(self, step: str) -> list[tuple[Stage, int]]:
        """Return where a step is taken: in the first leg that takes it, and wherever a leg names it."""
        first = [(stage, 1) for stage in self.stages if step in stage.steps][:1]
        named = [(stage, number) for stage in self.stages for each, number in stage.leg.again if each == step]
        return first + [point for point in named if point not in first]

    def is_of_stopping(self, step: str) -> bool:
        """Say whether a hub takes the step only when it is stopped."""
        return not any(step in stage.early for stage in self.stages)

    def town(self, stage: Stage, folder: Path) -> Town:
        """Return the town as it was before the stage's leg, in a folder of its own."""
        if stage.folder.exists():
            shutil.copytree(stage.folder, folder)
        else:
            folder.mkdir()
        settings = folder / "hub" / SETTINGS_NAME
        if settings.exists() and not stage.leg.broker:
            settings.write_text(settings.read_text().replace(f'"{BrokerKind.MOSQUITTO}"', f'"{BrokerKind.NONE}"'))
        return Town(self.mortals, folder, self.ports, stage.known.copy())


@pytest.fixture(scope="session", name="walked")
def walked_journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """Walk the whole journey; what follows dies at the steps that were seen."""
    try:
        Installed.find()
    except BrokerError as error:
        pytest.skip(f"no real broker here: {error.detail}")
    mortals, folder, ports = Mortals(), tmp_path_factory.mktemp("journey"), free_ports()
    try:
        yield Walked(mortals=mortals, ports=ports, stages=asyncio.run(_walk(mortals, folder, ports)))
    finally:
        mortals.close()


async def _walk(mortals: Mortals, folder: Path, ports: dict[str, int]) -> tuple[Stage, ...]:
    town = Town(mortals, folder / "town", ports, Known(home_id=secrets.token_hex(16)))
    town.folder.mkdir()
    try:
        return tuple([await _walk_leg(town, leg, folder / f"before-{number}") for number, leg in enumerate(LEGS)])
    finally:
        await town.clear_away()


async def _walk_leg(town: Town, leg: Leg, before: Path) -> Stage:
    await leg.prepare(town)
    await town.clear_away()
    shutil.copytree(town.folder, before)
    known = town.known.copy()
    town.tells = True
    await leg.walk(town)
    early = await _settled(town)
    await town.stop()
    steps = _seen(town)
    await town.clear_away()
    await town.audit()
    town.facts, town.tells = [], False
    return Stage(leg=leg, folder=before, known=known, steps=steps, early=early)


async def _settled(town: Town) -> frozenset[str]:
    """Wait until nothing follows any more, and return the steps that were taken."""
    count = 0
    while True:
        if count == (count := _count(town)):
            return _seen(town)
        await asyncio.sleep(QUIET_S)


def _count(town: Town) -> int:
    return sum(len(process.lines) for process in town.processes)


def _seen(town: Town) -> frozenset[str]:
    return frozenset().union(*(process.steps() for process in town.processes))
