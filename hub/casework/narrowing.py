"""What narrowing means of cases, requests, shares and notes, as conditions of a query over their tables.

Invariant: a condition looks at nothing that ``actor`` does not see, so that no filter tells of it.

============  ==========================  ==================================  =====================================
narrowed to   a case                      a request                           a share
============  ==========================  ==================================  =====================================
open          not closed                  published                           nobody opened or declined it
waiting       a question waits            for a signature, or to be published  a question, or a second for its deletion
closed        closed                      over                                declined, taken back, deleted
offence,      a request of it, and of     it, and when it was asked           that of its request; when it was received
period        that time
own           whose member one is         that one asked                      of a case whose member one is
held          a share in it is            a share for it is                   is held
soon          a request or a share in it  closes within a day                 is deleted within three days
============  ==========================  ==================================  =====================================
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import false, or_, select

from hub.cases.model import CaseFile, CaseNote, ShareTriage
from hub.cases.visibility import may_see
from hub.casework.narrow import Stage
from hub.requests.model import RequestRow
from hub.requests.states import BEING_PUBLISHED, State
from hub.shares.record.custody import ClosedCaseRow, DeletionRow
from hub.shares.record.model import ShareRow, ShareState
from hub.shares.record.repository import seen as share_seen

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from sqlalchemy import ColumnElement, Select

    from hub.casework.narrow import Narrow
    from hub.kit.access import Actor

type Conditions = list[ColumnElement[bool]]

CLOSES_SOON: Final = timedelta(days=1)
DELETED_SOON: Final = timedelta(days=3)
_WAITING: Final = (State.DRAFTED, State.APPROVED, State.SIGNED, *BEING_PUBLISHED)
_OVER: Final = (State.EXPIRED, State.WITHDRAWN, State.RESOLVED, State.TURNED_DOWN, State.REVOKED)
_GONE: Final = (ShareState.WITHDRAWN, ShareState.REMOVED, ShareState.DELETED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Who narrows by what, and when; ``zone`` is the agency's."""

    actor: Actor
    narrow: Narrow
    now: datetime
    zone: tzinfo

    @property
    def period(self) -> tuple[datetime | None, datetime | None]:
        """Return from when until when."""
        return self.narrow.period(self.zone, self.now)

    def requests(self) -> Conditions:
        """Return the conditions on ``RequestRow``."""
        narrow = self.narrow
        found = self._asked()
        if narrow.only is Stage.OPEN:
            found.append(RequestRow.state == State.PUBLISHED)
        elif narrow.only is not None:
            found.append(RequestRow.state.in_(_WAITING if narrow.only is Stage.WAITING else _OVER))
        if narrow.own:
            found.append(RequestRow.officer_id == (self.actor.person_id or ""))
        if narrow.held:
            held = select(ShareRow.request_id).where(_is_held(), share_seen(self.actor))
            found.append(RequestRow.request_id.in_(held))
        if narrow.soon:
            found.append(self._closes_soon())
        return found

    def cases(self) -> Conditions:
        """Return the conditions on ``CaseFile``."""
        narrow = self.narrow
        found: Conditions = []
        if narrow.only is Stage.WAITING:
            waits = select(ShareTriage.case_number).join(ShareRow, ShareRow.share_id == ShareTriage.share_id)
            waits = waits.where(ShareTriage.answered_at.is_(None), share_seen(self.actor))
            found.append(CaseFile.case_number.in_(waits))
        elif narrow.only is not None:
            closed = select(ClosedCaseRow.case_number).where(ClosedCaseRow.case_number == CaseFile.case_number)
            is_closed = closed.correlate(CaseFile).exists()
            found.append(is_closed if narrow.only is Stage.CLOSED else ~is_closed)
        if asked := self._asked():
            request = select(RequestRow.request_id).where(RequestRow.case_number == CaseFile.case_number, *asked)
            found.append(request.correlate(CaseFile).exists())
        if narrow.own:
            found.append(may_see(self.actor, CaseFile.case_number, every=False))
        if narrow.held:
            found.append(CaseFile.case_number.in_(self._cases_of_shares(_is_held())))
        if narrow.soon:
            requests = select(RequestRow.case_number).where(self._closes_soon())
            shares = self._cases_of_shares(self._deleted_soon())
            found.append(or_(CaseFile.case_number.in_(requests), CaseFile.case_number.in_(shares)))
        return found

    def shares(self) -> Conditions:
        """Return the conditions on ``ShareRow``."""
        narrow, (begin, end) = self.narrow, self.period
        found: Conditions = []
        if narrow.only is not None:
            found.append({Stage.OPEN: _is_new, Stage.WAITING: _waits, Stage.CLOSED: _is_over}[narrow.only]())
        if begin is not None:
            found.append(ShareRow.received_at >= begin)
        if end is not None:
            found.append(ShareRow.received_at < end)
        if narrow.offence:
            of_offence = select(RequestRow.request_id).where(
                RequestRow.request_id == ShareRow.request_id, RequestRow.offence_code == narrow.offence
            )
            found.append(of_offence.correlate(ShareRow).exists())
        if narrow.own:
            own = may_see(self.actor, RequestRow.case_number, every=False)
            mine = select(RequestRow.request_id).where(RequestRow.request_id == ShareRow.request_id, own)
            found.append(mine.correlate(ShareRow).exists())
        if narrow.held:
            found.append(_is_held())
        if narrow.soon:
            found.append(self._deleted_soon())
        return found

    def notes(self) -> Conditions:
        """Return the conditions on ``CaseNote``: of a note there is only who wrote it, and when."""
        narrow, (begin, end) = self.narrow, self.period
        found: Conditions = []
        if narrow.only is not None or narrow.offence or narrow.held or narrow.soon:
            found.append(false())
        if begin is not None:
            found.append(CaseNote.at >= begin)
        if end is not None:
            found.append(CaseNote.at < end)
        if narrow.own:
            found.append(CaseNote.person_id == (self.actor.person_id or ""))
        return found

    def _asked(self) -> Conditions:
        """Return the conditions on the offence of a request and on when it was asked."""
        begin, end = self.period
        found: Conditions = []
        if self.narrow.offence:
            found.append(RequestRow.offence_code == self.narrow.offence)
        if begin is not None:
            found.append(RequestRow.created_at >= begin)
        if end is not None:
            found.append(RequestRow.created_at < end)
        return found

    def _closes_soon(self) -> ColumnElement[bool]:
        """Return the condition that a request is open, and closes soon."""
        return (RequestRow.state == State.PUBLISHED) & (RequestRow.expires_at <= self.now + CLOSES_SOON)

    def _deleted_soon(self) -> ColumnElement[bool]:
        """Return the condition that the bytes of a share go soon, and that nothing keeps them."""
        goes = (ShareRow.delete_after <= self.now + DELETED_SOON) & ShareRow.held_since.is_(None)
        return goes & (ShareRow.state != ShareState.DELETED)

    def _cases_of_shares(self, condition: ColumnElement[bool]) -> Select[str]:
        rows = select(RequestRow.case_number).join(ShareRow, ShareRow.request_id == RequestRow.request_id)
        return rows.where(condition, share_seen(self.actor))


def _is_held() -> ColumnElement[bool]:
    return ShareRow.held_since.is_not(None)


def _is_new() -> ColumnElement[bool]:
    is_received = ShareRow.state == ShareState.RECEIVED
    return is_received & ShareRow.opened_at.is_(None) & ShareRow.declined_at.is_(None)


def _waits() -> ColumnElement[bool]:
    asked = select(ShareTriage.share_id).where(ShareTriage.answered_at.is_(None))
    second = select(DeletionRow.share_id).where(DeletionRow.confirmed_by.is_(None), DeletionRow.ended_at.is_(None))
    return or_(ShareRow.share_id.in_(asked), ShareRow.share_id.in_(second))


def _is_over() -> ColumnElement[bool]:
    return or_(ShareRow.state.in_(_GONE), ShareRow.declined_at.is_not(None))
