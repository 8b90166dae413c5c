"""Requests that a home must refuse, each as the police's enemies or a careless city could publish it.

A row bends one thing of a city that is in order, publishes, and returns the id under which the request is known.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from custom_components.milton_share.shared.milton_protocol import canonical
from custom_components.milton_share.shared.milton_protocol.base64_text import b64
from custom_components.milton_share.shared.milton_protocol.geometry import Circle, Point, Polygon
from custom_components.milton_share.shared.milton_protocol.messages.city.directory import (
    Person,
    Recipient,
    RecipientRole,
    Role,
)
from custom_components.milton_share.shared.milton_protocol.messages.requests.bundle import Bundle
from custom_components.milton_share.shared.milton_protocol.messages.requests.request import Officer, Urgency, request_id
from custom_components.milton_share.shared.milton_protocol.sealing.keys import format_recipient
from tests.simulators.city import (
    AREA,
    OFFICER,
    OTHER_OFFICER,
    SUPERVISOR,
    Passkey,
    age_identity,
    ed25519,
)
from tests.simulators.unusable_keys import LOW_ORDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from custom_components.milton_share.shared.milton_protocol.messages.requests.request import Request
    from tests.simulators.city import City

LOST, LEFT = "officer-lost", "officer-left"  # whose key, and who, is revoked
ELSEWHERE = "officer-elsewhere"  # whose key is another page's than the city's signer
KEYLESS = "officer-keyless"  # whose key in the directory is none
ANOTHER_PAGE = {"rp_id": "sign.example", "origin": "https://sign.example"}
LOST_KEY = "custodian-lost"
LOW_KEY = "custodian-low"  # whose key nothing can be sealed to
METRES_A_DEGREE = 111_195.0
COSINE = 0.8278  # of the area's latitude
HALF_SLIVER_M = 30


class Row(NamedTuple):
    """One kind of refusal: what is done, the rule, and whether the request can still be read and shown."""

    named: str
    bend: Callable[[City], str]
    rule: str
    readable: bool = True


def staff(city: City) -> None:
    """Give the city the people and keys that are revoked later, and revoke them; and two keys that are of no use."""
    new = []
    for number, (person_id, page) in enumerate(((LOST, {}), (LEFT, {}), (ELSEWHERE, ANOTHER_PAGE), (KEYLESS, {}))):
        city.passkeys[person_id] = Passkey(person_id=person_id, **page)
        credential = city.passkey(person_id).credential
        if person_id == KEYLESS:
            credential = replace(credential, public_key=b"\x04" + bytes(64))  # no point of the curve
        new.append(
            Person(
                person_id=person_id,
                name=person_id.title(),
                badge=f"B-{900 + number}",
                roles=(Role.OFFICER,),
                credentials=(credential,),
            )
        )
    recipients = tuple(
        Recipient(
            recipient_id=recipient_id,
            person_id=person_id,
            role=RecipientRole(role),
            age_recipient=age_identity(recipient_id).recipient,
        )
        for recipient_id, person_id, role in (
            (LOST_KEY, None, "custodian"),
            ("key-of-lost", LOST, "officer"),
            ("key-of-left", LEFT, "officer"),
            ("key-of-elsewhere", ELSEWHERE, "officer"),
            ("key-of-keyless", KEYLESS, "officer"),
        )
    )
    low = Recipient(
        recipient_id=LOW_KEY, person_id=None, role=RecipientRole.CUSTODIAN, age_recipient=format_recipient(LOW_ORDER[2])
    )
    city.directory = replace(
        city.directory,
        people=(*city.directory.people, *new),
        recipients=(*city.directory.recipients, *recipients, low),
    )
    city.revoke("credential", b64(city.passkey(LOST).credential.credential_id))
    city.revoke("person", LEFT)
    city.revoke("recipient", LOST_KEY)


def published(city: City, asked: Request, *assertions: Any) -> str:  # noqa: ANN401
    """Log and publish it with these assertions."""
    city.publish_signed(asked, *assertions)
    return id_of(asked)


def id_of(asked: Request) -> str:
    """Return a request's id."""
    return request_id(asked.to_bytes())


def signed(city: City, approver: str | None = None, **changes: Any) -> str:  # noqa: ANN401
    """Have it signed, logged and published, but with these fields."""
    asked = city.draft(**changes)
    city.publish(asked, approver=approver)
    return id_of(asked)


def raw(city: City, payload: bytes, under: str | None = None, **bent: Any) -> str:  # noqa: ANN401
    """Publish a payload of any form, signed by the officer over its hash."""
    id_ = request_id(payload)
    bundle = Bundle(
        payload=payload, assertions=(city.passkey(OFFICER).assertion(id_, **bent),), log_proof=city.log_proof(0)
    )
    city.bundles[under or id_] = bundle.to_bytes()
    return under or id_


def changed(city: City, **changes: Any) -> bytes:  # noqa: ANN401
    """Return a payload with fields of any type; None takes a field away."""
    fields = json.loads(city.draft().to_bytes())
    fields.update(changes)
    return canonical.encode({name: value for name, value in fields.items() if value is not None})


def own(city: City, person_id: str, badge: str, key: str, *more: str) -> Request:
    """Return a request of another officer, to that officer's own key."""
    return city.draft(
        officer=Officer(person_id=person_id, badge=badge),
        recipients=city.recipients("custodian-1", key, "recovery", *more),
    )


def unsigned(city: City) -> str:
    """Leave the signatures out."""
    asked = city.draft()
    fields = json.loads(Bundle(payload=asked.to_bytes(), assertions=(), log_proof="x").to_bytes())
    fields["assertions"] = []
    city.bundles[id_of(asked)] = canonical.encode(fields)
    return id_of(asked)


def signed_by_nothing(city: City) -> str:
    """Sign something else."""
    asked = city.draft()
    other = city.passkey(OFFICER).assertion("ab" * 32)
    return published(city, asked, city.passkey(OFFICER).assertion(id_of(asked), signature=other.signature))


def signed_by_hub(city: City) -> str:
    """Sign in an officer's name with the only key that the hub has."""
    asked = own(city, OTHER_OFFICER, "B-102", "key-of-officer-2")
    good = city.passkey(OTHER_OFFICER).assertion(id_of(asked))
    said = good.authenticator_data + hashlib.sha256(good.client_data).digest()
    return published(city, asked, replace(good, signature=city.hub_key.sign(said)))


def hub_key_as_credential(city: City) -> str:
    """Sign by a credential that the hub made up."""
    asked = city.draft()
    return published(city, asked, replace(city.passkey(OFFICER), name="made by the hub").assertion(id_of(asked)))


def officer_unknown(city: City) -> str:
    """Let somebody ask whom the directory does not have."""
    asked = city.draft(officer=Officer(person_id="officer-9", badge="B-9"))
    return published(city, asked, Passkey(person_id="officer-9").assertion(id_of(asked)))


def not_an_officer(city: City) -> str:
    """Let a supervisor ask."""
    asked = city.draft(officer=Officer(person_id=SUPERVISOR, badge="B-103"))
    return published(city, asked, city.passkey(SUPERVISOR).assertion(id_of(asked)))


def key_revoked(city: City) -> str:
    """Sign by a key that was lost."""
    asked = own(city, LOST, "B-900", "key-of-lost")
    return published(city, asked, city.passkey(LOST).assertion(id_of(asked)))


def person_revoked(city: City) -> str:
    """Let an officer ask who left."""
    asked = own(city, LEFT, "B-901", "key-of-left")
    return published(city, asked, city.passkey(LEFT).assertion(id_of(asked)))


def recipient_revoked(city: City) -> str:
    """Name a custodian's key that was lost."""
    return signed(city, recipients=city.recipients("custodian-1", LOST_KEY, "key-of-officer-1", "recovery"))


def recipient_unusable(city: City) -> str:
    """Name a custodian's key of low order, which the directory has: two administrators signed it unseen."""
    return signed(city, recipients=city.recipients("custodian-1", LOW_KEY, "key-of-officer-1", "recovery"))


def recipient_swapped(city: City) -> str:
    """Name a key that the directory does not have, under a name that it has."""
    good = city.draft().recipients
    return signed(city, recipients=(replace(good[0], age_recipient=age_identity("thief").recipient), *good[1:]))


def recipient_unheard_of(city: City) -> str:
    """Name a recipient more, of no directory."""
    good = city.draft().recipients
    thief = replace(good[0], recipient_id="a-thief", age_recipient=age_identity("thief").recipient)
    return signed(city, recipients=(thief, *good))


def officers_key_as_custodians(city: City) -> str:
    """Call another officer's key a custodian's: what an owner flags would be sealed to it."""
    recipients = city.recipients("custodian-1", "key-of-officer-1", "key-of-officer-2", "recovery")
    return signed(
        city,
        recipients=tuple(
            replace(each, role=RecipientRole.CUSTODIAN) if each.recipient_id == "key-of-officer-2" else each
            for each in recipients
        ),
    )


def own_key_as_custodians(city: City) -> str:
    """Call the officer's own key a custodian's."""
    return signed(
        city,
        recipients=tuple(
            replace(each, role=RecipientRole.CUSTODIAN) if each.role is RecipientRole.OFFICER else each
            for each in city.draft().recipients
        ),
    )


def no_recovery(city: City) -> str:
    """Leave the clerk's paper key out."""
    return signed(city, recipients=city.recipients("custodian-1", "key-of-officer-1"))


def log_of_the_hubs_own(city: City) -> str:
    """Prove it in a log of the hub's own."""
    city.log_key, kept = ed25519("a log of its own"), city.log_key
    id_ = signed(city)
    city.log_key = kept
    return id_


def without_proof(city: City) -> str:
    """Leave the proof out."""
    return proven(city, "none")


def another_leaf(city: City) -> str:
    """Give the good proof of another request's leaf."""
    return proven(city, city.log_proof(0))


def proven(city: City, proof: str) -> str:
    """Publish with this proof."""
    id_ = signed(city)
    city.bundles[id_] = replace(Bundle.from_bytes(city.bundles[id_]), log_proof=proof).to_bytes()
    return id_


def expired(city: City) -> str:
    """Let its time be over."""
    return signed(
        city,
        from_=city.now - timedelta(hours=5),
        until=city.now - timedelta(hours=4),
        created_at=city.now - timedelta(hours=3),
        expires_at=city.now - timedelta(minutes=1),
    )


def withdrawn(city: City) -> str:
    """Take it back."""
    id_ = signed(city)
    city.withdrawn.add(id_)
    return id_


def replayed(city: City) -> str:
    """Send three requests with one salt: the first that is seen stands, of those that come at once the lowest id."""
    first = city.draft()
    city.publish(first)
    second, third = (replace(first, reason=f"{first.reason} {number}") for number in ("Again.", "Once more."))
    city.publish(second)
    city.publish(third)
    return max(id_of(first), id_of(second), id_of(third))  # of those that come at once the lowest id stands


def future(city: City) -> str:
    """Date it an hour ahead."""
    return signed(city, created_at=city.now + timedelta(hours=1))


def outside(city: City) -> str:
    """Ask beyond the border."""
    return signed(city, area=Circle(center=Point(340_000_000, -843_000_000), radius_m=250))


def across(city: City) -> str:
    """Ask across the border."""
    return signed(city, area=Circle(center=Point(341_320_000, -843_600_000), radius_m=250))


def box(width_m: float, height_m: float, middle: Point = AREA.center) -> Polygon:
    """Return an upright rectangle."""
    lat = round(height_m / 2 / METRES_A_DEGREE * 1e7)
    lon = round(width_m / 2 / METRES_A_DEGREE / COSINE * 1e7)
    corners = ((-lat, -lon), (-lat, lon), (lat, lon), (lat, -lon))
    return Polygon(points=tuple(Point(middle.lat_e7 + a, middle.lon_e7 + o) for a, o in corners))


def sliver() -> Polygon:
    """Return an L of two thin arms, that picks out the houses of two streets."""
    lat, lon = AREA.center.lat_e7, AREA.center.lon_e7
    arm, thin = 1_000.0, 2.0 * HALF_SLIVER_M
    metres = ((0, 0), (0, arm), (thin, arm), (thin, thin), (arm, thin), (arm, 0))
    return Polygon(
        points=tuple(
            Point(lat + round(n / METRES_A_DEGREE * 1e7), lon + round(e / METRES_A_DEGREE / COSINE * 1e7))
            for n, e in metres
        )
    )


def crossing() -> Polygon:
    """Return a bow tie."""
    one, two, three, four = box(600, 600).points
    return Polygon(points=(one, three, two, four))


def ranged(before: timedelta, length: timedelta, **changes: Any) -> Callable[[City], str]:  # noqa: ANN401
    """Return a row's deed: ask for a range that begins so long before the request was made."""

    def bend(city: City) -> str:
        created_at = city.now - timedelta(minutes=10)
        return signed(
            city,
            approver=SUPERVISOR,
            from_=created_at - before,
            until=created_at - before + length,
            created_at=created_at,
            **changes,
        )

    return bend


def lasting(length: timedelta, **changes: Any) -> Callable[[City], str]:  # noqa: ANN401
    """Return a row's deed: stay open so long."""
    return lambda city: signed(
        city,
        approver=SUPERVISOR,
        created_at=city.now - timedelta(minutes=10),
        expires_at=city.now - timedelta(minutes=10) + length,
        **changes,
    )


def over(area: Circle | Polygon) -> Callable[[City], str]:
    """Return a row's deed: ask for this area, with a supervisor's signature."""
    return lambda city: signed(city, approver=SUPERVISOR, area=area)


def with_fields(**changes: Any) -> Callable[[City], str]:  # noqa: ANN401
    """Return a row's deed: publish a payload with these fields, signed as it is."""
    return lambda city: raw(city, changed(city, **changes))


def many_corners(city: City) -> str:
    """Draw sixty-five corners."""
    points = [[341_320_000 + number, -843_000_000 + number * number] for number in range(65)]
    return raw(city, changed(city, area={"kind": "polygon", "points": points}))


def many_recipients(city: City) -> str:
    """Name nine recipients."""
    one = json.loads(city.draft().to_bytes())["recipients"][0]
    return raw(city, changed(city, recipients=[{**one, "recipient_id": f"custodian-{n}"} for n in range(9)]))


def one_recipient(city: City) -> str:
    """Name one recipient alone."""
    return raw(city, changed(city, recipients=json.loads(city.draft().to_bytes())["recipients"][:1]))


def not_canonical_payload(city: City) -> str:
    """Put a space into the JSON."""
    return raw(city, changed(city).replace(b":", b": ", 1))


def not_canonical_bundle(city: City) -> str:
    """Put a line's end after the bundle."""
    id_ = signed(city)
    city.bundles[id_] += b"\n"
    return id_


def oversized(city: City) -> str:
    """Make it a byte longer than a message may be."""
    id_ = signed(city)
    city.bundles[id_] = city.bundles[id_].ljust(65_537)
    return id_


def other_bundle_version(city: City) -> str:
    """Call the bundle version 2."""
    id_ = signed(city)
    city.bundles[id_] = city.bundles[id_].replace(b'"version":1}', b'"version":2}')
    return id_


def another_city(city: City) -> str:
    """Publish a good request of the city next door."""
    return signed(city, agency_id="alpharetta-pd", agency_name="Alpharetta Police Department")


def in_another_citys_name(city: City) -> str:
    """Ask by the own city's id, in another's name."""
    return signed(city, agency_name="Alpharetta Police Department")


def drill_unmarked_afterwards(city: City) -> str:
    """Take the mark away from a drill that an officer signed."""
    asked = city.draft(drill=True)
    real = replace(asked, drill=False)
    return published(city, real, city.passkey(OFFICER).assertion(id_of(asked)))


def urgent_alone(city: City) -> str:
    """Ask urgently, alone."""
    return signed(city, urgency=Urgency.URGENT, expires_at=city.now + timedelta(hours=20))


def own_approval(city: City) -> str:
    """Ask urgently, and sign twice."""
    return signed(city, approver=OFFICER, urgency=Urgency.URGENT, expires_at=city.now + timedelta(hours=20))


DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)

ROWS = (
    Row("unsigned", unsigned, "out_of_bounds", readable=False),
    Row("signed with nothing", signed_by_nothing, "signature_wrong"),
    Row("signed by the hub only", signed_by_hub, "signature_wrong"),
    Row("signed by a credential of the hub's making", hub_key_as_credential, "credential_unknown"),
    Row("officer not in directory", officer_unknown, "officer_unknown"),
    Row("not an officer", not_an_officer, "officer_role_missing"),
    Row("revoked key", key_revoked, "revoked"),
    Row("revoked person", person_revoked, "revoked"),
    Row("revoked recipient", recipient_revoked, "revoked"),
    Row("a recipient that nothing can be sealed to", recipient_unusable, "age_key_malformed"),
    Row("a recipient that isn't in the directory", recipient_unheard_of, "recipient_unknown"),
    Row("a recipient's key that isn't in the directory", recipient_swapped, "recipient_unknown"),
    Row("an officer's key that is called a custodian's", officers_key_as_custodians, "recipient_unknown"),
    Row("the officer's own key that is called a custodian's", own_key_as_custodians, "recipient_unknown"),
    Row("without the recovery key", no_recovery, "recipient_missing"),
    Row("not in the log, but in one of the hub's own", log_of_the_hubs_own, "note_not_signed"),
    Row("not in the log", without_proof, "log_proof_malformed"),
    Row("proof of another leaf", another_leaf, "not_in_log"),
    Row("expired", expired, "expired"),
    Row("withdrawn", withdrawn, "withdrawn"),
    Row("replayed under a new id", replayed, "replayed"),
    Row("future-dated", future, "not_yet_valid"),
    Row("outside the jurisdiction", outside, "outside_jurisdiction"),
    Row("across the border", across, "outside_jurisdiction"),
    Row("area over 0.5 sq mi", over(box(1_139, 1_139)), "area_too_large"),
    Row("area under 0.025 sq mi", over(box(250, 250)), "area_too_small"),
    Row("wider than a mile", over(box(1_600, 200)), "area_too_wide"),
    Row(
        "radius over half a mile",
        with_fields(area={"kind": "circle", "center": [341_320_000, -843_000_000], "radius_m": 805}),
        "out_of_bounds",
        readable=False,
    ),
    Row("more than 64 corners", many_corners, "out_of_bounds", readable=False),
    Row("sliver polygon", over(sliver()), "area_too_thin"),
    Row("polygon that crosses itself", over(crossing()), "area_not_simple"),
    Row("longer than 12 h", ranged(DAY, 12 * HOUR + SECOND), "range_wrong_length"),
    Row("shorter than 15 min", ranged(DAY, 15 * MINUTE - SECOND), "range_wrong_length"),
    Row("longer ago than 45 days", ranged(45 * DAY + SECOND, HOUR), "range_too_old"),
    Row("of a time to come", ranged(HOUR, 2 * HOUR), "range_in_future"),
    Row("open longer than 10 days", lasting(10 * DAY + SECOND), "expiry_wrong_length"),
    Row("urgent longer than 24 h", lasting(DAY + SECOND, urgency=Urgency.URGENT), "expiry_wrong_length"),
    Row("open shorter than 1 h", lasting(HOUR - SECOND), "expiry_wrong_length"),
    Row("more than 8 recipients", many_recipients, "out_of_bounds", readable=False),
    Row("one recipient alone", one_recipient, "out_of_bounds", readable=False),
    Row(
        "a reason of fewer than 15 characters",
        with_fields(reason="police business"[:14]),
        "out_of_bounds",
        readable=False,
    ),
    Row("above the ordinary limits alone", urgent_alone, "approver_missing"),
    Row("approved by its own officer", own_approval, "approver_is_officer"),
    Row("non-canonical payload", not_canonical_payload, "not_canonical", readable=False),
    Row("non-canonical bundle", not_canonical_bundle, "not_canonical", readable=False),
    Row("oversized", oversized, "message_too_long", readable=False),
    Row("unknown version of the request", with_fields(version=2), "unknown_version", readable=False),
    Row("unknown version of the bundle", other_bundle_version, "unknown_version", readable=False),
    Row("another city's request", another_city, "agency_differs"),
    Row("in another city's name", in_another_citys_name, "agency_differs"),
    Row("drill without a mark", with_fields(drill=None), "missing_field", readable=False),
    Row("drill whose mark was taken away", drill_unmarked_afterwards, "client_data_wrong"),
)
