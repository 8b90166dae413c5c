"""From the pinned root to today's directory and live statement (docs/protocol.md section 7, first half).

Invariants: the root is judged by its pinned hash before any signature; nothing older than what the pins name is taken;
the directory needs both of the city record's keys; the hub's key is used for the live statement only; a sequence is
compared only with one by the same hub key, so a stolen key's numbers don't bind the key that replaced it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .dsse import open_envelope
from .errors import ProtocolError, Rule
from .limits import CLOCK_SKEW_MAX, DIRECTORY_KEYS, RECORD_SIZE_MAX_BYTES
from .messages.city.directory import Directory
from .messages.city.record import CityRecord
from .messages.city.revocation import Revocation, Revoked
from .messages.requests.live import LiveStatement
from .translog.checkpoint import Checkpoint, open_checkpoint
from .translog.note import SignedNote
from .translog.verifier_key import SignatureType, VerifierKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from .translog.witness import WitnessPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """What a home remembers and no message may go behind.

    ``agency_id`` is None until the first city record; serials and the sequence are the last ones taken, 0 at first;
    ``hub_key`` (raw) signed the live statement with that sequence, None where that isn't known; ``seen_salts`` has the
    id of each request seen, by the b64 of its salt.
    """

    root_key_sha256: str
    agency_id: str | None
    city_record_serial: int
    directory_serial: int
    live_sequence: int
    hub_key: bytes | None
    witness_policy: WitnessPolicy
    seen_salts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the pins, the city's signatures and the clock bear out.

    ``revocations`` has the directory's and those that traveled alone. ``refused_revocations`` has the rules that
    further ones broke (signed by keys of the past, say); they are left aside. ``checkpoint`` is the live statement's,
    signed by the log; the caller proves it consistent with the last one it took. ``log_roots`` has the root hash, by
    size, of each checkpoint that is proven consistent with it (here: itself); the caller adds those that it proves.
    """

    city_record: CityRecord
    directory: Directory
    revocations: tuple[Revoked, ...]
    refused_revocations: tuple[str, ...]
    live: LiveStatement
    checkpoint: Checkpoint
    log_roots: Mapping[int, bytes]


def check_trust(  # noqa: PLR0913, PLR0917 - seven independent inputs, all of them needed at once
    root_public_key: bytes,
    city_record_envelope: bytes,
    directory_envelope: bytes,
    revocation_envelopes: Sequence[bytes],
    live_envelope: bytes,
    pins: Pins,
    now: datetime,
) -> Trust:
    """Return what can be trusted; raise ProtocolError with the first broken rule."""
    city_record = check_city_record(root_public_key, city_record_envelope, pins, now)
    directory = check_directory(directory_envelope, city_record, pins, now)
    alone, refused = read_revocations(revocation_envelopes, city_record)
    live = check_live(live_envelope, city_record, pins, now)
    if live.city_record_sha256 != hashlib.sha256(city_record_envelope).hexdigest():
        raise ProtocolError(Rule.LIVE_NAMES_OTHER_CITY_RECORD)
    if live.directory_sha256 != hashlib.sha256(directory_envelope).hexdigest():
        raise ProtocolError(Rule.LIVE_NAMES_OTHER_DIRECTORY)
    checkpoint = open_checkpoint(SignedNote.parse(live.checkpoint), log_verifier_key(city_record))
    return Trust(
        city_record=city_record,
        directory=directory,
        revocations=(*directory.revocations, *alone),
        refused_revocations=refused,
        live=live,
        checkpoint=checkpoint,
        log_roots={checkpoint.size: checkpoint.root},
    )


def check_still_valid(trust: Trust, now: datetime) -> None:
    """Raise when a trust that was good once has run out by ``now``."""
    if trust.city_record.expires_at <= now:
        raise ProtocolError(Rule.CITY_RECORD_EXPIRED)
    if trust.directory.expires_at <= now:
        raise ProtocolError(Rule.DIRECTORY_EXPIRED)
    if trust.live.expires_at <= now:
        raise ProtocolError(Rule.LIVE_EXPIRED)


def check_root(root_public_key: bytes, pins: Pins) -> None:
    """Raise ``root_differs`` unless this is the root that was pinned."""
    if not hmac.compare_digest(hashlib.sha256(root_public_key).hexdigest(), pins.root_key_sha256):
        raise ProtocolError(Rule.ROOT_DIFFERS)


def check_city_record(root_public_key: bytes, envelope: bytes, pins: Pins, now: datetime) -> CityRecord:
    """Return the city record that the pinned root signed, when it is valid now and not older than the last."""
    check_root(root_public_key, pins)
    payload = open_envelope(
        envelope, CityRecord.PAYLOAD_TYPE, [root_public_key], required=1, max_bytes=RECORD_SIZE_MAX_BYTES
    )
    record = CityRecord.from_bytes(payload)
    if pins.agency_id is not None and record.agency_id != pins.agency_id:
        raise ProtocolError(Rule.AGENCY_DIFFERS, "city record")
    if record.issued_at > now + CLOCK_SKEW_MAX:
        raise ProtocolError(Rule.CITY_RECORD_NOT_YET_VALID)
    if record.expires_at <= now:
        raise ProtocolError(Rule.CITY_RECORD_EXPIRED)
    if record.serial < pins.city_record_serial:
        raise ProtocolError(Rule.CITY_RECORD_ROLLED_BACK, f"{record.serial} after {pins.city_record_serial}")
    return record


def check_directory(envelope: bytes, city_record: CityRecord, pins: Pins, now: datetime) -> Directory:
    """Return the directory that both directory keys signed, when it is valid now and not older than the last."""
    payload = open_envelope(
        envelope,
        Directory.PAYLOAD_TYPE,
        [key.public_key for key in city_record.directory_keys],
        required=DIRECTORY_KEYS,
        max_bytes=RECORD_SIZE_MAX_BYTES,
    )
    directory = Directory.from_bytes(payload)
    if directory.agency_id != city_record.agency_id:
        raise ProtocolError(Rule.AGENCY_DIFFERS, "directory")
    if directory.issued_at > now + CLOCK_SKEW_MAX:
        raise ProtocolError(Rule.DIRECTORY_NOT_YET_VALID)
    if directory.expires_at <= now:
        raise ProtocolError(Rule.DIRECTORY_EXPIRED)
    if directory.serial < pins.directory_serial:
        raise ProtocolError(Rule.DIRECTORY_ROLLED_BACK, f"{directory.serial} after {pins.directory_serial}")
    return directory


def check_revocation(envelope: bytes, city_record: CityRecord) -> Revocation:
    """Return the revocation that one of the directory keys signed."""
    keys = [key.public_key for key in city_record.directory_keys]
    revocation = Revocation.from_bytes(open_envelope(envelope, Revocation.PAYLOAD_TYPE, keys, required=1))
    if revocation.agency_id != city_record.agency_id:
        raise ProtocolError(Rule.AGENCY_DIFFERS, "revocation")
    return revocation


def read_revocations(
    envelopes: Sequence[bytes], city_record: CityRecord
) -> tuple[tuple[Revoked, ...], tuple[str, ...]]:
    """Return the revocations that hold, and the rules that the others broke.

    One that is not good is left aside rather than refusing everything: who could plant it could hold back a good one.
    """
    good: list[Revoked] = []
    refused: list[str] = []
    for envelope in envelopes:
        try:
            good.append(check_revocation(envelope, city_record).revoked)
        except ProtocolError as error:
            refused.append(error.rule)
    return tuple(good), tuple(refused)


def check_live(envelope: bytes, city_record: CityRecord, pins: Pins, now: datetime) -> LiveStatement:
    """Return the live statement that the hub signed, when it is fresh and not older than the last."""
    payload = open_envelope(
        envelope, LiveStatement.PAYLOAD_TYPE, [city_record.hub_key], required=1, max_bytes=RECORD_SIZE_MAX_BYTES
    )
    live = LiveStatement.from_bytes(payload)
    if live.agency_id != city_record.agency_id:
        raise ProtocolError(Rule.AGENCY_DIFFERS, "live statement")
    if live.issued_at > now + CLOCK_SKEW_MAX:
        raise ProtocolError(Rule.LIVE_NOT_YET_VALID)
    if live.expires_at <= now:
        raise ProtocolError(Rule.LIVE_EXPIRED)
    if pins.hub_key in {None, city_record.hub_key} and live.sequence < pins.live_sequence:
        raise ProtocolError(Rule.LIVE_ROLLED_BACK, f"{live.sequence} after {pins.live_sequence}")
    return live


def log_verifier_key(city_record: CityRecord) -> VerifierKey:
    """Return the log's key as its notes are verified by."""
    return VerifierKey(
        name=city_record.log.origin,
        signature_type=SignatureType.ED25519,
        public_key=city_record.log.public_key,
    )
