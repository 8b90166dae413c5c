"""What the hub was handed by the offline keys, checked again each time it is read in a new version.

Invariants: nothing is taken whose signatures don't chain to the root's public key in ``root.pub``; serials only grow;
what the hub's own keys sign authorises nobody.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.directory.roles import acting
from milton_protocol.dsse import open_envelope
from milton_protocol.errors import ProtocolError
from milton_protocol.limits import DIRECTORY_KEYS, RECORD_SIZE_MAX_BYTES
from milton_protocol.messages.city.directory import Directory
from milton_protocol.messages.city.record import CityRecord
from milton_protocol.messages.city.revocation import Revocation, RevocationKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from milton_protocol.messages.city.directory import Person
    from milton_protocol.messages.city.revocation import Revoked


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """The city record, the directory and all revocations, verified; digests are of the envelopes' bytes."""

    city_record: CityRecord
    city_record_sha256: str
    directory: Directory
    directory_sha256: str
    revoked: tuple[Revoked, ...]

    def is_revoked(self, kind: RevocationKind, subject: str) -> bool:
        """Say whether a person, a credential (b64) or a recipient was taken back."""
        return any(each.kind is kind and each.id == subject for each in self.revoked)

    def person(self, person_id: str) -> Person | None:
        """Return a person who is in the directory and not revoked, with the roles that they act by."""
        found = None if self.is_revoked(RevocationKind.PERSON, person_id) else self.directory.person(person_id)
        return None if found is None else acting(found)


def open_city_record(envelope: bytes, root_public_key: bytes) -> CityRecord:
    """Return the city record that the root signed; raise ProtocolError."""
    return CityRecord.from_bytes(
        open_envelope(envelope, CityRecord.PAYLOAD_TYPE, [root_public_key], required=1, max_bytes=RECORD_SIZE_MAX_BYTES)
    )


def open_directory(envelope: bytes, city_record: CityRecord) -> Directory:
    """Return the directory that both directory keys signed; raise ProtocolError."""
    keys = [key.public_key for key in city_record.directory_keys]
    return Directory.from_bytes(
        open_envelope(envelope, Directory.PAYLOAD_TYPE, keys, required=DIRECTORY_KEYS, max_bytes=RECORD_SIZE_MAX_BYTES)
    )


def open_revocation(envelope: bytes, city_record: CityRecord) -> Revocation:
    """Return the revocation that one directory key signed; raise ProtocolError."""
    keys = [key.public_key for key in city_record.directory_keys]
    return Revocation.from_bytes(open_envelope(envelope, Revocation.PAYLOAD_TYPE, keys, required=1))


def trusted(
    root_public_key: bytes, city_record_envelope: bytes, directory_envelope: bytes, revocations: Sequence[bytes]
) -> Trusted:
    """Verify and read everything; raise ProtocolError.

    A revocation that does not verify, by a directory key of the past, is left aside (protocol section 3).
    """
    city_record = open_city_record(city_record_envelope, root_public_key)
    directory = open_directory(directory_envelope, city_record)
    alone = tuple(_revoked(revocations, city_record))
    return Trusted(
        city_record=city_record,
        city_record_sha256=sha256_hex(city_record_envelope),
        directory=directory,
        directory_sha256=sha256_hex(directory_envelope),
        revoked=directory.revocations + alone,
    )


def _revoked(envelopes: Sequence[bytes], city_record: CityRecord) -> Iterator[Revoked]:
    for envelope in envelopes:
        with contextlib.suppress(ProtocolError):
            yield open_revocation(envelope, city_record).revoked


def sha256_hex(data: bytes) -> str:
    """Return the hex SHA-256 of ``data``."""
    return hashlib.sha256(data).hexdigest()
