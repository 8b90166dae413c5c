"""One administrator proposes, another approves: against a real hub over real HTTP."""

from __future__ import annotations

import asyncio
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.app import build_hub
from hub.audit.model import AuditRow
from hub.db.engine import Database
from hub.kit.settings import Settings
from hub.policy.model import PolicyProposalRow, PolicyVersionRow
from hub.policy.repository import current, versions, waiting
from hub.policy.service import WAITING_MAX, begin
from hub.policy.values import Policy
from tests.simulators.administrators import PROPOSALS, REASON
from tests.simulators.hub_bench import found_city
from tests.simulators.joining import joins

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.administrators import Administrators

DONE = (200, {"done": True})
STALKING = {"code": "16-5-90", "name": "Stalking, O.C.G.A. 16-5-90", "urgent": True, "retired": False}


async def rows(desks: Administrators) -> list[tuple[str, str, str, str]]:
    """Return what the trail says of policy: who, what, about what, and the detail."""
    async with desks.agency.hub.database.reading() as session:
        found = select(AuditRow).where(AuditRow.action.startswith("policy.")).order_by(AuditRow.number)
        return [(row.actor, row.action, row.subject, row.detail) for row in await session.scalars(found)]


def rule(answer: tuple[int, dict[str, object]]) -> tuple[int, object]:
    """Return the status and the rule of a refusal."""
    return answer[0], answer[1].get("error")


async def test_a_change_counts_from_the_moment_a_second_administrator_approves_it(desks: Administrators) -> None:
    """Not before; who proposed it, who approved it, when and why stay known, and each act has its row."""
    assert (await desks.version()).number == 1
    proposal_id = await desks.proposed(expiry_max_h=48, case_number="[0-9]{6}", offences=[STALKING])
    assert (await desks.version()).policy == Policy()
    assert await desks.second.ask("POST", f"{PROPOSALS}/{proposal_id}/approve", {}) == DONE
    version = await desks.version()
    assert version.number == 2
    assert version.policy.offence("16-5-90") is not None
    assert (version.policy.expiry_max_h, version.policy.case_number) == (48, "[0-9]{6}")
    assert version.row is not None
    assert (version.row.asked_by, version.row.approved_by, version.row.reason) == ("administrator", "deputy", REASON)
    assert version.row.at <= desks.agency.clock()
    assert await rows(desks) == [
        ("system:policy", "policy.begun", "1", ""),
        ("person:administrator", "policy.proposed", proposal_id, ""),
        ("person:deputy", "policy.approved", proposal_id, "version 2"),
    ]


async def test_what_is_done_again_because_an_answer_was_lost_is_done_once(desks: Administrators) -> None:
    """A proposal, an approval, a refusal; and what ended is not begun by the same words."""
    body = await desks.body(expiry_max_h=48)
    sent = [await desks.first.ask("POST", PROPOSALS, body) for _ in range(2)]
    assert sent[0] == sent[1]
    proposal_id = sent[0][1]["proposal_id"]
    approve, end = f"{PROPOSALS}/{proposal_id}/approve", f"{PROPOSALS}/{proposal_id}/end"
    for _ in range(2):
        assert await desks.second.ask("POST", approve, {}) == DONE
    assert await desks.first.ask("POST", PROPOSALS, body) == sent[0]  # the first answer was lost until now
    assert rule(await desks.second.ask("POST", end, {"reason": REASON})) == (409, "proposal_ended")
    assert (await desks.version()).number == 2
    body = await desks.body(expiry_max_h=24)
    other_id = (await desks.first.ask("POST", PROPOSALS, body))[1]["proposal_id"]
    for _ in range(2):
        assert await desks.second.ask("POST", f"{PROPOSALS}/{other_id}/end", {"reason": REASON}) == DONE
    assert rule(await desks.second.ask("POST", f"{PROPOSALS}/{other_id}/approve", {})) == (409, "proposal_ended")
    assert rule(await desks.first.ask("POST", PROPOSALS, body)) == (409, "proposal_ended")
    assert [action for _, action, _, _ in await rows(desks)] == [
        *("policy.begun", "policy.proposed", "policy.approved"),
        *("policy.proposed", "policy.turned_down"),
    ]


async def test_who_proposes_takes_it_back_and_cannot_approve_it(desks: Administrators) -> None:
    """A row says which of the two it was."""
    proposal_id = await desks.proposed(expiry_max_h=48)
    path = f"{PROPOSALS}/{proposal_id}"
    assert rule(await desks.first.ask("POST", f"{path}/approve", {})) == (403, "own_act")
    assert await desks.first.ask("POST", f"{path}/end", {"reason": "Written too fast."}) == DONE
    assert (await rows(desks))[-1][:2] == ("person:administrator", "policy.taken_back")
    assert (await desks.version()).number == 1
    for what, body in (("approve", {}), ("end", {"reason": REASON})):
        unknown = await desks.second.ask("POST", f"{PROPOSALS}/{'0' * 64}/{what}", body)
        assert rule(unknown) == (404, "proposal_unknown")


async def test_what_is_too_wide_is_refused_by_name_when_it_is_proposed(desks: Administrators) -> None:
    """A setting that there is not, one above its most, one that nobody knows how to read."""
    for found, changes in (
        ((400, "policy_above_maximum"), {"look_back_max_days": 46}),
        ((400, "policy_below_minimum"), {"closed_case_kept_days": 1}),
        ((400, "policy_unchanged"), {"expiry_max_h": 168}),
        ((400, "unknown_field"), {"recorder_days": 1}),
        ((400, "out_of_bounds"), {"expiry_max_h": -1}),
        ((400, "wrong_type"), {"expiry_max_h": "48"}),
        ((400, "out_of_bounds"), {"expiry_max_h": 48, "reason": "no"}),
        ((409, "policy_changed"), {"expiry_max_h": 48, "base": 7}),
    ):
        assert rule(await desks.propose(**changes)) == found, changes
    assert [action for _, action, _, _ in await rows(desks)] == ["policy.begun"]


async def test_no_more_waits_than_people_can_weigh(desks: Administrators) -> None:
    """What is decided makes room."""
    made = [await desks.proposed(expiry_max_h=24 + number) for number in range(WAITING_MAX)]
    assert rule(await desks.propose(expiry_max_h=100)) == (409, "policy_too_many_waiting")
    assert await desks.first.ask("POST", f"{PROPOSALS}/{made[0]}/end", {"reason": REASON}) == DONE
    await desks.proposed(expiry_max_h=100)


async def test_only_the_first_of_two_changes_of_one_version_is_approved(desks: Administrators) -> None:
    """Whoever approves has read a change of what is in force, also when both come at the same moment."""
    first, second = await desks.proposed(expiry_max_h=48), await desks.proposed(expiry_max_h=24)
    answers = await asyncio.gather(
        *(desks.second.ask("POST", f"{PROPOSALS}/{each}/approve", {}) for each in (first, second))
    )
    assert sorted(rule(answer) for answer in answers) == [(200, None), (409, "proposal_stale")]
    assert (await desks.version()).number == 2


async def test_what_somebody_proposed_who_has_left_is_not_approved(desks: Administrators) -> None:
    """Nor what somebody did who is no administrator any more: it is proposed anew by who is."""
    proposal_id = await desks.proposed(expiry_max_h=48)
    await joins(desks.agency.settings.folder.parent, "administrator", "auditor")
    approve = await desks.second.ask("POST", f"{PROPOSALS}/{proposal_id}/approve", {})
    assert rule(approve) == (409, "proposer_left")
    assert (await desks.version()).number == 1


@pytest.mark.parametrize("act", ["recover", "revoke"])
async def test_what_somebody_proposed_who_is_put_out_waits_no_more(desks: Administrators, act: str) -> None:
    """Whoever had their passkey may have written it; what another proposed still waits."""
    proposal_id, others = await desks.proposed(expiry_max_h=48), (await desks.propose(desks.second, expiry_max_h=24))[1]
    assert (await desks.second.ask("POST", f"/people/administrator/{act}", {}))[0] == 200
    approve = await desks.second.ask("POST", f"{PROPOSALS}/{proposal_id}/approve", {})
    assert rule(approve) == (409, "proposal_ended")
    assert (await desks.version()).number == 1
    assert ("person:deputy", "policy.turned_down", proposal_id, "") in await rows(desks)
    async with desks.agency.hub.database.reading() as session:
        assert [row.proposal_id for row in await waiting(session)] == [others["proposal_id"]]


async def test_a_proposal_from_before_a_bound_was_drawn_closer_is_not_approved(desks: Administrators) -> None:
    """A later release of the hub may allow less than the one under which it was written."""
    proposal_id = await desks.proposed(expiry_max_h=48)
    async with desks.agency.hub.database.session("test") as session:
        row = await session.get_one(PolicyProposalRow, proposal_id)
        row.content = replace(Policy(), expiry_max_h=10_000).content()
    approve = await desks.second.ask("POST", f"{PROPOSALS}/{proposal_id}/approve", {})
    assert rule(approve) == (409, "policy_above_maximum")


async def test_the_settings_file_is_the_first_version_and_is_not_read_again(tmp_path: Path) -> None:
    """At the first start; a hub that has one keeps it, whatever the file says later."""
    settings = await asyncio.to_thread(found_city, tmp_path)
    file = settings.folder / "hub.toml"
    assert "policy" not in tomllib.loads(file.read_text())
    founded = file.read_text()
    database = Database(settings.database_url)
    async with database.reading() as session:
        assert (await current(session)).policy == Policy()  # no hub has started
        assert (await versions(session)).current == Policy()
    await database.close()
    for hours in (24, 48):
        file.write_text(f"{founded}\n[policy]\nexpiry_max_h = {hours}\ncase_number = 'M[0-9]+'\n")
        hub = build_hub(Settings.load(tmp_path))
        async with hub.running():
            async with hub.database.session("test") as session:
                await begin(session, Policy(), hub.clock())  # as a worker that looked before another one wrote
            async with hub.database.reading() as session:
                version = await current(session)
                (row,) = (await session.scalars(select(PolicyVersionRow))).all()
        assert (row.number, row.approved_by) == (1, None)
        assert (version.policy.expiry_max_h, version.policy.case_number) == (24, "M[0-9]+")
    file.write_text(f"{founded}\n[policy]\nexpiry_max_h = 241\n")
    with pytest.raises(ValueError, match=r"\[policy\] “Longest that a request stays open” can't be more than 240 h"):
        build_hub(Settings.load(tmp_path))
