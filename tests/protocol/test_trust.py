"""From the pinned root to the live statement: every way in which the chain can be bent."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from milton_protocol import dsse
from milton_protocol.errors import ProtocolError
from milton_protocol.messages.city.revocation import Revocation, RevocationKind, Revoked
from milton_protocol.trust import check_city_record
from milton_protocol.verification import Pins, check_trust
from tests.simulators.city import City, ed25519, public

if TYPE_CHECKING:
    from collections.abc import Callable

DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def city() -> City:
    """Return a city with one live request."""
    founded = City()
    founded.publish()
    return founded


def rule_of(city: City, pins: Pins | None = None, **parts: Any) -> str:  # noqa: ANN401
    """Return the rule that the chain breaks, with some of its envelopes replaced."""
    with pytest.raises(ProtocolError) as caught:
        check_trust(
            parts.get("root", city.root_public_key),
            parts.get("record", city.city_record_envelope()),
            parts.get("directory", city.directory_envelope()),
            parts.get("revocations", city.revocations),
            parts.get("live", city.live_envelope()),
            pins or city.pins(),
            parts.get("now", city.now),
        )
    return caught.value.rule


def test_a_good_chain_is_trusted(city: City) -> None:
    """And tells what it found."""
    trust = city.trust()
    assert trust.city_record == city.record
    assert trust.directory == city.directory
    assert trust.live == city.live_statement()
    assert trust.checkpoint.size == 1
    assert trust.revocations == ()
    assert trust.refused_revocations == ()


def test_a_first_meeting_pins_no_agency(city: City) -> None:
    """At enrollment only the root is known."""
    assert (
        check_city_record(city.root_public_key, city.city_record_envelope(), city.pins(agency_id=None), city.now)
        == city.record
    )


def test_another_root_is_refused(city: City) -> None:
    """Whether it is offered or signs."""
    other = ed25519("another root")
    public = other.public_key().public_bytes_raw()
    forged = dsse.sign(city.record.PAYLOAD_TYPE, city.record.to_bytes(), [other])
    assert rule_of(city, root=public, record=forged) == "root_differs"
    assert rule_of(city, record=forged) == "signature_missing"
    assert rule_of(city, root=b"short") == "root_differs"
    assert rule_of(city, pins=city.pins(root_key_sha256="0" * 64)) == "root_differs"


def test_the_hubs_key_signs_neither_record_nor_directory(city: City) -> None:
    """It authorises nothing (law 4)."""
    record = dsse.sign(city.record.PAYLOAD_TYPE, city.record.to_bytes(), [city.hub_key])
    assert rule_of(city, record=record) == "signature_missing"
    directory = dsse.sign(city.directory.PAYLOAD_TYPE, city.directory.to_bytes(), [city.hub_key, city.log_key])
    assert rule_of(city, directory=directory) == "signature_missing"


def test_an_envelope_of_one_kind_is_none_of_another(city: City) -> None:
    """Though the same key signed it."""
    assert rule_of(city, directory=city.live_envelope()) == "wrong_payload_type"
    assert rule_of(city, live=city.directory_envelope()) == "wrong_payload_type"


@pytest.mark.parametrize("signers", [("directory-1",), ("directory-2",), ("directory-1", "directory-3")])
def test_one_directory_key_alone_signs_no_directory(city: City, signers: tuple[str, ...]) -> None:
    """One administrator alone can only revoke."""
    city.directory_signers = tuple(ed25519(name) for name in signers)
    assert rule_of(city) == "signature_missing"


@pytest.mark.parametrize(
    ("bend", "rule"),
    [
        (lambda c: setattr(c, "record", replace(c.record, issued_at=c.now + 6 * MINUTE)), "city_record_not_yet_valid"),
        (lambda c: setattr(c, "record", replace(c.record, expires_at=c.now)), "city_record_expired"),
        (
            lambda c: setattr(c, "directory", replace(c.directory, issued_at=c.now + 6 * MINUTE)),
            "directory_not_yet_valid",
        ),
        (lambda c: setattr(c, "directory", replace(c.directory, expires_at=c.now)), "directory_expired"),
        (lambda c: setattr(c, "directory", replace(c.directory, agency_id="alpharetta-pd")), "agency_differs"),
    ],
)
def test_the_clock_and_the_agency_are_judged(city: City, bend: Callable[[City], object], rule: str) -> None:
    """A clock that is five minutes off is allowed for."""
    bend(city)
    assert rule_of(city) == rule


def test_a_clock_five_minutes_behind_is_allowed_for(city: City) -> None:
    """Not for expiry, though."""
    five = city.now + 5 * MINUTE
    city.record = replace(city.record, issued_at=five)
    city.directory = replace(city.directory, issued_at=five)
    trusted = check_trust(
        city.root_public_key,
        city.city_record_envelope(),
        city.directory_envelope(),
        [],
        city.live_envelope(issued_at=five),
        city.pins(),
        city.now,
    )
    assert trusted.directory.issued_at == five


def test_another_agencys_record_is_refused_by_an_enrolled_home(city: City) -> None:
    """Under the same root, even."""
    assert rule_of(city, pins=city.pins(agency_id="alpharetta-pd")) == "agency_differs"


def test_nothing_older_than_the_pins_is_taken(city: City) -> None:
    """The same again is fine."""
    city.record = replace(city.record, serial=4)
    city.directory = replace(city.directory, serial=5)
    city.sequence = 6
    assert city.trust(city.pins(city_record_serial=4, directory_serial=5, live_sequence=6)).live.sequence == 6
    assert rule_of(city, pins=city.pins(city_record_serial=5)) == "city_record_rolled_back"
    assert rule_of(city, pins=city.pins(directory_serial=6)) == "directory_rolled_back"
    assert rule_of(city, pins=city.pins(live_sequence=7)) == "live_rolled_back"
    assert rule_of(city, pins=city.pins(live_sequence=7, hub_key=city.record.hub_key)) == "live_rolled_back"


def test_a_sequence_is_compared_only_with_one_by_the_same_hub_key(city: City) -> None:
    """A thief's live statement with the greatest number doesn't bind the key that replaces the stolen one."""
    stolen = city.pins(live_sequence=2**53 - 1, hub_key=public(ed25519("stolen hub")))
    assert city.trust(stolen).live.sequence == city.sequence


def test_the_live_statement_is_the_hubs_and_fresh(city: City) -> None:
    """A day old at most."""
    forged = dsse.sign(city.live_statement().PAYLOAD_TYPE, city.live_statement().to_bytes(), [ed25519("another")])
    assert rule_of(city, live=forged) == "signature_missing"
    assert rule_of(city, live=city.live_envelope(agency_id="alpharetta-pd")) == "agency_differs"
    assert rule_of(city, now=city.now + DAY) == "live_expired"
    late = city.live_envelope(issued_at=city.now + 6 * MINUTE)
    assert rule_of(city, live=late) == "live_not_yet_valid"


def test_the_live_statement_names_the_very_record_and_directory(city: City) -> None:
    """Not only their serials."""
    assert rule_of(city, live=city.live_envelope(city_record_sha256="0" * 64)) == "live_names_other_city_record"
    assert rule_of(city, live=city.live_envelope(directory_sha256="0" * 64)) == "live_names_other_directory"


def test_the_live_statements_checkpoint_is_the_logs(city: City) -> None:
    """Another key's, another origin's and garbage are refused."""
    assert rule_of(city, live=city.live_envelope(checkpoint="garbage")) == "note_malformed"
    city.log_key = ed25519("another log")
    assert rule_of(city).startswith("note_")


def test_a_revocation_needs_one_directory_key(city: City) -> None:
    """Either of them; and it counts beside the directory's own."""
    first = Revoked(kind=RevocationKind.PERSON, id="officer-2", revoked_at=city.now, reason="left")
    city.directory = replace(city.directory, revocations=(first,))
    city.revoke("person", "officer-1", signer="directory-2")
    city.revoke("credential", "abc", signer="directory-1")
    trust = city.trust()
    assert [revoked.id for revoked in trust.revocations] == ["officer-2", "officer-1", "abc"]
    assert trust.refused_revocations == ()


def test_a_revocation_that_is_not_good_is_left_aside(city: City) -> None:
    """A key of the past, the hub, another agency, garbage: none of them stops the rest."""
    city.revoke("person", "officer-1", signer="hub")
    abroad = Revocation(
        agency_id="alpharetta-pd",
        revoked=Revoked(kind=RevocationKind.PERSON, id="officer-1", revoked_at=city.now, reason="left"),
    )
    city.revocations.append(dsse.sign(abroad.PAYLOAD_TYPE, abroad.to_bytes(), [ed25519("directory-1")]))
    city.revocations.append(b"garbage")
    city.revoke("recipient", "recovery")
    trust = city.trust()
    assert [revoked.id for revoked in trust.revocations] == ["recovery"]
    assert trust.refused_revocations == ("signature_missing", "agency_differs", "not_json")


def test_the_pinned_hash_is_that_of_the_raw_key(city: City) -> None:
    """As the page says."""
    assert city.pins().root_key_sha256 == hashlib.sha256(city.root_public_key).hexdigest()
