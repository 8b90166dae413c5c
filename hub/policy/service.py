"""How a policy changes: one administrator proposes, another approves.

Invariants: nobody approves what they proposed, nor what somebody proposed who is no administrator any more; what is
approved is word for word what was proposed, for its id is a digest of it; a proposal is good in place of one version
and of no later one; no version is wider than the hard maxima; each act writes its audit row in its own transaction.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING

from hub.audit.trail import record
from hub.db.counters import hold, next_number
from hub.identity.accounts.invitations import is_administrator
from hub.kit.access import Action, require, require_other, system
from hub.kit.errors import HubError
from hub.policy.model import PolicyProposalRow, PolicyVersionRow
from hub.policy.repository import current, waiting
from hub.policy.rules import check_change
from hub.policy.values import PolicyError, read_policy

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.kit.access import Actor
    from hub.policy.values import Policy

COUNTER = "policy"
WAITING_MAX = 10  # more than anybody weighs; the oldest are decided, or taken back
REVOKED_REASON = "Who proposed it was put out."
BEGUN_REASON = "The hub's settings file, at its first start."
_SYSTEM = system("policy")


class Outcome(StrEnum):
    """How a proposal ended."""

    APPROVED = "approved"
    TURNED_DOWN = "turned_down"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A policy to be in place of version ``base``, and why."""

    base: int
    policy: Policy
    reason: str


async def begin(session: AsyncSession, policy: Policy, at: datetime) -> None:
    """Make ``policy`` the first version of a hub that has none; another worker may just have done so."""
    if (await current(session)).row is not None:
        return
    number = await next_number(session, COUNTER)
    session.add(
        PolicyVersionRow(
            number=number,
            content=policy.content(),
            reason=BEGUN_REASON,
            asked_by=_SYSTEM.id,
            approved_by=None,
            at=at,
        )
    )
    await record(session, at=at, actor=_SYSTEM, action="policy.begun", subject=str(number))


class PolicyChanges:
    """Proposes, approves, turns down."""

    def __init__(self, directory: DirectoryService) -> None:
        """Look people up in ``directory``."""
        self._directory = directory

    async def propose(self, session: AsyncSession, actor: Actor, proposed: Proposed, at: datetime) -> str:
        """Propose a policy; return the proposal's id. The same again changes nothing.

        Raises ``policy_changed`` (409) where ``base`` is no longer in force, ``policy_too_many_waiting`` (409),
        ``proposal_ended`` (409) for what was proposed before and ended, and the rule that the policy breaks (400).
        """
        require(actor, Action.POLICY_PROPOSE)
        person_id = actor.person_id or ""
        content = proposed.policy.content()
        proposal_id = _digest(proposed.base, content, proposed.reason, person_id)
        await _one_by_one(session)
        known = await session.get(PolicyProposalRow, proposal_id)
        if known is not None:
            if known.outcome in {Outcome.TURNED_DOWN, Outcome.TAKEN_BACK}:
                rule = "proposal_ended"
                raise HubError(rule, HTTPStatus.CONFLICT, "This was proposed before, and ended. Give another reason.")
            return proposal_id
        version = await current(session)
        if version.number != proposed.base:
            rule = "policy_changed"
            raise HubError(rule, HTTPStatus.CONFLICT, "The policy was changed meanwhile. Read it again, then propose.")
        try:
            check_change(version.policy, proposed.policy)
        except PolicyError as error:
            raise HubError(error.rule, HTTPStatus.BAD_REQUEST, error.message) from error
        if len(await waiting(session)) >= WAITING_MAX:
            rule = "policy_too_many_waiting"
            raise HubError(rule, HTTPStatus.CONFLICT, "Too much waits to be approved. Decide that first.")
        session.add(
            PolicyProposalRow(
                proposal_id=proposal_id,
                base=proposed.base,
                content=content,
                reason=proposed.reason,
                asked_by=person_id,
                asked_at=at,
            )
        )
        await record(session, at=at, actor=actor, action="policy.proposed", subject=proposal_id)
        return proposal_id

    async def approve(self, session: AsyncSession, actor: Actor, proposal_id: str, at: datetime) -> None:
        """Put another administrator's proposal in force. A repeat by the same person changes nothing.

        Raises ``own_act`` (403), ``proposal_unknown`` (404), ``proposal_stale``, ``proposal_ended``,
        ``proposer_left`` (409).
        """
        require(actor, Action.POLICY_APPROVE)
        await _one_by_one(session)
        row = await _locked(session, proposal_id)
        require_other(actor, row.asked_by)
        if row.outcome == Outcome.APPROVED and row.ended_by == actor.person_id:
            return
        _require_open(row)
        version = await current(session)
        if version.number != row.base:
            rule = "proposal_stale"
            message = "The policy was changed after this was proposed. Turn it down; it can be proposed anew."
            raise HubError(rule, HTTPStatus.CONFLICT, message)
        if not is_administrator(await self._directory.in_force(session, at), row.asked_by):
            rule = "proposer_left"
            raise HubError(rule, HTTPStatus.CONFLICT, "Who proposed this is no administrator any more.")
        try:
            check_change(version.policy, read_policy(row.content))
        except PolicyError as error:  # the bounds are of a newer hub than the proposal
            raise HubError(error.rule, HTTPStatus.CONFLICT, error.message) from error
        number = await next_number(session, COUNTER)
        session.add(
            PolicyVersionRow(
                number=number,
                content=row.content,
                reason=row.reason,
                asked_by=row.asked_by,
                approved_by=actor.person_id,
                at=at,
            )
        )
        _end(row, actor, Outcome.APPROVED, at)
        detail = f"version {number}"
        await record(session, at=at, actor=actor, action="policy.approved", subject=proposal_id, detail=detail)

    async def end(self, session: AsyncSession, actor: Actor, proposal_id: str, reason: str, at: datetime) -> None:
        """Turn a proposal down, or take one's own back. A repeat by the same person changes nothing.

        Raises ``proposal_unknown`` (404), ``proposal_ended`` (409).
        """
        require(actor, Action.POLICY_APPROVE)
        row = await _locked(session, proposal_id)
        is_own = row.asked_by == actor.person_id
        outcome = Outcome.TAKEN_BACK if is_own else Outcome.TURNED_DOWN
        if row.outcome == outcome and row.ended_by == actor.person_id:
            return
        _require_open(row)
        _end(row, actor, outcome, at)
        row.end_reason = reason
        await record(session, at=at, actor=actor, action=f"policy.{outcome.value}", subject=proposal_id)


async def end_all_of(session: AsyncSession, actor: Actor, person_id: str, at: datetime) -> None:
    """Turn down proposals of a person who is revoked: a thief of their passkey may have made them."""
    for row in await waiting(session):
        if row.asked_by == person_id:
            _end(row, actor, Outcome.TURNED_DOWN, at)
            row.end_reason = REVOKED_REASON
            await record(session, at=at, actor=actor, action="policy.turned_down", subject=row.proposal_id)


async def _one_by_one(session: AsyncSession) -> None:
    """Let what is proposed and approved at the same moment come one after the other, also on Postgres."""
    await hold(session, COUNTER)


async def _locked(session: AsyncSession, proposal_id: str) -> PolicyProposalRow:
    row = await session.get(PolicyProposalRow, proposal_id, with_for_update=True)
    if row is None:
        rule = "proposal_unknown"
        raise HubError(rule, HTTPStatus.NOT_FOUND, "There is no such proposal.")
    return row


def _require_open(row: PolicyProposalRow) -> None:
    if row.outcome is not None:
        rule = "proposal_ended"
        raise HubError(rule, HTTPStatus.CONFLICT, "This proposal was decided before.")


def _end(row: PolicyProposalRow, actor: Actor, outcome: Outcome, at: datetime) -> None:
    row.outcome, row.ended_by, row.ended_at = outcome.value, actor.person_id, at


def _digest(base: int, content: str, reason: str, person_id: str) -> str:
    return hashlib.sha256(json.dumps([base, content, reason, person_id]).encode()).hexdigest()
