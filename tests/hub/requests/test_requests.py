"""Footage requests from draft to end, through the API of a running hub."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.__main__ import main
from hub.audit.model import AuditRow
from hub.audit.trail import first_broken
from hub.publiclog.model import LogLeaf
from milton_protocol.messages.homes.answers import ConsistencyAnswer
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.messages.requests.request import Request
from milton_protocol.times import format_time
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.merkle import verify_consistency
from milton_protocol.translog.proof import TlogProof
from milton_protocol.translog.witness import WitnessPolicy
from milton_protocol.trust import Pins, check_trust
from milton_protocol.verification import Refusal, VerifiedRequest, verify_request
from tests.simulators.agency import other_key, sign_into_directory

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.agency import Agency


async def topics(agency: Agency) -> dict[str, bytes | None]:
    """Return what homes are sent, by name without the prefix."""
    async with agency.hub.database.reading() as session:
        changes = await agency.hub.topics.changed_after(session, 0)
    return {change.topic.split("/", 3)[3]: change.payload for change in changes}


async def as_a_home(agency: Agency, request_id: str) -> VerifiedRequest | Refusal:
    """Judge a published request by what the hub sends, with nothing but the root's hash pinned."""
    sent = await topics(agency)
    pins = Pins(
        root_key_sha256=hashlib.sha256(agency.directory.root_public_key).hexdigest(),
        agency_id=agency.settings.agency_id,
        city_record_serial=0,
        directory_serial=0,
        live_sequence=0,
        hub_key=None,
        witness_policy=WitnessPolicy(quorum=0, witnesses=()),
        seen_salts={},
    )
    trust = check_trust(
        agency.directory.root_public_key,
        sent["city-record"] or b"",
        sent["directory"] or b"",
        [],
        sent["live"] or b"",
        pins,
        agency.clock(),
    )
    bundle = sent[f"requests/{request_id}"] or b""
    proven = Checkpoint.parse(TlogProof.parse(Bundle.from_bytes(bundle).log_proof).checkpoint_note.text)
    if proven.size < trust.checkpoint.size:
        query = {"from": str(proven.size), "to": str(trust.checkpoint.size)}
        async with agency.session.get(f"{agency.homes_url}/v1/log/consistency", params=query) as response:
            hashes = ConsistencyAnswer.from_bytes(await response.read()).hashes
        verify_consistency(proven.size, proven.root, trust.checkpoint.size, trust.checkpoint.root, hashes)
        trust = replace(trust, log_roots={**trust.log_roots, proven.size: proven.root})
    return verify_request(bundle, trust, pins, agency.clock())


async def leaves(agency: Agency) -> list[str]:
    """Return the kinds of the public log's leaves."""
    async with agency.hub.database.reading() as session:
        return list(await session.scalars(select(LogLeaf.kind).order_by(LogLeaf.index)))


async def trail(agency: Agency) -> list[tuple[str, str]]:
    """Return the audit trail's actors and acts."""
    async with agency.hub.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).order_by(AuditRow.number))).all()
        assert await first_broken(session) is None
    return [(row.actor, row.action) for row in rows]


async def test_an_officer_drafts_signs_and_publishes_what_a_home_believes(agency: Agency) -> None:
    """The whole path of an ordinary request, judged as a home judges it."""
    request_id = await agency.published()
    verified = await as_a_home(agency, request_id)
    assert isinstance(verified, VerifiedRequest), verified
    assert verified.officer.person_id == "officer"
    assert verified.approver is None
    assert {str(notice) for notice in verified.notices} == {"demo_city", "signer_served_by_hub", "no_witness"}
    assert await leaves(agency) == ["request"]


async def test_each_act_writes_its_row_into_the_trail(agency: Agency) -> None:
    """Who did what, in order, in an unbroken chain."""
    request_id = await agency.published()
    officer = await agency.desk("officer")
    assert (await officer.act(request_id, "withdraw"))[0] == 200
    assert [row for row in await trail(agency) if row[1].startswith("request.")] == [
        ("person:officer", "request.drafted"),
        ("person:officer", "request.signed_as_officer"),
        ("person:officer", "request.logged"),
        ("system:publication", "request.published"),
        ("person:officer", "request.withdrawn"),
    ]


async def test_the_payload_to_sign_is_the_request_in_canonical_bytes(agency: Agency) -> None:
    """The id is the payload's hash, and the recipients are the officer, a custodian and the recovery key."""
    answer = await (await agency.desk("officer")).draft()
    payload = base64.urlsafe_b64decode(answer["payload"] + "=" * (-len(answer["payload"]) % 4))
    assert hashlib.sha256(payload).hexdigest() == answer["id"]
    request = Request.from_bytes(payload)
    assert [each.recipient_id for each in request.recipients] == ["custodian", "officer", "recovery"]


async def test_the_same_draft_again_is_the_same_request(agency: Agency) -> None:
    """A lost answer costs nothing; other words under the same draft id are refused."""
    officer = await agency.desk("officer")
    draft = agency.draft()
    first = await officer.ask("POST", "/api/requests", draft)
    assert await officer.ask("POST", "/api/requests", draft) == first
    status, answer = await officer.ask("POST", "/api/requests", draft | {"reason": "Three bicycles were stolen here."})
    assert (status, answer["error"]) == (409, "draft_differs")
    assert len((await officer.ask("GET", "/api/requests"))[1]["requests"]) == 1


async def test_a_draft_that_breaks_rules_is_no_request_and_every_rule_is_named(agency: Agency) -> None:
    """All at once, so that the officer mends them at once."""
    officer = await agency.desk("officer")
    answer = await officer.draft(case_number="none", contact="call me", expires_in_h=24 * 8, reason="Police business.")
    assert {broken["rule"] for broken in answer["broken"]} == {
        "case_number_wrong",
        "contact_wrong",
        "expiry_wrong_length",
        "reason_vague",
    }
    assert answer["request"] is None
    assert (await officer.ask("GET", "/api/requests"))[1] == {"requests": [], "next": None}


async def test_a_prohibited_use_is_refused_in_public_without_its_words(agency: Agency) -> None:
    """The log gets the rule and the day, once; nothing of the text, the case or the place."""
    officer = await agency.desk("officer")
    draft = agency.draft(reason="Identify everybody who came to the protest on Saturday.")
    for _ in range(2):
        status, answer = await officer.ask("POST", "/api/requests", draft)
        assert (status, [broken["rule"] for broken in answer["broken"]]) == (200, ["prohibited_assembly"])
    async with agency.hub.database.reading() as session:
        (leaf,) = (await session.scalars(select(LogLeaf.leaf))).all()
    told = json.loads(leaf)
    assert (told["kind"], told["offence"], told["case"], told["cell"]) == ("refusal", "prohibited_assembly", "-", "-")


async def test_a_verdict_is_asked_for_without_keeping_anything(agency: Agency) -> None:
    """What the page shows while the officer writes; an unfinished draft is judged too."""
    officer = await agency.desk("officer")
    draft = agency.draft(area=None, reason="", urgency="urgent", **{"from": None, "until": None})
    status, answer = await officer.ask("POST", "/api/requests/verdict", draft)
    assert status == 200
    assert {broken["rule"] for broken in answer["broken"]} == {
        "area_missing",
        "range_missing",
        "reason_too_short",
        "urgent_not_allowed",
        "expiry_wrong_length",
    }
    assert answer["needs_approver"]
    assert await leaves(agency) == []


async def test_above_the_ordinary_limits_a_second_person_signs_before_anything_is_published(agency: Agency) -> None:
    """The officer alone can't publish; the supervisor's signature makes it possible; homes see both."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    start = agency.clock() - timedelta(hours=6)
    answer = await officer.draft(**{"from": format_time(start), "until": format_time(start + timedelta(hours=3))})
    request_id = answer["id"]
    assert (answer["exceeded"], answer["needs_approver"]) == (["duration"], True)
    assert (await officer.sign(request_id))[1]["state"] == "drafted"
    status, refused = await officer.act(request_id, "publish")
    assert (status, refused["error"]) == (409, "wrong_state")
    status, signed = await supervisor.sign(request_id, "approver")
    assert (status, signed["state"]) == (200, "signed")
    assert (await officer.act(request_id, "publish"))[1]["state"] == "published"
    verified = await as_a_home(agency, request_id)
    assert isinstance(verified, VerifiedRequest), verified
    assert verified.approver is not None
    assert verified.approver.person_id == "supervisor"


async def test_the_second_person_may_sign_first(agency: Agency) -> None:
    """Then the request is approved and waits for its officer."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    area = {"kind": "circle", "center": [341_400_000, -843_000_000], "radius_m": 400}
    why = "Three streets, and the way out of them."
    request_id = (await officer.draft(area=area, why_larger=why))["id"]
    assert (await supervisor.sign(request_id, "approver"))[1]["state"] == "approved"
    assert (await officer.sign(request_id))[1]["state"] == "signed"


async def test_nobody_approves_their_own_request(agency: Agency) -> None:
    """Neither by the officer's key in the other part, nor by another person's assertion under one's own session."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    request_id = (await officer.draft(urgency="urgent", offence_code="16-5-40", expires_in_h=12))["id"]
    assert (await officer.sign(request_id, "approver"))[0] == 403
    by_supervisor = agency.passkeys["supervisor"].assertion(request_id, "approver").value()
    status, answer = await officer.ask("POST", f"/api/requests/{request_id}/assertions", dict(by_supervisor))
    assert (status, answer["error"]) == (403, "not_allowed")
    by_officer = agency.passkeys["officer"].assertion(request_id, "officer").value()
    status, answer = await supervisor.ask("POST", f"/api/requests/{request_id}/assertions", dict(by_officer))
    assert (status, answer["error"]) == (403, "not_allowed")


async def test_a_signature_that_no_home_believes_is_refused_by_its_rule(agency: Agency) -> None:
    """Another request's, a key outside the directory, another origin, no user verification."""
    officer = await agency.desk("officer")
    request_id, other = (await officer.draft())["id"], (await officer.draft())["id"]
    passkey = agency.passkeys["officer"]
    bent = {
        "client_data_wrong": passkey.assertion(other),
        "credential_unknown": other_key(passkey).assertion(request_id),
        "user_not_verified": passkey.assertion(request_id, flags=0x01),
        "signature_wrong": passkey.assertion(request_id, signature=passkey.assertion(other).signature),
    }
    for rule, assertion in bent.items():
        path = f"/api/requests/{request_id}/assertions"
        status, answer = await officer.ask("POST", path, dict(assertion.value()))
        assert (status, answer["error"]) == (400, rule)
    assert (await officer.ask("GET", f"/api/requests/{request_id}"))[1]["state"] == "drafted"


async def test_publishing_twice_publishes_once(agency: Agency) -> None:
    """One leaf, one topic, the same answer."""
    request_id = await agency.published()
    before = await topics(agency)
    officer = await agency.desk("officer")
    assert (await officer.act(request_id, "publish"))[1]["state"] == "published"
    assert await topics(agency) == before
    assert await leaves(agency) == ["request"]


async def test_a_withdrawn_request_stays_in_the_log_and_homes_refuse_it(agency: Agency) -> None:
    """The live statement says so at once; the log has a second leaf; a repeat adds nothing."""
    request_id = await agency.published()
    officer = await agency.desk("officer")
    for _ in range(2):
        status, answer = await officer.act(request_id, "withdraw")
        assert (status, answer["state"]) == (200, "withdrawn")
    refused = await as_a_home(agency, request_id)
    assert isinstance(refused, Refusal)
    assert refused.rule == "withdrawn"
    assert await leaves(agency) == ["request", "withdrawal"]


async def test_a_resolved_request_is_live_no_more(agency: Agency) -> None:
    """It was answered; nobody is asked any longer."""
    request_id = await agency.published()
    assert (await (await agency.desk("officer")).act(request_id, "resolve"))[1]["state"] == "resolved"
    refused = await as_a_home(agency, request_id)
    assert isinstance(refused, Refusal)
    assert refused.rule == "not_live"
    assert await leaves(agency) == ["request", "resolution"]


async def test_an_expired_request_is_cleared_and_can_not_be_published(agency: Agency) -> None:
    """Neither the topic nor the live statement has it; a signed one that waited too long is refused."""
    request_id = await agency.published()
    officer = await agency.desk("officer")
    waiting = (await officer.draft())["id"]
    assert (await officer.sign(waiting))[0] == 200
    agency.clock.ahead += timedelta(hours=73)
    officer = await agency.desk("officer")
    status, answer = await officer.act(waiting, "publish")
    assert (status, answer["error"]) == (409, "expired")
    await agency.hub.jobs.run_now("expiry")
    assert (await topics(agency))[f"requests/{request_id}"] is None
    for each in (request_id, waiting):
        assert (await officer.ask("GET", f"/api/requests/{each}"))[1]["state"] == "expired"


async def test_a_case_gets_two_requests_and_more_only_with_a_supervisor(agency: Agency) -> None:
    """Also when all of them were drafted before the first was published."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    ids = [(await officer.draft())["id"] for _ in range(3)]
    for request_id in ids:
        assert (await officer.sign(request_id))[1]["state"] == "signed"
    assert [(await officer.act(each, "publish"))[0] for each in ids] == [200, 200, 409]
    third = await officer.draft()
    assert third["exceeded"] == ["requests_of_case"]
    assert (await officer.sign(third["id"]))[1]["state"] == "drafted"
    assert (await supervisor.sign(third["id"], "approver"))[1]["state"] == "signed"
    assert (await officer.act(third["id"], "publish"))[1]["state"] == "published"


async def test_a_case_has_five_requests_and_no_sixth(agency: Agency) -> None:
    """Also with a supervisor for each: refused by name when it is drafted."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    for number in range(5):
        drafted = await officer.draft()
        assert (await officer.sign(drafted["id"]))[0] == 200
        if number >= 2:
            assert (await supervisor.sign(drafted["id"], "approver"))[0] == 200
        assert (await officer.act(drafted["id"], "publish"))[1]["state"] == "published"
    _, sixth = await officer.ask("POST", "/api/requests", agency.draft())
    assert [each["rule"] for each in sixth["broken"]] == ["too_many_for_case"]


async def test_a_custodian_reads_requests_and_a_supervisor_can_withdraw_them(agency: Agency) -> None:
    """Each by the table of who may do what."""
    request_id = await agency.published()
    custodian, supervisor = await agency.desk("custodian"), await agency.desk("supervisor")
    assert (await custodian.act(request_id, "withdraw"))[1]["error"] == "not_allowed"
    assert (await custodian.ask("GET", f"/api/requests/{request_id}"))[0] == 200
    assert (await supervisor.act(request_id, "withdraw"))[0] == 200


async def test_who_may_read_every_request_publishes_and_ends_only_their_own(agency: Agency, tmp_path: Path) -> None:
    """An officer who is a custodian too sees another's signed request, and leaves it to its officer."""
    change = {"change": "add_person", "person_id": "both", "name": "Kay Lin", "badge": "9001"}
    proposal = {"type": "milton/directory-proposal", "version": 1}
    path = tmp_path / "both.json"
    path.write_text(json.dumps(proposal | {"changes": [change | {"roles": ["officer", "custodian"]}]}))
    command = ["directory", "sign", str(tmp_path), "--yes", "--proposal", str(path)]
    assert await asyncio.to_thread(main, command) == 0
    officer, both = await agency.desk("officer"), await agency.desk("both")
    request_id = (await officer.draft())["id"]
    assert (await officer.sign(request_id))[0] == 200
    status, seen = await both.ask("GET", f"/api/requests/{request_id}")
    assert (status, seen["may"]) == (200, [])
    for what in ("publish", "withdraw", "resolve"):
        status, answer = await both.act(request_id, what)
        assert (status, answer["error"]) == (403, "not_your_request"), what
    assert (await officer.act(request_id, "publish"))[1]["state"] == "published"


async def test_a_key_signed_into_the_directory_while_the_hub_runs_counts_at_once(
    agency: Agency, tmp_path: Path
) -> None:
    """No restart; the live statement names the new directory."""
    passkey = other_key(agency.passkeys["officer"])
    officer = await agency.desk("officer")
    request_id = (await officer.draft())["id"]
    await asyncio.to_thread(sign_into_directory, tmp_path, passkey)
    assertion = passkey.assertion(request_id).value()
    assert (await officer.ask("POST", f"/api/requests/{request_id}/assertions", dict(assertion)))[0] == 200
    assert (await officer.act(request_id, "publish"))[0] == 200
    assert isinstance(await as_a_home(agency, request_id), VerifiedRequest)
