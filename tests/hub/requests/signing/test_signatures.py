"""Whose signature makes a request, and who can open what it asks for: judged by the directory in force."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hub.directory.trust import Trusted, trusted
from hub.requests.signing.payload import recipients_of
from hub.requests.signing.signatures import check_signed
from milton_protocol.base64_text import b64
from milton_protocol.errors import ProtocolError
from milton_protocol.limits import REQUEST_RECIPIENTS_MAX
from milton_protocol.messages.city.directory import Person, Recipient, RecipientRole, Role
from tests.simulators.city import OFFICER, OTHER_OFFICER, SUPERVISOR, City, Passkey, age_identity

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST_ID = "ab" * 32


def read(city: City) -> Trusted:
    """Return what the hub takes from the city's envelopes."""
    return trusted(
        city.root_public_key, city.city_record_envelope(), city.directory_envelope(), tuple(city.revocations)
    )


def rule_of(city: City, signer: str, role: str, **bent: object) -> str:
    """Return the rule by which a signature under the officer's request is refused."""
    with pytest.raises(ProtocolError) as refused:
        check_signed(read(city), REQUEST_ID, OFFICER, city.passkeys[signer].assertion(REQUEST_ID, role, **bent))
    return refused.value.rule


@pytest.mark.parametrize(("signer", "role"), [(OFFICER, "officer"), (SUPERVISOR, "approver")])
def test_the_officer_and_a_supervisor_sign(signer: str, role: str) -> None:
    """Each in the own part."""
    city = City()
    check_signed(read(city), REQUEST_ID, OFFICER, city.passkeys[signer].assertion(REQUEST_ID, role))


@pytest.mark.parametrize(
    ("signer", "role", "rule"),
    [
        (OTHER_OFFICER, "officer", "officer_assertion_missing"),
        (SUPERVISOR, "officer", "officer_assertion_missing"),
        (OFFICER, "approver", "approver_is_officer"),
        (OTHER_OFFICER, "approver", "approver_role_missing"),
    ],
)
def test_nobody_signs_in_anothers_place(signer: str, role: str, rule: str) -> None:
    """Another officer, a supervisor as the officer, the officer as the own supervisor, an officer as a supervisor."""
    assert rule_of(City(), signer, role) == rule


@pytest.mark.parametrize(
    ("signer", "role", "rule"), [(OFFICER, "officer", "officer_unknown"), (SUPERVISOR, "approver", "approver_unknown")]
)
def test_who_was_revoked_signs_no_more(signer: str, role: str, rule: str) -> None:
    """One administrator's word is enough for that."""
    city = City()
    city.revoke("person", signer)
    assert rule_of(city, signer, role) == rule


def test_a_revoked_key_signs_no_more() -> None:
    """A lost device, of a person who is still there."""
    city = City()
    city.revoke("credential", b64(city.passkeys[OFFICER].credential.credential_id))
    assert rule_of(city, OFFICER, "officer") == "revoked"


def test_a_key_that_the_directory_does_not_have_signs_nothing() -> None:
    """Of a person whom it has."""
    assert rule_of(City(), OFFICER, "officer", credential_id=b"another" * 4) == "credential_unknown"


def test_a_key_made_for_another_page_than_the_signer_signs_nothing() -> None:
    """A credential of the hub's own sign-in page, say: homes would refuse it too."""
    city = City()
    elsewhere = Passkey(person_id=OFFICER, rp_id="hub.milton.example", origin="https://hub.milton.example")
    moved = City(passkeys=city.passkeys | {OFFICER: elsewhere})
    assert rule_of(moved, OFFICER, "officer") == "signer_differs"


def test_a_request_goes_to_its_officer_the_custodians_and_the_recovery_key() -> None:
    """Never to another officer's key."""
    chosen = [each.recipient_id for each in recipients_of(read(City()), OFFICER)]
    assert "key-of-officer-1" in chosen
    assert "key-of-officer-2" not in chosen
    assert chosen == sorted(chosen)


def test_every_custodian_opens_it_as_far_as_the_protocol_has_room() -> None:
    """With more keys than room each custodian's first comes before anybody's second.

    What was revoked takes no room, nor does the key of somebody who is no custodian any more.
    """

    def custodian(recipient_id: str, person_id: str | None) -> Recipient:
        key = age_identity(recipient_id).recipient
        return Recipient(
            recipient_id=recipient_id, person_id=person_id, role=RecipientRole.CUSTODIAN, age_recipient=key
        )

    def chosen(*more: Recipient, role: Role = Role.CUSTODIAN) -> list[str]:
        city = City()
        city.revoke("recipient", "custodian-1")
        people = [
            Person(person_id=each, name=each, badge=each, roles=(role,), credentials=()) for each in ("abara", "boone")
        ]
        city.directory = replace(
            city.directory,
            people=(*city.directory.people, *people),
            recipients=(*city.directory.recipients, *more),
        )
        return [each.recipient_id for each in recipients_of(read(city), OFFICER)]

    few = [custodian(f"c{number}", "abara" if number < 3 else "boone") for number in range(4)]
    assert chosen(*few, role=Role.OFFICER) == ["custodian-2", "key-of-officer-1", "recovery"]
    assert chosen(*few) == ["c0", "c1", "c2", "c3", "custodian-2", "key-of-officer-1", "recovery"]
    units = [custodian(f"d{number}", None) for number in range(3)]
    assert chosen(*few, *units) == ["c0", "c3", "custodian-2", "d0", "d1", "d2", "key-of-officer-1", "recovery"]
    assert len(chosen(*few, *units)) == REQUEST_RECIPIENTS_MAX


@pytest.mark.parametrize(
    "lose",
    [
        lambda city: city.revoke("recipient", "key-of-officer-1"),
        lambda city: city.revoke("recipient", "recovery"),
        lambda city: city.revoke("person", OFFICER),
    ],
    ids=["the officer's key", "the recovery key", "the officer"],
)
def test_without_one_kind_of_key_there_is_nobody_to_seal_to(lose: Callable[[City], object]) -> None:
    """A request that its officer can't open, or that no court could have opened later, is not made."""
    city = City()
    lose(city)
    assert recipients_of(read(city), OFFICER) == ()
