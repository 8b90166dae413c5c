"""What is signed: envelopes, trust documents, passkeys, and a whole request. Nobody here can forge a signature."""

from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from milton_protocol import dsse
from milton_protocol.errors import ProtocolError
from milton_protocol.messages.city.directory import Directory
from milton_protocol.messages.homes.camera_entry import CameraEntry, open_camera_entry
from milton_protocol.messages.homes.erasure import Erasure, open_erasure
from milton_protocol.messages.requests.assertion import Assertion
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.messages.requests.request import request_id
from milton_protocol.messages.shares.share import Share, open_share
from milton_protocol.messages.shares.share_key import share_id_of
from milton_protocol.passkey import verify_assertion
from milton_protocol.trust import (
    check_city_record,
    check_directory,
    check_live,
    check_trust,
    read_revocations,
)
from milton_protocol.verification import Refusal, VerifiedRequest, verify_request
from tests.fuzz.floods import floods
from tests.fuzz.seeds import city, samples
from tests.fuzz.target import Shape, Target
from tests.simulators.city import OFFICER, OTHER_OFFICER, ed25519, public

CITY = city()
PINS, TRUST = CITY.pins(), CITY.trust()
RECORD, DIRECTORY, LIVE = CITY.city_record_envelope(), CITY.directory_envelope(), CITY.live_envelope()
REVOKED, _ = read_revocations(CITY.revocations[:1], CITY.record)  # whatever other keys signed it too
CHALLENGE = bytes(range(32))
ERASED = samples("erasure")[0]
AGENCY, ENTRY_KEY = "milton-pd", ed25519("camera entry")


def _envelope(data: bytes) -> object:
    keys = [key.public_key for key in CITY.record.directory_keys]
    payload = dsse.open_envelope(data, Directory.PAYLOAD_TYPE, keys, required=2)
    assert {dsse.key_id(key) for key in keys} <= set(dsse.signer_ids(data, Directory.PAYLOAD_TYPE))
    assert payload == CITY.directory.to_bytes(), "signed by both keys, which never did"
    assert len(dsse.split(data, Directory.PAYLOAD_TYPE, keys)) == len(keys)
    return payload


def _share(data: bytes) -> object:
    share, payload = open_share(data)
    assert share.to_bytes() == payload
    return share


def _record(data: bytes) -> object:
    return check_city_record(CITY.root_public_key, data, PINS, CITY.now)


def _directory(data: bytes) -> object:
    return check_directory(data, CITY.record, PINS, CITY.now)


def _revocation(data: bytes) -> object:
    good, refused = read_revocations([data], CITY.record)
    assert len(good) + len(refused) == 1
    assert not good or good == REVOKED, "revoked by nobody"
    return good, refused


def _live(data: bytes) -> object:
    statement = check_live(data, CITY.record, PINS, CITY.now)
    return statement, check_trust(CITY.root_public_key, RECORD, DIRECTORY, (), data, PINS, CITY.now)


def _assertion(data: bytes) -> object:
    assertion = Assertion.from_bytes(data)
    credentials = [CITY.passkeys[person].credential for person in (OFFICER, OTHER_OFFICER)]
    known = next((one for one in credentials if one.credential_id == assertion.credential_id), credentials[0])
    verify_assertion(known, assertion, CHALLENGE)
    assert assertion.client_data.startswith(CITY.passkeys[OFFICER].assertion(CHALLENGE.hex()).client_data[:-1])
    return assertion


def _bundle(data: bytes) -> object:
    """Get a result, never an exception; and verified is only what was published."""
    verdict = verify_request(data, TRUST, PINS, CITY.now)
    if isinstance(verdict, VerifiedRequest):
        assert verdict.request_id in CITY.bundles
        assert verdict.request_id not in CITY.withdrawn
    return verdict


def _bundle_of_anything(data: bytes) -> object:
    """Let the hub call the request live, whatever it is, so that its signatures are judged."""
    first = verify_request(data, TRUST, PINS, CITY.now)
    if isinstance(first, VerifiedRequest) or first.rule not in {"not_live", "withdrawn"}:
        return first
    live = replace(TRUST.live, live=(request_id(Bundle.from_bytes(data).payload),), withdrawn=())
    verdict = verify_request(data, replace(TRUST, live=live), PINS, CITY.now)
    assert isinstance(verdict, Refusal) or verdict.request_id in CITY.bundles, "a request that nobody signed"
    return verdict


def _erasure(data: bytes) -> object:
    erasure = open_erasure(data, public(ed25519("hub")), ERASED.agency_id, ERASED.home_id)
    assert erasure == ERASED, "erased by nobody"
    return erasure


def _entry(data: bytes) -> object:
    entry = open_camera_entry(data, AGENCY)
    assert entry.agency_id == AGENCY
    assert entry.entry_key == public(ENTRY_KEY), "signed by a key that nobody has"
    assert CameraEntry.from_bytes(entry.to_bytes()) == entry
    return entry


def _entries() -> tuple[bytes, ...]:
    own = [replace(entry, agency_id=AGENCY, entry_key=public(ENTRY_KEY)) for entry in samples("camera_entry")]
    return tuple(dsse.sign(CameraEntry.PAYLOAD_TYPE, entry.to_bytes(), [ENTRY_KEY]) for entry in own)


def _shares() -> tuple[bytes, ...]:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    own = {"one_time_key": public(key), "share_id": share_id_of(public(key))}
    return tuple(dsse.sign(Share.PAYLOAD_TYPE, replace(share, **own).to_bytes(), [key]) for share in samples("share"))


def _assertions() -> tuple[bytes, ...]:
    made = [CITY.passkeys[person].assertion(CHALLENGE.hex()) for person in (OFFICER, OTHER_OFFICER)]
    more = CITY.passkeys[OFFICER].assertion(CHALLENGE.hex(), more={"other_keys_can_be_added_here": "x"})
    return tuple(one.to_bytes() for one in (*made, more))


def _target(name: str, run: object, *seeds: bytes, refusals: tuple[type[Exception], ...] = (ProtocolError,)) -> Target:
    assert callable(run)
    return Target(
        name=name,
        run=run,
        refusals=refusals,
        seeds=lambda: (*seeds, *floods()),
        shape=Shape.JSON,
        size_max_bytes=16_384,
    )


UNSIGNED = dsse.sign(Directory.PAYLOAD_TYPE, CITY.directory.to_bytes(), [ed25519("anybody")])
TARGETS = (
    _target("dsse.envelope", _envelope, DIRECTORY, UNSIGNED),
    _target("dsse.self_signed", _share, *_shares()),
    _target("trust.city_record", _record, RECORD),
    _target("trust.directory", _directory, DIRECTORY, UNSIGNED),
    _target("trust.revocation", _revocation, *CITY.revocations, refusals=()),
    _target("trust.live", _live, LIVE),
    _target("passkey.assertion", _assertion, *_assertions()),
    _target(
        "erasure.envelope",
        _erasure,
        *(dsse.sign(Erasure.PAYLOAD_TYPE, ERASED.to_bytes(), [ed25519(name)]) for name in ("hub", "anybody")),
    ),
    _target("entry.envelope", _entry, *_entries()),
    _target("verification.bundle", _bundle, *CITY.bundles.values(), refusals=()),
    _target("verification.signatures", _bundle_of_anything, *CITY.bundles.values(), refusals=()),
)
