"""Where each of the agency's people stands, in words: from the directory, and from what the hub knows of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.directory.names import names_of
from hub.directory.roles import acting
from hub.identity.accounts.invitations import is_open
from hub.identity.accounts.proposals import is_removal, waiting
from hub.identity.model import Invitation, SignInCredential
from milton_protocol.messages.city.directory import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.names import Names
    from hub.directory.trust import Trusted

PEOPLE_SHOWN = 200


class State(StrEnum):
    """Where a person stands."""

    NEW = "new"
    ASKED = "asked"
    INVITED = "invited"
    ACTIVE = "active"
    LEAVES = "leaves"
    OUT = "out"


STATE_WORDS: Mapping[State, str] = MappingProxyType(
    {
        State.NEW: "Not invited",
        State.ASKED: "Waits for a second administrator",
        State.INVITED: "Invited",
        State.ACTIVE: "Active",
        State.LEAVES: "Leaves: waits for the directory's two keys",
        State.OUT: "Out",
    }
)
ROLE_WORDS: Mapping[Role, str] = MappingProxyType(
    {
        Role.OFFICER: "Officer",
        Role.SUPERVISOR: "Supervisor",
        Role.CUSTODIAN: "Custodian",
        Role.ADMINISTRATOR: "Administrator",
        Role.AUDITOR: "Auditor",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person of the list."""

    person_id: str
    name: str
    badge: str
    roles: str
    state: State
    waits: Invitation | None  # the open invitation

    @property
    def state_words(self) -> str:
        """Return the state for a person."""
        return STATE_WORDS[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the hub knows of people."""

    with_passkey: Collection[str]
    invitations: Mapping[str, Invitation]
    leaving: Collection[str]
    names: Names  # of those whom the directory has no more


def state_of(*, is_in: bool, leaves: bool, invitation: Invitation | None, has_passkey: bool) -> State:
    """Return where a person stands. Who has a passkey and is asked in at a further device is active."""
    if not is_in:
        return State.OUT
    if leaves:
        return State.LEAVES
    if has_passkey:
        return State.ACTIVE
    if invitation is None:
        return State.NEW
    return State.ASKED if invitation.confirmed_at is None else State.INVITED


async def people(session: AsyncSession, current: Trusted, at: datetime, words: str = "") -> Sequence[Line]:
    """Return everybody of the directory, and who has a passkey here and is in it no more, by name.

    ``words`` is a part of a name, a badge or an id.
    """
    known = await _known(session, current, at)
    ids = [each.person_id for each in current.directory.people] + sorted(_gone(current, known.with_passkey))
    lines = [_line(current, known, each) for each in ids]
    wanted = words.casefold()
    found = [each for each in lines if wanted in f"{each.name} {each.badge} {each.person_id}".casefold()]
    return sorted(found, key=lambda line: (line.state is State.OUT, line.name.casefold(), line.person_id))


async def person(session: AsyncSession, current: Trusted, at: datetime, person_id: str) -> Line | None:
    """Return one person, None for somebody whom neither the directory nor the hub knows."""
    known = await _known(session, current, at, person_id)
    if current.directory.person(person_id) is None:
        had = select(SignInCredential.credential_id).where(SignInCredential.person_id == person_id).limit(1)
        if await session.scalar(had) is None:
            return None
    return _line(current, known, person_id)


def _line(current: Trusted, known: _Known, person_id: str) -> Line:
    written = current.directory.person(person_id)
    named = written or known.names.get(person_id)
    invitation = known.invitations.get(person_id)
    return Line(
        person_id=person_id,
        name=person_id if named is None else named.name,
        badge="" if named is None else named.badge,
        roles="" if written is None else ", ".join(ROLE_WORDS[role] for role in acting(written).roles),
        state=state_of(
            is_in=current.person(person_id) is not None,
            leaves=person_id in known.leaving,
            invitation=invitation,
            has_passkey=person_id in known.with_passkey,
        ),
        waits=invitation,
    )


async def _known(session: AsyncSession, current: Trusted, at: datetime, person_id: str | None = None) -> _Known:
    passkeys = select(SignInCredential.person_id).where(SignInCredential.removed_at.is_(None)).distinct()
    invitations = select(Invitation).where(Invitation.expires_at > at, Invitation.used_at.is_(None))
    if person_id is not None:
        passkeys = passkeys.where(SignInCredential.person_id == person_id)
        invitations = invitations.where(Invitation.person_id == person_id)
    proposals = await waiting(session, current.directory, at, person_id)
    with_passkey = frozenset((await session.scalars(passkeys)).all())
    return _Known(
        with_passkey=with_passkey,
        invitations={each.person_id: each for each in await session.scalars(invitations) if is_open(each, at)},
        leaving=frozenset(each.person_id for each in proposals if is_removal(each.value)),
        names=await names_of(session, [*_gone(current, with_passkey), person_id]),
    )


def _gone(current: Trusted, with_passkey: Collection[str]) -> Collection[str]:
    return {each for each in with_passkey if current.directory.person(each) is None}
