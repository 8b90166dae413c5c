"""What reaches a hub from homes, officers' pages and the people who run it."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.auditors.setup import read as read_oversight
from hub.broker.endpoint import Endpoint
from hub.broker.errors import BrokerError
from hub.casework.search.pages import SearchAddress
from hub.cli.city.geojson import read_borders
from hub.cli.city.map_geojson import read_map_pack
from hub.directory.proposal import read_proposal
from hub.identity.devices.presented import read_header
from hub.identity.devices.signing_request import read_signing_request
from hub.identity.model import SignInCredential
from hub.identity.wraps.wrapped import read_wrapped
from hub.index.words import WORD_MAX_CHARS, words_of
from hub.kit.codes import normalise
from hub.kit.errors import HubError
from hub.kit.guesses import network_of
from hub.kit.passkeys.attestation import Authenticators
from hub.kit.passkeys.service import Relying, check_assertion, check_registration
from hub.kit.settings import Address, Settings
from hub.policy.api import Change
from hub.policy.reasons import is_vague, prohibited
from hub.policy.repository import Version, Versions
from hub.policy.rules import check_change
from hub.policy.settings import SETTINGS as NUMBERS_OF_POLICY
from hub.policy.values import Policy, PolicyError, read_policy
from hub.policy.words import differences
from hub.requests.draft.draft import read_draft
from hub.requests.draft.mentions import mentions, plates
from hub.shares.access import ranges
from hub.shares.access.rewrapping import read_headers
from hub.shares.access.saving import read_saved
from hub.shares.access.stills import FRAMES_MAX, read_still
from hub.shares.passing.view_api import read_view
from hub.shares.upload import tus
from hub.web.pages.paging import Cursor
from hub.web.server.hosts import host_of, is_address
from milton_protocol import canonical, dsse
from milton_protocol.base64_text import b64
from milton_protocol.errors import ProtocolError
from milton_protocol.fields import Fields
from milton_protocol.messages.city.directory import credential_value
from milton_protocol.messages.shares.consent import Consent
from milton_protocol.messages.shares.passed_on import PassedOnTo
from milton_protocol.messages.shares.withdrawal import Withdrawal
from milton_protocol.sealing.age import SINGLE_HEADER_SIZE_BYTES, seal_header
from tests.e2e.passkey import SoftwarePasskey
from tests.fuzz.seeds import city, samples
from tests.fuzz.short import json_bytes, short_target
from tests.fuzz.target import Shape
from tests.simulators.wraps import a_wrap

if TYPE_CHECKING:
    from collections.abc import Callable

    from milton_protocol.canonical import JsonValue

RELYING = Relying(rp_id="officers.example", origin="https://officers.example", name="Milton Police")
CHALLENGE, CHALLENGE_TEXT = bytes(32), "A" * 43
PASSKEY = SoftwarePasskey(RELYING.rp_id, RELYING.origin)
FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))
atexit.register(shutil.rmtree, FOLDER)


def _headers(data: bytes) -> dict[str, str]:
    lines = (line.partition(": ") for line in data.decode("latin-1").split("\n"))
    return {name: value for name, _, value in lines}


def _tus(data: bytes) -> object:
    """Read every header by itself: one that is refused doesn't hide the next."""
    headers = _headers(data)
    return [_judged(read, headers) for read in (tus.check_version, tus.check_piece, *NUMBERS, tus.checksum)]


NUMBERS = (tus.offset, tus.length)


def _judged(read: Callable[[dict[str, str]], object], headers: dict[str, str]) -> object:
    try:
        found = read(headers)
    except HubError as error:
        return error.rule, error.status
    assert read not in NUMBERS or 0 <= int(str(found)) < 10**tus.NUMBER_MAX_CHARS
    assert read is not tus.checksum or found is None or len(bytes(found)) == 32  # type: ignore[call-overload] - a digest
    return found


def _range(data: bytes) -> object:
    asked = ranges.parse(data.decode("latin-1"), 5_000)
    assert 0 <= asked.start < asked.end <= 5_000
    return asked


def _owners_word(data: bytes) -> object:
    """Read what is claimed, as before any key is known; what is not the other kind's is one of them."""
    payload = dsse.claimed_payload(data)
    return [_refused(kind.from_bytes, payload) for kind in (Withdrawal, Consent)]


def _refused(read: Callable[[bytes], object], data: bytes) -> object:
    try:
        return read(data)
    except ProtocolError as error:
        return error.rule


def _draft(data: bytes) -> object:
    draft = read_draft(Fields.of(canonical.read(data, max_bytes=131_072)))
    return draft, draft.digest(), prohibited(draft.reason), is_vague(draft.reason)


def _policy(data: bytes) -> object:
    """Read a change of the policy: what may be proposed is within the bounds, is kept whole and has words."""
    proposed = Change(Fields.of(canonical.read(data, max_bytes=131_072))).of(VERSIONS)
    check_change(VERSIONS.current, proposed.policy)
    assert read_policy(proposed.policy.content()) == proposed.policy
    assert all(each.least <= proposed.policy.number(each.name) <= each.most for each in NUMBERS_OF_POLICY)
    return proposed.base, differences(VERSIONS.current, proposed.policy), proposed.policy.is_case_number("26-104417")


def _wrapped(data: bytes) -> object:
    wrapped = read_wrapped(Fields.of(canonical.read(data, max_bytes=131_072)))
    return wrapped, wrapped.id_for("officer")


def _wrapped_anew(data: bytes) -> object:
    """Read what a custodian's browser wrapped anew; each header is for one key, and no other form of it is taken."""
    headers = read_headers(Fields.of(canonical.read(data, max_bytes=131_072)))
    assert headers
    assert {len(header) for header in headers.values()} == {SINGLE_HEADER_SIZE_BYTES}
    return headers


def _passed_on(data: bytes) -> object:
    """Read whom a share is to be passed on to, and which link is opened: no input is both."""
    fields = canonical.read(data, max_bytes=131_072)
    read = [_refused_value(PassedOnTo.read, fields), _refused_value(read_view, fields)]
    assert any(isinstance(each, str) for each in read)
    to = read[0]
    assert not isinstance(to, PassedOnTo) or PassedOnTo.read(Fields.of(to.value())) == to
    return read


def _refused_value(read: Callable[[Fields], object], value: JsonValue) -> object:
    try:
        return read(Fields.of(value))
    except ProtocolError as error:
        return error.rule


def _still(data: bytes) -> object:
    """Read a still picture's facts: what the trail would say of it has a row's length, and is only its own words."""
    still = read_still(Fields.of(canonical.read(data, max_bytes=131_072)))
    assert 1 <= still.frame <= FRAMES_MAX
    assert len(still.words) <= 500
    assert still.words.isascii()
    return still


def _saved(data: bytes) -> object:
    """Read what is about to be saved: the trail says its part and its digest alone."""
    saved = read_saved(Fields.of(canonical.read(data, max_bytes=131_072)))
    assert saved.words.split(" ", 1)[0] in {"clip", "manifest"}
    assert len(saved.words) <= 500
    assert saved.words.isascii()
    return saved


def _reason(data: bytes) -> object:
    text = data.decode(errors="replace")
    assert all(5 <= len(plate) <= 8 for plate in plates(text))
    return prohibited(text), is_vague(text), normalise(text), mentions(bytes(32), text)


def _proposal(data: bytes) -> object:
    directory = city().directory
    for change in read_proposal(canonical.read(data)):
        directory = change.apply(directory, city().now)
    return type(directory).from_bytes(directory.to_bytes())


def _registration(data: bytes) -> object:
    return check_registration(RELYING, CHALLENGE, _object(data), Authenticators())


def _sign_in(data: bytes) -> object:
    made = check_registration(RELYING, CHALLENGE, PASSKEY.register(CHALLENGE_TEXT), Authenticators())
    known = SignInCredential(credential_id=b64(made.credential_id), public_key=made.cose_key, sign_count=0)
    return check_assertion(RELYING, CHALLENGE, _object(data), known)


def _object(data: bytes) -> dict[str, object]:
    """Read a body as the pages do."""
    value = canonical.read(data, max_bytes=131_072)
    return dict(value) if isinstance(value, dict) else {}


def _borders(data: bytes) -> object:
    path = FOLDER / "borders.geojson"
    path.write_bytes(data)
    return read_borders(path)


def _map(data: bytes) -> object:
    path = FOLDER / "map.geojson"
    path.write_bytes(data)
    return read_map_pack(path, "milton-pd").pack.to_bytes()


def _settings(data: bytes) -> object:
    (FOLDER / "hub.toml").write_bytes(data)
    settings = Settings.load(FOLDER)
    return settings, Policy.of(settings.policy), read_oversight(settings)


def _signing_request(data: bytes) -> object:
    return read_signing_request(data).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _certificate_header(data: bytes) -> object:
    return read_header([data.decode("latin-1")])


def _asked_for() -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "MPD-LT-031")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    return builder.sign(Ed25519PrivateKey.from_private_bytes(bytes(32)), None).public_bytes(Encoding.PEM)


def _address(data: bytes) -> object:
    return Address.parse(data.decode("latin-1"))


def _endpoint(data: bytes) -> object:
    found = Endpoint.parse(data.decode("latin-1"))
    return found.host, found.port, found.tls is None


def _host(data: bytes) -> object:
    """Read a Host header: nothing but case, a port and a last dot is forgiven in the hub's own name."""
    text = data.decode("latin-1")
    name = host_of([text])
    assert name != "hub.example" or re.fullmatch(r"hub\.example\.?(?::\d*)?", text, re.IGNORECASE)
    return name, name is not None and is_address(name)


def _search(data: bytes) -> object:
    """Read the address of a search and of a list's page: what is read is written the same again."""
    asked = SearchAddress.of(dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True)))
    assert SearchAddress.of(dict(parse_qsl(asked.address().partition("?")[2]))) == replace(asked, before=None)
    assert all(len(word) <= WORD_MAX_CHARS for word in words_of(asked.query))
    cursor = Cursor.read(asked.query)
    assert cursor is None or Cursor.read(str(cursor)) == cursor
    return asked, cursor


def _network(data: bytes) -> object:
    """Read who asks: as a peer's address, or as a web server in front says it."""
    text = data.decode("latin-1")
    network = network_of(text)
    assert network == text or network_of(network.partition("/")[0]) == network
    return network


DRAFT = {
    "draft_id": "0" * 32,
    "case_number": "26-1120",
    "contact": "+1 678 555 0100",
    "offence_code": "burglary",
    "reason": "A dwelling was entered by its back door.",
    "why_larger": "",
    "urgency": "routine",
    "drill": False,
    "by_code": False,
    "area": {"kind": "circle", "center": [341_320_000, -843_000_000], "radius_m": 250},
    "from": "2026-11-20T10:00:00Z",
    "until": None,
    "expires_in_h": 24,
}
VERSIONS = Versions(all=(Version(number=1, policy=Policy(), row=None),))
POLICY = {
    "base": 1,
    "reason": "The council asked for less.",
    "numbers": {"expiry_max_h": 48, "area_ordinary_m2": 194_249},
    "case_number": "[A-Z]{2}-[0-9]{4,8}",
    "offences": [{"code": "16-5-90", "name": "Stalking", "urgent": True, "retired": False}],
}
CHANGES = [
    {"change": "add_person", "person_id": "new", "name": "New", "badge": "B-1", "roles": ["officer"]},
    {"change": "remove_person", "person_id": "officer-1"},
    {"change": "add_recipient", "recipient_id": "r", "person_id": None, "role": "custodian",
     "age_recipient": city().directory.recipients[0].age_recipient},
    {"change": "revoke", "kind": "credential", "id": "abc", "reason": "lost"},
    {"change": "add_credential", "person_id": "officer-1",
     "credential": credential_value(city().directory.people[0].credentials[0])},
]  # fmt: skip
STILL = {"sha256": "ab" * 32, "clip_sha256": "cd" * 32, "preview_sha256": None, "frame": 12, "verified": True}
SAVED = {"part": "manifest", "sha256": "ab" * 32}
WRAP = a_wrap(city().directory.recipients[0].age_recipient, "blue")
HEADERS = {
    "headers": [
        {"part": part, "header": b64(seal_header([city().directory.recipients[0].age_recipient])[1])}
        for part in ("clip", "manifest")
    ]
}
PASSED_ON = {"name": "Ruth Ellery", "organisation": "Fulton County DA", "until": "2026-12-24T10:00:00Z"}
VIEW = {"link": "5" * 32, "view": "6" * 32}
BORDERS = {"type": "Polygon", "coordinates": [[[-84.3, 34.1], [-84.2, 34.1], [-84.2, 34.2], [-84.3, 34.1]]]}
MAP = {
    "features": [
        {"properties": {"kind": "water", "name": "Pond"}, "geometry": BORDERS},
        {
            "properties": {"kind": "street"},
            "geometry": {"type": "MultiLineString", "coordinates": [[[-84.3, 34.1], [-84.2, 34.1]]]},
        },
        {
            "properties": {"kind": "label", "name": "Mill", "angle": 91.5},
            "geometry": {"type": "Point", "coordinates": [-84.3, 34.1]},
        },
    ]
}
SETTINGS = b"""
agency_id = "milton-pd"
demo = true
[officers]
origin = "http://localhost:8442"
time_zone = "America/New_York"
[signer]
origin = "http://sign.localhost:8443"
rp_id = "sign.localhost"
[log]
origin = "127.0.0.1/log"
[listen]
homes = "127.0.0.1:8441"
officers = "127.0.0.1:8442"
signer = "[::1]:8443"
[broker]
kind = "none"
listen = "127.0.0.1:1883"
certificate = "a.pem"
[policy]
case_number = "[0-9]{2}-[0-9]+"
expiry_max_h = 24
[zeroconf]
interfaces = ["127.0.0.1"]
"""
REASONS = (
    b"Investigation of a protest at the city hall, my ex-wife ran a red light; MS-0123-4567-89AB",
    b"police business",
)
BAD = (ValueError,)
CERTIFICATE_HEADER = b"-----BEGIN%20CERTIFICATE-----%0AAAAA%0A-----END%20CERTIFICATE-----%0A"
WORDS = tuple(
    dsse.sign(word.PAYLOAD_TYPE, word.to_bytes(), [Ed25519PrivateKey.from_private_bytes(bytes(32))])
    for name in ("withdrawal", "consent")
    for word in samples(name)
)
UPLOAD = (
    b"Tus-Resumable: 1.0.0\nContent-Type: application/offset+octet-stream\nUpload-Offset: 9\nUpload-Length: 10\n"
    b"Upload-Checksum: sha256 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nContent-Encoding: identity"
)
TARGETS = (
    short_target("hub.tus", _tus, UPLOAD, refusals=(), shape=Shape.TEXT),
    short_target("hub.range", _range, b"bytes=0-", b"bytes=-5", b"bytes=1-2", refusals=(HubError,), shape=Shape.TEXT),
    short_target("hub.owners_word", _owners_word, *WORDS, refusals=(ProtocolError,)),
    short_target("hub.draft", _draft, json_bytes(DRAFT), refusals=(ProtocolError,)),
    short_target("hub.policy", _policy, json_bytes(POLICY), refusals=(ProtocolError, PolicyError)),
    short_target("hub.wrap", _wrapped, json_bytes(WRAP), refusals=(ProtocolError,)),
    short_target("hub.headers", _wrapped_anew, json_bytes(HEADERS), refusals=(ProtocolError,)),
    short_target("hub.passed_on", _passed_on, json_bytes(PASSED_ON), json_bytes(VIEW), refusals=(ProtocolError,)),
    short_target(
        "hub.still",
        _still,
        json_bytes(STILL),
        json_bytes(STILL | {"preview_sha256": "ef" * 32}),
        refusals=(ProtocolError,),
    ),
    short_target("hub.saved", _saved, json_bytes(SAVED), refusals=(ProtocolError,)),
    short_target("hub.reason", _reason, *REASONS, refusals=(), shape=Shape.TEXT),
    short_target(
        "hub.proposal",
        _proposal,
        *(
            json_bytes({"type": "milton/directory-proposal", "version": 1, "changes": some})
            for some in (CHANGES, CHANGES[:1])
        ),
        refusals=(ProtocolError,),
    ),
    short_target(
        "hub.registration",
        _registration,
        json_bytes(PASSKEY.register(CHALLENGE_TEXT)),
        refusals=(HubError, ProtocolError),
    ),
    short_target("hub.sign_in", _sign_in, json_bytes(PASSKEY.sign(CHALLENGE_TEXT)), refusals=(HubError, ProtocolError)),
    short_target(
        "hub.borders", _borders, json_bytes(BORDERS), json_bytes({"type": "Feature", "geometry": BORDERS}), refusals=BAD
    ),
    short_target("hub.map", _map, json_bytes(MAP), refusals=BAD),
    short_target("hub.settings", _settings, SETTINGS, refusals=BAD, shape=Shape.TEXT),
    short_target("hub.signing_request", _signing_request, _asked_for(), refusals=(HubError,), shape=Shape.TEXT),
    short_target(
        "hub.certificate_header", _certificate_header, CERTIFICATE_HEADER, refusals=(HubError,), shape=Shape.TEXT
    ),
    short_target("hub.address", _address, b"127.0.0.1:80", b"::1:1", refusals=BAD, shape=Shape.TEXT),
    short_target("hub.host", _host, b"localhost:80", b"[::1]:80", b"HUB.example.", shape=Shape.TEXT),
    short_target(
        "hub.network", _network, b"203.0.113.7", b"2001:db8::1", b"::ffff:203.0.113.7", b"fe80::1%2", shape=Shape.TEXT
    ),
    short_target(
        "hub.search",
        _search,
        b"q=26-104417&in=cases&only=open&before=12",
        b"q=1234567890123456-" + b"0f" * 16,
        refusals=(HubError,),
        shape=Shape.TEXT,
    ),
    short_target("hub.endpoint", _endpoint, b"mqtts://h:1", b"mqtt://[::1]", refusals=(BrokerError,), shape=Shape.TEXT),
)
