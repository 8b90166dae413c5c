"""Proposals that wait for the directory's two keys: kept here, powerless until they are signed offline."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.directory.proposal import TYPE, ChangeKind, credential_proposal, read_proposal
from hub.identity.model import Proposal
from milton_protocol import canonical
from milton_protocol.messages.city.directory import RecipientRole, Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from milton_protocol.canonical import JsonValue
    from milton_protocol.messages.city.directory import Directory, Person, SigningCredential

ID_STEM_CHARS = 40
FINGERPRINT_CHARS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One proposal that the directory does not have yet, in the words that the two administrators read."""

    number: int
    person_id: str
    created_at: datetime
    words: tuple[str, ...]
    value: JsonValue


async def propose_credential(
    session: AsyncSession, actor: Actor, person_id: str, credential: SigningCredential, at: datetime
) -> None:
    """Propose a signing credential for ``person_id``."""
    await _propose(session, actor, person_id, credential_proposal(person_id, credential), at)


async def propose_recipient(
    session: AsyncSession, actor: Actor, person: Person, age_recipient: str, at: datetime
) -> None:
    """Propose an opening key for each part in which the person opens footage (officer, custodian); none: nothing."""
    parts = _parts(person)
    if not parts:
        return
    changes: list[JsonValue] = [
        {
            "change": ChangeKind.ADD_RECIPIENT.value,
            "recipient_id": _recipient_id(person.person_id, part, age_recipient),
            "person_id": person.person_id,
            "role": part.value,
            "age_recipient": age_recipient,
        }
        for part in parts
    ]
    await _propose(session, actor, person.person_id, {"type": TYPE, "version": 1, "changes": changes}, at)


def missing_parts(directory: Directory, person: Person) -> Sequence[RecipientRole]:
    """Return the parts in which the person opens footage and has no key in the directory."""
    have = {each.role for each in directory.recipients if each.person_id == person.person_id}
    return [part for part in _parts(person) if part not in have]


async def propose_removal(session: AsyncSession, actor: Actor, person_id: str, at: datetime) -> None:
    """Propose that a person leaves the directory."""
    change: JsonValue = {"change": ChangeKind.REMOVE_PERSON.value, "person_id": person_id}
    await _propose(session, actor, person_id, {"type": TYPE, "version": 1, "changes": [change]}, at)


async def withdraw_removal(session: AsyncSession, person_id: str, at: datetime) -> None:
    """Let a person's removal wait no more."""
    for row in await session.scalars(_unsettled(person_id)):
        if is_removal(canonical.decode(row.content)):
            row.taken_at = at


async def withdraw_keys(session: AsyncSession, person_id: str, at: datetime) -> None:
    """Cancel a person's proposed keys: once their sign-in is revoked, nobody knows who proposed them."""
    for row in await session.scalars(_unsettled(person_id)):
        if not is_removal(canonical.decode(row.content)):
            row.taken_at = at


async def settle(session: AsyncSession, directory: Directory, at: datetime) -> None:
    """Note which proposals ``directory``, which was just taken, has: should it lose them again, they wait no more."""
    for row in await session.scalars(_unsettled()):
        if _waiting(row, directory, at) is None:
            row.taken_at = at


def is_removal(value: JsonValue) -> bool:
    """Say whether a proposal has a person leave."""
    changes = value.get("changes") if isinstance(value, dict) else None
    kinds = [each.get("change") for each in changes or () if isinstance(each, dict)]
    return ChangeKind.REMOVE_PERSON in kinds


async def waiting(
    session: AsyncSession, directory: Directory, at: datetime, person_id: str | None = None
) -> Sequence[Waiting]:
    """Return what the directory does not have yet, oldest first; of one person, or of all."""
    rows = await session.scalars(_unsettled(person_id))
    return [each for row in rows if (each := _waiting(row, directory, at)) is not None]


def _unsettled(person_id: str | None = None) -> Select[Proposal]:
    rows = select(Proposal).where(Proposal.taken_at.is_(None)).order_by(Proposal.number)
    return rows if person_id is None else rows.where(Proposal.person_id == person_id)


async def _propose(session: AsyncSession, actor: Actor, person_id: str, value: JsonValue, at: datetime) -> None:
    read_proposal(value)  # what would be refused at the signing is refused here
    content = canonical.encode(value)
    digest = hashlib.sha256(content).hexdigest()
    same = select(Proposal).where(Proposal.person_id == person_id, Proposal.content_sha256 == digest)
    known = (await session.scalars(same)).one_or_none()
    if known is not None and known.taken_at is None:
        return
    if known is not None:
        await session.delete(known)
        await session.flush()
    session.add(Proposal(person_id=person_id, content=content, content_sha256=digest, created_at=at))
    await record(session, at=at, actor=actor, action="directory.proposed", subject=person_id, detail=digest)


def _waiting(row: Proposal, directory: Directory, at: datetime) -> Waiting | None:
    value = canonical.decode(row.content)
    changes = read_proposal(value)
    if directory.person(row.person_id) is None:
        return None
    if all(_content(change.apply(directory, at)) == _content(directory) for change in changes):
        return None
    return Waiting(
        number=row.number,
        person_id=row.person_id,
        created_at=row.created_at,
        words=tuple(change.words for change in changes),
        value=value,
    )


def _parts(person: Person) -> Sequence[RecipientRole]:
    return [RecipientRole(role.value) for role in person.roles if role in {Role.OFFICER, Role.CUSTODIAN}]


def _content(directory: Directory) -> frozenset[object]:
    """Return what a proposal can add or take away, without its order."""
    people = {(person.person_id, person.name, person.badge, person.roles) for person in directory.people}
    credentials = {(person.person_id, each) for person in directory.people for each in person.credentials}
    return frozenset({*people, *credentials, *directory.recipients, *directory.revocations})


def _recipient_id(person_id: str, part: RecipientRole, age_recipient: str) -> str:
    fingerprint = hashlib.sha256(age_recipient.encode()).hexdigest()[:FINGERPRINT_CHARS]
    return f"{person_id[:ID_STEM_CHARS]}-{part.value}-{fingerprint}"
