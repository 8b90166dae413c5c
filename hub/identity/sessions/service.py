"""Who is signed in at the officers' hostname.

Invariants: a session is opened only for a person of the current directory and is judged again at each request, and in
the transaction of what is done by it, so whoever leaves the directory, or is revoked, is out at once; it is bound to
the device's certificate, where one is asked for; it locks after 30 minutes without use and ends after 12 hours; the
token is 256 random bits, sent once as a cookie and kept as its SHA-256.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.audit.trail import record
from hub.identity.model import OfficerSession
from hub.kit.access import PERSON, Actor, Role
from hub.kit.digests import secret_digest

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from milton_protocol.messages.city.directory import Person

IDLE_MAX = timedelta(minutes=30)  # docs/domain.md: officer session, CJIS AAL2
SESSION_MAX = timedelta(hours=12)  # one shift
SEEN_EVERY = timedelta(minutes=1)  # a page that asks every second must not write every second
TOKEN_BYTES = 32


class Sessions:
    """Opens, judges and ends sessions."""

    def __init__(self, directory: DirectoryService) -> None:
        """Judge people by ``directory``."""
        self._directory = directory

    async def open(
        self, session: AsyncSession, *, person_id: str, credential_id: str, device: str, at: datetime
    ) -> str:
        """Open a session for a person who has just proven a passkey; return the token for the cookie.

        Raises ``person_unknown`` when the directory does not have the person (any more).
        """
        actor = actor_for(await self._directory.person(session, person_id, at), device)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        session.add(
            OfficerSession(
                token_sha256=secret_digest(token),
                person_id=person_id,
                credential_id=credential_id,
                device=device,
                created_at=at,
                last_seen_at=at,
            )
        )
        await record(session, at=at, actor=actor, action="session.opened", subject=person_id, detail=device)
        return token

    async def actor(self, session: AsyncSession, token: str, at: datetime, *, lock: bool = False) -> Actor | None:
        """Return who holds ``token``, None when there is no such session, or it is locked, ended or too old.

        ``lock``: nobody ends the session until this transaction is over.
        """
        row = await session.get(OfficerSession, secret_digest(token), with_for_update=lock or None)
        if row is None or row.ended_at is not None:
            return None
        if at - row.last_seen_at > IDLE_MAX or at - row.created_at > SESSION_MAX:
            return None
        person = await self._directory.find_person(session, row.person_id, at)
        if person is None:
            return None
        return actor_for(person, row.device)

    async def bind(self, session: AsyncSession, token: str, certificate_sha256: str) -> None:
        """Bind a session that has just been opened to the device's certificate: it is good nowhere else."""
        (await session.get_one(OfficerSession, secret_digest(token))).certificate_sha256 = certificate_sha256

    async def certificate(self, session: AsyncSession, token: str) -> str | None:
        """Return the digest of the certificate that a session, which has just been judged, is bound to."""
        return (await session.get_one(OfficerSession, secret_digest(token))).certificate_sha256

    async def whose(self, session: AsyncSession, token: str) -> Actor | None:
        """Return whose session ``token`` is or was, without a role; None for what never was one."""
        row = await session.get(OfficerSession, secret_digest(token))
        return None if row is None else _powerless(row)

    async def ended_actor(self, session: AsyncSession, token: str) -> Actor | None:
        """Return whose session ``token`` was, without a role, when somebody ended it; None for any other token."""
        row = await session.get(OfficerSession, secret_digest(token))
        if row is None or row.ended_at is None:
            return None
        return _powerless(row)

    async def seen(self, session: AsyncSession, token: str, at: datetime) -> None:
        """Note that the session was used; a session that has ended stays ended."""
        row = await session.get(OfficerSession, secret_digest(token))
        if row is not None and row.ended_at is None:
            row.last_seen_at = max(at, row.last_seen_at)

    async def needs_seen(self, session: AsyncSession, token: str, at: datetime) -> bool:
        """Say whether the last use that is written down is old enough to write a new one."""
        row = await session.get(OfficerSession, secret_digest(token))
        return row is not None and at - row.last_seen_at >= SEEN_EVERY

    async def end(self, session: AsyncSession, token: str, at: datetime) -> None:
        """End a session (sign out); nothing happens when there is none."""
        row = await session.get(OfficerSession, secret_digest(token))
        if row is not None and row.ended_at is None:
            row.ended_at = at


def actor_for(person: Person, device: str) -> Actor:
    """Return a person of the directory, at a device, as who acts."""
    return Actor(
        id=_id(person.person_id),
        roles=frozenset(Role(role.value) for role in person.roles),
        person_id=person.person_id,
        badge=person.badge,
        device=device,
    )


def _powerless(row: OfficerSession) -> Actor:
    return Actor(id=_id(row.person_id), roles=frozenset(), person_id=row.person_id, device=row.device)


def _id(person_id: str) -> str:
    return f"{PERSON}{person_id}"
