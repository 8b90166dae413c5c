"""Which policy is in force, and which was: what every judge of a draft or of a share's time asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.policy.model import PolicyProposalRow, PolicyVersionRow
from hub.policy.values import Policy, read_policy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version; number 0 is the standard, before a hub has begun its first."""

    number: int
    policy: Policy
    row: PolicyVersionRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Every version, oldest first."""

    all: tuple[Version, ...]

    @property
    def current(self) -> Policy:
        """Return what is in force."""
        return self.all[-1].policy

    def at(self, moment: datetime) -> Policy:
        """Return what was in force at ``moment``; before the first version, the first."""
        began = [each for each in self.all if each.row is not None and each.row.at <= moment]
        return (began[-1] if began else self.all[0]).policy


async def current(session: AsyncSession) -> Version:
    """Return the version in force; it is asked for at each judgement, so that a change counts from its commit on."""
    newest = select(PolicyVersionRow).order_by(PolicyVersionRow.number.desc()).limit(1)
    row = await session.scalar(newest)
    return _STANDARD if row is None else _version(row)


async def versions(session: AsyncSession) -> Versions:
    """Return them all."""
    rows = (await session.scalars(select(PolicyVersionRow).order_by(PolicyVersionRow.number))).all()
    return Versions(all=tuple(_version(row) for row in rows) or (_STANDARD,))


async def waiting(session: AsyncSession) -> Sequence[PolicyProposalRow]:
    """Return the proposals that nobody has decided, oldest first."""
    rows = select(PolicyProposalRow).where(PolicyProposalRow.outcome.is_(None))
    return (await session.scalars(rows.order_by(PolicyProposalRow.asked_at, PolicyProposalRow.proposal_id))).all()


def _version(row: PolicyVersionRow) -> Version:
    return Version(number=row.number, policy=read_policy(row.content), row=row)


_STANDARD = Version(number=0, policy=Policy(), row=None)
