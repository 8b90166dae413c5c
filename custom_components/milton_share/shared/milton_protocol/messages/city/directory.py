"""The directory: the agency's people, their signing credentials and the recipients, signed by both keys (section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from ... import canonical
from ...base64_text import b64
from ...errors import ProtocolError, Rule
from ...fields import Fields, require_period, require_sorted, require_unique
from ...limits import (
    BADGE_MAX_CHARS,
    CREDENTIAL_ID_MAX_BYTES,
    CREDENTIAL_ID_MIN_BYTES,
    CREDENTIALS_PER_PERSON_MAX,
    DIRECTORY_RECIPIENTS_MAX,
    DIRECTORY_VALID_MAX,
    INTEGER_MAX,
    NAME_MAX_CHARS,
    P256_POINT_SIZE_BYTES,
    PEOPLE_MAX,
    RECORD_SIZE_MAX_BYTES,
    REVOCATIONS_MAX,
    ROLES_MAX,
    SHORT_ID_HEX_CHARS,
)
from ...times import format_time
from ...values import read_choice
from .revocation import Revoked, read_revoked, revoked_value

if TYPE_CHECKING:
    from datetime import datetime

    from ...canonical import JsonValue


class Role(StrEnum):
    """What a person may do."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    CUSTODIAN = "custodian"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class RecipientRole(StrEnum):
    """For whom a recipient opens footage."""

    OFFICER = "officer"
    CUSTODIAN = "custodian"
    RECOVERY = "recovery"


class Algorithm(IntEnum):
    """The COSE algorithms of signing credentials."""

    ES256 = -7
    EDDSA = -8


class Attestation(StrEnum):
    """What was found on the authenticator's make when the credential was enrolled."""

    NONE = "none"
    SELF = "self"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningCredential:
    """A passkey that signs requests and nothing else."""

    credential_id: bytes
    algorithm: Algorithm
    public_key: bytes
    rp_id: str
    origin: str
    device_bound: bool
    aaguid: str
    attestation: Attestation


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of the agency's people."""

    person_id: str
    name: str
    badge: str
    roles: tuple[Role, ...]
    credentials: tuple[SigningCredential, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A key that footage can be sealed to."""

    recipient_id: str
    person_id: str | None
    role: RecipientRole
    age_recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """What the two administrators say of the agency."""

    TYPE: ClassVar[str] = "milton/directory"
    PAYLOAD_TYPE: ClassVar[str] = "application/vnd.milton.directory.v1+json"

    serial: int
    agency_id: str
    issued_at: datetime
    expires_at: datetime
    people: tuple[Person, ...]
    recipients: tuple[Recipient, ...]
    revocations: tuple[Revoked, ...]

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a directory's payload."""
        fields = Fields.of(canonical.decode(payload, max_bytes=RECORD_SIZE_MAX_BYTES))
        fields.header(cls.TYPE)
        directory = cls(
            serial=fields.integer("serial", 1, INTEGER_MAX),
            agency_id=fields.id("agency_id"),
            issued_at=fields.time("issued_at"),
            expires_at=fields.time("expires_at"),
            people=fields.objects("people", 0, PEOPLE_MAX, _read_person),
            recipients=fields.objects("recipients", 0, DIRECTORY_RECIPIENTS_MAX, _read_recipient),
            revocations=fields.objects("revocations", 0, REVOCATIONS_MAX, read_revoked),
        )
        fields.done()
        require_period(directory.issued_at, directory.expires_at, "expires_at", DIRECTORY_VALID_MAX)
        require_unique(tuple(person.person_id for person in directory.people), "people")
        require_unique(tuple(recipient.recipient_id for recipient in directory.recipients), "recipients")
        require_unique(
            tuple(credential.credential_id for person in directory.people for credential in person.credentials),
            "credentials",
        )
        return directory

    def to_bytes(self) -> bytes:
        """Return the canonical payload."""
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "serial": self.serial,
                "agency_id": self.agency_id,
                "issued_at": format_time(self.issued_at),
                "expires_at": format_time(self.expires_at),
                "people": [_person_value(person) for person in self.people],
                "recipients": [_recipient_value(recipient) for recipient in self.recipients],
                "revocations": [revoked_value(revoked) for revoked in self.revocations],
            }
        )

    def person(self, person_id: str) -> Person | None:
        """Return the person of that id."""
        return next((person for person in self.people if person.person_id == person_id), None)

    def recipient(self, recipient_id: str) -> Recipient | None:
        """Return the recipient of that id."""
        return next((recipient for recipient in self.recipients if recipient.recipient_id == recipient_id), None)


def _read_person(fields: Fields) -> Person:
    roles = fields.items("roles", 0, ROLES_MAX)
    person = Person(
        person_id=fields.id("person_id"),
        name=fields.text("name", NAME_MAX_CHARS),
        badge=fields.code_or_none("badge", BADGE_MAX_CHARS),
        roles=tuple(read_choice(role, "roles", Role) for role in roles),
        credentials=fields.objects("credentials", 0, CREDENTIALS_PER_PERSON_MAX, read_credential),
    )
    require_sorted(person.roles, "roles")
    return person


def read_credential(fields: Fields) -> SigningCredential:
    """Read a signing credential's fields; also where one travels alone, on its way into a directory."""
    algorithm = _read_algorithm(fields)
    return SigningCredential(
        credential_id=fields.b64("credential_id", CREDENTIAL_ID_MIN_BYTES, CREDENTIAL_ID_MAX_BYTES),
        algorithm=algorithm,
        public_key=_read_public_key(fields, algorithm),
        rp_id=fields.rp_id("rp_id"),
        origin=fields.origin("origin"),
        device_bound=fields.boolean("device_bound"),
        aaguid=fields.hex("aaguid", SHORT_ID_HEX_CHARS),
        attestation=fields.choice("attestation", Attestation),
    )


def _read_public_key(fields: Fields, algorithm: Algorithm) -> bytes:
    if algorithm is Algorithm.ES256:
        return fields.b64("public_key", P256_POINT_SIZE_BYTES, P256_POINT_SIZE_BYTES)
    return fields.ed25519_key("public_key")


def _read_algorithm(fields: Fields) -> Algorithm:
    number = fields.integer("algorithm", -INTEGER_MAX, INTEGER_MAX)
    try:
        return Algorithm(number)
    except ValueError as error:
        raise ProtocolError(Rule.UNKNOWN_CHOICE, "algorithm") from error


def _read_recipient(fields: Fields) -> Recipient:
    return Recipient(
        recipient_id=fields.id("recipient_id"),
        person_id=fields.optional("person_id", fields.id),
        role=fields.choice("role", RecipientRole),
        age_recipient=fields.age_recipient("age_recipient"),
    )


def _person_value(person: Person) -> JsonValue:
    return {
        "person_id": person.person_id,
        "name": person.name,
        "badge": person.badge,
        "roles": [role.value for role in person.roles],
        "credentials": [credential_value(credential) for credential in person.credentials],
    }


def credential_value(credential: SigningCredential) -> JsonValue:
    """Return a signing credential as it is written."""
    return {
        "credential_id": b64(credential.credential_id),
        "algorithm": int(credential.algorithm),
        "public_key": b64(credential.public_key),
        "rp_id": credential.rp_id,
        "origin": credential.origin,
        "device_bound": credential.device_bound,
        "aaguid": credential.aaguid,
        "attestation": credential.attestation.value,
    }


def _recipient_value(recipient: Recipient) -> JsonValue:
    return {
        "recipient_id": recipient.recipient_id,
        "person_id": recipient.person_id,
        "role": recipient.role.value,
        "age_recipient": recipient.age_recipient,
    }
