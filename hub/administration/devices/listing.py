"""Certificates and passkeys as administrators read them: whose, who used them last, until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from hub.directory.model import PersonName
from hub.identity.devices.model import Device
from hub.identity.devices.registry import SOON
from hub.identity.model import OfficerSession, SignInCredential

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import InstrumentedAttribute

ROWS = 200
PASSKEY_ID_CHARS = 100  # of a credential's id, as hub.administration.devices.routes reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Who used a thing last, and when."""

    person_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """One certificate."""

    device: Device
    used: Use | None
    has_run_out: bool
    runs_out_soon: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyLine:
    """One passkey."""

    passkey: SignInCredential
    used_at: datetime | None

    @property
    def passkey_id(self) -> str:
        """Return what names it in an address."""
        return self.passkey.credential_id[:PASSKEY_ID_CHARS]


async def certificates(session: AsyncSession, at: datetime, words: str) -> Sequence[CertificateLine]:
    """Return those that are good or have run out, newest first, then those revoked; ``ROWS`` at most.

    ``words`` is a part of a label, or of a person's name or id.
    """
    found = select(Device).order_by(Device.revoked_at.is_not(None), Device.issued_at.desc(), Device.device_id)
    if words:
        found = found.where(_has(Device.label, words) | _whose(Device.person_id, words))
    rows = (await session.scalars(found.limit(ROWS))).all()
    used = await _last_used(session, OfficerSession.certificate_sha256, [each.certificate_sha256 for each in rows])
    return [
        CertificateLine(
            device=each,
            used=used.get(each.certificate_sha256),
            has_run_out=each.expires_at <= at,
            runs_out_soon=at < each.expires_at <= at + SOON,
        )
        for each in rows
    ]


async def ending(session: AsyncSession, at: datetime) -> Sequence[Device]:
    """Return the certificates that run out ``SOON``, first what ends first; ``ROWS`` at most.

    Not those of a device, by its label, that has a later one.
    """
    later = aliased(Device)
    has_later = select(later.device_id).where(
        later.label == Device.label, later.revoked_at.is_(None), later.expires_at > at + SOON
    )
    found = select(Device).where(
        Device.revoked_at.is_(None), Device.expires_at > at, Device.expires_at <= at + SOON, ~has_later.exists()
    )
    return (await session.scalars(found.order_by(Device.expires_at, Device.device_id).limit(ROWS))).all()


async def passkeys(session: AsyncSession, words: str) -> Sequence[PasskeyLine]:
    """Return those that sign in, newest first, then those removed; ``ROWS`` at most."""
    found = select(SignInCredential).order_by(
        SignInCredential.removed_at.is_not(None), SignInCredential.created_at.desc(), SignInCredential.credential_id
    )
    if words:
        found = found.where(_has(SignInCredential.device, words) | _whose(SignInCredential.person_id, words))
    rows = (await session.scalars(found.limit(ROWS))).all()
    used = await _last_used(session, OfficerSession.credential_id, [each.credential_id for each in rows])
    return [PasskeyLine(passkey=each, used_at=_at(used.get(each.credential_id))) for each in rows]


async def _last_used(
    session: AsyncSession,
    by: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    values: Sequence[str],
) -> Mapping[str | None, Use]:
    """Return the last use of each of ``values``: the newest moment at which one of its sessions was seen."""
    newest = func.max(OfficerSession.last_seen_at)
    found = select(by, OfficerSession.person_id, newest).where(by.in_(values)).group_by(by, OfficerSession.person_id)
    last: dict[str | None, Use] = {}
    for value, person_id, at in await session.execute(found):
        if value not in last or at > last[value].at:
            last[value] = Use(person_id=person_id, at=at)
    return last


def _has(column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], words: str) -> ColumnElement[bool]:
    return func.lower(column).contains(words.lower(), autoescape=True)


def _whose(column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], words: str) -> ColumnElement[bool]:
    return _has(column, words) | column.in_(select(PersonName.person_id).where(_has(PersonName.name, words)))


def _at(use: Use | None) -> datetime | None:
    return None if use is None else use.at
