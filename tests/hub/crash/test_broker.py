"""kill -9 of the broker, alone and together with the hub, while something is being told to it.

Afterwards it has every live message once and nothing that was cleared, and lets in who is enrolled and nobody else.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import aiomqtt
import pytest

from hub.kit.steps import AFTER, BEFORE
from tests.hub.crash.test_matrix import SOURCE, die, go_on, steps_in
from tests.simulators.hub_books import read_books
from tests.simulators.mortal_hub import PATIENCE_S, End

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hub.crash.conftest import Walked
    from tests.hub.crash.town import Town

# While it is filled, while a request is published, while a home gets its account, while a topic is cleared.
MOMENTS = (
    ("publication", "topic.published", "1"),
    ("publication", "topic.published", "4"),
    ("enrolment", "broker.accounts_changed", "1"),
    ("enrolment", "broker.accounts_changed", "2"),
    ("expiry", "topic.cleared", "1"),
)
BEFORE_IT_LIVES = {"broker.file_written"}


def test_every_step_that_is_about_the_broker_is_one_at_which_it_is_killed() -> None:
    """A new one fails here until it has a moment; its own files are written before there is a broker to kill."""
    assert {*steps_in(SOURCE / "broker")} == {step for _, step, _ in MOMENTS} | BEFORE_IT_LIVES


@pytest.mark.parametrize("moment", [BEFORE, pytest.param(AFTER, marks=pytest.mark.long)])
@pytest.mark.parametrize("point", MOMENTS, ids=" ".join)
async def test_a_broker_killed_under_a_living_hub_is_filled_again(
    walked: Walked, tmp_path: Path, point: tuple[str, str, str], moment: str
) -> None:
    """Nobody notices but by waiting: the leg is walked to its end, and the next broker has what it must."""
    leg, step, number = point
    stage = next(each for each in walked.stages if each.leg.name == leg)
    town = walked.town(stage, tmp_path / "town")
    town.end = End(step=step, moment=moment, number=int(number), target="broker")
    try:
        await stage.leg.walk(town)
        assert town.hub is not None
        await town.until_killed()
        await has_what_it_must(town)
        assert not town.hub.ended.is_set()
        await town.stop()
        await town.audit()
    finally:
        await town.clear_away()


@pytest.mark.parametrize("moment", [pytest.param(BEFORE, marks=pytest.mark.long), AFTER])
@pytest.mark.parametrize("point", MOMENTS, ids=" ".join)
async def test_a_broker_killed_with_its_hub_is_filled_again(
    walked: Walked, tmp_path: Path, point: tuple[str, str, str], moment: str
) -> None:
    """The next hub starts the next broker, and fills it from its own database alone."""
    leg, step, number = point
    stage = next(each for each in walked.stages if each.leg.name == leg)
    town = walked.town(stage, tmp_path / "town")
    town.end = End(step=step, moment=moment, number=int(number), target="both")
    try:
        await die(town, stage, stops=False)
        await town.audit()
        await go_on(town, stage)
        await town.clear_away()
        await town.open()
        await has_what_it_must(town)
    finally:
        await town.clear_away()


async def has_what_it_must(town: Town) -> None:
    """Wait until the broker keeps exactly what the table has, each message once."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with suppress(aiomqtt.MqttError):
                found, books = await town.retained(), await read_books(town.folder)
                assert books is not None
                table = {name: topic.payload for name, topic in books.topics.items() if topic.payload is not None}
                if found == sorted(table.items()):
                    return
            town.check_alive()
