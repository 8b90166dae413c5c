"""Which devices are authorised: enrol one, revoke one, judge one.

Invariants: a certificate is good while it is in the table by its digest, is not revoked and has not run out; with a
revocation's commit the device's open sessions have ended; a sign-in that runs at the same moment holds the device's
row, so it is either ended here or refused there; a key that was revoked is never enrolled again.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from hub.audit.trail import record
from hub.identity.devices.model import DEVICE_ID_CHARS, LABEL_MAX_CHARS, Device
from hub.identity.model import OfficerSession
from hub.identity.revoke import end_sessions, one_beginning
from hub.kit.access import Action, require
from hub.kit.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.identity.devices.authority import Authority
    from hub.identity.devices.signing_request import DeviceKey
    from hub.kit.access import Actor

BAD_REQUEST, FORBIDDEN, CONFLICT = 400, 403, 409
SOON = timedelta(days=30)  # before its end a certificate is said to run out, and a new one is issued for its key


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment:
    """Whose key becomes a device, under which name; ``person_id`` is the one person who may sign in there."""

    key: DeviceKey
    label: str
    person_id: str | None


async def enrol(
    session: AsyncSession, actor: Actor, authority: Authority, enrolment: Enrollment, at: datetime
) -> Device:
    """Issue a certificate; the same enrolment again returns the same one, until it runs out ``SOON``.

    Raises ``device_label`` (400), ``device_known`` (409: the key is another device's) and ``device_revoked`` (409).
    """
    require(actor, Action.DEVICE_ENROL)
    if not (0 < len(enrolment.label) <= LABEL_MAX_CHARS and enrolment.label.isprintable()):
        rule = "device_label"
        raise HubError(rule, BAD_REQUEST, f"A device's label is a line of at most {LABEL_MAX_CHARS} characters.")
    digest = _digest(enrolment.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    for known in (await session.scalars(select(Device).where(Device.key_sha256 == digest))).all():
        if known.revoked_at is not None:
            rule = "device_revoked"
            raise HubError(rule, CONFLICT, "A certificate of this key was revoked. Make a new key on the device.")
        if known.expires_at > at + SOON:
            return _same(known, enrolment)
    device_id = secrets.token_hex(DEVICE_ID_CHARS // 2)
    certificate = authority.issue(enrolment.key, device_id, at)
    der = certificate.public_bytes(Encoding.DER)
    device = Device(
        device_id=device_id,
        label=enrolment.label,
        person_id=enrolment.person_id,
        key_sha256=digest,
        certificate=der,
        certificate_sha256=_digest(der),
        issued_at=at,
        expires_at=certificate.not_valid_after_utc,
    )
    session.add(device)
    await record(session, at=at, actor=actor, action="device.enrolled", subject=device_id, detail=enrolment.label)
    return device


async def revoke(session: AsyncSession, actor: Actor, id_prefix: str, at: datetime) -> Device:
    """Revoke the one device whose id begins with ``id_prefix``, and end its sessions.

    Raises ``device_unknown`` (404; also for one that was revoked before) and ``device_ambiguous`` (409).
    """
    require(actor, Action.DEVICE_REVOKE)
    good = select(Device).where(Device.revoked_at.is_(None))
    device = await one_beginning(session, good, Device.device_id, id_prefix, "an id")
    device.revoked_at = at
    await end_sessions(session, OfficerSession.certificate_sha256 == device.certificate_sha256, at)
    await record(session, at=at, actor=actor, action="device.revoked", subject=device.device_id, detail=device.label)
    return device


async def listed(session: AsyncSession, person_id: str | None = None) -> Sequence[Device]:
    """Return all devices, or those of one person, revoked ones too, oldest first."""
    found = select(Device).order_by(Device.issued_at, Device.device_id)
    if person_id is not None:
        found = found.where(Device.person_id == person_id)
    return (await session.scalars(found)).all()


async def judge(session: AsyncSession, certificate: bytes, at: datetime) -> Device:
    """Return the device of a certificate (DER) that is good at ``at``.

    Raises ``certificate_unknown``, ``certificate_revoked`` or ``certificate_expired`` (403).
    """
    found = select(Device).where(Device.certificate_sha256 == _digest(certificate))
    return _check_good((await session.scalars(found)).one_or_none(), at)


async def check_sign_in(session: AsyncSession, certificate_sha256: str, person_id: str, at: datetime) -> None:
    """Check that a person may sign in at a device; its row is held until the session's commit.

    Raises what :func:`judge` raises, and ``device_of_another`` (403).
    """
    found = select(Device).where(Device.certificate_sha256 == certificate_sha256).with_for_update()
    device = _check_good((await session.scalars(found)).one_or_none(), at)
    if device.person_id not in {None, person_id}:
        rule = "device_of_another"
        raise HubError(rule, FORBIDDEN, "This device is another person's.")


def _check_good(device: Device | None, at: datetime) -> Device:
    if device is None:
        rule = "certificate_unknown"
        raise HubError(rule, FORBIDDEN, "This device is not enrolled here.")
    if device.revoked_at is not None:
        rule = "certificate_revoked"
        raise HubError(rule, FORBIDDEN, "This device was put out. Ask for it to be enrolled again.")
    if at >= device.expires_at:
        rule = "certificate_expired"
        raise HubError(rule, FORBIDDEN, "This device's certificate has run out. Ask for a new one.")
    return device


def _same(known: Device, enrolment: Enrollment) -> Device:
    """Return the device when it is what is asked for: the answer to the first call was lost."""
    if (known.label, known.person_id) != (enrolment.label, enrolment.person_id):
        rule = "device_known"
        raise HubError(rule, CONFLICT, "This key is enrolled already, as another device; see milton-hub device list.")
    return known


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
