"""Requests that a home must refuse for what their signatures say: who signed, at which page, how, for what role."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from custom_components.milton_share.shared.milton_protocol.messages.requests.request import Officer, Urgency
from tests.simulators.city import OFFICER, OTHER_OFFICER, SUPERVISOR, UP_UV, Passkey

from .refusals import ELSEWHERE, KEYLESS, Row, id_of, own, published

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulators.city import City

PRESENT, VERIFIED, MAY_BE_COPIED, EXTENDED = 0x01, 0x04, 0x08, 0x80  # flags of WebAuthn's section 6.1


def bent(**said: Any) -> Callable[[City], str]:  # noqa: ANN401
    """Return a row's deed: have the officer's own passkey say this."""

    def bend(city: City) -> str:
        asked = city.draft()
        return published(city, asked, city.passkey(OFFICER).assertion(id_of(asked), **said))

    return bend


def ended(end: bytes) -> Callable[[City], str]:
    """Return a row's deed: have the officer's own passkey sign client data that ends otherwise."""

    def bend(city: City) -> str:
        asked = city.draft()
        own_passkey = city.passkey(OFFICER)
        said = own_passkey.assertion(id_of(asked)).client_data.removesuffix(b"}") + end
        return published(city, asked, own_passkey.assertion(id_of(asked), client_data=said))

    return bend


def by_another(city: City) -> str:
    """Have another officer sign what names this one."""
    asked = city.draft()
    return published(city, asked, city.passkey(OTHER_OFFICER).assertion(id_of(asked)))


def another_badge(city: City) -> str:
    """Ask under a badge that is somebody else's."""
    asked = city.draft(officer=Officer(person_id=OFFICER, badge="B-102"))
    return published(city, asked, city.passkey(OFFICER).assertion(id_of(asked)))


def elsewhere(city: City) -> str:
    """Sign by a key of the directory that is another page's."""
    asked = own(city, ELSEWHERE, "B-902", "key-of-elsewhere")
    return published(city, asked, city.passkey(ELSEWHERE).assertion(id_of(asked)))


def keyless(city: City) -> str:
    """Sign in the name of somebody whose key in the directory is no key."""
    asked = own(city, KEYLESS, "B-903", "key-of-keyless")
    return published(city, asked, city.passkey(KEYLESS).assertion(id_of(asked)))


def unsaid(city: City) -> str:
    """Publish what the live statement does not name."""
    asked = city.draft()
    city.unsaid.add(id_of(asked))
    return published(city, asked, city.passkey(OFFICER).assertion(id_of(asked)))


def approved(passkey: Callable[[City], Passkey], **said: Any) -> Callable[[City], str]:  # noqa: ANN401
    """Return a row's deed: ask urgently, and have this key approve it."""

    def bend(city: City) -> str:
        asked = city.draft(urgency=Urgency.URGENT, expires_at=city.now + timedelta(hours=20))
        id_ = id_of(asked)
        second = passkey(city).assertion(id_, "approver", **said)
        return published(city, asked, city.passkey(OFFICER).assertion(id_), second)

    return bend


ROWS = (
    Row("not called live", unsaid, "not_live"),
    Row("signed by another officer", by_another, "officer_assertion_missing"),
    Row("under another's badge", another_badge, "badge_differs"),
    Row("signed at another page", bent(origin="https://sign.example"), "client_data_wrong"),
    Row("signed to sign in", bent(type="webauthn.create"), "client_data_wrong"),
    Row("signed in another site's frame", bent(crossOrigin=True), "client_data_cross_origin"),
    Row(
        "signed in a frame whose page is spelled", ended(b',"\\u0074opOrigin":"https://x"}'), "client_data_cross_origin"
    ),
    Row("signed in a frame said second", ended(b',"cross\\u004frigin":true}'), "client_data_wrong"),
    Row("signed with bytes behind", ended(b',"a":1}}'), "client_data_wrong"),
    Row("signed for another hostname", bent(rp_id="example"), "rp_id_wrong"),
    Row("signed by a key that is another page's", elsewhere, "signer_differs"),
    Row("signed by a key that is none", keyless, "key_wrong"),
    Row("signed while nobody was there", bent(flags=VERIFIED), "user_not_present"),
    Row("signed without PIN or finger", bent(flags=PRESENT), "user_not_verified"),
    Row("signed with more than a signature says", bent(flags=UP_UV | EXTENDED), "flags_forbidden"),
    Row("signed by a key that may be copied", bent(flags=UP_UV | MAY_BE_COPIED), "not_device_bound"),
    Row("a signature that is none", bent(signature=b"\x30" + bytes(70)), "signature_not_der"),
    Row("approved by nobody of the city's", approved(lambda _: Passkey(person_id="nobody")), "approver_unknown"),
    Row("approved by another officer", approved(lambda city: city.passkey(OTHER_OFFICER)), "approver_role_missing"),
    Row(
        "approved without PIN or finger",
        approved(lambda city: city.passkey(SUPERVISOR), flags=PRESENT),
        "user_not_verified",
    ),
)
