"""What is judged by which version: drafts, what was signed before a change, the queue, how long a share is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.db.counters import next_number
from hub.identity.sessions.guard import COOKIE
from hub.policy.model import PolicyVersionRow
from hub.policy.service import COUNTER
from hub.policy.values import Policy
from milton_protocol.times import format_time
from tests.hub.shares.desks import DONE, REASON, accepted, after, ask, received
from tests.simulators.hub_bench import running_hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.administrators import Administrators
    from tests.simulators.agency import Agency, Desk
    from tests.simulators.hub_bench import HubBench

BURGLARY = {"code": "16-7-1", "name": "Burglary, O.C.G.A. 16-7-1", "urgent": False, "retired": True}
SMALL_M2 = 129_499  # 0.05 sq mi


async def broken(desk: Desk, **changes: object) -> list[str]:
    """Return the rules that the ordinary draft breaks, and the limits that ask for a second person."""
    status, verdict = await desk.ask("POST", "/api/requests/verdict", desk.agency.draft(**changes))
    assert status == 200, verdict
    return [each["rule"] for each in verdict["broken"]] + verdict["exceeded"]


async def page(desk: Desk, path: str) -> str:
    """Return a page."""
    headers = {"Cookie": f"{COOKIE}={desk.cookie}", "Accept": "text/html"}
    async with desk.agency.session.get(desk.agency.officers_url + path, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def test_a_draft_that_was_begun_before_a_change_is_judged_by_what_is_in_force(
    agency: Agency, desks: Administrators
) -> None:
    """Every setting, from the moment of its approval, without a restart."""
    officer = await agency.desk("officer")
    hours = timedelta(hours=1)
    now = agency.clock()
    long = {"from": format_time(now - 5 * hours), "until": format_time(now - 4 * hours + timedelta(minutes=30))}
    assert await broken(officer) == []
    assert await broken(officer, **long) == []
    await desks.change(
        area_ordinary_m2=SMALL_M2,
        duration_ordinary_min=60,
        duration_max_min=80,
        look_back_ordinary_days=1,
        look_back_max_days=2,
        expiry_max_h=48,
        requests_per_case=1,
        requests_per_case_max=1,
        case_number="[0-9]{2}-[0-9]{6}",
    )
    assert await broken(officer) == ["why_larger_missing", "expiry_wrong_length", "area"]
    within = {"expires_in_h": 48, "why_larger": "The street behind was used to get away."}
    assert await broken(officer, **within, **long) == ["range_wrong_length", "area", "duration"]
    old = {"from": format_time(now - 30 * hours), "until": format_time(now - 29 * hours)}
    assert await broken(officer, **within, **old) == ["area", "look_back"]
    older = {"from": format_time(now - 50 * hours), "until": format_time(now - 49 * hours)}
    assert await broken(officer, **within, **older) == ["range_too_old", "area", "look_back"]
    assert await broken(officer, **within, case_number="26-1044") == ["case_number_wrong", "area"]
    await desks.change(area_max_m2=SMALL_M2)
    assert await broken(officer, **within) == ["area_too_large", "area"]
    text = await page(officer, "/requests/new")
    assert '"area_max_m2": 129499' in text
    assert '<option value="48" selected>In 2 days</option>' in text
    assert '<option value="80">1 h 20 min</option>' in text
    assert '<option value="72"' not in text


async def test_a_retired_offence_is_asked_for_no_more_and_stays_readable(agency: Agency, desks: Administrators) -> None:
    """In what was asked for before; a template that names it says so; one that comes back is there again."""
    request_id = await agency.published(offence_code="16-7-1", case_number="26-104418")
    officer = await agency.desk("officer")
    kept = agency.draft(offence_code="16-7-1")
    assert (await officer.ask("POST", "/api/drafts", kept))[0] == 200
    await desks.change(offences=[BURGLARY])
    assert await broken(officer, offence_code="16-7-1") == ["offence_retired"]
    text = await page(officer, "/requests/new")
    assert "Burglary (its offense is on the list no more)" in text
    assert "Burglary, O.C.G.A. 16-7-1 (on the list no more)" in text
    assert '<option value="16-7-1"' not in text
    assert 'Burglary, <span class="code">O.C.G.A. 16-7-1</span>' in await page(officer, f"/requests/{request_id}")
    await desks.change(offences=[BURGLARY | {"retired": False, "urgent": True}])
    assert await broken(officer, offence_code="16-7-1", urgency="urgent", expires_in_h=20) == ["urgent"]


async def test_what_was_signed_before_a_change_is_published_only_if_it_would_be_drafted_today(
    agency: Agency, desks: Administrators
) -> None:
    """It names the rule; where a supervisor has to sign by now, that is said, and what a supervisor signed goes."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    ids = []
    for number in range(3):
        drafted = await officer.draft(case_number=f"26-{200_000 + number}", expires_in_h=72)
        ids.append(drafted["id"])
        assert (await officer.sign(ids[-1]))[0] == 200
    urgent = await officer.draft(
        case_number="26-200010", urgency="urgent", offence_code="16-5-40", expires_in_h=20, why_larger="x" * 20
    )
    assert (await officer.sign(urgent["id"]))[0] == (await supervisor.sign(urgent["id"], "approver"))[0] == 200
    await desks.change(duration_ordinary_min=30)
    status, answer = await officer.act(ids[0], "publish")
    assert (status, answer["error"]) == (409, "supervisor_missing")
    status, answer = await officer.act(urgent["id"], "publish")
    assert (status, answer["state"]) == (200, "published"), answer
    await desks.change(duration_ordinary_min=120, expiry_max_h=48)
    status, answer = await officer.act(ids[1], "publish")
    assert (status, answer["error"]) == (409, "expiry_wrong_length")
    assert "The agency's policy was changed since this was drafted." in answer["message"]
    await desks.change(expiry_max_h=168)
    assert (await officer.act(ids[2], "publish"))[1]["state"] == "published"


async def test_a_supervisor_reads_by_which_limit_a_request_was_too_much(agency: Agency, desks: Administrators) -> None:
    """The one in force when it was made, whatever was changed since."""
    await desks.change(duration_ordinary_min=30)
    agency.clock.ahead += timedelta(seconds=2)  # a request's time is in whole seconds
    await (await agency.desk("officer")).draft()
    await desks.change(duration_ordinary_min=60)
    assert "1 h of footage, above 30 min" in await page(await agency.desk("supervisor"), "/cosign")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[HubBench]:
    """Run a hub with one published request and one enrolled home."""
    async with running_hub(tmp_path) as started:
        yield started


async def test_a_shorter_time_counts_for_what_begins_after_it_and_ends_nothing_sooner(bench: HubBench) -> None:
    """What came, was declined or closed before keeps the time of then; a longer time keeps nothing longer."""
    old, declined, declined_late = [await received(bench) for _ in range(3)]
    assert await declined.act("officer", "decline") == DONE
    await put_in_force(bench, replace(Policy(), unlinked_kept_days=5, declined_kept_days=2, closed_case_kept_days=30))
    new, longer = [await received(bench) for _ in range(2)]
    assert await declined_late.act("officer", "decline") == DONE
    await put_in_force(bench, Policy())
    shares = (old, declined, declined_late, new, longer)
    kept = {}
    for days in (0.1, 2.5, 5.5, 7.5, 30.5):
        if days == 5.5:
            assert await longer.act("officer", "decline") == DONE  # by what is in force again: seven days
        await after(bench, days)
        kept[days] = [each.bytes_kept for each in shares]
    assert kept == {
        0.1: [True] * 5,
        2.5: [True, True, False, True, True],
        5.5: [True, True, False, False, False],
        7.5: [True, False, False, False, False],
        30.5: [False] * 5,
    }


async def test_a_case_is_kept_as_was_promised_when_it_was_closed(bench: HubBench) -> None:
    """Closed before the change: a year; after it: as the change says."""
    share = await accepted(bench)
    assert await ask(bench, "custodian", "/api/cases/close", case_number="26-1", reason=REASON) == DONE
    await put_in_force(bench, replace(Policy(), closed_case_kept_days=30))
    await after(bench, 364)
    assert share.bytes_kept
    assert await ask(bench, "custodian", "/api/cases/reopen", case_number="26-1", reason=REASON) == DONE
    assert await ask(bench, "custodian", "/api/cases/close", case_number="26-1", reason=REASON) == DONE
    await after(bench, 29)
    assert share.bytes_kept
    await after(bench, 31)
    assert not share.bytes_kept


async def put_in_force(bench: HubBench, policy: Policy) -> None:
    """Put a policy in force now, a moment after all that was done and before what follows."""
    async with bench.hub.database.session("test") as session:
        number = await next_number(session, COUNTER)
        session.add(
            PolicyVersionRow(
                number=number, content=policy.content(), reason=REASON, asked_by="a", approved_by="b", at=bench.clock()
            )
        )
    bench.clock.ahead += timedelta(seconds=2)
