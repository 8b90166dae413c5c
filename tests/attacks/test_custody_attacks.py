"""What people with a session try against custody: ids that are not theirs, their own deletions, races, words."""

from __future__ import annotations

import asyncio
import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.cases.model import CaseFile
from hub.identity.passkeys.reverify import HEADER as FRESH
from hub.identity.sessions.guard import COOKIE
from hub.policy.values import Policy
from hub.shares.record.custody import ClosedCaseRow, DeletionRow, HoldRow
from tests.hub.shares.desks import DONE, REASON, Custody, accepted, ask, received
from tests.simulators.hub_bench import running_hub
from tests.simulators.joining import joins
from tests.simulators.proofs import intent_of, prove

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.hub_bench import HubBench

SAVED = {"part": "clip", "sha256": "cd" * 32}
OFFICERS_ACTS: tuple[tuple[str, dict[str, str]], ...] = (("decline", {}), ("keep", {}), ("flag", {}), ("saves", SAVED))
CUSTODIANS_ACTS = (
    ("unflag", {}),
    ("holds", {"reason": REASON}),
    ("holds/1/release", {"reason": REASON}),
    ("deletions", {"reason": REASON}),
    ("deletions/1/confirm", {}),
    ("deletions/1/take-back", {"reason": REASON}),
)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[HubBench]:
    """Run a hub with a second custodian."""
    async with running_hub(tmp_path) as started:
        await joins(started.settings.folder.parent, "second", "custodian")
        yield started


async def test_an_officer_acts_on_no_share_of_another_officer(bench: HubBench) -> None:
    """As on one that does not exist, whatever its id; and on no share as a custodian does."""
    foreign = Custody(bench=bench, share=await bench.foreign_share())
    nobody = f"/api/shares/{secrets.token_hex(16)}"
    for what, body in OFFICERS_ACTS:
        assert await foreign.act("officer", what, **body) == (404, "share_unknown")
        assert await ask(bench, "officer", f"{nobody}/{what}", **body) == (404, "share_unknown")
    own = await received(bench)
    for what, body in CUSTODIANS_ACTS:
        for custody in (foreign, own):
            assert await custody.act("officer", what, **body) == (403, "not_allowed")
            assert await custody.act("supervisor", what, **body) == (403, "not_allowed")
        assert await ask(bench, "custodian", f"{nobody}/{what}", **body) == (404, "share_unknown")
    async with bench.hub.database.reading() as session:
        acts = set(await session.scalars(select(AuditRow.action).where(AuditRow.action.startswith("share."))))
    assert acts == {"share.received"}


async def test_a_number_opens_only_what_it_names_of_its_own_share(bench: HubBench) -> None:
    """The holds and deletions of one share are not reached through another."""
    asked, other = await accepted(bench), await accepted(bench)
    assert await asked.act("custodian", "deletions", reason=REASON) == DONE
    assert await other.act("second", "deletions/1/confirm") == (404, "deletion_unknown")
    assert await other.act("second", "deletions/1/take-back", reason=REASON) == (404, "deletion_unknown")
    assert await other.act("second", "holds/1/release", reason=REASON) == (404, "hold_unknown")
    for odd in ("0", "-1", "1e0", "01", "99999", "%31x"):
        status, _ = await asked.act("second", f"deletions/{odd}/confirm")
        assert status in {404, 405}, odd
    assert (await asked.told())["state"] == "accepted"


async def test_one_person_at_two_devices_is_one_person(bench: HubBench) -> None:
    """The second session of who asked confirms nothing; what a session says of whom it is counts for nothing."""
    custody = await accepted(bench)
    assert await custody.act("custodian", "deletions", reason=REASON) == DONE
    elsewhere = await bench.sign_in("custodian", "another desk")
    for body in ({}, {"person_id": "second", "confirmed_by": "second"}):
        path = f"{custody.path}/deletions/1/confirm"
        status, _, answer = await bench.officer_asks(elsewhere, "POST", path, body=body)
        assert (status, json.loads(answer)["error"]) == (403, "own_act")
    assert (await custody.told())["state"] == "accepted"


async def test_a_proof_for_one_deletion_confirms_no_other(bench: HubBench) -> None:
    """Not a later one of the same share, nor one of the same number of another share."""
    custody, other = await accepted(bench), await accepted(bench)
    for each in (custody, other):
        assert await each.act("custodian", "deletions", reason=REASON) == DONE
    cookies = await bench.sign_in("second")
    secret, token = bench.hub.keys.enrolment_secret, cookies[COOKIE]
    confirm = f"{custody.path}/deletions/1/confirm"
    proof = await prove(bench.hub.database, secret, intent_of(token, "POST", confirm), bench.clock())
    assert await custody.act("custodian", "deletions/1/take-back", reason=REASON) == DONE
    assert await custody.act("custodian", "deletions", reason=REASON) == DONE
    for path in (f"{custody.path}/deletions/2/confirm", f"{other.path}/deletions/1/confirm"):
        status, _, answer = await bench.officer_asks(cookies, "POST", path, proof, body={})
        assert (status, json.loads(answer)["error"]) == (403, "fresh_wrong"), path
    assert [(await each.told())["state"] for each in (custody, other)] == ["accepted", "accepted"]


async def test_what_opens_or_ends_something_needs_the_passkey_for_that_very_thing(bench: HubBench) -> None:
    """To end a hold, to show officers again what was flagged, to let somebody into a case: a session is not enough."""
    custody, other = await accepted(bench), await accepted(bench)
    await joins(bench.settings.folder.parent, "third", "officer", badge="1603")
    for each in (custody, other):
        assert await each.act("custodian", "holds", reason=REASON) == DONE
        assert await each.act("custodian", "flag") == DONE
    case, others = await cases_of(bench)
    secret = bench.hub.keys.enrolment_secret
    for who, path, wrong, body in (
        ("custodian", f"{custody.path}/holds/1/release", f"{other.path}/holds/1/release", {"reason": REASON}),
        ("custodian", f"{custody.path}/unflag", f"{other.path}/unflag", {}),
        ("officer", f"/api/cases/{case}/members", f"/api/cases/{others}/members", {"officer": "1603"}),
    ):
        cookies = await bench.sign_in(who)
        intent = intent_of(cookies[COOKIE], "POST", wrong)
        proof = await prove(bench.hub.database, secret, intent, bench.clock())
        for headers, rule in (({FRESH: ""}, "fresh_wrong"), (proof, "fresh_wrong"), ({FRESH: "0" * 32}, "fresh_wrong")):
            status, _, answer = await bench.officer_asks(cookies, "POST", path, headers, body=body)
            assert (status, json.loads(answer)["error"]) == (403, rule), path
        status, _, _ = await bench.officer_asks(cookies, "POST", path, body=body)
        assert status == 200, path
    told = await other.told()
    assert (told["held_since"] is None, told["sensitive_since"] is None) == (False, False)


async def test_a_proof_that_is_sent_many_times_at_once_serves_once(bench: HubBench) -> None:
    """Whichever comes first; for the others the passkey is wanted again."""
    custody = await accepted(bench)
    assert await custody.act("custodian", "flag") == DONE
    cookies, path = await bench.sign_in("custodian"), f"{custody.path}/unflag"
    intent = intent_of(cookies[COOKIE], "POST", path)
    proof = await prove(bench.hub.database, bench.hub.keys.enrolment_secret, intent, bench.clock())
    answers = await asyncio.gather(*(bench.officer_asks(cookies, "POST", path, proof, body={}) for _ in range(8)))
    assert sorted(status for status, _, _ in answers) == [200] + [403] * 7
    assert {json.loads(text)["error"] for status, _, text in answers if status == 403} == {"fresh_wrong"}


async def cases_of(bench: HubBench) -> tuple[str, str]:
    """Return the id of the case of the officer's shares, and one that nothing has."""
    async with bench.hub.database.reading() as session:
        found = (await session.scalars(select(CaseFile.case_id).where(CaseFile.case_number == "26-1"))).one()
    return found, secrets.token_hex(16)


async def test_a_hold_and_a_confirmation_at_once_leave_nothing_deleted_that_is_held(bench: HubBench) -> None:
    """Whichever comes first: the share is held, and its bytes stay."""
    custody = await accepted(bench)
    assert await custody.act("custodian", "deletions", reason=REASON) == DONE
    answers = await asyncio.gather(
        custody.act("second", "deletions/1/confirm"), *(custody.act("custodian", "holds", reason=REASON) for _ in "12")
    )
    assert answers[1:] == [DONE, DONE]
    assert answers[0] in {DONE, (409, "on_hold")}
    await custody.after(30)
    assert custody.bytes_kept
    async with bench.hub.database.reading() as session:
        assert len((await session.scalars(select(HoldRow))).all()) == 1


async def test_two_who_ask_at_once_have_asked_for_one_deletion(bench: HubBench) -> None:
    """And each may confirm the other's only."""
    custody = await accepted(bench)
    people = ("custodian", "second")
    answers = dict(
        zip(
            people, await asyncio.gather(*(custody.act(who, "deletions", reason=REASON) for who in people)), strict=True
        )
    )
    assert sorted(answers.values()) == [DONE, (409, "deletion_asked")]
    first = next(who for who, answer in answers.items() if answer == DONE)
    assert await custody.act(first, "deletions/1/confirm") == (403, "own_act")
    async with bench.hub.database.reading() as session:
        assert len((await session.scalars(select(DeletionRow))).all()) == 1


async def test_a_custodian_deletes_nothing_by_accepting_it_into_a_case_that_was_closed_long_ago(
    bench: HubBench,
) -> None:
    """Its time begins when it is accepted: else its bytes go at once, its owner can't take it back, and nobody knew."""
    custody = await received(bench)
    assert await ask(bench, "custodian", "/api/cases/close", case_number="26-1", reason=REASON) == DONE
    async with bench.hub.database.session("test") as session:
        (await session.get_one(ClosedCaseRow, "26-1")).closed_at -= timedelta(days=400)
    async with bench.session.post(f"{bench.homes_url}/v1/consents", data=custody.share.consent()) as answer:
        assert answer.status == 200
    assert await custody.act("custodian", "accept") == DONE
    await custody.after(Policy().closed_case_kept_days - 1)
    assert custody.bytes_kept
    await custody.after(Policy().closed_case_kept_days + 1)
    assert not custody.bytes_kept


async def test_nobody_uses_up_alone_how_often_a_share_is_held(bench: HubBench) -> None:
    """Else one custodian holds and frees it to the end of its receipts, and nobody stops what is deleted then."""
    custody = await accepted(bench)
    placed = 0
    for number in range(12):
        status, _ = await custody.act("custodian", "holds", reason=f"Court number {number} wants it.")
        placed += status == 200
        if number % 2:
            for each in range(1, placed + 1):
                await custody.act("custodian", f"holds/{each}/release", reason=REASON)
    assert await custody.act("second", "holds", reason=REASON) == DONE
    assert await custody.act("custodian", f"holds/{placed + 1}/release", reason=REASON) == (409, "freed_too_often")
    assert (await custody.told())["held_since"] is not None


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({}, "missing_field"),
        ({"reason": " no      "}, "forbidden_character"),
        ({"reason": "no"}, "out_of_bounds"),
        ({"reason": "x" * 501}, "out_of_bounds"),
        ({"reason": 7}, "wrong_type"),
        ({"reason": "a\u202eb reason"}, "forbidden_character"),
        ({"reason": REASON, "placed_by": "second"}, "unknown_field"),
    ],
)
async def test_a_reason_is_words(bench: HubBench, body: dict[str, object], rule: str) -> None:
    """Some, not too many, and nothing beside them."""
    custody = await accepted(bench)
    for what in ("holds", "deletions"):
        assert await custody.act("custodian", what, **body) == (400, rule)


async def test_a_reason_is_in_no_line_of_the_log_and_in_no_word_to_the_owner(
    bench: HubBench, caplog: pytest.LogCaptureFixture
) -> None:
    """It may name a victim; it is for the agency's custodians."""
    caplog.set_level("DEBUG")
    custody = await accepted(bench)
    reason = "Alma Teague of 12 Hollow Oak Lane asked for it."
    assert await custody.act("custodian", "holds", reason=reason) == DONE
    assert await custody.act("custodian", "holds/1/release", reason=reason) == DONE
    assert await custody.act("custodian", "deletions", reason=reason) == DONE
    assert "Hollow Oak" not in caplog.text
    assert "Hollow Oak" not in repr(await bench.receipts(custody.share))
