"""Shares that only a leaver, and custodians, could open: those of people whom the directory has as officers no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.cases.model import CaseFile, CaseMember
from hub.directory.keys import opening_keys
from hub.kit.access import Action, require
from hub.requests.model import RequestRow
from hub.shares.record.custody import HeaderRow
from hub.shares.record.model import READABLE, ShareRow, ShareState
from hub.shares.record.repository import seen
from milton_protocol.messages.city.directory import RecipientRole, Role
from milton_protocol.messages.requests.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.kit.access import Actor

SHOWN_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """One share that no officer of today opens; ``badge`` is that of who asked for it.

    ``has_successor``: an officer of today, with an opening key, is in its case, so that a custodian can let them in.
    """

    share_id: str
    case_id: str
    case_number: str
    has_successor: bool
    badge: str
    drill: bool
    received_at: datetime
    state: ShareState


class Leavers:
    """Lists what leavers left behind."""

    def __init__(self, clock: Callable[[], datetime], directory: DirectoryService) -> None:
        """``directory`` says who is there."""
        self._clock = clock
        self._directory = directory

    async def left_behind(self, session: AsyncSession, actor: Actor) -> tuple[LeftBehind, ...]:
        """Return them, those of one leaver and one case together; a sensitive one is custodians' anyway."""
        require(actor, Action.SHARE_REWRAP)
        trusted = await self._directory.in_force(session, self._clock())
        officers = [
            key
            for key in opening_keys(trusted).values()
            if key.role is RecipientRole.OFFICER and Role.OFFICER in key.person.roles  # who lost the role keeps the key
        ]
        granted = select(HeaderRow.share_id).where(
            HeaderRow.share_id == ShareRow.share_id,
            HeaderRow.age_recipient.in_([key.age_recipient for key in officers]),
        )
        rows = (
            select(ShareRow, RequestRow, CaseFile.case_id)
            .join(RequestRow, RequestRow.request_id == ShareRow.request_id)
            .join(CaseFile, CaseFile.case_number == RequestRow.case_number)
            .where(
                ShareRow.state.in_(READABLE),
                ShareRow.sensitive_since.is_(None),
                RequestRow.officer_id.not_in({key.person.person_id for key in officers}),
                ~granted.exists(),
                seen(actor),
            )
            .order_by(RequestRow.officer_id, RequestRow.case_number, ShareRow.received_at, ShareRow.share_id)
            .limit(SHOWN_MAX)
        )
        found = (await session.execute(rows)).all()
        attended = select(CaseMember.case_number).where(
            CaseMember.case_number.in_({request.case_number for _, request, _ in found}),
            CaseMember.ended_at.is_(None),
            CaseMember.person_id.in_({key.person.person_id for key in officers}),
        )
        with_successor = set((await session.scalars(attended.distinct())).all())
        return tuple(
            LeftBehind(
                share_id=share.share_id,
                case_id=case_id,
                case_number=request.case_number,
                has_successor=request.case_number in with_successor,
                badge=Request.from_bytes(request.payload).officer.badge,
                drill=request.is_drill,
                received_at=share.received_at or share.created_at,
                state=ShareState(share.state),
            )
            for share, request, case_id in found
        )
