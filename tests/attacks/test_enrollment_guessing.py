"""Guessing enrollment codes: wrong ones are slowed, a right one never is, and the odds are hopeless."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import statistics
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from hub.audit.model import AuditRow
from hub.enrollment import setup as enrollment_setup
from hub.enrollment import tries
from hub.enrollment.model import WrongCode
from hub.kit import guesses
from hub.kit.access import OPERATOR
from hub.kit.codes import ALPHABET, GROUP_CHARS, GROUPS, new_code
from milton_protocol import canonical
from tests.simulators.agency import enrol_body
from tests.simulators.hub_bench import running_hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.hub_bench import HubBench

JUDGED_A_SECOND = 5_000  # ten times what one hub answered on two cores: docs/adr/0093
CODES_UNUSED = 10_000
GUESSED_FOR = timedelta(days=36_525)  # a hundred years
AT_ONCE_S = 1.0  # a right code's whole answer, beside as much guessing as a test can make


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[HubBench]:
    """Run a hub behind a web server on its own machine, which tells it the asker's address."""
    async with running_hub(tmp_path) as started:
        yield started


async def a_code(bench: HubBench) -> str:
    """Make a code for one home."""
    enrollment = enrollment_setup.build(bench.hub)
    async with bench.hub.database.session("test") as session:
        return await enrollment.new_code(session, OPERATOR, cell="3414,-8430", at=bench.clock())


async def tried(bench: HubBench, code: str, address: str) -> tuple[int, str]:
    """Try a code from an address; return status and rule."""
    body = canonical.encode(enrol_body(code, secrets.token_hex(16)))
    url, headers = f"{bench.homes_url}/v1/enrol", {"X-Real-IP": address}
    async with bench.session.post(url, data=body, headers=headers) as answer:
        return answer.status, json.loads(await answer.read()).get("error", "")


async def seconds(bench: HubBench, code: str, address: str) -> float:
    """Try a code from an address; return how long the answer took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert (await tried(bench, code, address))[0] in {200, 404}
    return loop.time() - began


async def rows(bench: HubBench, action: str) -> int:
    """Count the trail's rows of an action."""
    async with bench.hub.database.reading() as session:
        where = AuditRow.action == action
        return await session.scalar(select(func.count()).select_from(AuditRow).where(where)) or 0


async def test_who_guesses_from_many_addresses_keeps_no_resident_out(
    bench: HubBench, caplog: pytest.LogCaptureFixture
) -> None:
    """Seventy wrong codes from seventy places; a resident's right one is taken at once. The trail says it once."""
    caplog.set_level(logging.WARNING)
    code = await a_code(bench)
    for number in range(70):
        assert await tried(bench, new_code(), f"203.0.113.{number}") == (404, "code_unknown")
    assert (await tried(bench, code, "198.51.100.7"))[0] == 200
    assert await rows(bench, "enrolment.code_unknown") == tries.NOTED_IN_ALL
    assert await rows(bench, "enrolment.many_wrong_codes") == 1
    assert [each for each in caplog.messages if each.startswith("Somebody guesses enrollment codes")] != []


async def test_a_right_code_is_taken_at_once_while_a_neighbor_behind_the_same_address_guesses(bench: HubBench) -> None:
    """Lines that guess without end, more than are held back: none of them holds the right code back."""
    address, ends = "203.0.113.7", False

    async def guess() -> None:
        while not ends:
            assert await tried(bench, new_code(), address) == (404, "code_unknown")

    async with asyncio.TaskGroup() as tasks:
        for _ in range(guesses.SLOWED_AT_ONCE + 16):
            tasks.create_task(guess())
        await asyncio.sleep(2 * guesses.SLOW_S)
        took = [await seconds(bench, await a_code(bench), address) for _ in range(3)]
        ends = True
    assert statistics.median(took) < AT_ONCE_S
    async with bench.hub.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WrongCode)) == tries.PER_NETWORK_MAX


async def test_only_so_many_answers_are_held_back() -> None:
    """Who guesses on many lines can't have the hub keep them all: past its bound wrong codes are answered at once."""
    answers, beyond = guesses.SlowAnswers(), 20
    held = [asyncio.create_task(answers.wait()) for _ in range(guesses.SLOWED_AT_ONCE + beyond)]
    await asyncio.sleep(0)
    assert sum(each.done() for each in held) == beyond
    await asyncio.gather(*held)


async def test_the_addresses_that_one_home_is_given_are_one(bench: HubBench) -> None:
    """An IPv6 /56, and IPv4 written as IPv6; the next /56 and the next address are somebody else's."""
    for number in range(tries.PER_NETWORK_MAX):
        assert await tried(bench, new_code(), f"2001:db8:7:1{number:02x}::{number}") == (404, "code_unknown")
    assert await seconds(bench, new_code(), "2001:db8:7:1ff::1") >= guesses.SLOW_S
    for _ in range(tries.PER_NETWORK_MAX):
        assert (await tried(bench, new_code(), "203.0.113.7"))[0] == 404
    assert await seconds(bench, new_code(), "::ffff:203.0.113.7") >= guesses.SLOW_S
    assert await seconds(bench, new_code(), "2001:db8:7:200::1") < guesses.SLOW_S
    assert await seconds(bench, new_code(), "203.0.113.8") < guesses.SLOW_S


async def test_a_used_code_tells_a_guesser_nothing_but_that_and_gives_nothing(bench: HubBench) -> None:
    """The home's credentials are derived with its own id: another id gets none of them."""
    code = await a_code(bench)
    assert (await tried(bench, code, "198.51.100.7"))[0] == 200
    assert await tried(bench, code, "198.51.100.8") == (409, "code_used")
    bench.clock.ahead += timedelta(days=15)
    assert await tried(bench, code, "198.51.100.8") == (409, "code_used")


async def test_what_is_remembered_of_wrong_codes_is_bounded(bench: HubBench) -> None:
    """However many networks somebody has, the table does not grow past its bound, and is empty an hour later."""
    almost = tries.COUNTED_IN_ALL - 3
    async with bench.hub.database.session("test") as session:
        session.add_all(WrongCode(address_digest=f"{number:064x}", at=bench.clock()) for number in range(almost))
    for number in range(6):
        assert (await tried(bench, new_code(), f"203.0.113.{number}"))[0] == 404
    async with bench.hub.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WrongCode)) == tries.COUNTED_IN_ALL
    bench.clock.ahead += tries.WINDOW
    await bench.hub.jobs.run_now("enrolment tries")
    async with bench.hub.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WrongCode)) == 0


def test_guessing_is_hopeless_without_any_limit() -> None:
    """More than the hub can judge, for a hundred years, against ten thousand unused codes: still no even chance."""
    codes = len(ALPHABET) ** (GROUPS * GROUP_CHARS)
    guesses = JUDGED_A_SECOND * GUESSED_FOR.total_seconds()
    assert guesses * CODES_UNUSED / codes < 0.5
    assert len({new_code() for _ in range(1_000)}) == 1_000
