"""Law 4: a share button only for a request that kept every rule.

For any other no camera is searched, and nothing can be shared.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.shared.milton_protocol.base64_text import b64
from custom_components.milton_share.shared.milton_protocol.geometry import Circle, Point
from custom_components.milton_share.shared.milton_protocol.messages.city.record import ServedBy
from custom_components.milton_share.shared.milton_protocol.messages.requests.bundle import Bundle
from custom_components.milton_share.shared.milton_protocol.messages.requests.request import Request, Urgency, request_id
from tests.simulators.city import OFFICER, SUPERVISOR, ed25519

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.milton_share.conftest import Home
    from tests.simulators.city import City


def no_signature(city: City) -> None:
    """Sign with a passkey that the directory does not know."""
    asked = city.draft()
    stranger = replace(city.passkey(OFFICER), name="stranger")
    city.publish_signed(asked, stranger.assertion(_id(asked)))


def other_challenge(city: City) -> None:
    """Use a signature that was made for something else."""
    asked = city.draft()
    city.publish_signed(asked, city.passkey(OFFICER).assertion(_id(asked), challenge=b64(b"\0" * 32)))


def sign_in_reused(city: City) -> None:
    """Use a signature from another page than the signer's."""
    asked = city.draft()
    city.publish_signed(asked, city.passkey(OFFICER).assertion(_id(asked), origin="https://hub.milton.example"))


def revoked_credential(city: City) -> None:
    """Revoke the key that signs."""
    city.publish()
    city.revoke("credential", b64(city.passkey(OFFICER).credential.credential_id))


def revoked_person(city: City) -> None:
    """Revoke the officer."""
    city.publish()
    city.revoke("person", OFFICER)


def withdrawn(city: City) -> None:
    """Withdraw the request."""
    city.publish()
    city.withdrawn.update(city.bundles)


def expired(city: City) -> None:
    """Let it end a minute ago."""
    city.publish(created_at=city.now - timedelta(hours=2), expires_at=city.now - timedelta(minutes=1))


def outside(city: City) -> None:
    """Ask beyond the city's border."""
    city.publish(area=Circle(center=Point(lat_e7=340_000_000, lon_e7=-843_000_000), radius_m=250))


def too_large(city: City) -> None:
    """Ask for more than half a square mile."""
    city.publish(area=Circle(center=Point(lat_e7=341_320_000, lon_e7=-843_000_000), radius_m=700), approver=SUPERVISOR)


def urgent_alone(city: City) -> None:
    """Ask urgently without a second person."""
    city.publish(urgency=Urgency.URGENT, expires_at=city.now + timedelta(hours=20))


def own_approver(city: City) -> None:
    """Approve one's own request."""
    city.publish(urgency=Urgency.URGENT, expires_at=city.now + timedelta(hours=20), approver=OFFICER)


def hub_as_recipient(city: City) -> None:
    """Name a recipient that the directory does not have."""
    good = city.draft()
    stolen = replace(good.recipients[0], age_recipient=city.directory.recipients[-1].age_recipient)
    city.publish(recipients=(stolen, *good.recipients[1:]))


def not_logged(city: City) -> None:
    """Leave the request out of the public log."""
    city.publish()
    city.leaves[:] = [b"something else"]
    (asked,) = city.bundles
    city.bundles[asked] = _with_proof(city.bundles[asked], city.log_proof(0))


REFUSED: tuple[tuple[Callable[[City], None], str], ...] = (
    (no_signature, "credential_unknown"),
    (other_challenge, "client_data_wrong"),
    (sign_in_reused, "client_data_wrong"),
    (revoked_credential, "revoked"),
    (revoked_person, "revoked"),
    (withdrawn, "withdrawn"),
    (expired, "expired"),
    (outside, "outside_jurisdiction"),
    (too_large, "area_too_large"),
    (urgent_alone, "approver_missing"),
    (own_approver, "approver_is_officer"),
    (hub_as_recipient, "recipient_unknown"),
    (not_logged, "not_in_log"),
)


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(("bend", "rule"), REFUSED, ids=lambda value: getattr(value, "__name__", value))
async def test_a_request_that_broke_a_rule_can_not_be_answered(
    home: Home, bend: Callable[[City], None], rule: str
) -> None:
    """It is shown with its reason; it has no case, so there is nothing to look at or approve."""
    await home.place_camera()
    bend(home.hub.city)
    home.hub.publish()
    (request_id,) = home.hub.city.bundles
    await home.until(lambda: home.request(request_id) is not None)
    request = home.request(request_id)
    assert request is not None
    assert request.refused == rule
    assert request.cases == ()
    assert home.state().snapshot.open_requests == 0
    assert home.hub.shares == {}


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("bend", [revoked_credential, withdrawn], ids=lambda bend: bend.__name__)
async def test_what_is_refused_later_can_not_be_approved_any_more(home: Home, bend: Callable[[City], None]) -> None:
    """The clip that was looked at is wiped, and the recordings are let go."""
    await home.place_camera()
    case = await home.looked_at()
    city = home.hub.city
    if bend is withdrawn:
        city.withdrawn.update(city.bundles)
    else:
        city.revoke("credential", b64(city.passkey(OFFICER).credential.credential_id))
    home.hub.publish()
    await home.until(lambda: home.case(case.request_id).state == "lapsed")
    rule = "withdrawn" if bend is withdrawn else "revoked"
    with pytest.raises(MiltonShareError, match=rule):
        await home.approve(replace(home.case(case.request_id), clip=case.clip))
    assert case.clip is not None
    with pytest.raises(MiltonShareError, match=rule):
        await home.panel.review.look(home.owner.session, case.case_id, case.clip.from_, case.clip.until, audio=False)
    with pytest.raises(MiltonShareError, match="other_clip"):
        home.panel.review.preview_path(home.owner.session, case.case_id, case.clip.clip_sha256)
    assert home.hub.shares == {}


@pytest.mark.parametrize("topic", ["live", "directory", "city-record"])
async def test_a_hub_can_not_lead_a_home_back(home: Home, topic: str) -> None:
    """An older paper than the one believed last is dropped, also after a restart: what it says never holds again."""
    city = home.hub.city
    old = {"live": city.live_envelope, "directory": city.directory_envelope, "city-record": city.city_record_envelope}
    older = old[topic]()
    city.directory = replace(city.directory, serial=2)
    city.record = replace(city.record, serial=2)
    request_id = await home.receive()
    await home.until(lambda: home.request(request_id).refused is None)
    home.hub.put(topic, older)
    await _fed(home)
    assert home.request(request_id).refused is None
    await home.restart()
    home.hub.put(topic, None)
    home.hub.put(topic, older)
    await _fed(home)
    await home.until(lambda: home.state().snapshot.trust_rule is None)


async def test_a_stale_live_statement_stops_everything(home: Home) -> None:
    """A hub that is cut off, or whose key is gone, makes no button."""
    request_id = await home.receive()
    city = home.hub.city
    city.sequence += 1
    past = city.now - timedelta(hours=30)
    home.hub.put("live", city.live_envelope(issued_at=past, expires_at=past + timedelta(hours=24)))
    await home.until(lambda: home.request(request_id).refused == "live_expired")


async def test_the_hubs_key_authorizes_nothing(home: Home) -> None:
    """A stolen hub that signs a directory or a city record of its own is not believed."""
    city = home.hub.city
    city.directory_signers = (city.hub_key, ed25519("directory-1"))
    home.hub.publish()
    await home.until(lambda: home.state().snapshot.trust_rule == "signature_missing")
    city.directory_signers = (ed25519("directory-1"), ed25519("directory-2"))
    city.root_key = city.hub_key
    home.hub.publish()
    await home.until(lambda: home.state().snapshot.trust_rule in {"signature_missing", "signature_wrong"})


async def test_a_log_that_was_rewritten_stops_everything(home: Home) -> None:
    """Each checkpoint continues the last one, or no request is believed."""
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    home.hub.city.leaves[0] = b"history as it never was"
    home.hub.city.publish()
    home.hub.publish()
    await home.until(lambda: home.state().snapshot.trust_rule == "log_not_consistent")
    assert home.state().snapshot.open_requests == 0


async def test_one_salt_is_one_request(home: Home) -> None:
    """The second request with a salt is a replay, in whatever order they come."""
    city = home.hub.city
    first = city.draft()
    await home.receive(asked=first)
    second = await home.receive(asked=replace(first, reason=first.reason + " Again."))
    await home.until(lambda: home.request(second).refused == "replayed")
    assert home.state().snapshot.open_requests == 1


async def test_a_revocation_stays_though_the_hub_clears_it(home: Home) -> None:
    """A stolen hub can't bring a stolen key back."""
    request_id = await home.receive()
    home.hub.city.revoke("person", OFFICER)
    home.hub.publish()
    await home.until(lambda: home.request(request_id).refused == "revoked")
    home.hub.city.revocations.clear()
    home.hub.publish()
    calls = len(home.hub.calls)
    await home.until(lambda: len(home.hub.calls) > calls + 1, 20)
    assert home.request(request_id).refused == "revoked"
    await home.restart()
    await home.until(lambda: (one := home.request(request_id)) is not None and one.refused == "revoked")


async def test_a_withdrawn_request_stays_withdrawn(home: Home) -> None:
    """Though the hub names it live again, and a camera is offered that was not asked before; also after a restart."""
    request_id = await home.receive()
    home.hub.city.withdrawn.add(request_id)
    home.hub.publish()
    await home.until(lambda: home.request(request_id).refused == "withdrawn")
    home.hub.city.withdrawn.clear()
    home.hub.publish()
    await home.place_camera()
    await _fed(home)
    assert home.request(request_id).refused == "withdrawn"
    await home.restart()
    await home.until(lambda: home.state().requests and home.state().snapshot.trust_rule is None)
    assert home.request(request_id).refused == "withdrawn"
    assert home.request(request_id).cases == ()


async def test_one_demo_city_is_shown_as_one(home: Home) -> None:
    """And who serves the signing page, and that nobody watches the log."""
    record = home.hub.city.record
    signer = replace(record.signer, served_by=ServedBy.HUB)
    home.hub.city.record = replace(record, signer=signer, serial=2)
    request_id = await home.receive()
    await home.until(lambda: home.request(request_id).refused is None)
    assert home.request(request_id).notices == ("demo_city", "signer_served_by_hub", "no_witness")
    city = home.state().city
    assert city is not None
    assert city.demo


def _id(asked: Request) -> str:
    return request_id(asked.to_bytes())


def _with_proof(bundle: bytes, proof: str) -> bytes:
    return replace(Bundle.from_bytes(bundle), log_proof=proof).to_bytes()


async def _fed(home: Home) -> None:
    """Wait until the feed was read twice more, so that all that was published came."""
    reads = len([call for call in home.hub.calls if call.path == "/v1/feed"])
    await home.until(lambda: len([call for call in home.hub.calls if call.path == "/v1/feed"]) > reads + 2)


async def test_a_log_that_shrank_stops_everything(home: Home) -> None:
    """A newer statement with an older checkpoint is a log that forgot."""
    city = home.hub.city
    await home.receive()
    await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: home.state().snapshot.open_requests == 2)
    city.leaves.pop()
    home.hub.publish()
    await home.until(lambda: home.state().snapshot.trust_rule == "log_shrank")


@pytest.mark.parametrize(
    ("answer", "rule"), [((404, "size_unknown"), "log_proof_missing"), ((401, "x"), "log_proof_missing")]
)
async def test_a_log_without_a_proof_is_not_believed(home: Home, answer: tuple[int, str], rule: str) -> None:
    """The hub has to show that its log only grew; when it does, all is well again."""
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    home.hub.answers["/v1/log/consistency"] = [answer] * 100
    await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: home.state().snapshot.trust_rule == rule)
    assert home.state().snapshot.open_requests == 0
    home.hub.answers.clear()
    home.hub.publish()
    await home.until(lambda: home.state().snapshot.open_requests == 2)


async def test_a_request_under_another_ones_topic_is_refused(home: Home) -> None:
    """The topic's name is the hash of what is in it, or it is not shown as answerable."""
    await home.receive()
    (bundle,) = home.hub.city.bundles.values()
    home.hub.put(f"requests/{'a' * 64}", bundle)
    await home.until(lambda: home.request("a" * 64) is not None)
    assert home.request("a" * 64).refused in {"id_differs", "replayed"}
    assert home.state().snapshot.open_requests == 1


async def test_a_request_that_can_not_be_read_is_passed_over(home: Home) -> None:
    """It says nothing that could be shown, and keeps no other from being shown."""
    home.hub.put(f"requests/{'a' * 64}", b"{}")
    request_id = await home.receive()
    await home.until(lambda: home.request(request_id).refused is None)
    assert home.request("a" * 64) is None
