"""Legal holds, against a real hub over real HTTP: what is held is not deleted, whatever its time says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hub.policy.values import Policy
from hub.shares.record.model import ShareRow
from hub.shares.record.periods import UNDELETE, WITHDRAWN_OPENED_KEPT, End, Why, after_hold, end_of
from hub.shares.retention.holding import FREED_BY_ONE_MAX, HOLDS_OF_ONE_MAX, TIMES_HELD_MAX
from tests.hub.shares.desks import DONE, REASON, Custody, accepted, received
from tests.simulators.hub_bench import running_hub
from tests.simulators.joining import joins

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.hub_bench import HubBench


async def test_a_held_share_outlives_its_time_until_the_last_hold_ends(bench: HubBench) -> None:
    """The owner is told when it begins and when it ends, by whose badge; the reasons stay with the agency."""
    custody = await received(bench)
    assert await custody.open() == DONE
    assert await custody.act("custodian", "holds", reason=REASON) == DONE
    assert await custody.act("custodian", "holds", reason=REASON) == DONE  # the same again
    assert await custody.act("custodian", "holds", reason="A second court wants it.") == DONE
    await custody.after(40)
    assert custody.bytes_kept
    assert await custody.act("custodian", "holds/1/release", reason="The first trial is over.") == DONE
    assert await custody.act("custodian", "holds/1/release", reason="The first trial is over.") == DONE
    await custody.after(40)
    assert custody.bytes_kept
    assert await custody.events() == ["received", "held"]
    assert await custody.act("custodian", "holds/2/release", reason="The second is over.") == DONE
    assert await custody.events() == ["received", "held", "released"]
    await custody.after(40)
    assert not custody.bytes_kept
    assert await custody.events() == ["received", "held", "released", "deleted"]
    held = next(each for each in await bench.receipts(custody.share) if each.event == "held")
    assert held.by is not None
    assert held.by.badge == "1518"
    holds = (await custody.told())["holds"]
    assert [(each["placed_by"], each["released_by"], each["reason"]) for each in holds] == [
        ("custodian", "custodian", REASON),
        ("custodian", "custodian", "A second court wants it."),
    ]


async def test_who_ends_the_last_hold_alone_deletes_nothing_for_seven_days(bench: HubBench) -> None:
    """Though its own time is over: another custodian can hold it again meanwhile."""
    custody = await received(bench)
    assert await custody.open() == DONE
    assert await custody.act("officer", "decline") == DONE
    assert await custody.act("custodian", "holds", reason=REASON) == DONE
    await custody.days_pass(8)
    assert await custody.act("custodian", "holds/1/release", reason="The trial is over.") == DONE
    await custody.days_pass(6.9)
    assert custody.bytes_kept
    assert await custody.act("custodian", "holds", reason="There is an appeal.") == DONE
    await custody.days_pass(1)
    assert custody.bytes_kept
    assert await custody.act("custodian", "holds/2/release", reason="It was turned down.") == DONE
    await custody.days_pass(6.9)
    assert custody.bytes_kept
    await custody.days_pass(0.2)
    assert not custody.bytes_kept
    assert (await custody.told())["tombstone"]["why"] == "declined"


def test_what_its_owner_took_back_goes_when_its_time_is_over_whenever_a_hold_ended() -> None:
    """A hold is no way around a withdrawal."""
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    share = ShareRow(received_at=now, created_at=now, opened_at=now, accepted_at=None, declined_at=None)
    ended = now + timedelta(days=50)
    found = end_of(share, policy_at=lambda _at: Policy(), is_drill=False)
    assert found is not None
    assert after_hold(found, ended) == End(at=ended + UNDELETE, why=Why.NOT_ACCEPTED)
    assert after_hold(found, now) == found  # it has longer than seven days left
    share.withdrawn_at = now
    found = end_of(share, policy_at=lambda _at: Policy(), is_drill=False)
    assert found is not None
    assert after_hold(found, ended) == End(at=now + WITHDRAWN_OPENED_KEPT, why=Why.WITHDRAWN)


async def test_what_was_opened_and_then_withdrawn_can_still_be_held(bench: HubBench) -> None:
    """The court's 30 days become as long as the court says; nobody opens it meanwhile."""
    custody = await received(bench)
    assert await custody.open() == DONE
    assert await custody.withdraw() == DONE
    assert await custody.act("custodian", "holds", reason=REASON) == DONE
    await custody.after(60)
    assert custody.bytes_kept
    assert await custody.open() == (410, "withdrawn")
    assert await custody.act("custodian", "holds/1/release", reason="Not needed any more.") == DONE
    await custody.after(60)
    assert await custody.events() == ["received", "withdrawn", "held", "released", "deleted"]


async def test_what_nobody_opened_is_its_owners_alone(bench: HubBench) -> None:
    """No hold takes the owner's right away; what is on its way, unknown or gone is no court's either."""
    custody = await received(bench)
    assert await custody.act("custodian", "holds", reason=REASON) == (409, "nothing_to_hold")
    assert await custody.withdraw() == DONE
    assert not custody.bytes_kept
    assert await custody.act("custodian", "holds", reason=REASON) == (410, "deleted")
    announced = Custody(bench=bench, share=bench.share())
    assert await announced.act("custodian", "holds", reason=REASON) == (404, "share_unknown")
    await bench.home.announce(announced.share)
    assert await announced.act("custodian", "holds", reason=REASON) == (409, "not_received")
    assert await announced.act("custodian", "holds/1/release", reason=REASON) == (404, "hold_unknown")


async def test_an_exercise_is_never_held(tmp_path: Path) -> None:
    """It leaves nothing, also when somebody looked."""
    async with running_hub(tmp_path, drill=True) as bench:
        custody = await received(bench)
        assert await custody.open() == DONE
        assert await custody.act("custodian", "holds", reason=REASON) == (409, "nothing_to_hold")
        await custody.days_pass(1.1)
        assert (await custody.told())["tombstone"]["why"] == "drill"


async def test_an_accepted_share_is_held_only_so_often(bench: HubBench) -> None:
    """Each time is told to the owner, and the owner's receipts have an end; the last hold stays in force."""
    for person_id in ("second", "third"):
        await joins(bench.settings.folder.parent, person_id, "custodian")
    custody = await accepted(bench)
    people = [each for each in ("custodian", "second", "third") for _ in range(FREED_BY_ONE_MAX)]
    for number, who in enumerate(people, 1):
        assert await custody.act(who, "holds", reason=REASON) == DONE
        if number < TIMES_HELD_MAX:
            assert await custody.act(who, f"holds/{number}/release", reason=REASON) == DONE
    assert len(people) == TIMES_HELD_MAX
    assert await custody.act("third", "holds", reason="For another court.") == DONE  # held already: no receipt
    assert (await custody.told())["held_since"] is not None
    assert await custody.act("second", f"holds/{TIMES_HELD_MAX}/release", reason=REASON) == DONE
    assert await custody.act("third", f"holds/{TIMES_HELD_MAX + 1}/release", reason=REASON) == DONE
    assert await custody.act("custodian", "holds", reason="Once more.") == (409, "too_many_holds")


async def test_one_person_holds_a_share_only_so_often(bench: HubBench) -> None:
    """And the last hold is ended by another."""
    custody = await accepted(bench)
    for number in range(1, HOLDS_OF_ONE_MAX):
        assert await custody.act("custodian", "holds", reason=REASON) == DONE
        assert await custody.act("custodian", f"holds/{number}/release", reason=REASON) == DONE
    assert await custody.act("custodian", "holds", reason=REASON) == DONE
    assert await custody.act("custodian", "holds", reason="Once more.") == (409, "too_many_holds")
    last = f"holds/{HOLDS_OF_ONE_MAX}/release"
    assert await custody.act("custodian", last, reason=REASON) == (409, "freed_too_often")
    assert (await custody.told())["held_since"] is not None
