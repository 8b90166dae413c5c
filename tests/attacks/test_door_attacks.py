"""Attacks on the officers' door by whoever has a session, or what is left of one: each is refused and written down."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from sqlalchemy import select

from hub.audit.model import DenialRow
from hub.identity.accounts.devices import remove_device
from hub.identity.passkeys.reverify import FRESH_VALID
from hub.identity.passkeys.reverify import HEADER as FRESH
from hub.identity.sessions.csrf import FIELD, HEADER
from hub.identity.sessions.guard import COOKIE
from hub.identity.sessions.pace import OF_A_PERSON
from hub.kit.access import OPERATOR, Role
from hub.requests.signing.signatures import SIGNED_LATELY
from milton_protocol.base64_text import b64
from tests.simulators.answered import PEOPLE, Answered, answered_agency
from tests.simulators.officer_device import Device
from tests.simulators.sealed_share import seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.simulators.agency import Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

type Denied = tuple[str, str, str, int]
ACCEPT = "POST /api/shares/{share_id}/accept"
SAVE = "POST /api/shares/{share_id}/saves"
UNPROVEN = {FRESH: None}
PUBLISH = "POST /api/requests/{id}/publish"


@dataclass(kw_only=True)
class Scene:
    """The town, shares that can be accepted, and what was written down of refusals before."""

    town: Answered
    shares: list[str]
    seen: dict[int, int] = field(default_factory=dict)

    async def denied(self) -> list[Denied]:
        """Return what was written down since the last look: who, by which rule, where, how often in all."""
        hub, found = self.town.agency.hub, Counter[tuple[str, str, str]]()
        await hub.jobs.run_now("denials")
        async with hub.database.reading() as session:
            rows = (await session.scalars(select(DenialRow).order_by(DenialRow.number))).all()
        for row in rows:
            more = row.count - self.seen.get(row.number, 0)
            self.seen[row.number] = row.count
            found[row.person_id, row.rule, row.route] += more
        return [(*what, count) for what, count in found.items() if count]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def started(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """Run a hub with everybody in it, for all of these attacks; its shares came yesterday."""
    async with answered_agency(tmp_path_factory.mktemp("town")) as town:
        shares = [seal_share(town.request, town.request_id) for _ in range(3)]
        for share in shares:
            await town.home.send(share)
        town.agency.clock.ahead += timedelta(hours=25)
        yield Scene(town=town, shares=[share.share.share_id for share in shares])


@pytest_asyncio.fixture(loop_scope="module")
async def scene(started: Scene) -> Scene:
    """Seat everybody anew."""
    town = started.town
    started.town = replace(town, desks={role: await town.agency.desk(role.value) for role in PEOPLE})
    await started.denied()
    return started


@pytest.fixture
def town(scene: Scene) -> Answered:
    """Return the town of it."""
    return scene.town


# Other pages


async def test_a_call_that_does_not_know_the_sessions_word_changes_nothing(scene: Scene, town: Answered) -> None:
    """None, an empty one, another session's of the same person, one in the address or in a form: refused."""
    desk, other = await town.agency.desk("officer"), await town.agency.desk("officer")
    path = f"/api/requests/{town.request_id}/withdraw"
    words = (None, "", other.word, desk.word[:-1], "\u00fc")
    for word in words:
        status, answer = await desk.ask("POST", path, {}, **{HEADER: word})
        assert (status, answer["error"]) == (403, "csrf_wrong"), word
    for form in ({}, {FIELD: other.word}, [("x", "y")] * 9):
        assert await posted(town, desk, path, form) == 403
    assert (await desk.ask("POST", f"{path}?{FIELD}={desk.word}", {}, **{HEADER: None}))[0] == 403
    assert (await desk.ask("GET", f"/api/requests/{town.request_id}"))[1]["state"] == "published"
    assert await scene.denied() == [("officer", "csrf_wrong", "POST /api/requests/{id}/withdraw", 9)]


async def test_a_form_signs_out_with_the_word_that_its_page_has(town: Answered) -> None:
    """The one form that needs no script."""
    desk = await town.agency.desk("officer")
    assert await posted(town, desk, "/sign-out", {}) == 403
    assert (await desk.ask("GET", "/api/session"))[1] == {"csrf": desk.word}
    assert await posted(town, desk, "/sign-out", {FIELD: desk.word}) == 303
    assert (await desk.ask("GET", "/api/session"))[0] == 401


async def posted(town: Answered, desk: Desk, path: str, form: object) -> int:
    """Post a form as a page of the officers' own origin."""
    sent = {"Cookie": f"{COOKIE}={desk.cookie}", "Origin": town.agency.settings.officers_origin}
    url = town.agency.officers_url + path
    async with town.agency.session.post(url, data=form, headers=sent, allow_redirects=False) as answer:
        return answer.status


@pytest.mark.parametrize("site", ["same-site", "cross-site", "made-up"])
async def test_no_page_beside_the_officers_own_reads_with_their_cookie(scene: Scene, town: Answered, site: str) -> None:
    """The signer's page is of the same site: its calls get no byte, and leave no receipt of a look."""
    desk, share = town.desks[Role.OFFICER], seal_share(town.request, town.request_id)
    await town.home.send(share)
    one = f"/api/shares/{share.share.share_id}"
    called = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
    for path in (f"{one}/parts/clip/body", one, "/api/requests", f"/requests/{town.request_id}/events", "/map.geojson"):
        status, answer = await desk.ask("GET", path, **called)
        assert (status, answer["error"]) == (403, "wrong_origin"), path
    linked = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
    assert (await desk.ask("GET", f"{one}/parts/clip/body", **linked))[0] == 403
    assert (await desk.ask("GET", "/api/requests", Origin="https://evil.example"))[0] == 403
    receipts = (await desk.ask("GET", one))[1]["receipts"]
    assert [receipt["event"] for receipt in receipts] == ["received"]
    assert {(who, rule) for who, rule, _, _ in await scene.denied()} == {("officer", "wrong_origin")}


async def test_a_link_from_another_site_leads_to_the_page(town: Answered) -> None:
    """A browser that follows it reads nothing to that site (and a Strict cookie is not even sent)."""
    cookie = {"Cookie": f"{COOKIE}={town.desks[Role.OFFICER].cookie}", "Accept": "text/html"}
    linked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    async with town.agency.session.get(f"{town.agency.officers_url}/requests", headers=cookie | linked) as page:
        assert page.status == 200


async def test_a_page_that_another_page_frames_is_refused_and_written_down(scene: Scene, town: Answered) -> None:
    """The signer's page beside ours, too, whose frame is sent the cookie: no button lies under anybody's finger."""
    desk, tried = town.desks[Role.OFFICER], 0
    for frame in ("iframe", "frame", "embed", "object", "fencedframe"):
        for site in ("cross-site", "same-site", "same-origin"):
            sent = {"Sec-Fetch-Dest": frame, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": site}
            for path in (f"/requests/{town.request_id}", "/sign-in"):
                status, answer = await desk.ask("GET", path, **sent)
                assert (status, answer["error"]) == (403, "framed")
            tried += 1
    denied = await scene.denied()
    assert {(rule, count) for _, rule, _, count in denied} == {("framed", tried)}
    assert len(denied) == 2  # a row for each route: a flood is a number


# The passkey again


async def custodian_with_a_key(town: Answered) -> Device:
    """Register a device of the custodian's."""
    device = Device.new(town.agency)
    await device.open_invitation("custodian")
    assert (await device.register())[0] == 200
    return device


async def test_a_share_is_accepted_with_the_passkey_alone(scene: Scene, town: Answered) -> None:
    """A session that somebody else got hold of is not enough; the proof is for this share, once, for two minutes."""
    first, second = scene.shares[:2]
    device = await custodian_with_a_key(town)
    path = f"/api/shares/{first}/accept"
    assert (await device.post(path))[1]["error"] == "fresh_needed"
    assert await scene.denied() == []  # the page asks for the passkey then
    other = await device.proof("share.accept", second)
    town.agency.clock.ahead += FRESH_VALID - timedelta(seconds=1)
    late = await device.proof("share.accept", first)
    town.agency.clock.ahead += FRESH_VALID
    stolen = await custodian_with_a_key(town)
    for proof in (
        other,
        late,
        await device.proof("share.export", first),
        await stolen.proof("share.accept", first),
        "0" * 32,
        "../../../",
        "",
    ):
        status, answer = await device.post(path, fresh=proof)
        assert (status, answer["error"]) == (403, "fresh_wrong"), proof
    good = await device.proof("share.accept", first)
    assert (await device.post(path, fresh=good))[0] == 200
    assert (await device.post(f"/api/shares/{second}/accept", fresh=good))[1]["error"] == "fresh_wrong"
    assert (await device.post(path, fresh=good))[1]["error"] == "fresh_wrong"
    refused = [each for each in await scene.denied() if each[1] == "fresh_wrong"]
    assert sum(count for who, _, route, count in refused if (who, route) == ("custodian", ACCEPT)) == 9


async def test_a_share_is_saved_with_the_passkey_alone(scene: Scene, town: Answered) -> None:
    """Who sits down at a device that was left open may watch, and saves nothing; a proof is for this share, once."""
    first, second = scene.shares[:2]
    device, other = Device.new(town.agency), {"part": "clip", "sha256": "2" * 64}
    await device.open_invitation("officer")
    assert (await device.register())[0] == 200
    path = f"/api/shares/{first}/saves"
    assert (await device.post(path, other))[1]["error"] == "fresh_needed"
    for proof in (
        await device.proof("share.save", second),
        await device.proof("share.accept", first),
        await (await custodian_with_a_key(town)).proof("share.save", first),
        "0" * 32,
    ):
        status, answer = await device.post(path, other, fresh=proof)
        assert (status, answer["error"]) == (403, "fresh_wrong"), proof
    good = await device.proof("share.save", first)
    assert (await device.post(path, other, fresh=good))[1]["error"] == "not_opened"  # on this device
    assert (await device.post(path, other, fresh=good))[1]["error"] == "fresh_wrong"
    assert ("officer", "fresh_wrong", SAVE, 5) in await scene.denied()


async def test_only_the_sessions_own_passkey_makes_a_proof_and_each_answer_makes_one(
    scene: Scene, town: Answered
) -> None:
    """Another device of the same person, another's answer, the sign-in's, one that was given before."""
    device, second = await custodian_with_a_key(town), await custodian_with_a_key(town)
    share = scene.shares[2]
    device, second = await signed_in_again(device), await signed_in_again(second)
    begun = await device.begin_proof("share.accept", share)
    challenge = begun["options"]["challenge"]
    assert [each["id"] for each in begun["options"]["allowCredentials"]] == [b64(device.passkey.credential_id)]
    for credential in (
        second.passkey.sign(challenge),
        device.passkey.sign((await device.post("/sign-in/options"))[1]["options"]["challenge"]),
        device.passkey.sign((await device.begin_proof("share.accept", "0" * 32))["options"]["challenge"]),
        second.passkey.sign(challenge) | {"id": b64(device.passkey.credential_id)},
    ):
        assert (await device.answer_proof(begun, credential))[1]["error"] == "passkey_refused"
    answer = device.passkey.sign(challenge)
    assert (await second.answer_proof(begun, answer))[1]["error"] == "passkey_refused"
    assert (await device.answer_proof(begun | {"subject": "0" * 32}, answer))[1]["error"] == "passkey_refused"
    assert (await device.answer_proof(begun, answer))[0] == 200
    assert (await device.answer_proof(begun, answer))[1]["error"] == "ceremony_unknown"
    used = begun["ceremony"]
    assert (await device.post(f"/api/shares/{share}/accept", fresh=used))[0] == 200
    assert (await device.answer_proof(begun, answer))[1]["error"] == "ceremony_unknown"
    town.agency.clock.ahead += FRESH_VALID + timedelta(seconds=1)
    assert (await device.answer_proof(begun, answer))[1]["error"] == "ceremony_unknown"
    told = await scene.denied()
    assert {rule for who, rule, route, _ in told if (who, route) == ("custodian", "POST /reverify/verify")} == {
        "passkey_refused",
        "ceremony_unknown",
    }


async def signed_in_again(device: Device) -> Device:
    """Sign in, after time has passed."""
    assert (await device.sign_in())[0] == 200
    return device


async def test_a_signature_that_was_just_given_publishes_and_an_older_one_needs_the_passkey(
    scene: Scene, town: Answered
) -> None:
    """One's own signature for that very request, five minutes at most; another's or another request's is none."""
    officer, supervisor = await town.agency.desk("officer"), await town.agency.desk("supervisor")
    ids = [(await officer.draft(case_number=f"26-80000{n}"))["id"] for n in range(3)]
    for each in ids[:2]:
        assert (await officer.sign(each))[0] == 200
    others = await supervisor.ask("POST", f"/api/requests/{ids[0]}/publish", {}, **UNPROVEN)
    assert others[1]["error"] == "fresh_needed"
    assert (await officer.ask("POST", f"/api/requests/{ids[2]}/publish", {}, **UNPROVEN))[1]["error"] == "fresh_needed"
    town.agency.clock.ahead += SIGNED_LATELY - timedelta(seconds=10)
    published = await officer.ask("POST", f"/api/requests/{ids[0]}/publish", {}, **UNPROVEN)
    assert published[1]["state"] == "published"
    town.agency.clock.ahead += timedelta(seconds=11)
    late = await officer.ask("POST", f"/api/requests/{ids[1]}/publish", {}, **UNPROVEN)
    assert late[1]["error"] == "fresh_needed"
    assert (await officer.act(ids[1], "publish"))[1]["state"] == "published"
    again = await officer.ask("POST", f"/api/requests/{ids[1]}/publish", {}, **{FRESH: "0" * 32})
    assert again[1]["error"] == "fresh_wrong"
    assert await scene.denied() == [("officer", "fresh_wrong", PUBLISH, 1)]


async def test_a_key_is_proposed_with_the_passkey_alone(scene: Scene, town: Answered) -> None:
    """Else a stolen session would put a key of the thief's before the administrators."""
    device = Device.new(town.agency)
    await device.open_invitation("officer")
    assert (await device.register())[0] == 200
    assert (await device.post("/account/signing-key/options"))[1]["error"] == "fresh_needed"
    wrong = await device.proof("share.accept", "")
    assert (await device.post("/account/signing-key/options", fresh=wrong))[1]["error"] == "fresh_wrong"
    assert (await device.make_signing_key())[0] == 200
    assert ("officer", "fresh_wrong", "POST /account/signing-key/options", 1) in await scene.denied()


# What is written down


async def test_a_session_that_was_put_an_end_to_is_known_when_it_is_used_again(scene: Scene, town: Answered) -> None:
    """A device that is removed in the middle of its session, whoever has it now: whose it was is written down."""
    device = await custodian_with_a_key(town)
    assert (await device.page("/requests"))[0] == 200
    async with town.agency.hub.database.session("test") as session:
        await remove_device(session, OPERATOR, b64(device.passkey.credential_id), town.agency.clock())
    assert (await device.page("/requests"))[0] == 303
    assert (await device.post("/sign-out"))[0] == 401
    assert (await device.page("/nowhere"))[0] == 303
    assert await scene.denied() == [
        ("custodian", "not_signed_in", "GET /requests", 1),
        ("custodian", "not_signed_in", "POST /sign-out", 1),
        ("custodian", "not_signed_in", "-", 1),
    ]


async def test_every_id_of_somebody_else_that_is_tried_is_written_down(scene: Scene, town: Answered) -> None:
    """As if there were none, and once for each minute: the ids that were tried are in no row."""
    desk = town.desks[Role.OFFICER]
    for number in range(40):
        assert (await desk.ask("GET", f"/api/requests/{number:064x}"))[0] == 404
        assert (await desk.ask("GET", f"/api/shares/{number:032x}"))[0] == 404
    assert (await town.desks[Role.AUDITOR].ask("GET", f"/api/shares/{town.share.share.share_id}"))[0] == 403
    written = await scene.denied()
    assert {who: sum(each[3] for each in written if each[0] == who) for who in ("officer", "auditor")} == {
        "officer": 80,
        "auditor": 1,
    }
    assert len(written) <= 5  # a minute may have turned in between
    assert {rule for _, rule, _, _ in written} == {"request_unknown", "share_unknown", "not_allowed"}


async def test_a_refusal_that_can_not_be_written_for_no_known_reason_lets_nobody_in(town: Answered) -> None:
    """It is a bug, and answered as one; the next is written."""
    desk, path = town.desks[Role.SUPERVISOR], town.agency.settings.folder / "hub.sqlite"
    headers = desk.headers | {"Accept": "text/html"}
    url = f"{town.agency.officers_url}/requests/new"
    with closing(sqlite3.connect(path, isolation_level=None)) as direct:
        direct.execute("CREATE TRIGGER broken BEFORE INSERT ON denial BEGIN SELECT RAISE(ABORT, 'refused'); END")
        async with town.agency.session.get(url, headers=headers) as answer:
            assert answer.status == 500
        direct.execute("DROP TRIGGER broken")
    async with town.agency.session.get(url, headers=headers) as answer:
        assert answer.status == 403


async def test_nobody_known_makes_the_hub_write(scene: Scene, town: Answered) -> None:
    """A flood of strangers is counted by the hour, and written once a minute with everything else."""
    url = town.agency.officers_url
    for number in range(60):
        async with town.agency.session.get(f"{url}/api/requests", headers={"Cookie": f"{COOKIE}={number}"}) as answer:
            assert answer.status == 401
        async with town.agency.session.get(f"{url}/api/nothing/{number}") as answer:
            assert answer.status == 401
    async with town.agency.hub.database.reading() as session:
        rows = (await session.scalars(select(DenialRow))).all()
    assert {row.number: row.count for row in rows}.items() <= scene.seen.items()
    written = await scene.denied()
    assert {(who, rule, route) for who, rule, route, _ in written} == {
        ("", "not_signed_in", "GET /api/requests"),
        ("", "not_signed_in", "-"),
    }
    assert sum(count for _, _, _, count in written) == 120


async def test_who_acts_faster_than_hands_waits_and_nobody_else_does(scene: Scene, town: Answered) -> None:
    """A program with a person's session; the next person, and reading, go on."""
    officer, path = await town.agency.desk("officer"), "/api/requests/verdict"
    colleague = await town.agency.desk("supervisor")
    for _ in range(OF_A_PERSON.burst * 2):
        status, answer = await officer.ask("POST", path, {})
        if status == 429:
            break
    assert (status, answer["error"]) == (429, "too_fast")
    assert (await colleague.ask("POST", path, {}))[1]["error"] == "not_allowed"
    assert (await officer.ask("GET", "/api/requests"))[0] == 200
    town.agency.clock.ahead += timedelta(seconds=60)
    assert (await officer.ask("POST", path, {}))[0] == 400
    assert ("officer", "too_fast") in {(who, rule) for who, rule, _, _ in await scene.denied()}
