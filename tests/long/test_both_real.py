"""A real home and a real hub, and somebody is killed on a share's way: nothing acknowledged is lost, nothing is twice.

Real Home Assistant with the integration, a real hub with its mosquitto, a real doorbell; an officer publishes, the
owner looks, approves, and sometimes takes back; kill -9 hits home, hub, broker or cutting child at a stage of that
(`both_real/blows.py`) or at random moments, and who was killed is started again. Fewer rounds:
``MILTON_BOTH_REAL_ROUNDS=20 scripts/test --long -k both_real``; only some kills, by a word of how they are called:
``MILTON_BOTH_REAL_ONLY="receipt on its way"`` before it, which writes nothing down.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.e2e.steps import Steps
from tests.long.both_real.blows import BLOWS, Stage
from tests.long.both_real.check import (
    check_broker,
    check_end,
    check_journey,
    check_nobody_left,
    complaints,
    followed,
)
from tests.long.both_real.journey import Journey, TakenBack
from tests.long.both_real.town import Victim, running
from tests.long.report import write_section

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.long.both_real.blows import Blow
    from tests.long.both_real.town import RealTown

ROUNDS = int(os.environ.get("MILTON_BOTH_REAL_ROUNDS", "150"))
ONLY = os.environ.get("MILTON_BOTH_REAL_ONLY", "")
SEED = 20_261_126
KILLS, PAUSE_S, LOOK_S = (2, 4), (0.0, 1.5), 0.01  # at random moments: how many, from one to the next
HEADING = "A real home and a real hub, killed in turn"


@dataclass(kw_only=True)
class Tally:
    """What came of the rounds."""

    journeys: list[Journey] = field(default_factory=list)
    at_stages: Counter[Victim] = field(default_factory=Counter)
    at_random: Counter[Victim] = field(default_factory=Counter)
    missed: list[Blow] = field(default_factory=list)
    longest_s: float = 0.0


async def test_whoever_is_killed_on_its_way_a_share_arrives_once(tmp_path: Path) -> None:
    """After each round the hub's books follow from those before, and both sides say the same of one share."""
    steps, tally = Steps(), Tally()
    async with running(tmp_path, steps, SEED) as town, asyncio.TaskGroup() as tasks:
        keepers = [tasks.create_task(keep()) for keep in (town.keep_home, town.keep_hub)]
        books = await followed(town, None)
        for number, blow in zip(range(ROUNDS), blows(), strict=False):
            journey = await walk(town, tally, number, blow)
            await town.is_up()
            books = await followed(town, books)
            await check_journey(journey, books)
            said = complaints(town)
            assert not said, "\n".join([f"round {number + 1}: {blow or 'at random moments'}", *said])
            late = " (too late)" if blow in tally.missed else ""
            steps.say(f"{steps.elapsed_s:6.0f} s  {number + 1}: {blow or 'at random moments'}{late}")
        for keeper in keepers:
            keeper.cancel()
        await asyncio.wait(keepers)
        await town.home.quit()
        await check_nobody_left()
        await check_broker(town, books)
        await town.home.begin()
        await town.is_up()
        await check_end(town, tally.journeys, books)
        assert not (said := complaints(town)), "\n".join(said)
    assert [str(each) for each in tally.missed if each.is_exact] == []
    assert len(tally.missed) <= ROUNDS // 10, [str(each) for each in tally.missed]
    if not ONLY:
        write(tally)


def blows() -> Iterator[Blow | None]:
    """Yield each blow, in an order that has all stages soon; after every second one a round of random moments."""
    order = [each for each in BLOWS if ONLY in str(each)]
    random.Random(SEED).shuffle(order)  # noqa: S311 - the same order in each run
    while True:
        for number, blow in enumerate(order):
            yield blow
            if number % 2:
                yield None


async def walk(town: RealTown, tally: Tally, number: int, blow: Blow | None) -> Journey:
    """Walk one journey, while somebody is killed."""
    began_s = asyncio.get_running_loop().time()
    journey = Journey(town=town, number=number, taken_back=taken_back(town, blow), blow=blow)
    tally.journeys.append(journey)
    killing = asyncio.create_task(kill_at_random(town, tally)) if blow is None else None
    try:
        struck = await journey.walk()
    finally:
        if killing is not None:
            killing.cancel()
            with suppress(asyncio.CancelledError):
                await killing
    if blow is not None:
        tally.at_stages[blow.victim] += struck
        tally.missed += [] if struck else [blow]
    tally.longest_s = max(tally.longest_s, asyncio.get_running_loop().time() - began_s)
    return journey


def taken_back(town: RealTown, blow: Blow | None) -> TakenBack:
    """Return when the owner takes this share back: always where the blow is for that, else now and then."""
    if blow is not None and blow.stage is not Stage.WITHDRAWN:
        return TakenBack.NEVER
    late = [TakenBack.RECEIPTED] if blow is not None else [*TakenBack]
    return town.chance.choice(late)


async def kill_at_random(town: RealTown, tally: Tally) -> None:
    """Kill a few, whoever it is; a cutting child is waited for."""
    for _ in range(town.chance.randint(*KILLS)):
        await asyncio.sleep(town.chance.uniform(*PAUSE_S))
        victim = town.chance.choice([*Victim])
        while victim is Victim.CUTTER and not town.cutter_pid():  # noqa: ASYNC110 - a child has no event for a test
            await asyncio.sleep(LOOK_S)
        tally.at_random[victim] += town.kill(victim)


def write(tally: Tally) -> None:
    """Put what came of it into the page."""
    kills = (tally.at_stages + tally.at_random).total()
    shares = sum(not each.taken_back.is_wanted for each in tally.journeys)
    back = len(tally.journeys) - shares
    lines = (
        "`scripts/test --long -k both_real`; fewer rounds: `MILTON_BOTH_REAL_ROUNDS=20` before it. A real Home",
        "Assistant with the integration, a real `milton-hub serve` with its mosquitto, a real camera. Each round is",
        "one request that is published, looked at, approved, sent and receipted, and sometimes taken back; somebody",
        "gets kill -9 at one of its stages, by the durable step that is reached, or up to four get it at random",
        "moments, and start again up to two seconds later. The home hears by MQTT alone: between its starts it reads",
        "no feed. After each round: one entry in the public log, one request at home, one share whose bytes are those",
        "that the receipt names and the owner approved, one receipt that both sides have; or, taken back, no byte.",
        "",
        "| killed | at a stage | at random moments |",
        "|---|---|---|",
        *(f"| {each} | {tally.at_stages[each]} | {tally.at_random[each]} |" for each in Victim),
        "",
        f"{len(tally.journeys)} rounds, {kills} kills, {shares} shares kept, {back} taken back. Lost: 0. Doubled: 0.",
        f"The longest round took {tally.longest_s:.0f} s; {len(tally.missed)} kills from outside came too late.",
    )
    write_section(HEADING, lines)
