"""Deletion by two people, against a real hub over real HTTP."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest_asyncio

from hub.shares.record.model import ShareRow
from milton_protocol.base64_text import b64
from tests.hub.shares.desks import DONE, REASON, accepted, received
from tests.simulators.joining import joins

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench

BACK = "It is needed after all."


@pytest_asyncio.fixture(autouse=True)
async def second(bench: HubBench) -> None:
    """Let a second custodian join."""
    await joins(bench.settings.folder.parent, "second", "custodian")


async def test_two_people_delete_what_was_accepted_and_the_tombstone_says_who_and_why(bench: HubBench) -> None:
    """Closed at once, bytes a week later, receipt then; who, when and why stay."""
    custody = await accepted(bench)
    assert await custody.open() == DONE
    for _ in range(2):
        assert await custody.act("custodian", "deletions", reason=REASON) == DONE
    assert await custody.open() == DONE
    for _ in range(2):
        assert await custody.act("second", "deletions/1/confirm") == DONE
    assert await custody.open() == (410, "removed")
    told = await custody.told()
    assert told["state"] == "removed"
    assert not any(b64(part.header) in json.dumps(told) for part in custody.share.share.parts)
    assert "envelope" not in told
    await custody.days_pass(6.9)
    assert custody.bytes_kept
    assert "deleted" not in await custody.events()
    await custody.days_pass(0.2)
    assert not custody.bytes_kept
    assert (await custody.events())[-1] == "deleted"
    tombstone = (await custody.told())["tombstone"]
    assert {name: tombstone[name] for name in ("why", "asked_by", "confirmed_by", "reason")} == {
        "why": "two_people",
        "asked_by": "custodian",
        "confirmed_by": "second",
        "reason": REASON,
    }
    assert await custody.act("second", "deletions/1/take-back", reason=BACK) == (410, "deleted")


async def test_nobody_confirms_a_deletion_of_their_own(bench: HubBench) -> None:
    """Who asked, from any device; and the officer whose case it is, in whatever second role."""
    custody = await received(bench)
    assert await custody.act("custodian", "deletions/1/confirm") == (404, "deletion_unknown")
    assert await custody.act("custodian", "deletions", reason=REASON) == DONE
    assert await custody.act("second", "deletions", reason=REASON) == (409, "deletion_asked")
    assert await custody.act("custodian", "deletions/1/confirm") == (403, "own_act")
    assert await custody.act("officer", "deletions/1/confirm") == (403, "not_allowed")
    await joins(bench.settings.folder.parent, "officer", "custodian", "officer", badge="4117")
    assert await custody.act("officer", "deletions/1/confirm") == (403, "own_act")
    assert await custody.act("officer", "deletions", reason=REASON) == (403, "own_act")
    assert (await custody.told())["state"] == "received"


async def test_within_seven_days_the_decision_is_taken_back(bench: HubBench) -> None:
    """The share is as it was; what was taken back can't be confirmed again, only asked for anew."""
    custody = await accepted(bench)
    await custody.act("custodian", "deletions", reason=REASON)
    assert await custody.act("second", "deletions/1/take-back", reason=BACK) == DONE  # before it was decided
    assert await custody.act("second", "deletions/1/confirm") == (409, "deletion_taken_back")
    assert await custody.act("custodian", "deletions", reason=REASON) == DONE
    assert await custody.act("second", "deletions/2/confirm") == DONE
    await custody.days_pass(6)
    for _ in range(2):
        assert await custody.act("custodian", "deletions/2/take-back", reason=BACK) == DONE
    assert await custody.open() == DONE
    await custody.after(100)
    assert (await custody.told())["state"] == "accepted"
    assert [(each["ended_by"], each["end_reason"]) for each in (await custody.told())["deletions"]] == [
        ("second", BACK),
        ("custodian", BACK),
    ]


async def test_after_its_time_nothing_is_taken_back(bench: HubBench) -> None:
    """Neither after the week, nor where the share's own 30 days ended within it."""
    late, short = await accepted(bench), await received(bench)
    async with bench.hub.database.session("test") as session:
        (await session.get_one(ShareRow, short.share.share.share_id)).received_at = bench.clock() - timedelta(days=26)
    for custody in (late, short):
        await custody.act("custodian", "deletions", reason=REASON)
        assert await custody.act("second", "deletions/1/confirm") == DONE
    bench.clock.ahead = timedelta(days=5)
    assert await short.act("second", "deletions/1/take-back", reason=BACK) == (409, "time_is_up")
    bench.clock.ahead = timedelta(days=8)
    assert await late.act("second", "deletions/1/take-back", reason=BACK) == (409, "time_is_up")
    await late.days_pass(0)
    assert not late.bytes_kept
    assert not short.bytes_kept


async def test_a_hold_stops_a_deletion_at_any_time(bench: HubBench) -> None:
    """Before it is asked for, before it is confirmed, and within the week; then the decision can be taken back late."""
    custody = await accepted(bench)
    await custody.act("custodian", "holds", reason=REASON)
    assert await custody.act("custodian", "deletions", reason=REASON) == (409, "on_hold")
    await custody.act("custodian", "holds/1/release", reason=REASON)
    await custody.act("custodian", "deletions", reason=REASON)
    await custody.act("custodian", "holds", reason=REASON)
    assert await custody.act("second", "deletions/1/confirm") == (409, "on_hold")
    await custody.act("custodian", "holds/2/release", reason=REASON)
    assert await custody.act("second", "deletions/1/confirm") == DONE
    assert await custody.act("second", "holds", reason=REASON) == DONE
    await custody.days_pass(20)
    assert custody.bytes_kept
    assert await custody.act("second", "deletions/1/take-back", reason=BACK) == DONE
    assert (await custody.told())["state"] == "accepted"


async def test_an_owner_takes_back_what_two_people_are_deleting(bench: HubBench) -> None:
    """Unopened it goes at once; opened it stays sealed for the court; nothing of the decision is left to take back."""
    unopened, opened = await received(bench), await received(bench)
    assert await opened.open() == DONE
    for custody in (unopened, opened):
        await custody.act("custodian", "deletions", reason=REASON)
        assert await custody.act("second", "deletions/1/confirm") == DONE
        assert await custody.withdraw() == DONE
    assert not unopened.bytes_kept
    await opened.days_pass(8)
    assert opened.bytes_kept
    assert await opened.act("second", "deletions/1/take-back", reason=BACK) == (410, "withdrawn")
    assert await opened.act("custodian", "deletions", reason="Another reason.") == (409, "kept_for_court")
    await opened.after(23)
    assert (await opened.told())["tombstone"]["why"] == "withdrawn"
