"""A scriptable city: root, record, directory, officers with software passkeys, log, live statement.

It makes what a hub and its people would publish, valid by default. A test breaks it by changing one thing first:
``city.record = replace(city.record, demo=True)``, ``city.publish(city.draft(until=...))``,
``city.passkey("officer-1").assertion(id, flags=0x01)``. Usable in both environments: the protocol package is imported
by the name that the environment has.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

try:
    from milton_protocol import base64_text, dsse, geometry, verification
    from milton_protocol.messages.city import directory, revocation
    from milton_protocol.messages.city import record as city_record
    from milton_protocol.messages.log import leaf
    from milton_protocol.messages.requests import assertion, bundle, live, request
    from milton_protocol.sealing import keys as age_keys
    from milton_protocol.translog import checkpoint, cosignature, merkle, proof, verifier_key, witness
except ModuleNotFoundError:
    from custom_components.milton_share.shared.milton_protocol import base64_text, dsse, geometry, verification
    from custom_components.milton_share.shared.milton_protocol.messages.city import directory, revocation
    from custom_components.milton_share.shared.milton_protocol.messages.city import record as city_record
    from custom_components.milton_share.shared.milton_protocol.messages.log import leaf
    from custom_components.milton_share.shared.milton_protocol.messages.requests import assertion, bundle, live, request
    from custom_components.milton_share.shared.milton_protocol.sealing import keys as age_keys
    from custom_components.milton_share.shared.milton_protocol.translog import (
        checkpoint,
        cosignature,
        merkle,
        proof,
        verifier_key,
        witness,
    )

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
AGENCY_ID = "milton-pd"
RP_ID = "sign.milton.example"
ORIGIN = "https://sign.milton.example"
LOG_ORIGIN = "log.milton.example/milton-pd"
UP_UV = 0x05
OFFICER, OTHER_OFFICER, SUPERVISOR = "officer-1", "officer-2", "supervisor-1"

BORDER = geometry.Polygon(
    points=tuple(
        geometry.Point(lat, lon)
        for lat, lon in (
            (340_800_000, -843_600_000),
            (341_800_000, -843_600_000),
            (341_800_000, -842_200_000),
            (340_800_000, -842_200_000),
        )
    )
)
AREA = geometry.Circle(center=geometry.Point(341_320_000, -843_000_000), radius_m=250)


def ed25519(name: str) -> Ed25519PrivateKey:
    """Return the same private key for the same name."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def public(key: Ed25519PrivateKey) -> bytes:
    """Return a raw public key."""
    return key.public_key().public_bytes_raw()


def age_identity(name: str) -> age_keys.Identity:
    """Return the same identity for the same name."""
    secret = age_keys.X25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
    return age_keys.Identity(private_key=secret)


@dataclass(frozen=True, kw_only=True)
class Passkey:
    """A software authenticator with one signing credential; every part of what it says can be bent."""

    person_id: str
    algorithm: directory.Algorithm = directory.Algorithm.ES256
    rp_id: str = RP_ID
    origin: str = ORIGIN
    device_bound: bool = True
    name: str = ""

    @property
    def credential(self) -> directory.SigningCredential:
        """What the directory says of it."""
        return directory.SigningCredential(
            credential_id=hashlib.sha256(f"credential of {self.person_id} {self.name}".encode()).digest(),
            algorithm=self.algorithm,
            public_key=self._public_key(),
            rp_id=self.rp_id,
            origin=self.origin,
            device_bound=self.device_bound,
            aaguid="0" * 32,
            attestation=directory.Attestation.NONE,
        )

    def assertion(self, request_id: str, role: str = "officer", **bent: Any) -> assertion.Assertion:  # noqa: ANN401
        """Sign a request's id.

        Bend with: type, challenge, origin, crossOrigin, more (keys that follow), client_data
        (the whole), rp_id, flags, counter, tail (bytes after the counter), authenticator_data (the whole), signature,
        credential_id, person_id.
        """
        client_data = bent.get("client_data") or self._client_data(bytes.fromhex(request_id), bent)
        data = bent.get("authenticator_data") or (
            hashlib.sha256(bent.get("rp_id", self.rp_id).encode()).digest()
            + bytes([bent.get("flags", UP_UV)])
            + bent.get("counter", 0).to_bytes(4, "big")
            + bent.get("tail", b"")
        )
        return assertion.Assertion(
            role=assertion.AssertionRole(role),
            person_id=bent.get("person_id", self.person_id),
            credential_id=bent.get("credential_id", self.credential.credential_id),
            client_data=client_data,
            authenticator_data=data,
            signature=bent.get("signature") or self._sign(data + hashlib.sha256(client_data).digest()),
        )

    def _client_data(self, challenge: bytes, bent: dict[str, Any]) -> bytes:
        said = {
            "type": bent.get("type", "webauthn.get"),
            "challenge": bent.get("challenge", base64_text.b64(challenge)),
            "origin": bent.get("origin", self.origin),
            "crossOrigin": bent.get("crossOrigin", False),
            **bent.get("more", {}),
        }
        return json.dumps(said, separators=(",", ":")).encode()

    def _p256(self) -> ec.EllipticCurvePrivateKey:
        seed = hashlib.sha256(f"p256 {self.person_id} {self.name}".encode()).digest()
        return ec.derive_private_key(int.from_bytes(seed, "big") >> 1, ec.SECP256R1())

    def _public_key(self) -> bytes:
        if self.algorithm is directory.Algorithm.EDDSA:
            return public(ed25519(f"passkey {self.person_id} {self.name}"))
        return self._p256().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def _sign(self, message: bytes) -> bytes:
        if self.algorithm is directory.Algorithm.EDDSA:
            return ed25519(f"passkey {self.person_id} {self.name}").sign(message)
        return self._p256().sign(message, ec.ECDSA(hashes.SHA256()))


def _people(passkeys: dict[str, Passkey]) -> tuple[directory.Person, ...]:
    roles = {OFFICER: directory.Role.OFFICER, OTHER_OFFICER: directory.Role.OFFICER}
    return tuple(
        directory.Person(
            person_id=person_id,
            name=person_id.replace("-", " ").title(),
            badge=f"B-{number}",
            roles=(roles.get(person_id, directory.Role.SUPERVISOR),),
            credentials=(passkey.credential,),
        )
        for number, (person_id, passkey) in enumerate(passkeys.items(), start=101)
    )


def _recipients() -> tuple[directory.Recipient, ...]:
    return tuple(
        directory.Recipient(
            recipient_id=recipient_id,
            person_id=person_id,
            role=directory.RecipientRole(role),
            age_recipient=age_identity(recipient_id).recipient,
        )
        for recipient_id, person_id, role in (
            ("custodian-1", None, "custodian"),
            ("custodian-2", None, "custodian"),
            ("key-of-officer-1", OFFICER, "officer"),
            ("key-of-officer-2", OTHER_OFFICER, "officer"),
            ("recovery", None, "recovery"),
        )
    )


def _record(now: datetime, home_url: str) -> city_record.CityRecord:
    return city_record.CityRecord(
        serial=1,
        agency_id=AGENCY_ID,
        agency_name="Milton Police Department",
        city_name="Milton",
        demo=home_url.startswith("http://"),
        issued_at=now - timedelta(days=1),
        expires_at=now + timedelta(days=300),
        jurisdiction=BORDER,
        hub=city_record.HubAddresses(home_url=home_url, mqtt_url=None),
        hub_key=public(ed25519("hub")),
        signer=city_record.Signer(rp_id=RP_ID, origin=ORIGIN, served_by=city_record.ServedBy.CITY, files=()),
        directory_keys=tuple(
            city_record.DirectoryKey(public_key=public(ed25519(name)), label=name)
            for name in ("directory-1", "directory-2")
        ),
        log=city_record.LogKey(origin=LOG_ORIGIN, public_key=public(ed25519("log"))),
        witness_quorum=0,
    )


@dataclass(kw_only=True)
class City:
    """The city. All attributes may be changed between two calls; envelopes are made anew at each."""

    now: datetime = NOW
    home_url: str = "https://hub.milton.example"
    passkeys: dict[str, Passkey] = field(
        default_factory=lambda: {
            OFFICER: Passkey(person_id=OFFICER),
            OTHER_OFFICER: Passkey(person_id=OTHER_OFFICER, algorithm=directory.Algorithm.EDDSA),
            SUPERVISOR: Passkey(person_id=SUPERVISOR),
        }
    )
    record: city_record.CityRecord = field(init=False)
    directory: directory.Directory = field(init=False)
    root_key: Ed25519PrivateKey = field(default_factory=lambda: ed25519("root"))
    hub_key: Ed25519PrivateKey = field(default_factory=lambda: ed25519("hub"))
    log_key: Ed25519PrivateKey = field(default_factory=lambda: ed25519("log"))
    directory_signers: tuple[Ed25519PrivateKey, ...] = field(
        default_factory=lambda: (ed25519("directory-1"), ed25519("directory-2"))
    )
    witnesses: tuple[str, ...] = ()
    cosigned_at: dict[str, datetime] = field(default_factory=dict)  # by a witness whose clock is not the city's
    revocations: list[bytes] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    bundles: dict[str, bytes] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    unsaid: set[str] = field(default_factory=set)  # published, and not called live
    sequence: int = 1
    _salts: int = 0

    def __post_init__(self) -> None:
        """Found the city."""
        self.record = _record(self.now, self.home_url)
        self.directory = directory.Directory(
            serial=1,
            agency_id=AGENCY_ID,
            issued_at=self.now - timedelta(days=1),
            expires_at=self.now + timedelta(days=20),
            people=_people(self.passkeys),
            recipients=_recipients(),
            revocations=(),
        )

    # What is published

    @property
    def root_public_key(self) -> bytes:
        """The key that homes pin."""
        return public(self.root_key)

    def city_record_envelope(self) -> bytes:
        """Sign the city record by the root."""
        return dsse.sign(self.record.PAYLOAD_TYPE, self.record.to_bytes(), [self.root_key])

    def directory_envelope(self) -> bytes:
        """Sign the directory by its keys, both of them by default."""
        return dsse.sign(self.directory.PAYLOAD_TYPE, self.directory.to_bytes(), self.directory_signers)

    def live_statement(self) -> live.LiveStatement:
        """Say what the hub would say now."""
        return live.LiveStatement(
            agency_id=self.record.agency_id,
            sequence=self.sequence,
            issued_at=self.now,
            expires_at=self.now + timedelta(hours=24),
            checkpoint=self.checkpoint_note().format(),
            city_record_sha256=hashlib.sha256(self.city_record_envelope()).hexdigest(),
            directory_sha256=hashlib.sha256(self.directory_envelope()).hexdigest(),
            live=tuple(sorted(self.bundles.keys() - self.withdrawn - self.unsaid)),
            withdrawn=tuple(sorted(self.withdrawn)),
        )

    def live_envelope(self, **changes: Any) -> bytes:  # noqa: ANN401
        """Sign the live statement by the hub."""
        statement = replace(self.live_statement(), **changes)
        return dsse.sign(statement.PAYLOAD_TYPE, statement.to_bytes(), [self.hub_key])

    def revoke(self, kind: str, id_: str, *, revoked_at: datetime | None = None, signer: str = "directory-1") -> bytes:
        """Publish a revocation by one directory key."""
        message = revocation.Revocation(
            agency_id=self.record.agency_id,
            revoked=revocation.Revoked(
                kind=revocation.RevocationKind(kind), id=id_, revoked_at=revoked_at or self.now, reason="lost"
            ),
        )
        envelope = dsse.sign(message.PAYLOAD_TYPE, message.to_bytes(), [ed25519(signer)])
        self.revocations.append(envelope)
        return envelope

    def topics(self) -> dict[str, bytes]:
        """All topics with their payloads, as MQTT and the feed have them."""
        base = f"milton/v1/{self.record.agency_id}"
        return {
            f"{base}/city-record": self.city_record_envelope(),
            f"{base}/directory": self.directory_envelope(),
            **{f"{base}/revocations/{hashlib.sha256(envelope).hexdigest()}": envelope for envelope in self.revocations},
            f"{base}/live": self.live_envelope(),
            **{f"{base}/requests/{id_}": data for id_, data in self.bundles.items()},
        }

    # What a home makes of it

    def pins(self, **changes: Any) -> verification.Pins:  # noqa: ANN401
        """Return the pins of a home that has just enrolled."""
        fresh = verification.Pins(
            root_key_sha256=hashlib.sha256(self.root_public_key).hexdigest(),
            agency_id=self.record.agency_id,
            city_record_serial=0,
            directory_serial=0,
            live_sequence=0,
            hub_key=None,
            witness_policy=witness.WitnessPolicy(
                quorum=len(self.witnesses), witnesses=tuple(self.witness_key(name) for name in self.witnesses)
            ),
            seen_salts={},
        )
        return replace(fresh, **changes)

    def trust(self, pins: verification.Pins | None = None) -> verification.Trust:
        """Check everything that the city publishes, as a home does that has the log proven at each size."""
        trust = verification.check_trust(
            self.root_public_key,
            self.city_record_envelope(),
            self.directory_envelope(),
            self.revocations,
            self.live_envelope(),
            pins or self.pins(),
            self.now,
        )
        hashed = [merkle.leaf_hash(data) for data in self.leaves]
        roots = {size: merkle.root(hashed[:size]) for size in range(1, len(hashed) + 1)}
        return replace(trust, log_roots={**roots, **trust.log_roots})

    def verify(
        self, data: bytes, pins: verification.Pins | None = None
    ) -> verification.VerifiedRequest | verification.Refusal:
        """Judge a bundle, as a home does."""
        known = pins or self.pins()
        return verification.verify_request(data, self.trust(known), known, self.now)

    # Requests

    def passkey(self, person_id: str) -> Passkey:
        """Return a person's passkey."""
        return self.passkeys[person_id]

    def recipients(self, *ids: str) -> tuple[request.RequestRecipient, ...]:
        """Return recipients of the directory as a request names them, sorted."""
        return tuple(
            request.RequestRecipient(recipient_id=one.recipient_id, role=one.role, age_recipient=one.age_recipient)
            for one in sorted(self.directory.recipients, key=lambda one: one.recipient_id)
            if one.recipient_id in ids
        )

    def draft(self, **changes: Any) -> request.Request:  # noqa: ANN401
        """Return a request within the ordinary limits; ``changes`` replace its fields."""
        self._salts += 1
        draft = request.Request(
            salt=hashlib.sha256(f"salt {self._salts}".encode()).digest(),
            agency_id=self.record.agency_id,
            agency_name=self.record.agency_name,
            officer=request.Officer(person_id=OFFICER, badge="B-101"),
            contact="+1 678 555 0100",
            case_number="26-1120-07",
            offence_code="burglary",
            offence_name="Burglary of a dwelling",
            reason="A dwelling was entered by its back door while the owners were out.",
            urgency=request.Urgency.ROUTINE,
            drill=False,
            audience=request.Audience(kind=request.AudienceKind.AREA),
            area=AREA,
            from_=self.now - timedelta(hours=3),
            until=self.now - timedelta(hours=2),
            created_at=self.now - timedelta(minutes=10),
            expires_at=self.now + timedelta(days=6),
            recipients=self.recipients("custodian-1", "custodian-2", "key-of-officer-1", "recovery"),
        )
        return replace(draft, **changes)

    def publish(
        self,
        asked: request.Request | None = None,
        *,
        approver: str | None = None,
        **changes: Any,  # noqa: ANN401
    ) -> bytes:
        """Sign, log and publish a request (a draft with ``changes`` by default); return its bundle."""
        wanted = asked or self.draft(**changes)
        id_ = request.request_id(wanted.to_bytes())
        signed = [self.passkeys[wanted.officer.person_id].assertion(id_)]
        if approver is not None:
            signed.append(self.passkeys[approver].assertion(id_, "approver"))
        return self.publish_signed(wanted, *signed)

    def publish_signed(self, asked: request.Request, *assertions: assertion.Assertion) -> bytes:
        """Log and publish a request with these assertions, good or bad; return its bundle."""
        payload = asked.to_bytes()
        id_ = request.request_id(payload)
        self.leaves.append(leaf.leaf_of(asked, id_).to_bytes())
        self.bundles[id_] = bundle.Bundle(
            payload=payload, assertions=assertions, log_proof=self.log_proof(len(self.leaves) - 1)
        ).to_bytes()
        return self.bundles[id_]

    # The log

    def witness_key(self, name: str) -> verifier_key.VerifierKey:
        """Return a witness's verifier key."""
        return verifier_key.VerifierKey.of(name, ed25519(name), verifier_key.SignatureType.COSIGNATURE)

    def checkpoint_note(self) -> Any:  # noqa: ANN401
        """Return the log's newest checkpoint, cosigned by the witnesses."""
        hashed = [merkle.leaf_hash(data) for data in self.leaves]
        newest = checkpoint.Checkpoint(origin=self.record.log.origin, size=len(hashed), root=merkle.root(hashed))
        note = newest.sign(self.log_key)
        for name in self.witnesses:
            note = cosignature.cosign(note, name, ed25519(name), self.cosigned_at.get(name, self.now))
        return note

    def log_proof(self, index: int) -> str:
        """Return the proof of a leaf under the newest checkpoint."""
        hashed = [merkle.leaf_hash(data) for data in self.leaves]
        return proof.TlogProof(
            index=index,
            hashes=tuple(merkle.inclusion_proof(hashed, index)),
            checkpoint_note=self.checkpoint_note(),
        ).format()
