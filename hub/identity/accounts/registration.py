"""What a device's registration leaves behind: a sign-in passkey that is known at once, and proposals.

Invariants: a signing credential and an opening key authorise nothing until both directory keys have signed them; the
hub only keeps them for the two administrators to look at; no two devices that a person has, or had, go by one name:
receipts to owners, and the trail, tell by it that somebody looked at a share on another device.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.identity.accounts.invitations import end_founding
from hub.identity.accounts.proposals import propose_credential, propose_recipient
from hub.identity.model import SignInCredential
from hub.identity.sessions.service import actor_for
from hub.kit.errors import HubError
from milton_protocol.base64_text import b64
from milton_protocol.messages.city.directory import Algorithm, SigningCredential

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.identity.model import Invitation
    from hub.kit.access import Actor
    from hub.kit.passkeys.challenges import Begun
    from hub.kit.passkeys.service import NewCredential, Relying

CONFLICT = 409
DEVICE_MAX_CHARS = 80
_NUMBER_CHARS = len(" (999)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the invitation's page sends, with the ceremony that it began."""

    invitation: Invitation
    begun: Begun
    device: str
    age_recipient: str | None  # None: the person has an opening key already


async def register_device(
    session: AsyncSession, directory: DirectoryService, registration: Registration, new: NewCredential, at: datetime
) -> SignInCredential:
    """Use up the invitation, keep the sign-in passkey, propose the opening key.

    Raises ``ceremony_unknown`` for another person's ceremony and ``passkey_known`` for a credential seen before.
    """
    invitation = registration.invitation
    if registration.begun.person_id != invitation.person_id:
        rule = "ceremony_unknown"
        raise HubError(rule, CONFLICT, "This was begun for somebody else.")
    if await session.get(SignInCredential, b64(new.credential_id)) is not None:
        rule = "passkey_known"
        raise HubError(rule, CONFLICT, "This passkey is registered already.")
    person = await directory.person(session, invitation.person_id, at)
    invitation.used_at = at
    device = await _own_name(session, person.person_id, registration.device)
    known = SignInCredential(
        credential_id=b64(new.credential_id),
        person_id=person.person_id,
        public_key=new.cose_key,
        sign_count=new.sign_count,
        aaguid=new.aaguid,
        device=device,
        created_at=at,
    )
    session.add(known)
    await session.flush()
    await end_founding(session, directory, at)
    actor = actor_for(person, device)
    await record(session, at=at, actor=actor, action="device.registered", subject=device)
    if registration.age_recipient is not None:
        await propose_recipient(session, actor, person, registration.age_recipient, at)
    return known


async def _own_name(session: AsyncSession, person_id: str, name: str) -> str:
    """Return the name, numbered where the person has, or had, another device of it."""
    had = set(await session.scalars(select(SignInCredential.device).where(SignInCredential.person_id == person_id)))
    numbered = (f"{name[: DEVICE_MAX_CHARS - _NUMBER_CHARS]} ({number})" for number in count(2))
    return name if name not in had else next(each for each in numbered if each not in had)


async def propose_signing_key(
    session: AsyncSession, actor: Actor, signer: Relying, new: NewCredential, at: datetime
) -> None:
    """Propose a signing credential that was made under the signer's rp id and origin."""
    person_id = actor.person_id or ""
    credential = SigningCredential(
        credential_id=new.credential_id,
        algorithm=Algorithm(new.algorithm),
        public_key=new.public_key,
        rp_id=signer.rp_id,
        origin=signer.origin,
        device_bound=new.device_bound,
        aaguid=new.aaguid,
        attestation=new.attestation,
    )
    await propose_credential(session, actor, person_id, credential, at)
