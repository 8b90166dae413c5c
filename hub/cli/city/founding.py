"""Found a city: every key, the city record and the first directory.

Invariants: the root, the directory keys and every key that opens footage are written under ``offline/`` only, mode
0600, and never read by the hub; what the hub keeps authorises nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.directory.trust import sha256_hex
from hub.identity.devices.authority import Authority
from hub.kit.disk import write_new
from hub.kit.keys import ENROLLMENT_KEY_NAME, HUB_KEY_NAME, LOG_KEY_NAME, raw_public, write_key
from hub.web.signer import signer_files
from milton_protocol.dsse import sign
from milton_protocol.limits import DIRECTORY_VALID_MAX
from milton_protocol.messages.city.directory import Directory, Person, Recipient, RecipientRole, Role
from milton_protocol.messages.city.record import (
    CityRecord,
    DirectoryKey,
    HubAddresses,
    LogKey,
    ServedBy,
    Signer,
    SignerFile,
)
from milton_protocol.sealing.age import Identity

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from milton_protocol.geometry import Polygon

CITY_RECORD_VALID = timedelta(days=365)
ENROLLMENT_SECRET_BYTES = 32
PRIVATE_FOLDER = 0o700
RECOVERY_ID = "recovery"
DIRECTORY_KEY_NAMES = ("directory-1.key", "directory-2.key")
ROOT_KEY_NAME = "root.key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the founder says of the city."""

    demo: bool
    agency_id: str
    agency_name: str
    city_name: str
    jurisdiction: Polygon
    home_url: str
    mqtt_url: str | None
    signer_origin: str
    signer_rp_id: str
    signer_served_by: ServedBy
    officers_origin: str
    log_origin: str
    map_pack: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """What the hub is handed: the root's public key, the two signed documents, and the map that one of them names."""

    root_public_key: bytes
    map_pack: bytes | None
    city_record: bytes
    directory: bytes
    offline_files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _DemoPerson:
    person_id: str
    name: str
    badge: str
    role: Role
    recipient_role: RecipientRole | None


DEMO_PEOPLE = (
    _DemoPerson(
        person_id="officer",
        name="Dana Whitfield",
        badge="4117",
        role=Role.OFFICER,
        recipient_role=RecipientRole.OFFICER,
    ),
    _DemoPerson(person_id="supervisor", name="Luis Ortega", badge="2203", role=Role.SUPERVISOR, recipient_role=None),
    _DemoPerson(
        person_id="custodian",
        name="Ruth Abara",
        badge="1518",
        role=Role.CUSTODIAN,
        recipient_role=RecipientRole.CUSTODIAN,
    ),
)


def found(plan: Plan, hub: Path, offline: Path, at: datetime) -> Founded:
    """Make every key and both documents; raise FileExistsError rather than replace a key.

    Raises ProtocolError before anything is written when no home would read the city record.
    """
    root, hub_key, log_key = (Ed25519PrivateKey.generate() for _ in range(3))
    directory_keys = tuple(Ed25519PrivateKey.generate() for _ in DIRECTORY_KEY_NAMES)
    issued_at = at.replace(microsecond=0)
    record = _city_record(plan, hub_key, log_key, directory_keys, issued_at)
    CityRecord.from_bytes(record.to_bytes())
    keys_folder = hub / "keys"
    for folder in (hub, keys_folder, offline):
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    for folder, name, key in (
        (offline, ROOT_KEY_NAME, root),
        *((offline, name, key) for name, key in zip(DIRECTORY_KEY_NAMES, directory_keys, strict=True)),
        (keys_folder, HUB_KEY_NAME, hub_key),
        (keys_folder, LOG_KEY_NAME, log_key),
    ):
        write_key(folder / name, key)
    Authority.of(keys_folder, issued_at)
    write_new(keys_folder / ENROLLMENT_KEY_NAME, secrets.token_bytes(ENROLLMENT_SECRET_BYTES))
    recipients = _recipients(offline, demo=plan.demo)
    first = Directory(
        serial=1,
        agency_id=plan.agency_id,
        issued_at=issued_at,
        expires_at=issued_at + DIRECTORY_VALID_MAX,
        people=_people() if plan.demo else (),
        recipients=recipients,
        revocations=(),
    )
    return Founded(
        root_public_key=raw_public(root),
        map_pack=plan.map_pack,
        city_record=sign(CityRecord.PAYLOAD_TYPE, record.to_bytes(), [root]),
        directory=sign(Directory.PAYLOAD_TYPE, first.to_bytes(), directory_keys),
        offline_files=tuple(sorted(path.name for path in offline.iterdir())),
    )


def _recipients(offline: Path, *, demo: bool) -> tuple[Recipient, ...]:
    """Make the recovery identity and, for a demo, those of its people."""
    wanted: list[tuple[str, str | None, RecipientRole]] = [(RECOVERY_ID, None, RecipientRole.RECOVERY)]
    if demo:
        wanted += [(each.person_id, each.person_id, each.recipient_role) for each in DEMO_PEOPLE if each.recipient_role]
    recipients = []
    for name, person_id, role in wanted:
        identity = Identity.generate()
        write_new(offline / f"{name}.age", f"{identity.secret_text()}\n".encode())
        recipients.append(
            Recipient(recipient_id=name, person_id=person_id, role=role, age_recipient=identity.recipient)
        )
    return tuple(recipients)


def _people() -> tuple[Person, ...]:
    return tuple(
        Person(person_id=each.person_id, name=each.name, badge=each.badge, roles=(each.role,), credentials=())
        for each in DEMO_PEOPLE
    )


def signer_files_listed(*, agency_name: str, rp_id: str, officers_origin: str, demo: bool) -> tuple[SignerFile, ...]:
    """Return what the signer's page consists of: whoever looks can tell an altered one."""
    files = signer_files(agency_name=agency_name, rp_id=rp_id, officers_origin=officers_origin, demo=demo)
    return tuple(SignerFile(path=name, sha256=sha256_hex(files[name])) for name in sorted(files))


def _city_record(
    plan: Plan,
    hub_key: Ed25519PrivateKey,
    log_key: Ed25519PrivateKey,
    directory_keys: tuple[Ed25519PrivateKey, ...],
    issued_at: datetime,
) -> CityRecord:
    return CityRecord(
        serial=1,
        agency_id=plan.agency_id,
        agency_name=plan.agency_name,
        city_name=plan.city_name,
        demo=plan.demo,
        issued_at=issued_at,
        expires_at=issued_at + CITY_RECORD_VALID,
        jurisdiction=plan.jurisdiction,
        hub=HubAddresses(home_url=plan.home_url, mqtt_url=plan.mqtt_url),
        hub_key=raw_public(hub_key),
        signer=Signer(
            rp_id=plan.signer_rp_id,
            origin=plan.signer_origin,
            served_by=plan.signer_served_by,
            files=signer_files_listed(
                agency_name=plan.agency_name,
                rp_id=plan.signer_rp_id,
                officers_origin=plan.officers_origin,
                demo=plan.demo,
            ),
        ),
        directory_keys=tuple(
            DirectoryKey(public_key=raw_public(key), label=f"administrator {number}")
            for number, key in enumerate(directory_keys, start=1)
        ),
        log=LogKey(origin=plan.log_origin, public_key=raw_public(log_key)),
        witness_quorum=0,
        map_sha256=None if plan.map_pack is None else sha256_hex(plan.map_pack),
    )
