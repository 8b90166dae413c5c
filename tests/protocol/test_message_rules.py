"""The rules of single messages, each broken once."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from milton_protocol import canonical, dsse
from milton_protocol.errors import ProtocolError
from milton_protocol.geometry import Circle, Point, Polygon
from milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES, RECEIPTS_SIZE_MAX_BYTES
from milton_protocol.messages.city.directory import Directory
from milton_protocol.messages.city.record import CityRecord
from milton_protocol.messages.homes.answers import ConsistencyAnswer, ShareAnswer
from milton_protocol.messages.homes.enrollment import EnrolAnswer, EnrolRequest, MqttAccess
from milton_protocol.messages.homes.erasure import Erasure, LeaveAnswer, open_erasure
from milton_protocol.messages.log.custody_day import CustodyDay, EventCount, receipts_digest
from milton_protocol.messages.log.leaf import Leaf, LeafKind, cell_of, custody_leaf, leaf_of, refusal_leaf
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.messages.requests.live import LiveStatement
from milton_protocol.messages.requests.request import Request, Urgency, custodians_of, recipients_hash, request_id
from milton_protocol.messages.shares.consent import Consent, ConsentKind
from milton_protocol.messages.shares.manifest import Manifest
from milton_protocol.messages.shares.passed_on import PassedOnTo
from milton_protocol.messages.shares.receipt import ReceiptEvent, SealedReceipts, envelope_sha256, unpadded
from milton_protocol.messages.shares.share import PartName, SealedPart, Share, open_share, share_sha256
from milton_protocol.messages.shares.share_key import CHARS, is_share_key, share_id_of, share_key
from tests.simulators.city import City, age_identity, ed25519, public

if TYPE_CHECKING:
    from collections.abc import Callable

CITY = City()
MANIFEST: dict[str, Any] = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "clip.mp4", "digest": {"sha256": "1" * 64}}],
    "predicateType": "https://milton-share.example/manifest/v1",
    "predicate": {
        "version": 1,
        "share_id": "2" * 32,
        "request_id": "3" * 64,
        "recipients_sha256": "4" * 64,
        "camera": {
            "label": "Front door",
            "view": {
                "position": [341_320_000, -843_000_000],
                "heading_deg": 90,
                "field_of_view_deg": 120,
                "range_m": 30,
            },
        },
        "ranges": [
            {
                "from": "2026-11-20T09:30:00.000Z",
                "until": "2026-11-20T09:31:00.000Z",
                "first_frame": "2026-11-20T09:30:00.020Z",
                "stored_ms": 0,
            },
            {
                "from": "2026-11-20T09:40:00.000Z",
                "until": "2026-11-20T09:41:00.000Z",
                "first_frame": None,
                "stored_ms": None,
            },
        ],
        "clock": {"offset_ms": -850, "uncertainty_ms": 120, "method": "rtcp", "was_put": False},
        "gaps": [{"from": "2026-11-20T09:30:10.000Z", "until": "2026-11-20T09:30:20.000Z"}],
        "edits": {
            "audio": "removed",
            "masks": [
                {
                    "keys": [
                        {"at": "2026-11-20T09:30:00.000Z", "corners": [[0, 0], [5000, 0], [0, 10000]]},
                        {"at": "2026-11-20T09:30:05.000Z", "corners": [[5000, 0], [10000, 0], [5000, 10000]]},
                    ]
                }
            ],
        },
        "segments": [{"sha256": "5" * 64, "from": "2026-11-20T09:29:55.000Z", "until": "2026-11-20T09:30:10.000Z"}],
        "frames": [
            {"first": 0, "count": 7, "kind": "encoded", "slices_sha256": None},
            {"first": 7, "count": 890, "kind": "copied", "slices_sha256": "6" * 64},
        ],
        "preview_sha256": None,
        "software": {"milton-share": "0.1.0"},
        "sources_kept_until": None,
        "named": False,
        "test_card": False,
    },
}
TEST_CARD: dict[str, Any] = MANIFEST | {
    "predicate": MANIFEST["predicate"]
    | {
        "ranges": MANIFEST["predicate"]["ranges"][:1],
        "clock": {"offset_ms": 0, "uncertainty_ms": 0, "method": "owner", "was_put": False},
        "gaps": [],
        "edits": {"audio": "absent", "masks": []},
        "segments": [],
        "frames": MANIFEST["predicate"]["frames"][:1],
        "test_card": True,
    }
}


def share(*names: str) -> Share:
    """Return a share with these parts."""
    key = public(ed25519("one time"))
    return Share(
        share_id=share_id_of(key),
        request_id="3" * 64,
        recipients_sha256="4" * 64,
        one_time_key=key,
        receipt_recipient=age_identity("receipts").recipient,
        parts=tuple(
            SealedPart(name=PartName(name), header=b"h", body_sha256="5" * 64, body_size_bytes=1) for name in names
        ),
    )


def bent(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return a message's bytes with a change to its JSON."""
    value = json.loads(data)
    change(value)
    return canonical.encode(value)


def put(*path: Any) -> Callable[[dict[str, Any]], object]:  # noqa: ANN401
    """Return a change: the last of ``path`` is put where the others lead."""

    def change(value: Any) -> None:  # noqa: ANN401
        for step in path[:-2]:
            value = value[step]
        value[path[-2]] = path[-1]

    return change


def rule_of(act: Callable[[], object]) -> str:
    """Return the rule that an act breaks."""
    with pytest.raises(ProtocolError) as caught:
        act()
    return caught.value.rule


RECORD = CITY.record.to_bytes()
PEOPLE = CITY.directory.to_bytes()
ASKED = CITY.draft().to_bytes()
BUNDLE = CITY.publish()
LIVE = CITY.live_statement().to_bytes()
CREDENTIAL = json.loads(PEOPLE)["people"][0]["credentials"][0]
POINTS = json.loads(RECORD)["jurisdiction"]


@pytest.mark.parametrize(
    ("kind", "data", "change", "rule"),
    [
        (CityRecord, RECORD, put("serial", 0), "out_of_bounds"),
        (CityRecord, RECORD, put("agency_id", "Milton PD"), "not_an_id"),
        (CityRecord, RECORD, put("agency_name", "a" * 81), "out_of_bounds"),
        (CityRecord, RECORD, put("city_name", "Mil\u202eton"), "forbidden_character"),
        (CityRecord, RECORD, put("expires_at", "2027-11-21T12:00:00Z"), "wrong_period"),
        (CityRecord, RECORD, put("expires_at", "2026-11-19T12:00:00Z"), "wrong_period"),
        (CityRecord, RECORD, put("jurisdiction", POINTS[:2]), "out_of_bounds"),
        (CityRecord, RECORD, put("jurisdiction", POINTS * 129), "out_of_bounds"),
        (CityRecord, RECORD, put("hub", "home_url", "http://hub.milton.example"), "not_an_address"),
        (CityRecord, RECORD, put("hub", "home_url", "http://127.0.0.1:8080"), "not_an_address"),
        (CityRecord, RECORD, put("hub", "home_url", "https://hub.milton.example/path"), "not_an_address"),
        (CityRecord, RECORD, put("hub", "mqtt_url", "mqtt://hub.milton.example:1883"), "not_an_address"),
        (CityRecord, RECORD, put("hub", "mqtt_url", "mqtts://hub.milton.example"), "not_an_address"),
        *[
            (CityRecord, RECORD, put("hub", "home_url", f"https://hub.milton.example:{port}"), "not_an_address")
            for port in ("0", "0443", "65536", "")
        ],
        (CityRecord, RECORD, put("hub", "mqtt_url", "mqtts://hub.milton.example:0"), "not_an_address"),
        (CityRecord, RECORD, put("hub", "mqtt_url", "mqtts://hub.milton.example:65536"), "not_an_address"),
        (CityRecord, RECORD, put("hub_key", "AAAA"), "out_of_bounds"),
        (CityRecord, RECORD, put("signer", "origin", "https://sign.milton.example/"), "not_an_address"),
        (CityRecord, RECORD, put("signer", "rp_id", 'a"'), "not_an_address"),
        (CityRecord, RECORD, put("signer", "served_by", "vendor"), "unknown_choice"),
        (CityRecord, RECORD, put("signer", "files", [{"path": "a", "sha256": "0" * 64}] * 2), "duplicate_item"),
        (CityRecord, RECORD, lambda v: v["directory_keys"].pop(), "out_of_bounds"),
        (CityRecord, RECORD, lambda v: v["directory_keys"].append(v["directory_keys"][0]), "out_of_bounds"),
        (CityRecord, RECORD, lambda v: put("directory_keys", 1, v["directory_keys"][0])(v), "duplicate_item"),
        (CityRecord, RECORD, put("witness_quorum", 9), "out_of_bounds"),
        (CityRecord, RECORD, put("map_sha256", "0" * 63), "not_hex"),
        (Directory, PEOPLE, put("expires_at", "2026-12-20T12:00:00Z"), "wrong_period"),
        (Directory, PEOPLE, lambda v: v["people"].append(v["people"][0]), "duplicate_item"),
        (Directory, PEOPLE, lambda v: v["recipients"].append(v["recipients"][0]), "duplicate_item"),
        (Directory, PEOPLE, put("people", 1, "credentials", [CREDENTIAL]), "duplicate_item"),
        (Directory, PEOPLE, put("people", 0, "roles", ["supervisor", "officer"]), "not_sorted"),
        (Directory, PEOPLE, put("people", 0, "roles", ["officer", "officer"]), "duplicate_item"),
        (Directory, PEOPLE, put("people", 0, "roles", ["chief"]), "unknown_choice"),
        (Directory, PEOPLE, put("people", 0, "credentials", 0, "algorithm", -257), "unknown_choice"),
        (Directory, PEOPLE, put("people", 0, "credentials", 0, "algorithm", -8), "out_of_bounds"),
        (Directory, PEOPLE, put("people", 0, "credentials", 0, "credential_id", "AAAA"), "out_of_bounds"),
        (Directory, PEOPLE, put("people", 0, "credentials", 0, "attestation", "yes"), "unknown_choice"),
        (Directory, PEOPLE, put("people", 0, "credentials", [CREDENTIAL] * 9), "out_of_bounds"),
        (Directory, PEOPLE, put("recipients", 0, "age_recipient", "age1"), "not_an_age_recipient"),
        (Directory, PEOPLE, put("recipients", 0, "role", "chief"), "unknown_choice"),
        (Request, ASKED, put("salt", "AAAA"), "out_of_bounds"),
        (Request, ASKED, put("reason", "too short"), "out_of_bounds"),
        (Request, ASKED, put("urgency", "now"), "unknown_choice"),
        (Request, ASKED, put("audience", {"kind": "area", "code_sha256": None}), "unknown_field"),
        (Request, ASKED, put("audience", {"kind": "code"}), "missing_field"),
        (Request, ASKED, put("audience", {"kind": "everybody"}), "unknown_choice"),
        (Request, ASKED, put("area", "radius_m", 0), "out_of_bounds"),
        (Request, ASKED, put("area", "radius_m", 805), "out_of_bounds"),
        (Request, ASKED, put("area", {"kind": "polygon", "points": POINTS[:2]}), "out_of_bounds"),
        (Request, ASKED, put("area", {"kind": "polygon", "points": POINTS * 17}), "out_of_bounds"),
        (Request, ASKED, put("area", {"kind": "polygon", "points": [[0, 0], [0, 0], [0]]}), "wrong_type"),
        (Request, ASKED, lambda v: v["area"].update(kind="polygon"), "missing_field"),
        (Request, ASKED, lambda v: v["recipients"].reverse(), "not_sorted"),
        (Request, ASKED, lambda v: put("recipients", 0, v["recipients"][1])(v), "duplicate_item"),
        (Request, ASKED, lambda v: put("recipients", v["recipients"][:1])(v), "out_of_bounds"),
        (Bundle, BUNDLE, put("assertions", []), "out_of_bounds"),
        (Bundle, BUNDLE, lambda v: v["assertions"].append(v["assertions"][0]), "duplicate_item"),
        (Bundle, BUNDLE, lambda v: v["assertions"].extend(v["assertions"] * 2), "out_of_bounds"),
        (Bundle, BUNDLE, put("assertions", 0, "role", "approver"), "officer_assertion_missing"),
        (Bundle, BUNDLE, put("assertions", 0, "authenticator_data", "AAAA"), "out_of_bounds"),
        (Bundle, BUNDLE, put("assertions", 0, "client_data", "A" * 2732), "out_of_bounds"),
        (Bundle, BUNDLE, put("log_proof", "a" * 32_769), "out_of_bounds"),
        (Bundle, BUNDLE, put("payload", ""), "out_of_bounds"),
        (LiveStatement, LIVE, put("sequence", 0), "out_of_bounds"),
        (LiveStatement, LIVE, put("expires_at", "2026-11-21T12:00:01Z"), "wrong_period"),
        (LiveStatement, LIVE, put("live", ["1" * 64, "0" * 64]), "not_sorted"),
        (LiveStatement, LIVE, put("withdrawn", ["0" * 64] * 2), "duplicate_item"),
        (LiveStatement, LIVE, put("live", ["0" * 63]), "not_hex"),
        (LiveStatement, LIVE, put("live", [f"{n:064x}" for n in range(2001)]), "out_of_bounds"),
    ],
)
def test_a_bent_message_is_refused_by_the_rule_it_breaks(
    kind: Any,  # noqa: ANN401
    data: bytes,
    change: Callable[[dict[str, Any]], object],
    rule: str,
) -> None:
    """The message as it was passes."""
    kind.from_bytes(data)
    assert rule_of(lambda: kind.from_bytes(bent(data, change))) == rule


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        (("_type",), "https://in-toto.io/Statement/v0.1", "unknown_type"),
        (("predicateType",), "https://slsa.dev/provenance/v1", "unknown_type"),
        (("subject", 0, "name"), "other.mp4", "unknown_type"),
        (("subject",), [], "out_of_bounds"),
        (("subject",), MANIFEST["subject"] * 2, "out_of_bounds"),
        (("predicate", "version"), 2, "unknown_version"),
        (("predicate", "ranges"), [], "out_of_bounds"),
        (("predicate", "ranges", 0, "until"), "2026-11-20T09:30:00.000Z", "wrong_period"),
        (("predicate", "ranges", 1, "from"), "2026-11-20T09:30:59.999Z", "not_sorted"),
        (("predicate", "ranges", 0, "stored_ms"), None, "wrong_type"),
        (("predicate", "ranges", 0, "stored_ms"), -1, "out_of_bounds"),
        (("predicate", "ranges", 1, "first_frame"), "2026-11-20T09:40:00.000Z", "wrong_type"),
        (("predicate", "ranges", 0, "first_frame"), "2026-11-20T09:31:00.000Z", "out_of_bounds"),
        (("predicate", "gaps", 0, "until"), "2026-11-20T09:30:09.999Z", "wrong_period"),
        (("predicate", "camera", "view", "heading_deg"), 360, "out_of_bounds"),
        (("predicate", "camera", "view", "range_m"), 501, "out_of_bounds"),
        (("predicate", "clock", "uncertainty_ms"), -1, "out_of_bounds"),
        (("predicate", "edits", "masks", 0, "keys"), [], "out_of_bounds"),
        (("predicate", "edits", "masks", 0, "keys", 0, "corners"), [[0, 0], [1, 1]], "out_of_bounds"),
        (("predicate", "edits", "masks", 0, "keys", 0, "corners"), [[0, 0]] * 17, "out_of_bounds"),
        (("predicate", "edits", "masks", 0, "keys", 0, "corners"), [[0, 0]] * 4, "out_of_bounds"),
        (("predicate", "edits", "masks", 0, "keys", 0, "corners", 0), [0, 10001], "out_of_bounds"),
        (("predicate", "edits", "masks", 0, "keys", 0, "corners", 0), [-1, 0], "out_of_bounds"),
        (("predicate", "edits", "masks", 0, "keys", 0, "corners", 0), [0], "wrong_type"),
        (("predicate", "edits", "masks", 0, "keys", 0, "corners", 0), [0, True], "wrong_type"),
        (("predicate", "edits", "masks", 0, "keys", 1, "at"), "2026-11-20T09:30:00.000Z", "not_sorted"),
        (("predicate", "edits", "audio"), "muted", "unknown_choice"),
        (("predicate", "version"), -1, "unknown_version"),
        (("_type",), 1, "wrong_type"),
        (("predicate", "frames"), [], "out_of_bounds"),
        (("predicate", "frames", 0, "slices_sha256"), "6" * 64, "wrong_type"),
        (("predicate", "frames", 1, "slices_sha256"), None, "wrong_type"),
        (("predicate", "software"), {str(n): "1" for n in range(17)}, "out_of_bounds"),
        (("predicate", "software"), {"": "1"}, "out_of_bounds"),
        (("predicate", "software"), {"a": 1}, "wrong_type"),
        (("predicate", "test_card"), 1, "wrong_type"),
        (("predicate", "test_card"), True, "out_of_bounds"),
    ],
)
def test_a_bent_manifest_is_refused(path: tuple[str | int, ...], value: object, rule: str) -> None:
    """The manifest as it was passes."""
    data = canonical.encode(MANIFEST)
    assert Manifest.from_bytes(data).to_bytes() == data
    assert rule_of(lambda: Manifest.from_bytes(bent(data, put(*path, value)))) == rule


@pytest.mark.parametrize(
    "name", ["clock", "gaps", "edits", "segments", "frames", "preview_sha256", "sources_kept_until"]
)
def test_a_test_card_says_nothing_of_recordings(name: str) -> None:
    """Whatever of a filmed clip's manifest it has besides, it is refused."""
    data = canonical.encode(TEST_CARD)
    assert Manifest.from_bytes(data).to_bytes() == data
    filmed = MANIFEST["predicate"] | {"preview_sha256": "7" * 64, "sources_kept_until": "2027-11-20T12:00:00Z"}
    assert rule_of(lambda: Manifest.from_bytes(bent(data, put("predicate", name, filmed[name])))) == "out_of_bounds"


@pytest.mark.parametrize(("name", "value"), [("offset_ms", 1), ("uncertainty_ms", 1), ("was_put", True)])
def test_a_test_card_has_no_clock_of_a_camera(name: str, value: int) -> None:
    """Neither how far it was off, nor how surely that is known, nor whether it was put."""
    data = canonical.encode(TEST_CARD)
    assert rule_of(lambda: Manifest.from_bytes(bent(data, put("predicate", "clock", name, value)))) == "out_of_bounds"


@pytest.mark.parametrize("counts_from", [datetime(1900, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)])
def test_a_camera_without_a_clock_has_an_offset_that_can_be_told(counts_from: datetime) -> None:
    """It counts from where RTCP's time begins, or Unix's; also at the end of this century. More is no clock."""
    data = canonical.encode(MANIFEST)
    offset_ms = (datetime(2099, 12, 31, tzinfo=UTC) - counts_from) // timedelta(milliseconds=1)
    clock = {"offset_ms": offset_ms, "uncertainty_ms": 880, "method": "arrival", "was_put": False}
    told = bent(data, put("predicate", "clock", clock))
    assert Manifest.from_bytes(told).clock.offset_ms == offset_ms
    too_much = put("predicate", "clock", "offset_ms", 2**43 + 1)
    assert rule_of(lambda: Manifest.from_bytes(bent(data, too_much))) == "out_of_bounds"


def test_a_clip_of_which_no_source_file_is_known_has_no_segments() -> None:
    """The list may be empty; that of its frames may not."""
    data = canonical.encode(MANIFEST)
    assert Manifest.from_bytes(bent(data, put("predicate", "segments", []))).segments == ()


def test_a_range_may_begin_where_the_one_before_it_ends() -> None:
    """They touch, and nothing is in both."""
    touching = put("predicate", "ranges", 1, "from", "2026-11-20T09:31:00.000Z")
    first, second = Manifest.from_bytes(bent(canonical.encode(MANIFEST), touching)).ranges
    assert first.until == second.from_


def test_a_manifest_is_read_beyond_the_size_of_other_messages() -> None:
    """A clip of hours has a thousand segments."""
    segments = MANIFEST["predicate"]["segments"] * 1_000
    data = bent(canonical.encode(MANIFEST), put("predicate", "segments", segments))
    assert len(data) > MESSAGE_SIZE_MAX_BYTES
    assert len(Manifest.from_bytes(data).segments) == 1_000


def test_a_manifest_without_the_word_on_test_cards_is_refused() -> None:
    """Nobody has to guess whether a clip shows anything."""
    data = canonical.encode(MANIFEST)
    assert (
        rule_of(lambda: Manifest.from_bytes(bent(data, lambda v: v["predicate"].pop("test_card")))) == "missing_field"
    )


def test_a_drill_is_answered_by_a_test_card_and_nothing_else_is() -> None:
    """Neither a filmed clip for an exercise, nor a test card for a request."""
    filmed, card = (Manifest.from_bytes(canonical.encode(value)) for value in (MANIFEST, TEST_CARD))
    real, drill = CITY.draft(), CITY.draft(drill=True)
    filmed.require_for(real)
    card.require_for(drill)
    assert rule_of(lambda: filmed.require_for(drill)) == "drill_differs"
    assert rule_of(lambda: card.require_for(real)) == "drill_differs"


def test_plain_addresses_are_for_demonstrations_on_this_machine() -> None:
    """A demo city may name 127.0.0.1 and nothing else."""
    demo = City(home_url="http://127.0.0.1:8080").record
    assert CityRecord.from_bytes(demo.to_bytes()) == demo
    with_broker = bent(demo.to_bytes(), put("hub", "mqtt_url", "mqtt://127.0.0.1:1883"))
    assert CityRecord.from_bytes(with_broker).hub.mqtt_url == "mqtt://127.0.0.1:1883"
    away = bent(demo.to_bytes(), put("hub", "home_url", "http://192.168.1.2:8080"))
    assert rule_of(lambda: CityRecord.from_bytes(away)) == "not_an_address"


def test_the_directory_finds_people_and_recipients() -> None:
    """By id; None for others."""
    assert CITY.directory.person("officer-1") is CITY.directory.people[0]
    assert CITY.directory.person("nobody") is None
    assert CITY.directory.recipient("recovery") is CITY.directory.recipients[-1]
    assert CITY.directory.recipient("nobody") is None


def test_the_bundle_tells_the_officers_assertion_from_the_approvers() -> None:
    """The approver's is there or not."""
    assert Bundle.from_bytes(BUNDLE).approver_assertion is None
    both = Bundle.from_bytes(CITY.publish(approver="supervisor-1"))
    assert both.officer_assertion.person_id == "officer-1"
    assert both.approver_assertion is not None
    assert both.approver_assertion.person_id == "supervisor-1"


def test_the_hashes_are_those_of_the_canonical_bytes() -> None:
    """Written out once by hand, to hold other implementations to."""
    request = CITY.draft()
    assert request_id(b"{}") == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert envelope_sha256(b"{}") == request_id(b"{}")
    assert share_sha256(b"{}") == request_id(b"{}")
    assert recipients_hash(request.recipients) == request_id(
        canonical.encode(json.loads(request.to_bytes())["recipients"])
    )
    assert recipients_hash(request.recipients[:2]) != recipients_hash(request.recipients)


def test_a_share_is_sealed_to_all_or_to_the_custodians_and_its_hash_says_which() -> None:
    """To no other part of the request's recipients, and in no other order."""
    asked = CITY.draft()
    recipients, custodians = asked.recipients, custodians_of(asked.recipients)
    assert [each.recipient_id for each in custodians] == ["custodian-1", "custodian-2", "recovery"]
    assert asked.sealed_to(recipients_hash(recipients)) == recipients
    assert asked.sealed_to(recipients_hash(custodians)) == custodians
    for other in (recipients[:1], recipients[::-1], custodians[:1], custodians[::-1], ()):
        assert asked.sealed_to(recipients_hash(other)) is None
        assert not asked.is_flagged(recipients_hash(other))
    assert asked.is_flagged(recipients_hash(custodians))
    assert not asked.is_flagged(recipients_hash(recipients))
    nobodys = replace(asked, recipients=custodians)
    assert not nobodys.is_flagged(recipients_hash(custodians))


def test_the_leaf_says_no_more_than_the_page_allows() -> None:
    """Type, day, case, offence, coarse cell, id: no place, name, reason."""
    request = CITY.draft(created_at=datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC))
    leaf = leaf_of(request, "7" * 64)
    assert json.loads(leaf.to_bytes()) == {
        "type": "milton/leaf",
        "version": 1,
        "kind": "request",
        "id": "7" * 64,
        "day": "2026-11-20",
        "case": "26-1120-07",
        "offence": "burglary",
        "cell": "3414,-8430",
    }
    urgent = replace(request, urgency=Urgency.URGENT)
    assert leaf_of(urgent, "7" * 64) == replace(leaf, kind=LeafKind.URGENT_REQUEST)
    assert leaf_of(urgent, "7" * 64, LeafKind.RESOLUTION) == replace(leaf, kind=LeafKind.RESOLUTION)
    assert leaf_of(request, "7" * 64, LeafKind.WITHDRAWAL) == replace(leaf, kind=LeafKind.WITHDRAWAL)
    assert Leaf.from_bytes(refusal_leaf(date(2026, 11, 20), "vague_reason").to_bytes()) == Leaf(
        kind=LeafKind.REFUSAL, id="0" * 64, day=date(2026, 11, 20), case="-", offence="vague_reason", cell="-"
    )


def test_the_leaf_of_a_days_custody_says_the_day_and_a_digest() -> None:
    """No count, no case, no place: a day on which nothing happened looks like any other."""
    day = CustodyDay(
        agency_id="milton-pd",
        day=date(2026, 11, 20),
        salt=bytes(32),
        receipts=(EventCount(event=ReceiptEvent.FETCHED, count=3),),
        receipts_sha256=receipts_digest(["b" * 64, "a" * 64]),
        audit_number=12,
        audit_sha256="c" * 64,
    )
    assert json.loads(custody_leaf(day.day, day.seal).to_bytes()) == {
        "type": "milton/leaf",
        "version": 1,
        "kind": "custody",
        "id": hashlib.sha256(day.to_bytes()).hexdigest(),
        "day": "2026-11-20",
        "case": "-",
        "offence": "-",
        "cell": "-",
    }
    assert replace(day, salt=bytes(31) + b"1").seal != day.seal
    assert day.receipts_sha256 == hashlib.sha256(b"a" * 64 + b"b" * 64).hexdigest()


@pytest.mark.parametrize(
    ("until", "rule"),
    [(timedelta(), "wrong_period"), (timedelta(days=-1), "wrong_period"), (timedelta(days=367), "wrong_period")],
)
def test_an_agreement_to_pass_on_has_an_end(until: timedelta, rule: str) -> None:
    """After it begins, and within a year: for longer the owner is asked again."""
    at = datetime(2026, 11, 20, tzinfo=UTC)
    to = PassedOnTo(name="Ruth Ellery", organisation="Fulton County DA", until=at + timedelta(days=366))
    consent = Consent(share_id="5" * 32, request_id="7" * 64, at=at, kind=ConsentKind.PASSING_ON, to=to)
    assert Consent.from_bytes(consent.to_bytes()) == consent
    bent = replace(consent, to=replace(to, until=at + until))
    assert rule_of(lambda: Consent.from_bytes(bent.to_bytes())) == rule


@pytest.mark.parametrize(
    ("blank", "rule"),
    [
        (" ", "forbidden_character"),
        ("...", "out_of_bounds"),
        ("\u200b", "forbidden_character"),
        ("\u2800", "forbidden_character"),
    ],
)
def test_nobody_is_asked_about_nobody(blank: str, rule: str) -> None:
    """A name, or an organisation, of blanks and marks that nobody sees names no person outside."""
    at = datetime(2026, 11, 20, tzinfo=UTC)
    to = PassedOnTo(name="Ruth Ellery", organisation="Fulton County DA", until=at + timedelta(days=30))
    for bent in (replace(to, name=blank), replace(to, organisation=blank)):
        consent = Consent(share_id="5" * 32, request_id="7" * 64, at=at, kind=ConsentKind.PASSING_ON, to=bent)
        assert rule_of(partial(Consent.from_bytes, consent.to_bytes())) == rule


def test_an_agreement_is_of_one_kind() -> None:
    """To earlier acceptance, and for a flag, there is nobody to name; to passing on there is."""
    at = datetime(2026, 11, 20, tzinfo=UTC)
    early = Consent(share_id="5" * 32, request_id="7" * 64, at=at, kind=ConsentKind.ACCEPT_EARLY)
    flag = replace(early, kind=ConsentKind.CUSTODIANS_ONLY)
    assert [Consent.from_bytes(each.to_bytes()) for each in (early, flag)] == [early, flag]
    assert json.loads(flag.to_bytes())["kind"] == "custodians_only"
    to = PassedOnTo(name="Ruth Ellery", organisation="Fulton County DA", until=early.at + timedelta(days=30))
    passes = replace(early, kind=ConsentKind.PASSING_ON, to=to)
    refuses = replace(passes, kind=ConsentKind.NOT_PASSING_ON)
    assert [each.refuses for each in (early, flag, passes, refuses)] == [False, False, False, True]
    assert [Consent.from_bytes(each.to_bytes()) for each in (passes, refuses)] == [passes, refuses]
    value = json.loads(early.to_bytes())
    assert rule_of(lambda: Consent.from_bytes(canonical.encode(value | {"kind": "pass_on"}))) == "missing_field"
    assert rule_of(lambda: Consent.from_bytes(canonical.encode(value | {"kind": "all"}))) == "unknown_choice"
    assert rule_of(lambda: Consent.from_bytes(canonical.encode(value | {"to": None}))) == "unknown_field"


@pytest.mark.parametrize(
    ("lat_e7", "lon_e7", "cell"),
    [
        (0, 0, "0,0"),
        (99_999, -99_999, "0,0"),
        (100_000, -100_000, "2,-2"),
        (299_999, -299_999, "2,-2"),
        (300_000, -300_000, "4,-4"),
        (900_000_000, -1_800_000_000, "9000,-18000"),
    ],
)
def test_the_cell_is_rounded_half_away_from_zero(lat_e7: int, lon_e7: int, cell: str) -> None:
    """To 0.02 degree, written in hundredths."""
    assert cell_of(Circle(center=Point(lat_e7, lon_e7), radius_m=300)) == cell


def test_the_cell_of_a_polygon_is_that_of_its_box() -> None:
    """The middle of the bounding box, rounded down to 10^-7 degree first."""
    corners = tuple(Point(lat, lon) for lat, lon in ((0, 0), (0, 199_999), (199_999, 0)))
    assert cell_of(Polygon(points=corners)) == "0,0"
    assert cell_of(Polygon(points=(*corners, Point(200_000, 200_000)))) == "2,2"


def test_a_share_always_has_clip_and_manifest() -> None:
    """And its parts are sorted."""
    good = share("clip", "manifest", "preview")
    assert Share.from_bytes(good.to_bytes()).part(PartName.PREVIEW) == good.parts[2]
    assert share("clip", "manifest").part(PartName.PREVIEW) is None
    for names, rule in (
        (("clip",), "missing_field"),
        (("manifest", "preview"), "missing_field"),
        (("manifest", "clip"), "not_sorted"),
        (("clip", "clip"), "duplicate_item"),
    ):
        assert rule_of(lambda names=names: Share.from_bytes(share(*names).to_bytes())) == rule


def test_a_share_opens_by_its_own_key_only() -> None:
    """The bytes that were signed come with it."""
    good = share("clip", "manifest")
    envelope = dsse.sign(Share.PAYLOAD_TYPE, good.to_bytes(), [ed25519("one time")])
    assert open_share(envelope) == (good, good.to_bytes())
    foreign = dsse.sign(Share.PAYLOAD_TYPE, good.to_bytes(), [ed25519("another")])
    assert rule_of(lambda: open_share(foreign)) == "signature_missing"


def test_a_shares_id_is_that_of_its_key() -> None:
    """The first half of the SHA-256 of the raw key; another one is nobody's to announce, whoever signs."""
    good = share("clip", "manifest")
    assert good.share_id == hashlib.sha256(good.one_time_key).hexdigest()[:32]
    other = dsse.sign(Share.PAYLOAD_TYPE, replace(good, share_id="2" * 32).to_bytes(), [ed25519("one time")])
    assert rule_of(lambda: open_share(other)) == "share_id_wrong"


def test_a_share_key_is_of_one_share_and_made_by_its_key_alone() -> None:
    """The same each time; of another share, by another key, cut, bent or of no form it is none."""
    key, other, good = ed25519("one time"), ed25519("another"), share("clip", "manifest")
    shown = share_key(good.share_id, key)
    assert shown == share_key(good.share_id, key)
    assert len(shown) == CHARS == 86
    payload = b'{"share_id":"%b","type":"milton/share-key","version":1}' % good.share_id.encode()
    kind = b"application/vnd.milton.share-key.v1+json"
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    assert base64.urlsafe_b64decode(shown + "==") == key.sign(signed)
    assert is_share_key(shown, good.share_id, good.one_time_key)
    bent = (shown[:-1], shown + "A", "", "!" * 86, "\xe4")
    for text in (share_key("2" * 32, key), share_key(good.share_id, other), *bent):
        assert not is_share_key(text, good.share_id, good.one_time_key), text
    assert not is_share_key(shown, "2" * 32, good.one_time_key)
    assert not is_share_key(shown, good.share_id, bytes(32))


@pytest.mark.parametrize(("count", "blocks"), [(0, 1), (1, 1), (9, 1), (256, 64)])
def test_receipts_are_answered_in_whole_blocks(count: int, blocks: int) -> None:
    """Spaces behind the message, and never more than a reader takes."""
    sealed = SealedReceipts(share_id="0" * 32, sealed=(bytes(1_100 if count < 256 else 3_060),) * count)
    body = sealed.to_body()
    assert len(body) == blocks * 16_384 <= RECEIPTS_SIZE_MAX_BYTES
    assert SealedReceipts.from_bytes(unpadded(body)) == sealed


def test_sealed_receipts_are_bounded() -> None:
    """Each at most 4 KiB, none empty."""
    assert rule_of(lambda: SealedReceipts.from_bytes(SealedReceipts(share_id="0" * 32, sealed=(b"",)).to_bytes())) == (
        "out_of_bounds"
    )
    too_long = SealedReceipts(share_id="0" * 32, sealed=(bytes(4097),))
    assert rule_of(lambda: SealedReceipts.from_bytes(too_long.to_bytes())) == "out_of_bounds"


def test_answers_are_read_strictly() -> None:
    """Only parts that exist, only whole hashes."""
    assert rule_of(lambda: ShareAnswer.from_bytes(b'{"uploads":{"other":"/x"}}')) == "unknown_field"
    assert rule_of(lambda: ShareAnswer.from_bytes(b'{"uploads":{}}')) == "out_of_bounds"
    assert rule_of(lambda: ConsistencyAnswer.from_bytes(b'{"hashes":["AAAA"]}')) == "out_of_bounds"


def test_a_repr_tells_no_secret() -> None:
    """Codes, tokens and passwords stay out of logs."""
    asked = EnrolRequest(code="MS-SECRET", home_id="0" * 32, device_key=b"\x2a" * 32)
    given = EnrolAnswer(home_token="SECRET", mqtt=MqttAccess(username="u", password="SECRET"), receipts_keep_days=60)
    assert "SECRET" not in repr(asked) + repr(given)


def test_a_directory_may_be_longer_than_other_messages() -> None:
    """Half a MiB, and not a byte more."""
    many = replace(
        CITY.directory,
        recipients=tuple(
            replace(CITY.directory.recipients[0], recipient_id=f"custodian-{number}") for number in range(3000)
        ),
    )
    assert len(many.to_bytes()) > 65_536
    assert Directory.from_bytes(many.to_bytes()) == many
    assert rule_of(lambda: Directory.from_bytes(b" " * 524_289)) == "message_too_long"


def test_a_home_that_did_not_leave_has_no_word_of_it() -> None:
    """The answer says that it left, or is none; an erasure of another home or agency is none either."""
    with pytest.raises(ProtocolError, match="out_of_bounds"):
        LeaveAnswer.from_bytes(b'{"erasure":"AA==","left":false}')
    erasure = Erasure(agency_id="milton-pd", home_id="1" * 32, at=datetime(2026, 11, 10, tzinfo=UTC))
    hub = ed25519("hub")
    envelope = dsse.sign(Erasure.PAYLOAD_TYPE, erasure.to_bytes(), [hub])
    assert open_erasure(envelope, public(hub), "milton-pd", "1" * 32) == erasure
    for agency_id, home_id in (("other-pd", "1" * 32), ("milton-pd", "2" * 32)):
        with pytest.raises(ProtocolError, match="out_of_bounds"):
            open_erasure(envelope, public(hub), agency_id, home_id)
    with pytest.raises(ProtocolError, match="signature"):
        open_erasure(envelope, public(ed25519("anybody")), "milton-pd", "1" * 32)
