"""Who sees a case, and with it its requests and its shares: the one rule, as a condition of a query.

Invariant: nothing but :func:`may_see` decides it. Whoever the access table lets see all sees it; else who is its member
now, whoever made the request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, true

from hub.cases.model import CaseFile, CaseMember

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, SQLColumnExpression

    from hub.kit.access import Actor


def may_see(actor: Actor, case_number: SQLColumnExpression[str], *, every: bool) -> ColumnElement[bool]:
    """Return the condition that ``actor`` sees the case with this number; ``every``: the table lets them see all."""
    if every:
        return true()
    own = select(CaseMember.case_number).where(
        CaseMember.person_id == (actor.person_id or ""), CaseMember.ended_at.is_(None)
    )
    return case_number.in_(own)


def attended(officers: Collection[str]) -> ColumnElement[bool]:
    """Return the condition on ``CaseFile`` that one of these people is in the case."""
    member = select(CaseMember.case_number).where(
        CaseMember.case_number == CaseFile.case_number,
        CaseMember.ended_at.is_(None),
        CaseMember.person_id.in_(officers),
    )
    return member.correlate(CaseFile).exists()
