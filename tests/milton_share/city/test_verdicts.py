"""How a home judges trust documents and requests, and what follows from a refusal: decided without IO."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.city import verdicts
from custom_components.milton_share.city.verdicts import (
    Came,
    Forms,
    TrustDocuments,
    assess,
    check_documents,
    claimed_number,
    is_broken,
    is_closed,
    other_root,
    outlives_lapse,
    refuse_all,
)
from custom_components.milton_share.shared.milton_protocol import canonical
from custom_components.milton_share.shared.milton_protocol.base64_text import b64, standard_base64
from custom_components.milton_share.shared.milton_protocol.dsse import key_id
from custom_components.milton_share.shared.milton_protocol.errors import ProtocolError
from custom_components.milton_share.shared.milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES
from custom_components.milton_share.shared.milton_protocol.messages.requests.request import Request, request_id
from custom_components.milton_share.shared.milton_protocol.verification import Refusal, VerifiedRequest
from tests.simulators.city import City, ed25519

if TYPE_CHECKING:
    from custom_components.milton_share.shared.milton_protocol.canonical import JsonValue

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def city() -> City:
    """Return a city without requests."""
    return City(now=NOW)


def documents(city: City) -> TrustDocuments:
    """Return what the city says of itself."""
    return TrustDocuments(
        city_record=city.city_record_envelope(),
        directory=city.directory_envelope(),
        live=city.live_envelope(),
    )


def published(city: City, asked: Request | None = None) -> tuple[str, bytes]:
    """Publish a request; return its id and its bundle."""
    wanted = asked or city.draft()
    return request_id(wanted.to_bytes()), city.publish(wanted)


def judge(city: City, request_id: str, bundle: bytes) -> object:
    """Return what becomes of one request."""
    came = Came(kept={}, newest={request_id: bundle})
    return assess(city.trust(), came, city.pins(), NOW, Forms()).verdicts[request_id]


@pytest.mark.parametrize("missing", ["city_record", "directory", "live"])
def test_without_one_of_its_documents_a_city_is_not_believed(city: City, missing: str) -> None:
    """Revocations that traveled alone are not among them."""
    whole = documents(city)
    assert check_documents(city.root_public_key, whole, city.pins(), NOW) == city.trust()
    with pytest.raises(ProtocolError, match="papers_missing"):
        check_documents(city.root_public_key, replace(whole, **{missing: None}), city.pins(), NOW)


def test_a_request_answers_to_its_own_id_only(city: City) -> None:
    """A hub can't put it under another one's topic."""
    id_, bundle = published(city)
    own = judge(city, id_, bundle)
    assert isinstance(own, VerifiedRequest)
    assert own.request_id == id_
    assert judge(city, "0" * 64, bundle) == Refusal(rule="id_differs")


def test_of_two_requests_with_one_salt_the_one_that_was_seen_first_stands(city: City) -> None:
    """Whichever comes first by its id; where none was seen yet, by their ids, in whichever order they came."""
    first = city.draft()
    second = replace(city.draft(case_number="26-1120-08"), salt=first.salt)
    bundles = dict(published(city, each) for each in (first, second))
    assert len(bundles) == 2
    for seen in bundles:
        pins = city.pins(seen_salts={b64(first.salt): seen})
        assessment = assess(city.trust(), Came(kept=bundles, newest={}), pins, NOW, Forms())
        assert set(assessment.verified()) == {seen}
        refused = assessment.verdicts[next(id_ for id_ in bundles if id_ != seen)]
        assert isinstance(refused, Refusal)
        assert refused.rule == "replayed"
    for order in (bundles, dict(reversed(bundles.items()))):
        came = Came(kept=order, newest={})
        assert set(assess(city.trust(), came, city.pins(), NOW, Forms()).verified()) == {min(bundles)}


def test_what_is_not_live_is_read_bit_by_bit_and_once(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood costs each look as little as it says; what is called live is read at any look."""
    monkeypatch.setattr(verdicts, "FORMS_READ_MAX_BYTES", 3)
    id_, bundle = published(city)
    junk = {f"{number:064x}": b"x" for number in range(5)}
    forms = Forms()

    def rules() -> list[str]:
        seen = assess(city.trust(), Came(kept={}, newest={**junk, id_: bundle}), city.pins(), NOW, forms).verdicts
        assert isinstance(seen[id_], VerifiedRequest)
        return [seen[one].rule for one in junk]

    assert rules() == ["not_json"] * 3 + ["not_live"] * 2
    assert rules() == ["not_json"] * 5
    junk[f"{0:064x}"] = b"\xff"
    assert rules() == ["not_utf8"] + ["not_json"] * 4
    city.withdrawn.add(id_)
    assert judge(city, id_, bundle) == Refusal(rule="withdrawn")


def test_a_city_whose_documents_are_refused_has_every_request_refused(city: City) -> None:
    """By the documents' own rule."""
    bundles = dict([published(city), published(city)])
    assessment = refuse_all("live_expired", bundles, "ab" * 32)
    assert (assessment.trust, assessment.rule, assessment.other_root) == (None, "live_expired", "ab" * 32)
    assert assessment.verdicts == dict.fromkeys(bundles, Refusal(rule="live_expired"))
    assert assessment.verified() == {}


@pytest.mark.parametrize(
    ("rule", "closed", "broken", "outlives"),
    [
        ("not_yet_valid", False, False, False),
        ("expired", True, False, True),
        ("withdrawn", True, False, False),
        ("not_live", True, False, False),
        ("revoked", True, True, False),
        ("signature_wrong", True, True, False),
    ],
)
def test_what_follows_from_a_refusal(rule: str, *, closed: bool, broken: bool, outlives: bool) -> None:
    """Whether it is over, whether its ground gave way, whether recordings wait for their hold's own end."""
    verdict = Refusal(rule=rule)
    assert (is_closed(verdict), is_broken(verdict), outlives_lapse(verdict)) == (closed, broken, outlives)


def test_nothing_follows_from_a_request_that_holds_or_was_not_judged(city: City) -> None:
    """It is neither over nor broken."""
    id_, bundle = published(city)
    verdict = judge(city, id_, bundle)
    assert isinstance(verdict, VerifiedRequest)
    assert (is_closed(verdict), is_broken(verdict), outlives_lapse(verdict)) == (False, False, False)
    assert (is_broken(None), outlives_lapse(None)) == (False, False)


def wrapped(payload: JsonValue) -> bytes:
    """Return an envelope around what nobody signed."""
    return canonical.encode(
        {"payload": standard_base64(canonical.encode(payload)), "payloadType": "any", "signatures": []}
    )


def test_the_number_that_an_envelope_claims_is_a_number_or_nothing(city: City) -> None:
    """Unverified: of two it only tells which to look at first."""
    assert claimed_number(city.live_envelope(), "sequence") == 1
    assert claimed_number(city.directory_envelope(), "serial") == 1
    assert claimed_number(wrapped({"serial": 7, "filling": "a" * MESSAGE_SIZE_MAX_BYTES}), "serial") == 7
    for bent in (b"", b"[]", b"{}", wrapped([]), wrapped({}), wrapped({"serial": True}), wrapped({"serial": "7"})):
        assert claimed_number(bent, "serial") is None


def test_who_signed_the_city_record_in_place_of_the_root_is_named(city: City) -> None:
    """To be shown beside the root that this home knows; where it is the root, or unreadable, nobody is."""
    root = city.root_public_key
    assert other_root(None, root) is None
    assert other_root(city.city_record_envelope(), root) is None
    assert other_root(b"garbage", root) is None
    city.root_key = ed25519("usurper")
    assert other_root(city.city_record_envelope(), root) == key_id(city.root_public_key)
