"""What an owner's flag leaves open: links that come back, an id that was to stay cut short."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

import pytest

from tests.hub.shares.desks import DONE, Custody, received
from tests.hub.shares.passing.outside import RUTH, UNKNOWN, Link, body, make, passed_on, say, standings, view
from tests.simulators.hub_bench import running_hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.hub_bench import HubBench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[HubBench]:
    """Run a hub with one published request and one enrolled home."""
    async with running_hub(tmp_path) as started:
        yield started


async def test_a_flag_ends_what_was_passed_on_and_no_custodian_revives_it(bench: HubBench) -> None:
    """A custodian who takes the flag off opens no link, makes none, and needs the owner's word anew."""
    custody, link = await passed_on(bench)
    seen = secrets.token_hex(16)
    assert (await view(bench, link, seen))[0] == 200
    assert await say(custody, custody.share.flag(later_s=5)) == DONE
    assert await custody.act("custodian", "unflag") == DONE
    assert await view(bench, link, secrets.token_hex(16)) == UNKNOWN
    assert (await body(bench, seen))[0] == 404
    assert await standings(custody) == ["withdrawn"]
    assert await make(custody, Link()) == (409, "not_agreed")
    assert await say(custody, custody.share.consent(RUTH, later_s=10)) == DONE
    assert await standings(custody) == ["agreed"]
    assert await view(bench, link, secrets.token_hex(16)) == UNKNOWN  # agreeing again revives none
    assert await make(custody, Link()) == DONE


async def test_who_joins_a_case_later_learns_no_id_of_what_was_flagged(bench: HubBench) -> None:
    """Nor who was in it when a share came flagged, and its owner says the same again."""
    before, custody = await received(bench), Custody(bench=bench, share=bench.share(flagged=True))
    await bench.home.send(custody.share)
    assert await say(before, before.share.flag()) == DONE
    assert await say(custody, custody.share.flag()) == DONE
    cookies = await bench.sign_in("officer")
    _, _, page = await bench.officer_asks(cookies, "GET", f"/requests/{bench.request_id}")
    case_id = page.decode().split('"case_id":')[1].split('"')[1]
    _, _, answer = await bench.officer_asks(cookies, "GET", f"/api/cases/{case_id}/changes?after=0")
    assert len(json.loads(answer)["set_aside"]["shares"]) == 2
    for each in (before, custody):
        assert each.share.share.share_id not in answer.decode()
