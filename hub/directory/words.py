"""A directory, and the difference of two, in words that a person can check before signing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from hub.directory.roles import apart
from milton_protocol.words import fingerprint_words

if TYPE_CHECKING:
    from milton_protocol.messages.city.directory import Directory, Person, Recipient, SigningCredential
    from milton_protocol.messages.city.record import CityRecord
    from milton_protocol.messages.city.revocation import Revocation, Revoked

FINGERPRINT_CHARS = 16


def fingerprint(public_key: bytes) -> str:
    """Return the first 16 hex of a key's SHA-256: what a person compares with the device's page."""
    return hashlib.sha256(public_key).hexdigest()[:FINGERPRINT_CHARS]


def credential_words(credential: SigningCredential) -> str:
    """Describe a signing credential."""
    device = "bound to one device" if credential.device_bound else "NOT bound to one device"
    return (
        f"{fingerprint(credential.public_key)} ({device}, attestation {credential.attestation.value}) "
        f"at {credential.origin}"
    )


def recipient_words(recipient: Recipient) -> str:
    """Describe a key that footage can be sealed to."""
    whose = recipient.person_id or "no person"
    name = f"{recipient.recipient_id} ({whose}, {recipient.role.value})"
    return f"footage can be sealed to {name}: {recipient.age_recipient}"


def people_words(directory: Directory) -> tuple[str, ...]:
    """Return the whole directory, a line a thing."""
    head = (
        f"Directory {directory.serial} of {directory.agency_id}, valid until {directory.expires_at:%Y-%m-%d %H:%M} UTC"
    )
    return (head, *(f"  {line}" for line in sorted(_lines(directory))))


def differences(old: Directory, new: Directory) -> tuple[str, ...]:
    """Return what ``new`` has and ``old`` has not (``new: ...``), and the other way round (``gone: ...``)."""
    before, after = _lines(old), _lines(new)
    return (
        *(f"new: {line}" for line in sorted(after - before)),
        *(f"gone: {line}" for line in sorted(before - after)),
    )


def record_words(record: CityRecord) -> tuple[str, ...]:
    """Return the city record, a line a thing; a key by its fingerprint."""
    return (
        f"City record {record.serial} of {record.agency_id}, valid until {record.expires_at:%Y-%m-%d %H:%M} UTC",
        f"  {record.agency_name}, {record.city_name}" + (", a demonstration" if record.demo else ""),
        f"  borders of {len(record.jurisdiction.points)} points",
        f"  homes reach the hub at {record.hub.home_url}, the broker at {record.hub.mqtt_url or 'no address'}",
        f"  requests are signed at {record.signer.origin}, which the {record.signer.served_by.value} serves",
        *(f"    {file.sha256} {file.path}" for file in record.signer.files),
        *(f"  the directory is signed by {fingerprint(key.public_key)} ({key.label})" for key in record.directory_keys),
        f"  the hub signs with {fingerprint(record.hub_key)}",
        f"  the log is {record.log.origin}, its key {fingerprint(record.log.public_key)}",
        f"    in eight words: {' '.join(fingerprint_words(record.log.public_key))}",
        f"  witnesses that homes ask for: {record.witness_quorum}",
        f"  homes draw the map {record.map_sha256 or 'of no streets'}",
    )


def revocation_words(revocation: Revocation) -> tuple[str, ...]:
    """Return a revocation that travels alone."""
    return (f"Revocation of {revocation.agency_id}", f"  {revoked_words(revocation.revoked)}")


def _lines(directory: Directory) -> set[str]:
    lines = {_person(person) for person in directory.people}
    lines |= {
        f"{person.person_id} signs with {credential_words(credential)}"
        for person in directory.people
        for credential in person.credentials
    }
    lines |= {recipient_words(recipient) for recipient in directory.recipients}
    return lines | {revoked_words(revoked) for revoked in directory.revocations}


def _person(person: Person) -> str:
    roles, acts = ", ".join(person.roles) or "no role", apart(person.roles)
    alone = "" if acts == person.roles else f" (acts as {acts[0].value} alone)"
    return f"{person.person_id} is {person.name}, badge {person.badge}: {roles}{alone}"


def revoked_words(revoked: Revoked) -> str:
    """Say what was taken back, since when and why."""
    return f"revoked {revoked.revoked_at:%Y-%m-%d %H:%M}: {revoked.kind.value} {revoked.id} ({revoked.reason})"
