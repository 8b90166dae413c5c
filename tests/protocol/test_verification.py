"""Every refusal of docs/protocol.md section 7, and that nothing else comes out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milton_protocol import canonical
from milton_protocol.base64_text import b64, read_b64
from milton_protocol.geometry import Circle, Point
from milton_protocol.messages.city.directory import Role
from milton_protocol.messages.city.record import ServedBy
from milton_protocol.messages.requests.request import Officer, Request, RequestRecipient, Urgency, request_id
from milton_protocol.sealing.keys import format_recipient
from milton_protocol.translog.witness import WitnessPolicy
from milton_protocol.verification import Refusal, VerifiedRequest, verify_request
from tests.simulators.city import (
    OFFICER,
    OTHER_OFFICER,
    RP_ID,
    SUPERVISOR,
    City,
    Passkey,
    age_identity,
    ed25519,
)
from tests.simulators.unusable_keys import LOW_ORDER, NOT_CANONICAL

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR, DAY, MINUTE, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def city() -> City:
    """Return a new city."""
    return City()


def verified(city: City, data: bytes) -> VerifiedRequest:
    """Return the verified request that a bundle is."""
    result = city.verify(data)
    assert isinstance(result, VerifiedRequest), result
    return result


def rule_of(city: City, data: bytes, **pins: Any) -> str:  # noqa: ANN401
    """Return the rule that a bundle breaks."""
    result = city.verify(data, city.pins(**pins))
    assert isinstance(result, Refusal), result
    return result.rule


def signed(city: City, request: Request, *people: str) -> bytes:
    """Publish a request with the assertions of an officer and an approver, whoever they are."""
    id_ = request_id(request.to_bytes())
    roles = ("officer", "approver")
    return city.publish_signed(
        request,
        *(city.passkey(person).assertion(id_, role) for person, role in zip(people, roles, strict=False)),
    )


def person(city: City, person_id: str, **changes: Any) -> None:  # noqa: ANN401
    """Change a person of the directory."""
    city.directory = replace(
        city.directory,
        people=tuple(replace(p, **changes) if p.person_id == person_id else p for p in city.directory.people),
    )


# What passes


def test_an_officers_request_within_the_limits_is_verified(city: City) -> None:
    """With all that a home shows of it."""
    request = city.draft()
    data = city.publish(request)
    found = verified(city, data)
    assert found.request == request
    assert found.payload == request.to_bytes()
    assert found.request_id == request_id(found.payload)
    assert found.officer.name == "Officer 1"
    assert found.approver is None


def test_a_request_above_the_limits_is_verified_with_its_approver(city: City) -> None:
    """Both passkey algorithms."""
    request = city.draft(
        officer=Officer(person_id=OTHER_OFFICER, badge="B-102"),
        urgency=Urgency.URGENT,
        expires_at=city.now + 12 * HOUR,
        recipients=city.recipients("custodian-1", "key-of-officer-2", "recovery"),
    )
    found = verified(city, city.publish(request, approver=SUPERVISOR))
    assert found.officer.person_id == OTHER_OFFICER
    assert found.approver is not None
    assert found.approver.person_id == SUPERVISOR


def test_what_was_seen_before_under_the_same_id_is_verified_again(city: City) -> None:
    """A retained message comes often."""
    data = city.publish()
    found = verified(city, data)
    again = city.verify(data, city.pins(seen_salts={b64(found.request.salt): found.request_id}))
    assert again == found


def test_an_older_request_stays_verified_as_the_log_grows(city: City) -> None:
    """Its proof is under the checkpoint of its day."""
    first = city.publish()
    for _ in range(5):
        city.publish()
    assert verified(city, first).request.salt


def test_what_is_less_than_a_real_city_is_said(city: City) -> None:
    """A demonstration, a hub that serves the signing page, a log that nobody checks."""
    city.record = replace(
        city.record, demo=True, signer=replace(city.record.signer, served_by=ServedBy.HUB), witness_quorum=0
    )
    assert verified(city, city.publish()).notices == ("demo_city", "signer_served_by_hub", "no_witness")


def test_nothing_is_said_of_a_city_with_witnesses(city: City) -> None:
    """And a signer of its own."""
    city.witnesses = ("university", "newspaper")
    assert verified(city, city.publish()).notices == ()


def test_a_verified_request_says_where_it_is_logged_and_who_saw_that(city: City) -> None:
    """Also where no witness had to: of those that the home knows, each with the time; of others nothing."""
    known = tuple(city.witness_key(name) for name in ("university", "newspaper"))
    pins = city.pins(witness_policy=WitnessPolicy(quorum=0, witnesses=known))
    first = city.publish()
    city.witnesses = ("newspaper", "stranger")
    second = city.publish()
    results = [city.verify(data, pins) for data in (first, second)]
    unseen, seen = (found for found in results if isinstance(found, VerifiedRequest))
    assert (unseen.logged.index, unseen.logged.witnessed.cosigned) == (0, ())
    assert "no_witness" in unseen.notices
    assert (seen.logged.index, seen.logged.witnessed.checkpoint.size) == (1, 2)
    assert seen.logged.witnessed.cosigned == ((known[1], city.now),)
    assert "no_witness" not in seen.notices


# Form


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "not_json"),
        (b"\xff", "not_utf8"),
        (b" " * 65_537, "message_too_long"),
        (b"[]", "wrong_type"),
        (b'{"type":"milton/request"}', "unknown_type"),
    ],
)
def test_what_is_no_bundle_is_refused(city: City, data: bytes, rule: str) -> None:
    """By the rule of the encoding."""
    assert rule_of(city, data) == rule


def test_a_payload_that_is_no_request_is_refused(city: City) -> None:
    """Though the bundle is well-formed."""
    bundle = json.loads(city.publish())
    bundle["payload"] = b64(b"{}")
    assert rule_of(city, canonical.encode(bundle)) == "missing_field"


@given(st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_changed_byte_anywhere_refuses_the_request(data: st.DataObject) -> None:
    """Payload, assertions or proof: a result, never an exception, and never a verified request."""
    bundle = json.loads(BUNDLE)
    part = data.draw(st.sampled_from(["payload", "client_data", "authenticator_data", "signature", "log_proof"]))
    place = bundle if part in bundle else bundle["assertions"][0]
    whole = [ord(char) for char in place[part]] if part == "log_proof" else list(read_b64(place[part], part))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 6))
    place[part] = "".join(map(chr, whole)) if part == "log_proof" else b64(bytes(whole))
    assert isinstance(verify_request(canonical.encode(bundle), TRUST, BENT_CITY.pins(), BENT_CITY.now), Refusal)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_not_raised(data: bytes) -> None:
    """Whatever a broker may deliver."""
    assert isinstance(verify_request(data, TRUST, BENT_CITY.pins(), BENT_CITY.now), Refusal)


# Live


@pytest.mark.parametrize(
    ("lasting", "rule"),
    [("city_record", "city_record_expired"), ("directory", "directory_expired"), ("live", "live_expired")],
)
def test_a_trust_that_has_run_out_since_verifies_nothing(city: City, lasting: str, rule: str) -> None:
    """A home that keeps it too long offers no share button."""
    data = city.publish()
    trust = city.trust()
    part = replace(getattr(trust, lasting), expires_at=city.now + HOUR)
    kept = replace(trust, **{lasting: part})
    assert isinstance(verify_request(data, kept, city.pins(), city.now + HOUR - SECOND), VerifiedRequest)
    late = verify_request(data, kept, city.pins(), city.now + HOUR)
    assert isinstance(late, Refusal)
    assert late.rule == rule


def test_a_withdrawn_request_is_refused(city: City) -> None:
    """Before anything else is said of it."""
    data = city.publish()
    city.withdrawn.update(city.bundles)
    assert rule_of(city, data) == "withdrawn"


def test_a_request_that_the_live_statement_does_not_name_is_refused(city: City) -> None:
    """However well it is signed."""
    data = city.publish()
    city.bundles.clear()
    assert rule_of(city, data) == "not_live"


# Agency and officer


@pytest.mark.parametrize("changes", [{"agency_id": "alpharetta-pd"}, {"agency_name": "Fulton County Sheriff"}])
def test_another_agencys_request_is_refused(city: City, changes: dict[str, str]) -> None:
    """By id, and by the name that residents read."""
    assert rule_of(city, city.publish(**changes)) == "agency_differs"


def test_an_officer_whom_the_directory_does_not_know_is_refused(city: City) -> None:
    """Nor one who is there under another badge."""
    city.passkeys["ghost"] = Passkey(person_id="ghost")
    assert rule_of(city, city.publish(officer=Officer(person_id="ghost", badge="B-101"))) == "officer_unknown"
    assert rule_of(city, city.publish(officer=Officer(person_id=OFFICER, badge="B-1"))) == "badge_differs"


def test_somebody_without_the_role_of_an_officer_is_refused(city: City) -> None:
    """A supervisor only approves."""
    request = city.draft(officer=Officer(person_id=SUPERVISOR, badge="B-103"))
    assert rule_of(city, city.publish(request)) == "officer_role_missing"


@pytest.mark.parametrize(
    ("kind", "id_"),
    [
        ("person", OFFICER),
        ("credential", b64(Passkey(person_id=OFFICER).credential.credential_id)),
        ("recipient", "key-of-officer-1"),
        ("recipient", "recovery"),
    ],
)
def test_what_was_revoked_refuses_the_request(city: City, kind: str, id_: str) -> None:
    """From the time of the revocation on, whatever time the request claims."""
    data = city.publish()
    city.revoke(kind, id_, revoked_at=city.now + SECOND)
    verified(city, data)
    city.revoke(kind, id_, revoked_at=city.now)
    assert rule_of(city, data) == "revoked"


@pytest.mark.parametrize("said", ["live", "not live", "withdrawn"])
def test_a_revocation_is_shown_whatever_the_hub_says_of_the_request(city: City, said: str) -> None:
    """The hub's word could hide it: a share on its way goes on when a request merely ended, and must not here."""
    data = city.publish()
    {"live": set(), "not live": city.unsaid, "withdrawn": city.withdrawn}[said].update(city.bundles)
    city.revoke("recipient", "custodian-1")
    assert rule_of(city, data) == "revoked"


def test_what_has_nothing_to_do_with_a_request_does_not_refuse_it(city: City) -> None:
    """Another officer, and a person's id that is revoked as a key's."""
    data = city.publish()
    city.revoke("person", OTHER_OFFICER)
    city.revoke("recipient", OFFICER)
    city.revoke("credential", OFFICER)
    verified(city, data)


def test_a_recipient_whose_person_was_revoked_refuses_the_request(city: City) -> None:
    """A custodian's key goes with the custodian."""
    city.directory = replace(
        city.directory,
        recipients=tuple(
            replace(r, person_id=SUPERVISOR) if r.recipient_id == "custodian-1" else r
            for r in city.directory.recipients
        ),
    )
    data = city.publish()
    verified(city, data)
    city.revoke("person", SUPERVISOR)
    assert rule_of(city, data) == "revoked"


# Assertions


def test_another_persons_assertion_in_the_officers_place_is_refused(city: City) -> None:
    """Though it is a good one."""
    assert rule_of(city, signed(city, city.draft(), OTHER_OFFICER)) == "officer_assertion_missing"


def test_a_credential_that_is_not_the_persons_is_refused(city: City) -> None:
    """Another's key under the officer's name."""
    request = city.draft()
    assertion = city.passkey(OTHER_OFFICER).assertion(request_id(request.to_bytes()), person_id=OFFICER)
    assert rule_of(city, city.publish_signed(request, assertion)) == "credential_unknown"


@pytest.mark.parametrize(
    ("bent", "rule"),
    [
        ({"flags": 0x01}, "user_not_verified"),
        ({"rp_id": "hub.milton.example"}, "rp_id_wrong"),
        ({"origin": "https://hub.milton.example"}, "client_data_wrong"),
        ({"challenge": b64(bytes(32))}, "client_data_wrong"),
        ({"crossOrigin": True}, "client_data_cross_origin"),
        ({"signature": b"\0" * 70}, "signature_not_der"),
    ],
)
def test_an_assertion_that_is_not_good_is_refused(city: City, bent: dict[str, Any], rule: str) -> None:
    """The officer's and the approver's alike; every case is in the passkey's own tests."""
    request = city.draft()
    id_ = request_id(request.to_bytes())
    bad = city.passkey(OFFICER).assertion(id_, **bent)
    assert rule_of(city, city.publish_signed(request, bad)) == rule
    good = city.passkey(OFFICER).assertion(id_)
    bad = city.passkey(SUPERVISOR).assertion(id_, "approver", **bent)
    assert rule_of(city, city.publish_signed(request, good, bad)) == rule


@pytest.mark.parametrize("names", [{"rp_id": "milton.example"}, {"origin": "https://hub.milton.example"}])
def test_a_credential_for_another_page_than_the_signers_is_refused(city: City, names: dict[str, str]) -> None:
    """A sign-in on the hub can't be used as a signature."""
    city.passkeys[OFFICER] = Passkey(person_id=OFFICER, **names)
    person(city, OFFICER, credentials=(city.passkey(OFFICER).credential,))
    assert city.record.signer.rp_id == RP_ID
    assert rule_of(city, city.publish()) == "signer_differs"


def test_the_hub_cannot_add_a_credential(city: City) -> None:
    """A stolen hub knows the officer's name and has a key of its own."""
    request = city.draft()
    forged = Passkey(person_id=OFFICER, name="made by the hub").assertion(request_id(request.to_bytes()))
    assert rule_of(city, city.publish_signed(request, forged)) == "credential_unknown"


# The second person


@pytest.mark.parametrize(
    "changes",
    [
        {"area": Circle(center=Point(341_320_000, -843_000_000), radius_m=300)},
        {"from_": City().now - 5 * HOUR},
        {"from_": City().now - 31 * DAY, "until": City().now - 31 * DAY + HOUR},
        {"urgency": Urgency.URGENT, "expires_at": City().now + 12 * HOUR},
    ],
)
def test_above_the_ordinary_limits_an_officer_alone_is_refused(city: City, changes: dict[str, Any]) -> None:
    """And verified with a supervisor."""
    assert rule_of(city, city.publish(city.draft(**changes))) == "approver_missing"
    assert verified(city, city.publish(city.draft(**changes), approver=SUPERVISOR)).approver is not None


def test_nobody_approves_their_own_request(city: City) -> None:
    """Not even one who is officer and supervisor."""
    person(city, OFFICER, roles=(Role.OFFICER, Role.SUPERVISOR))
    assert rule_of(city, signed(city, city.draft(), OFFICER, OFFICER)) == "approver_is_officer"


def test_an_approver_is_a_supervisor_of_the_directory(city: City) -> None:
    """Not another officer, not a stranger, not one who was revoked; though no approver was needed."""
    assert rule_of(city, signed(city, city.draft(), OFFICER, OTHER_OFFICER)) == "approver_role_missing"
    city.passkeys["ghost"] = Passkey(person_id="ghost")
    assert rule_of(city, signed(city, city.draft(), OFFICER, "ghost")) == "approver_unknown"
    data = signed(city, city.draft(), OFFICER, SUPERVISOR)
    city.revoke("person", SUPERVISOR)
    assert rule_of(city, data) == "revoked"


# Recipients


def test_a_recipient_that_is_not_the_directorys_is_refused(city: City) -> None:
    """A stolen hub can't name itself: neither by a new id, nor under a known one, nor in another role."""
    good = city.draft().recipients
    own = age_identity("the hub's own").recipient
    unknown = tuple(sorted((*good[:3], replace(good[3], recipient_id="zzz")), key=lambda one: one.recipient_id))
    for recipients in (
        unknown,
        (replace(good[0], age_recipient=own), *good[1:]),
        (replace(good[0], role=good[2].role), *good[1:]),
    ):
        assert rule_of(city, city.publish(recipients=recipients)) == "recipient_unknown"


def test_another_officers_key_is_no_recipient(city: City) -> None:
    """Each officer opens what that officer asked for."""
    recipients = city.recipients("custodian-1", "key-of-officer-2", "recovery")
    assert rule_of(city, city.publish(recipients=recipients)) == "recipient_unknown"


@pytest.mark.parametrize(
    "ids",
    [
        ("custodian-1", "recovery"),
        ("custodian-1", "key-of-officer-1"),
        ("key-of-officer-1", "recovery"),
        ("custodian-1", "custodian-2"),
    ],
)
def test_officer_custodian_and_recovery_are_always_there(city: City, ids: tuple[str, ...]) -> None:
    """Each of them."""
    assert rule_of(city, city.publish(recipients=city.recipients(*ids))) == "recipient_missing"


@pytest.mark.parametrize("broken", ["age1" + "q" * 58, *map(format_recipient, (*LOW_ORDER, *NOT_CANONICAL))])
def test_a_recipient_that_nothing_can_be_sealed_to_is_refused(city: City, broken: str) -> None:
    """Its checksum is wrong, or its key is no good: better before the owner decides than after."""
    city.directory = replace(
        city.directory,
        recipients=tuple(
            replace(r, age_recipient=broken) if r.recipient_id == "recovery" else r for r in city.directory.recipients
        ),
    )
    recipients: tuple[RequestRecipient, ...] = city.draft().recipients
    assert recipients[-1].age_recipient == broken
    assert rule_of(city, city.publish()) == "age_key_malformed"


# Times, area


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"created_at": City().now + 6 * MINUTE}, "not_yet_valid"),
        (
            {
                "from_": City().now - 52 * HOUR,
                "until": City().now - 51 * HOUR,
                "created_at": City().now - 2 * DAY,
                "expires_at": City().now,
            },
            "expired",
        ),
        ({"from_": City().now - HOUR, "until": City().now}, "range_in_future"),
        ({"until": City().now - 176 * MINUTE}, "range_wrong_length"),
        ({"expires_at": City().now + 11 * DAY}, "expiry_wrong_length"),
        ({"area": Circle(center=Point(341_320_000, -843_000_000), radius_m=100)}, "area_too_small"),
        ({"area": Circle(center=Point(350_000_000, -843_000_000), radius_m=250)}, "outside_jurisdiction"),
    ],
)
def test_times_and_area_are_judged_whatever_the_hub_says(city: City, changes: dict[str, Any], rule: str) -> None:
    """Each hard limit is in the policy's own tests."""
    assert rule_of(city, city.publish(city.draft(**changes))) == rule


def test_a_request_may_be_from_a_clock_five_minutes_ahead_and_no_more(city: City) -> None:
    """The city's clock and the home's differ; a request from later than that is refused."""
    ahead = city.now + 5 * MINUTE
    assert verified(city, city.publish(city.draft(created_at=ahead))).request.created_at == ahead
    assert rule_of(city, city.publish(city.draft(created_at=ahead + SECOND))) == "not_yet_valid"


def test_a_request_too_old_is_refused_even_with_an_approver(city: City) -> None:
    """45 days are hard."""
    request = city.draft(from_=city.now - 46 * DAY, until=city.now - 46 * DAY + HOUR)
    assert rule_of(city, city.publish(request, approver=SUPERVISOR)) == "range_too_old"


# Log


def test_a_request_that_is_not_in_the_log_is_refused(city: City) -> None:
    """Another's proof, none, a log of the hub's own."""
    first, second = json.loads(city.publish()), json.loads(city.publish())
    first["log_proof"] = second["log_proof"]
    assert rule_of(city, canonical.encode(first)) == "not_in_log"
    first["log_proof"] = "none"
    assert rule_of(city, canonical.encode(first)) == "log_proof_malformed"
    own = City(log_key=ed25519("a log of the hub's own"))
    data = own.publish()
    city.bundles = own.bundles
    assert rule_of(city, data).startswith("note_")


def test_a_request_that_is_logged_in_another_tree_by_the_log_key_is_refused(city: City) -> None:
    """A throw-away tree of one entry: of a size that the reader doesn't know, and of one that it does."""
    city.publish()
    city.publish()
    thief = City()
    data = thief.publish(reason="A forged request with a forged tree of its own.")
    city.bundles |= thief.bundles
    assert rule_of(city, data) == "log_not_consistent"  # the log had another tree of one entry
    trust = replace(city.trust(), log_roots={2: city.trust().checkpoint.root})
    verdict = verify_request(data, trust, city.pins(), city.now)
    assert isinstance(verdict, Refusal)
    assert verdict.rule == "log_not_followed"


def test_the_greater_quorum_of_home_and_city_holds(city: City) -> None:
    """The city may ask for more than the home does, never for less."""
    city.witnesses = ("university", "newspaper")
    both = tuple(city.witness_key(name) for name in city.witnesses)
    city.witnesses = ("university",)
    data = city.publish()
    one, two = (WitnessPolicy(quorum=quorum, witnesses=both) for quorum in (1, 2))
    assert isinstance(city.verify(data, city.pins(witness_policy=one)), VerifiedRequest)
    assert rule_of(city, data, witness_policy=two) == "not_witnessed"
    city.record = replace(city.record, witness_quorum=2)
    assert rule_of(city, data, witness_policy=one) == "not_witnessed"


# Replay


def test_a_salt_seen_under_another_id_is_refused(city: City) -> None:
    """The same request with a changed word, signed again."""
    salt = city.draft().salt
    data = city.publish(salt=salt)
    assert rule_of(city, data, seen_salts={b64(salt): "0" * 64}) == "replayed"


# Order


@pytest.mark.parametrize(
    ("bend", "rule"),
    [
        (lambda c: c.revoke("person", OFFICER), "revoked"),
        (lambda c: c.withdrawn.update(c.bundles), "withdrawn"),
        (lambda c: setattr(c, "record", replace(c.record, agency_name="Other")), "agency_differs"),
        (lambda c: person(c, OFFICER, credentials=()), "credential_unknown"),
        (lambda _: None, "approver_missing"),
    ],
)
def test_the_first_broken_rule_is_the_one_shown(city: City, bend: Callable[[City], object], rule: str) -> None:
    """A request that breaks all the later rules too."""
    data = city.publish(
        urgency=Urgency.URGENT,
        recipients=city.recipients("custodian-1", "custodian-2"),
        expires_at=city.now - DAY,
        area=Circle(center=Point(0, 0), radius_m=1),
    )
    bend(city)
    assert rule_of(city, data) == rule


BENT_CITY = City()
BUNDLE = BENT_CITY.publish()
TRUST = BENT_CITY.trust()
