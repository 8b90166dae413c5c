"""The vectors by which officers' pages are tried: homes judge the same messages, by the same rules, in the same way."""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from milton_protocol import canonical
from milton_protocol.base64_text import read_b64
from milton_protocol.errors import ProtocolError
from milton_protocol.messages.requests.assertion import Assertion
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.messages.requests.request import Request, request_id
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.proof import TlogProof
from milton_protocol.trust import check_city_record, check_directory
from milton_protocol.verification import Refusal, Trust, VerifiedRequest, verify_request
from tests.simulators import asked_areas, followed
from tests.simulators.asked import CASES, PLACE
from tests.simulators.city import City

if TYPE_CHECKING:
    from milton_protocol.canonical import JsonValue

VECTORS = [json.loads(line) for line in PLACE.read_text().splitlines()]
BENT = [json.loads(line) for line in (PLACE.parent / "bent_requests.jsonl").read_text().splitlines()]


def _proven(log_proof: str) -> dict[int, bytes]:
    """Follow the log that a proof is of: these vectors bend everything else."""
    try:
        checkpoint = Checkpoint.parse(TlogProof.parse(log_proof).checkpoint_note.text)
    except ProtocolError:
        return {}
    return {checkpoint.size: checkpoint.root}


def judged(vector: dict[str, Any]) -> str:
    """Return the rule by which a home refuses it, or nothing."""
    city, proofs = City(), vector["proofs"]
    pins, payload = city.pins(), read_b64(vector["payload"], "payload")
    root, record = read_b64(proofs["root_public_key"], "root"), base64.b64decode(proofs["city_record"])
    try:
        city_record = check_city_record(root, record, pins, city.now)
        directory = check_directory(base64.b64decode(proofs["directory"]), city_record, pins, city.now)
        bundle = Bundle(
            payload=payload,
            assertions=tuple(_assertion(each) for each in proofs["assertions"]),
            log_proof=proofs["log_proof"],
        )
        data = bundle.to_bytes()
    except ProtocolError as error:
        return error.rule
    live = replace(city.live_statement(), live=(request_id(payload),))
    trust = Trust(
        city_record=city_record,
        directory=directory,
        revocations=directory.revocations,
        refused_revocations=(),
        live=live,
        checkpoint=city.trust().checkpoint,
        log_roots=_proven(proofs["log_proof"]),
    )
    verdict: VerifiedRequest | Refusal = verify_request(data, trust, pins, city.now)
    return verdict.rule if isinstance(verdict, Refusal) else ""


def _assertion(value: JsonValue) -> Assertion:
    return Assertion.from_bytes(json.dumps(value, separators=(",", ":"), sort_keys=True).encode())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda each: each["name"])
def test_a_home_finds_the_same_rule_broken(vector: dict[str, Any]) -> None:
    """As a page does."""
    assert judged(vector) == vector["rule"]


def test_each_lie_is_kept() -> None:
    """The file has what the simulator makes."""
    assert {each["name"]: each["rule"] for each in VECTORS} == {name: rule for name, (rule, _) in CASES.items()}


@pytest.mark.parametrize("vector", BENT, ids=lambda each: f"{each['path'][-1]}: {each['value']!a}")
def test_a_bent_request_is_read_by_the_same_rules(vector: dict[str, Any]) -> None:
    """By homes as by the officers' pages; a period that ends before it begins is judged later, by its length."""
    whole = json.loads(City().draft().to_bytes())
    inner = whole
    for name in vector["path"][:-1]:
        inner = inner[name]
    inner[vector["path"][-1]] = vector["value"]
    try:
        Request.from_bytes(canonical.encode(whole))
        rule = ""
    except ProtocolError as error:
        rule = error.rule
    assert rule == vector["rule"]


def test_areas_are_kept_as_homes_judge_them() -> None:
    """The file has what the simulator makes: each rule of an area several times, and areas that keep them all."""
    kept = asked_areas.PLACE.read_text().splitlines()
    assert kept == list(asked_areas.lines())
    count = Counter(json.loads(each)["rule"] for each in kept)
    rules = ("", "area_not_simple", "area_too_small", "area_too_large", "area_too_wide", "area_too_thin")
    for rule in (*rules, "outside_jurisdiction"):
        assert count[rule] >= 5, rule


def test_each_lie_about_the_log_is_kept() -> None:
    """The file has what the simulator makes; browsers are tried by it: officer/test/proof/followed.test.ts."""
    kept = [json.loads(line) for line in followed.PLACE.read_text().splitlines()]
    found = {each["name"]: (each["log"], each["found"]) for each in kept}
    assert found == {name: (log, share) for name, (log, share, _) in followed.CASES.items()}
