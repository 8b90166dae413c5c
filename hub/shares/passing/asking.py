"""A custodian asks the owner whether a share may be passed on to one named person, and sees what they say.

Invariants: the owner is asked by a receipt, which only they can read; without their word nothing is passed on; what
shows a minor or an intimate image never is, nor the test card of an exercise, so nobody is asked about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.audit.trail import record
from hub.kit.access import Action, require
from hub.kit.errors import HubError
from hub.shares.passing.model import PassingRow
from hub.shares.passing.repository import links_of, passings_of, standing
from hub.shares.passing.standing import UNTIL_MAX
from hub.shares.record import repository
from hub.shares.record.context import person_of
from hub.shares.record.ends import is_drill
from hub.shares.record.model import ShareState
from hub.shares.record.rules import CONFLICT, check_no_exercise, check_readable
from milton_protocol.fields import require_period
from milton_protocol.messages.shares.receipt import ReceiptEvent

if TYPE_CHECKING:
    from hub.kit.access import Actor
    from hub.shares.passing.model import LinkRow
    from hub.shares.passing.standing import QuestionStanding
    from hub.shares.record.context import CustodyContext
    from hub.shares.record.model import ShareRow
    from milton_protocol.messages.shares.passed_on import PassedOnTo

ASKED_MAX = 4  # of one share: an owner is not asked until they give in, and each costs receipts


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPerson:
    """One person whom the owner was asked about, what the owner says, and the links that were made, oldest first."""

    row: PassingRow
    standing: QuestionStanding
    links: tuple[LinkRow, ...]

    @property
    def link(self) -> LinkRow | None:
        """Return the link that has not ended."""
        return next((link for link in self.links if link.ended_at is None), None)


class Asking:
    """Asks, and shows what was said."""

    def __init__(self, context: CustodyContext) -> None:
        """Keep ``context``."""
        self._context = context

    async def of(self, actor: Actor, share_id: str) -> tuple[AskedPerson, ...]:
        """Return whom the owner was asked about; raise ``share_unknown`` (404)."""
        require(actor, Action.SHARE_SHOW_OUTSIDE)
        now = self._context.clock()
        async with self._context.database.reading() as session:
            await repository.visible(session, actor, share_id)
            links = await links_of(session, share_id)
            return tuple(
                [
                    AskedPerson(
                        row=row,
                        standing=await standing(session, row, now),
                        links=tuple(link for link in links if link.number == row.number),
                    )
                    for row in await passings_of(session, share_id)
                ]
            )

    async def ask(self, actor: Actor, share_id: str, to: PassedOnTo) -> int:
        """Ask the owner; return the question's number, for the same person and end always the same.

        Raises ProtocolError ``wrong_period`` for an end that is over or further away than a consent lasts,
        ``not_accepted``, ``sensitive``, ``too_many_asked`` (409), and what :func:`check_readable` does.
        """
        require(actor, Action.SHARE_SHOW_OUTSIDE)
        now = self._context.clock()
        require_period(now, to.until, "until", UNTIL_MAX)
        async with self._context.database.session("share.passing_asked") as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            check_passable(row, is_drill=await is_drill(session, row))
            known = await passings_of(session, share_id)
            same = next((each.number for each in known if each.to == to), None)
            if same is not None:
                return same
            if len(known) >= ASKED_MAX:
                rule = "too_many_asked"
                raise HubError(rule, CONFLICT, f"The owner was asked {ASKED_MAX} times about this share: no more.")
            asked = PassingRow(
                share_id=share_id,
                number=len(known) + 1,
                name=to.name,
                organisation=to.organisation,
                until=to.until,
                asked_by=person_of(actor),
                asked_at=now,
            )
            session.add(asked)
            await self._context.receipts.add(session, row, ReceiptEvent.ASKED, at=now, by=actor, to=to)
            await record(
                session,
                at=now,
                actor=actor,
                action="share.passing_asked",
                subject=share_id,
                detail=str(asked.number),
            )
            return asked.number


def is_passable(row: ShareRow, *, is_drill: bool) -> bool:
    """Say whether :func:`check_passable` lets it pass."""
    try:
        check_passable(row, is_drill=is_drill)
    except HubError:
        return False
    return True


def check_passable(row: ShareRow, *, is_drill: bool) -> None:
    """Raise unless a share may be shown to somebody outside at all (``exercise``, ``not_accepted``, …)."""
    check_readable(row)
    check_no_exercise(is_drill=is_drill)
    if row.state != ShareState.ACCEPTED:
        rule = "not_accepted"
        raise HubError(rule, CONFLICT, "Only what was accepted into a case is passed on.")
    if row.sensitive_since is not None:
        rule = "sensitive"
        raise HubError(rule, CONFLICT, "What shows a minor or an intimate image is passed on to nobody.")
