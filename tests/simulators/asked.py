"""What a hub tells a browser of who asked for a share, truly and falsely: kept as vectors for both readers.

``python -m tests.simulators.asked`` writes ``tests/protocol/vectors/asked/asked.jsonl`` anew.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from milton_protocol.base64_text import b64
from milton_protocol.geometry import Point, Polygon
from milton_protocol.messages.city.revocation import RevocationKind, Revoked
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.messages.requests.request import Officer, RequestRecipient, Urgency, request_id
from milton_protocol.sealing.keys import format_recipient
from tests.simulators.city import OFFICER, ORIGIN, OTHER_OFFICER, RP_ID, SUPERVISOR, City, age_identity, ed25519
from tests.simulators.unusable_keys import LOW_ORDER, NOT_CANONICAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from milton_protocol.messages.requests.request import Request

PLACE = Path(__file__).parent.parent / "protocol" / "vectors" / "asked" / "asked.jsonl"
OWN = ("custodian-1", "custodian-2", "key-of-officer-1", "recovery")
# Of the middle, half a unit decides on which side of half a cell it lies.
_SOUTH, _NORTH, _WEST, _EAST = 341_280_000, 341_319_999, -843_125_000, -843_074_999
ODD = ((_SOUTH, _WEST), (_SOUTH, _EAST), (_NORTH, _EAST), (_NORTH, _WEST))


def told(city: City, bundle: bytes, **lies: object) -> dict[str, object]:
    """Return what the hub's answer says of a published request, with lies in it, and the request itself."""
    said = Bundle.from_bytes(bundle)
    proofs: dict[str, object] = {
        "root_public_key": b64(city.root_public_key),
        "city_record": base64.b64encode(city.city_record_envelope()).decode(),
        "directory": base64.b64encode(city.directory_envelope()).decode(),
        "assertions": [each.value() for each in said.assertions],
        "log_proof": said.log_proof,
        "home_keys": "",
    }
    return {"payload": b64(said.payload), "proofs": proofs | lies}


def signed(city: City, asked: Request | None = None, by: str = OFFICER, **bent: object) -> bytes:
    """Publish a request whose officer's assertion is bent."""
    wanted = asked or city.draft()
    return city.publish_signed(wanted, city.passkey(by).assertion(request_id(wanted.to_bytes()), **bent))


def _of_other_officer(city: City) -> dict[str, object]:
    recipients = city.recipients("custodian-1", "custodian-2", "key-of-officer-2", "recovery")
    asked = city.draft(officer=Officer(person_id=OTHER_OFFICER, badge="B-102"), recipients=recipients)
    return told(city, city.publish(asked))


def _of_odd_corners(city: City) -> dict[str, object]:
    area = Polygon(points=tuple(Point(lat, lon) for lat, lon in ODD))
    city.publish()
    return told(city, city.publish(area=area))


def _of_another_root(city: City) -> dict[str, object]:
    bundle = city.publish()
    city.root_key = ed25519("another root")
    return told(city, bundle, root_public_key=b64(City().root_public_key))


def _of_one_directory_key(city: City) -> dict[str, object]:
    city.directory_signers = (ed25519("directory-1"), ed25519("hub"))
    return told(city, city.publish())


def _of_an_old_directory(city: City) -> dict[str, object]:
    city.directory = replace(city.directory, expires_at=city.now - timedelta(hours=1))
    return told(city, city.publish())


def _of_a_revoked_credential(city: City) -> dict[str, object]:
    id_ = b64(city.passkey(OFFICER).credential.credential_id)
    revoked = Revoked(kind=RevocationKind.CREDENTIAL, id=id_, revoked_at=city.now - timedelta(hours=2), reason="lost")
    city.directory = replace(city.directory, revocations=(revoked,))
    return told(city, city.publish())


def _of_a_custodian_put_out(city: City) -> dict[str, object]:
    """Revoke the person whom a custodian's key is of, and not the key itself."""
    recipients = tuple(
        replace(each, person_id=OTHER_OFFICER) if each.recipient_id == "custodian-1" else each
        for each in city.directory.recipients
    )
    at = city.now - timedelta(hours=2)
    revoked = Revoked(kind=RevocationKind.PERSON, id=OTHER_OFFICER, revoked_at=at, reason="left")
    city.directory = replace(city.directory, recipients=recipients, revocations=(revoked,))
    return told(city, city.publish())


def _of_another_entry(city: City) -> dict[str, object]:
    city.publish()
    other = city.publish()
    return told(city, city.publish(), log_proof=Bundle.from_bytes(other).log_proof)


def _of_another_log(city: City) -> dict[str, object]:
    city.log_key = ed25519("another log")
    return told(city, city.publish())


def _of_an_unknown_recipient(city: City) -> dict[str, object]:
    thief = RequestRecipient(
        recipient_id="custodian-1",
        role=city.recipients("custodian-1")[0].role,
        age_recipient=age_identity("x").recipient,
    )
    return told(city, city.publish(recipients=(thief, *city.recipients(*OWN)[1:])))


def _of_an_unusable_key(key: bytes) -> Callable[[City], dict[str, object]]:
    """Have the directory and the request name a recovery key that nobody could open with."""

    def make(city: City) -> dict[str, object]:
        recipients = tuple(
            replace(each, age_recipient=format_recipient(key)) if each.recipient_id == "recovery" else each
            for each in city.directory.recipients
        )
        city.directory = replace(city.directory, recipients=recipients)
        return told(city, city.publish())

    return make


def _of(**changes: object) -> Callable[[City], dict[str, object]]:
    """Publish a draft with other times or another area; the times are given as what they differ from now."""

    def make(city: City) -> dict[str, object]:
        moved = {name: city.now + each if isinstance(each, timedelta) else each for name, each in changes.items()}
        return told(city, city.publish(approver=SUPERVISOR, **moved))

    return make


def _square(south: int, west: int, north: int, east: int) -> Polygon:
    """Return a square by its borders, in thousandths of a degree from the middle of the city."""
    corners = ((south, west), (south, east), (north, east), (north, west))
    return _polygon(*corners)


def _polygon(*corners: tuple[int, int]) -> Polygon:
    return Polygon(points=tuple(Point(341_320_000 + 10_000 * lat, -843_000_000 + 10_000 * lon) for lat, lon in corners))


def _of_another_agency(city: City) -> dict[str, object]:
    return told(city, city.publish(agency_name="Another Police Department"))


def _of_another_request(city: City) -> dict[str, object]:
    other = Bundle.from_bytes(city.publish()).assertions[0]
    return told(city, city.publish_signed(city.draft(), other))


def _signed_by(city: City, *roles: str) -> dict[str, object]:
    """Have the officer's passkey sign in these roles, in this order."""
    asked = city.draft()
    own, id_ = city.passkey(OFFICER), request_id(asked.to_bytes())
    return told(city, city.publish(asked), assertions=[own.assertion(id_, role).value() for role in roles])


def _ended(city: City, end: bytes) -> dict[str, object]:
    """Have the officer's passkey sign client data that ends otherwise."""
    asked = city.draft()
    said = city.passkey(OFFICER).assertion(request_id(asked.to_bytes())).client_data.removesuffix(b"}") + end
    return told(city, signed(city, asked, client_data=said))


CASES: Mapping[str, tuple[str, Callable[[City], dict[str, object]]]] = {
    "an ordinary request": ("", lambda city: told(city, city.publish())),
    "an urgent one, approved": (
        "",
        lambda city: told(
            city,
            city.publish(urgency=Urgency.URGENT, expires_at=city.now + timedelta(hours=12), approver=SUPERVISOR),
        ),
    ),
    "a second person where none was needed": ("", lambda city: told(city, city.publish(approver=SUPERVISOR))),
    "an officer with an Ed25519 passkey": ("", _of_other_officer),
    "an area of odd corners": ("", _of_odd_corners),
    "an urgent one, not approved": (
        "approver_missing",
        lambda city: told(city, city.publish(urgency=Urgency.URGENT, expires_at=city.now + timedelta(hours=12))),
    ),
    "a long one, not approved": (
        "approver_missing",
        lambda city: told(city, city.publish(from_=city.now - timedelta(hours=6))),
    ),
    "approved by the officer": ("approver_is_officer", lambda city: told(city, city.publish(approver=OFFICER))),
    "approved by another officer": (
        "approver_role_missing",
        lambda city: told(city, city.publish(approver=OTHER_OFFICER)),
    ),
    "signed by nobody": ("out_of_bounds", lambda city: told(city, city.publish(), assertions=[])),
    "signed by another officer": (
        "officer_assertion_missing",
        lambda city: told(city, signed(city, by=OTHER_OFFICER)),
    ),
    "signed by another's passkey": (
        "credential_unknown",
        lambda city: told(city, signed(city, by=OTHER_OFFICER, person_id=OFFICER)),
    ),
    "signed twice by the officer": ("duplicate_item", lambda city: _signed_by(city, "officer", "officer")),
    "approved twice, signed by nobody": ("duplicate_item", lambda city: _signed_by(city, "approver", "approver")),
    "approved before it is signed": (
        "officer_assertion_missing",
        lambda city: _signed_by(city, "approver", "officer"),
    ),
    "signed three times": ("out_of_bounds", lambda city: _signed_by(city, "officer", "approver", "approver")),
    "a signature of another request": ("client_data_wrong", _of_another_request),
    "a sign-in": ("client_data_wrong", lambda city: told(city, signed(city, origin="https://officers.milton.example"))),
    "a registration": ("client_data_wrong", lambda city: told(city, signed(city, type="webauthn.create"))),
    "signed in a frame": ("client_data_cross_origin", lambda city: told(city, signed(city, crossOrigin=True))),
    "signed in a frame that is spelled otherwise": (
        "client_data_cross_origin",
        lambda city: _ended(city, b',"top\\u004frigin":"https://attacker.example"}'),
    ),
    "signed with bytes behind": ("client_data_wrong", lambda city: _ended(city, b',"a":1}}')),
    "signed by a browser that adds a key": ("", lambda city: _ended(city, b',"added":"by a browser"}')),
    "signed for another page": ("rp_id_wrong", lambda city: told(city, signed(city, rp_id="milton.example"))),
    "signed without the person": ("user_not_verified", lambda city: told(city, signed(city, flags=0x01))),
    "signed by a synced key": ("not_device_bound", lambda city: told(city, signed(city, flags=0x0D))),
    "a false signature": (
        "signature_wrong",
        lambda city: told(city, signed(city, signature=city.passkey(OFFICER).assertion("0" * 64).signature)),
    ),
    "no signature's form": (
        "signature_not_der",
        lambda city: told(city, signed(city, signature=b"\x30" + b"\x00" * 63)),
    ),
    "another's badge": (
        "badge_differs",
        lambda city: told(city, city.publish(officer=Officer(person_id=OFFICER, badge="B-999"))),
    ),
    "a badge with a space behind": (
        "forbidden_character",
        lambda city: told(city, city.publish(officer=Officer(person_id=OFFICER, badge="B-101 "))),
    ),
    "a case number that looks like another": (
        "not_a_code",
        lambda city: told(city, city.publish(case_number="26-1120-0\uff17")),
    ),
    "another agency": ("agency_differs", _of_another_agency),
    "a record by another root": ("signature_missing", _of_another_root),
    "a directory by one key and the hub's": ("signature_missing", _of_one_directory_key),
    "a directory of the past": ("directory_expired", _of_an_old_directory),
    "a revoked credential": ("revoked", _of_a_revoked_credential),
    "sealed to a custodian who was put out": ("revoked", _of_a_custodian_put_out),
    "the proof of another entry": ("not_in_log", _of_another_entry),
    "a checkpoint by another log": ("note_not_signed", _of_another_log),
    "sealed to another's key": ("recipient_unknown", _of_an_unknown_recipient),
    "sealed to a key of low order": ("age_key_malformed", _of_an_unusable_key(LOW_ORDER[0])),
    "sealed to another key of low order": ("age_key_malformed", _of_an_unusable_key(LOW_ORDER[5])),
    "sealed to a key that is not canonical": ("age_key_malformed", _of_an_unusable_key(NOT_CANONICAL[0])),
    "an area at the border": ("", _of(area=_square(0, -60, 6, -54))),
    "an area over the border": ("outside_jurisdiction", _of(area=_square(0, -61, 6, -55))),
    "a house": ("area_too_small", _of(area=_square(0, 0, 2, 2))),
    "half a town": ("area_too_large", _of(area=_square(0, 0, 13, 13))),
    "a street": ("area_too_wide", _of(area=_square(0, 0, 2, 20))),
    "a sliver": ("area_too_thin", _of(area=_polygon((0, 0), (0, 10), (1, 1), (10, 0)))),
    "a bow": ("area_not_simple", _of(area=_polygon((0, 0), (6, 6), (6, 0), (0, 6)))),
    "no time at all": ("range_wrong_length", _of(from_=timedelta(hours=-2), until=timedelta(hours=-2))),
    "until before it began": ("range_wrong_length", _of(from_=timedelta(hours=-2), until=timedelta(hours=-3))),
    "closed before it was made": ("expiry_wrong_length", _of(expires_at=timedelta(hours=-1))),
    "five minutes": ("range_wrong_length", _of(from_=timedelta(minutes=-125))),
    "half a day and a minute": ("range_wrong_length", _of(from_=timedelta(minutes=-120 - 721))),
    "what is to come": ("range_in_future", _of(from_=timedelta(minutes=-40), until=timedelta(minutes=-9))),
    "long ago": ("range_too_old", _of(from_=timedelta(days=-45, hours=-1), until=timedelta(days=-45))),
    "open for weeks": ("expiry_wrong_length", _of(expires_at=timedelta(days=10))),
    "open for minutes": ("expiry_wrong_length", _of(expires_at=timedelta(minutes=40))),
    "urgent for two days": (
        "expiry_wrong_length",
        _of(urgency=Urgency.URGENT, expires_at=timedelta(days=2)),
    ),
    "sealed to no custodian": (
        "recipient_missing",
        lambda city: told(city, city.publish(recipients=city.recipients("key-of-officer-1", "recovery"))),
    ),
}


def main() -> None:
    """Write the vectors anew; those that are there stay, for each signature is another."""
    kept = {each["name"]: each for each in map(json.loads, PLACE.read_text().splitlines())}
    lines = [
        json.dumps(
            kept.get(name) or {"name": name, "rule": rule, **make(City())}, separators=(",", ":"), sort_keys=True
        )
        for name, (rule, make) in CASES.items()
    ]
    PLACE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    assert RP_ID in ORIGIN
    main()
