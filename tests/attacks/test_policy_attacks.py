"""What is tried to widen the agency's own limits: by one administrator alone, and by everybody else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from hub.identity.passkeys.reverify import HEADER as FRESH
from hub.identity.sessions.csrf import HEADER as WORD
from hub.identity.sessions.guard import COOKIE
from hub.kit.access import Role
from tests.attacks.routes.administration import PROPOSALS
from tests.simulators.administrators import Administrators, administrators
from tests.simulators.answered import PEOPLE, answered_agency
from tests.simulators.proofs import intent_of, prove

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.simulators.agency import Desk
    from tests.simulators.answered import Answered

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAGES = ("", "/policy", "/offenses", "/retention", "/jurisdiction")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Answered]:
    """Run a hub with everybody in it, for all of these attacks."""
    async with answered_agency(tmp_path_factory.mktemp("town")) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(town: Answered) -> Administrators:
    """Seat a second administrator."""
    return await administrators(town.agency)


async def refused(desk: Desk, path: str, body: object, **headers: str | None) -> tuple[int, str]:
    """Return the status and the rule by which a POST is refused."""
    status, answer = await desk.ask("POST", path, body, **headers)
    return status, answer["error"]


async def proof(desk: Desk, path: str) -> dict[str, str]:
    """Prove the passkey for one call."""
    hub = desk.agency.hub
    return await prove(
        hub.database, hub.keys.enrolment_secret, intent_of(desk.cookie, "POST", path), desk.agency.clock()
    )


async def test_one_administrator_alone_changes_nothing(desks: Administrators) -> None:
    """Their own proposal is not theirs to approve, at another of their devices neither; auditors are told of it."""
    proposal_id = await desks.proposed(expiry_max_h=240)
    approve = f"{PROPOSALS}/{proposal_id}/approve"
    for desk in (desks.first, await desks.agency.desk("administrator")):
        assert await refused(desk, approve, {}) == (403, "own_act")
    assert (await desks.version()).number == 1
    await desks.agency.hub.jobs.run_now("denials")
    auditor = await desks.agency.desk("auditor")
    _, found = await auditor.ask("GET", "/api/flags")
    dealt = [each for each in found["flags"] if each["kind"] == "self_dealing"]
    assert {(each["person_id"], each["about"]) for each in dealt} == {
        ("administrator", "POST /api/policy/proposals/{proposal_id}/approve")
    }


async def test_a_passkeys_proof_approves_the_proposal_that_it_was_made_for_and_no_other(desks: Administrators) -> None:
    """Nor twice, nor by another session; without one nothing is proposed or approved at all."""
    harmless, evil = await desks.proposed(expiry_max_h=100), await desks.proposed(requests_per_case=5)
    good, bad = (f"{PROPOSALS}/{each}/approve" for each in (harmless, evil))
    for path in (bad, PROPOSALS):
        assert await refused(desks.second, path, {}, **{FRESH: None}) == (403, "fresh_needed")
    brought = await proof(desks.second, good)
    assert await refused(desks.second, bad, {}, **brought) == (403, "fresh_wrong")
    other = await desks.agency.desk("deputy")
    assert await refused(other, good, {}, **brought) == (403, "fresh_wrong")
    assert (await desks.second.ask("POST", good, {}, **brought))[0] == 200
    assert await refused(desks.second, good, {}, **brought) == (403, "fresh_wrong")
    assert await refused(desks.second, bad, {}) == (409, "proposal_stale")
    assert (await desks.version()).policy.requests_per_case == 2


async def test_two_administrators_together_stay_below_the_hard_maxima(desks: Administrators) -> None:
    """Numbers that are too large for any field, and the base of a version that never was, too."""
    before = (await desks.version()).number
    for name, value in (
        ("area_max_m2", 1_294_995),
        ("duration_max_min", 721),
        ("look_back_max_days", 46),
        ("expiry_max_h", 241),
        ("requests_per_case_max", 6),
        ("unlinked_kept_days", 31),
        ("area_ordinary_m2", 259_000),
    ):
        assert (await desks.propose(**{name: value}))[1]["error"] == "policy_above_maximum", name
    for evil in (10**12, -1, 2**63):
        assert (await desks.propose(expiry_max_h=evil))[0] == 400
    assert (await desks.propose(expiry_max_h=24, base=before + 1))[1]["error"] == "policy_changed"
    assert (await desks.propose(case_number="([0-9]+)+$"))[1]["error"] == "policy_case_number_wrong"
    assert (await desks.version()).number == before


async def test_nobody_else_reads_or_changes_it(town: Answered, desks: Administrators) -> None:
    """Whoever asks for footage, approves it, keeps it or watches over all of them."""
    proposal_id = await desks.proposed(expiry_max_h=30)
    body = await desks.body(expiry_max_h=31)
    for role in set(PEOPLE) - {Role.ADMINISTRATOR}:
        desk = town.desks[role]
        for page in PAGES:
            status, answer = await desk.ask("GET", f"/administration{page}")
            assert (status, answer["error"]) == (403, "not_allowed"), (role, page)
        for path in (PROPOSALS, f"{PROPOSALS}/{proposal_id}/approve", f"{PROPOSALS}/{proposal_id}/end"):
            assert await refused(desk, path, body) == (403, "not_allowed"), (role, path)


async def test_another_sites_form_proposes_and_approves_nothing(desks: Administrators) -> None:
    """With the administrator's own session: from another origin, from the signer's host, without the session's word."""
    proposal_id = await desks.proposed(expiry_max_h=32)
    before = (await desks.version()).number
    for path in (PROPOSALS, f"{PROPOSALS}/{proposal_id}/approve", f"{PROPOSALS}/{proposal_id}/end"):
        for headers, rule in (
            ({"Origin": "https://evil.example"}, "wrong_origin"),
            ({"Origin": desks.agency.settings.signer_origin}, "wrong_origin"),
            ({"Origin": None, "Sec-Fetch-Site": "cross-site"}, "wrong_origin"),
            ({WORD: None}, "csrf_wrong"),
        ):
            assert await refused(desks.second, path, {}, **headers) == (403, rule), (path, headers)
        url, cookie = desks.agency.officers_url + path, {"Cookie": f"{COOKIE}={desks.second.cookie}"}
        form = {"reason": "A form."}
        async with desks.agency.session.post(url, data=form, headers=cookie, allow_redirects=False) as answer:
            assert answer.status == 403
    assert (await desks.version()).number == before


async def test_words_of_a_proposal_are_words_on_every_page(desks: Administrators) -> None:
    """Marks in a reason, in a code and in a name are shown, not run."""
    evil = '"><script>alert(1)</script>'
    stalking = {"code": "16-5-90", "name": f"Stalking {evil}", "urgent": False, "retired": False}
    await desks.change(reason=f"Since {evil}", offences=[stalking])
    for page in PAGES:
        headers = desks.first.headers | {"Accept": "text/html"}
        url = f"{desks.agency.officers_url}/administration{page}"
        async with desks.agency.session.get(url, headers=headers) as answer:
            text = await answer.text()
        assert answer.status == 200
        assert "<script>alert" not in text
        assert not re.search(r"<script(?![^>]*nonce=)", text)
    headers = (await desks.agency.desk("officer")).headers | {"Accept": "text/html"}
    async with desks.agency.session.get(f"{desks.agency.officers_url}/requests/new", headers=headers) as answer:
        assert "<script>alert" not in await answer.text()
    coded = {"code": "x'; DROP TABLE policy_version;--", "name": "Something", "urgent": False, "retired": False}
    assert (await desks.propose(offences=[coded]))[1]["error"] == "offence_code_wrong"
