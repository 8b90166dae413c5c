"""Law 7: every use of power writes its row of the trail in the transaction of the act, and its leaf in the public log.

The database itself is told to refuse one row (a trigger, so no part of the hub is patched): the act must then not have
happened at all.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hub.__main__ import main
from hub.audit.trail import first_broken
from hub.enrollment.secrets import EnrollmentSecret
from hub.enrollment.service import Enrollment
from hub.identity.accounts.proposals import propose_recipient
from hub.identity.model import SignInCredential
from hub.kit.access import OPERATOR, Actor, Role
from hub.publiclog.model import LogLeaf
from milton_protocol.base64_text import b64
from milton_protocol.messages.requests.live import LiveStatement
from milton_protocol.messages.shares.passed_on import PassedOnTo
from milton_protocol.sealing.age import Identity, rewrap
from milton_protocol.times import format_time
from tests.attacks.routes.custody import headers_of
from tests.simulators.administrators import PROPOSALS, administrators
from tests.simulators.agency import enrol_body
from tests.simulators.answered import CASE_NUMBER
from tests.simulators.enrolled import asks
from tests.simulators.joining import joins, joins_with_key
from tests.simulators.office import an_office
from tests.simulators.sealed_share import HomeClient, seal_share
from tests.simulators.wraps import a_wrap

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.simulators.agency import Desk
    from tests.simulators.answered import Answered
    from tests.simulators.database_file import Books

# What comes and goes without anybody's act: leases of jobs, challenges, a session's last use, the count of wrong codes.
ASIDE = {"job_lease", "passkey_ceremony", "officer_session", "wrong_code", "alembic_version"}
DETAILS = ("Mrs. Alma Teague", "12 Hollow Oak Lane", "QRV 4471")  # a victim, an address, a plate
REASON = "Alma Teague of 12 Hollow Oak Lane saw a man leave in a truck with the plate QRV 4471 at night."
LEAF_FIELDS = {"type", "version", "kind", "id", "day", "case", "offence", "cell"}


type Act = Callable[[], Awaitable[int]]


async def one_with_the_other(books: Books, action: str, act: Act) -> None:
    """Without its row the act fails and leaves nothing; with it, both are there."""
    before = books.all_but_the_trail()
    with books.refusing("audit", f"NEW.action = '{action}'"):
        try:
            status = await act()
        except IntegrityError:
            status = 500
        assert status == 500, (action, status)
        after = books.all_but_the_trail()
    assert {name for name in before if before[name] != after[name]} <= ASIDE, action
    earlier = books.acts().count(action)
    assert await act() in {200, 201, 204}, action
    assert books.acts().count(action) == earlier + 1, action


async def test_an_officers_acts_and_their_rows_are_one(town: Answered, books: Books) -> None:
    """Draft, refuse, sign, co-sign, publish, resolve, withdraw, expire."""
    officer, supervisor = town.desks[Role.OFFICER], town.desks[Role.SUPERVISOR]
    urgent = town.agency.draft(urgency="urgent", offence_code="16-5-40", expires_in_h=20, case_number="26-700007")
    made: dict[str, str] = {}

    async def draft() -> int:
        status, answer = await officer.ask("POST", "/api/requests", urgent)
        made["id"] = answer["id"]
        return status

    await one_with_the_other(books, "request.drafted", raw(draft))
    other = urgent | {"draft_id": "1" * 32}
    turned_down = str((await officer.ask("POST", "/api/requests", other))[1]["id"])
    no = ("POST", f"/api/requests/{turned_down}/turn-down", {"reason": "There is no danger to anybody now."})
    await one_with_the_other(books, "request.turned_down", raw(lambda: status_of(supervisor.ask(*no))))
    prohibited = town.agency.draft(reason="People at a protest in front of the town hall were loud.")
    await one_with_the_other(
        books, "request.refused", raw(lambda: status_of(officer.ask("POST", "/api/requests", prohibited)))
    )
    for action, sign in (
        ("request.signed_as_officer", lambda: status_of(officer.sign(made["id"]))),
        ("request.signed_as_approver", lambda: status_of(supervisor.sign(made["id"], "approver"))),
        ("request.logged", lambda: status_of(officer.act(made["id"], "publish"))),
        ("request.resolved", lambda: status_of(officer.act(made["id"], "resolve"))),
    ):
        await one_with_the_other(books, action, raw(sign))
    other = await town.agency.published(case_number="26-700008")
    await one_with_the_other(books, "request.withdrawn", raw(lambda: status_of(supervisor.act(other, "withdraw"))))
    await town.agency.published(case_number="26-700009", expires_in_h=1)
    town.agency.clock.ahead += timedelta(hours=2)
    await one_with_the_other(books, "request.expired", lambda: ran(town, "expiry"))
    await holds_together(town)


async def test_what_is_done_with_an_opening_key_and_its_row_are_one(town: Answered, books: Books) -> None:
    """Wrapped at the hub, and taken away again."""
    officer = town.desks[Role.OFFICER]
    wrap = a_wrap(Identity.generate().recipient, "blue")
    await one_with_the_other(books, "key.wrapped", raw(lambda: status_of(officer.ask("POST", "/api/wraps", wrap))))
    _, kept = await officer.ask("POST", "/api/wraps", wrap)
    away = f"/api/wraps/{kept['wrap_id']}/remove"
    await one_with_the_other(books, "key.unwrapped", raw(lambda: status_of(officer.ask("POST", away, {}))))


async def test_what_is_done_with_a_share_and_its_row_are_one(town: Answered, books: Books) -> None:
    """Received, fetched, a picture and the whole saved, agreed to and withdrawn by its owner, accepted, deleted."""
    share = seal_share(town.request, town.request_id, clip=bytes(1_000))
    assert await town.home.announce(share) == 201
    assert (await town.home.patch(share, 0, share.bodies["manifest"], name="manifest"))[0] == 204

    async def last_byte() -> int:
        left = await town.home.offset(share) if books_have_it(books, share.share.share_id) else 0
        return (await town.home.patch(share, left, share.bodies["clip"][left:]))[0]

    await one_with_the_other(books, "share.received", last_byte)
    body = f"/api/shares/{share.share.share_id}/parts/clip/body"

    async def fetch() -> int:
        async with town.agency.session.get(
            town.agency.officers_url + body, headers={"Cookie": f"milton_session={town.desks[Role.OFFICER].cookie}"}
        ) as answer:
            sent = await answer.read()
        assert (sent == share.bodies["clip"]) == (answer.status == 200), "no byte without its row"
        return answer.status

    await one_with_the_other(books, "share.fetched", fetch)
    stills, still = body.replace("parts/clip/body", "stills"), {"clip_sha256": "2" * 64, "frame": 7}
    still |= {"preview_sha256": None, "verified": False}
    picture = partial(town.desks[Role.OFFICER].ask, "POST", stills, {"sha256": "1" * 64, **still})
    await one_with_the_other(books, "share.still", raw(lambda: status_of(picture())))
    copy = body.replace("parts/clip/body", "saves"), {"part": "clip", "sha256": "2" * 64}
    saves = partial(town.desks[Role.OFFICER].ask, "POST", *copy)
    await one_with_the_other(books, "share.saved", raw(lambda: status_of(saves())))
    withdrawn = seal_share(town.request, town.request_id)
    await town.home.send(withdrawn)
    await one_with_the_other(
        books,
        "share.withdrawn",
        lambda: asked(town.home, "/v1/withdrawals", withdrawn.withdrawal()),
    )
    assert books.acts()[-1] == "share.deleted"
    await one_with_the_other(books, "share.agreed_to", lambda: asked(town.home, "/v1/consents", share.consent()))
    town.agency.clock.ahead += timedelta(hours=25)
    custodian = await town.agency.desk("custodian")
    accept = f"/api/shares/{share.share.share_id}/accept"
    await one_with_the_other(books, "share.accepted", raw(lambda: status_of(custodian.ask("POST", accept, {}))))
    await holds_together(town)


async def test_what_custodians_do_and_its_row_are_one(town: Answered, books: Books) -> None:
    """Not needed, needed after all, flagged and not; held and released; a deletion; a case that closes and opens."""
    await joins(town.agency.settings.folder.parent, "second", "custodian")
    officer = town.desks[Role.OFFICER]
    custodian, second = await town.agency.desk("custodian"), await town.agency.desk("second")
    share, case = f"/api/shares/{town.share.share.share_id}", {"case_number": CASE_NUMBER}
    reason = {"reason": "Alma Teague of 12 Hollow Oak Lane asked for it."}
    body = {"Cookie": f"milton_session={officer.cookie}"}
    async with town.agency.session.get(f"{town.agency.officers_url}{share}/parts/clip/body", headers=body) as answer:
        assert answer.status == 200
    for action, desk, path, sent in (
        ("share.declined", officer, f"{share}/decline", {}),
        ("share.kept", officer, f"{share}/keep", {}),
        ("share.flagged", officer, f"{share}/flag", {}),
        ("share.unflagged", custodian, f"{share}/unflag", {}),
        ("share.held", custodian, f"{share}/holds", reason),
        ("share.released", custodian, f"{share}/holds/1/release", reason),
        ("share.deletion_asked", custodian, f"{share}/deletions", reason),
        ("share.removed", second, f"{share}/deletions/1/confirm", {}),
        ("share.deletion_taken_back", custodian, f"{share}/deletions/1/take-back", reason),
        ("case.closed", custodian, "/api/cases/close", reason | case),
        ("case.reopened", custodian, "/api/cases/reopen", reason | case),
    ):
        call = partial(desk.ask, "POST", path, sent)
        await one_with_the_other(books, action, raw(lambda call=call: status_of(call())))  # type: ignore[misc]
    assert "Hollow Oak" not in books.trail_text()
    await holds_together(town)


async def test_what_administrators_do_and_its_row_are_one(town: Answered, books: Books) -> None:
    """Propose, approve, turn down, take back; the reasons stay out of the trail."""
    desks = await administrators(town.agency)
    ids = [await desks.proposed(expiry_max_h=hours, reason=REASON) for hours in (24, 25, 26)]
    sent = await desks.body(expiry_max_h=27, reason=REASON)
    for action, desk, path, body in (
        ("policy.proposed", desks.first, PROPOSALS, sent),
        ("policy.taken_back", desks.first, f"{PROPOSALS}/{ids[0]}/end", {"reason": REASON}),
        ("policy.turned_down", desks.second, f"{PROPOSALS}/{ids[1]}/end", {"reason": REASON}),
        ("policy.approved", desks.second, f"{PROPOSALS}/{ids[2]}/approve", {}),
    ):
        call = partial(desk.ask, "POST", path, body)
        await one_with_the_other(books, action, raw(lambda call=call: status_of(call())))  # type: ignore[misc]
    assert "Hollow Oak" not in books.trail_text()
    await holds_together(town)


async def test_letting_another_officer_in_and_its_row_are_one(town: Answered, books: Books) -> None:
    """The headers and the row of the trail."""
    folder = town.agency.settings.folder.parent
    key = await joins_with_key(folder, "second", "custodian")
    secret = (folder / "offline" / "custodian.age").read_text(encoding="ascii").strip()
    parts = town.share.share.parts
    wrapped = [rewrap(part.header, Identity.parse(secret), [key.recipient]) for part in parts]
    headers = [{"part": part.name.value, "header": b64(header)} for part, header in zip(parts, wrapped, strict=True)]
    path = f"/api/shares/{town.share.share.share_id}/readers/second-key"
    custodian = await town.agency.desk("custodian")
    call = partial(custodian.ask, "POST", path, {"headers": headers})
    await one_with_the_other(books, "share.rewrapped", raw(lambda: status_of(call())))
    await holds_together(town)


async def test_passing_a_share_on_and_its_rows_are_one(town: Answered, books: Books) -> None:
    """The owner is asked, agrees, takes it back, flags it; a link is made, seen and ended."""
    share, custodian = town.share, await town.agency.desk("custodian")
    path = f"/api/shares/{share.share.share_id}"
    assert await asked(town.home, "/v1/consents", share.consent()) == 200
    assert await status_of(custodian.ask("POST", f"{path}/accept", {})) == 200
    to = PassedOnTo(
        name="Alma Teague", organisation="DA", until=town.agency.clock().replace(microsecond=0) + timedelta(9)
    )
    question = {"name": to.name, "organisation": to.organisation, "until": format_time(to.until)}

    def act(what: str, body: dict[str, object]) -> Act:
        return raw(lambda: status_of(custodian.ask("POST", f"{path}/passing{what}", body)))

    await one_with_the_other(books, "share.passing_asked", act("", question))
    await one_with_the_other(books, "share.agreed_to", lambda: asked(town.home, "/v1/consents", share.consent(to)))
    link = {"link_sha256": hashlib.sha256(b"5" * 32).hexdigest(), **headers_of(town)}
    await one_with_the_other(books, "share.passed_on", act("/1/link", link))

    async def sees() -> int:
        url = f"{town.agency.homes_url}/v1/passed"
        async with town.agency.session.post(url, json={"link": "5" * 32, "view": "6" * 32}) as answer:
            return answer.status

    await one_with_the_other(books, "share.viewed", sees)
    await one_with_the_other(books, "share.passing_ended", act("/1/end", {}))
    no = share.consent(to, refuses=True, later_s=1)
    await one_with_the_other(books, "share.not_agreed_to", lambda: asked(town.home, "/v1/consents", no))
    await one_with_the_other(books, "share.flagged", lambda: asked(town.home, "/v1/consents", share.flag()))
    assert "Teague" not in books.trail_text()
    await holds_together(town)


async def test_what_is_written_beside_a_case_and_its_row_are_one(town: Answered, books: Books) -> None:
    """A note, a tag, a question and its answer, somebody who leaves the case."""
    case, share = f"/api/cases/{town.case_id}", f"/api/shares/{town.share.share.share_id}"
    words = {"text": "The same car as on the other street."}
    for who, action, path, body in (
        (Role.OFFICER, "case.noted", f"{case}/notes", {"note_id": "1" * 32, "share_id": None, **words}),
        (Role.OFFICER, "case.tagged", f"{case}/tags", {"tag": "night"}),
        (Role.SUPERVISOR, "case.untagged", f"{case}/tags/end", {"tag": "night"}),
        (Role.OFFICER, "share.asked_about", f"{share}/question", {"note_id": "2" * 32, **words}),
        (Role.CUSTODIAN, "share.answered_about", f"{share}/answer", {"note_id": "3" * 32, **words}),
        (Role.OFFICER, "case.member_ended", f"{case}/members/end", {"person_id": "officer"}),
    ):
        await one_with_the_other(
            books, action, raw(lambda who=who, path=path, body=body: status_of(town.desks[who].ask("POST", path, body)))
        )
    assert "street" not in books.trail_text()
    await holds_together(town)


async def test_what_is_done_at_the_command_line_and_its_row_are_one(
    town: Answered, books: Books, tmp_path: Path
) -> None:
    """A code, an invitation, a lost device, another directory; a home that joins and leaves; a proposed key."""

    def command(*words: str) -> Act:
        async def run() -> int:
            return 200 if await asyncio.to_thread(main, list(words)) == 0 else 1

        return run

    await one_with_the_other(
        books, "enrolment.code_made", command("code", "new", str(tmp_path), "--cell", "3414,-8430")
    )
    await one_with_the_other(books, "person.invited", command("invite", str(tmp_path), "supervisor"))
    async with town.agency.hub.database.session("test") as session:
        session.add(lost_device(town))
    await one_with_the_other(books, "device.removed", command("device", "remove", str(tmp_path), "lost"))
    _, request = asks(tmp_path, "desk")
    enrols = command("device", "enrol", str(tmp_path), str(request), "--label", "desk")
    await one_with_the_other(books, "device.enrolled", enrols)
    ((device_id, *_),) = books.all_but_the_trail()["device"]
    await one_with_the_other(books, "device.revoked", command("device", "revoke", str(tmp_path), str(device_id)))
    await one_with_the_other(books, "directory.taken", command("directory", "sign", str(tmp_path), "--yes"))
    code, recipient = await new_code(town), Identity.generate().recipient
    join = json.dumps(enrol_body(code, "c" * 32), separators=(",", ":"), sort_keys=True).encode()
    await one_with_the_other(books, "enrolment.enrolled", lambda: asked(town.home, "/v1/enrol", join))
    await one_with_the_other(books, "enrolment.left", lambda: leaves(town))
    await one_with_the_other(books, "directory.proposed", lambda: proposes(town, recipient))
    await holds_together(town)


async def test_administrators_acts_and_their_rows_are_one(town: Answered, books: Books) -> None:
    """Ask, confirm, take back, end sessions, recover, put out."""
    office = await an_office(town.agency)
    path = "/people/supervisor"

    def posted(desk: Desk, act: str) -> Act:
        return raw(lambda: status_of(desk.ask("POST", f"{path}/{act}", {})))

    await one_with_the_other(books, "person.invited", posted(office.ida, "invite"))
    which = f"invitations/{await office.open_id('supervisor')}"
    await one_with_the_other(books, "person.confirmed", posted(office.lou, f"{which}/confirm"))
    await one_with_the_other(books, "person.invitation_ended", posted(office.lou, f"{which}/end"))
    await one_with_the_other(books, "person.sessions_ended", posted(office.ida, "end-sessions"))
    await one_with_the_other(books, "person.recovered", posted(office.ida, "recover"))
    await one_with_the_other(books, "person.revoked", posted(office.ida, "revoke"))
    await holds_together(town)


async def test_a_sign_in_and_its_row_are_one(town: Answered, books: Books) -> None:
    """Nobody is in without a trace: who, on which device, never the session's token."""

    async def sign_in() -> int:
        cookies.append((await town.agency.desk("custodian")).cookie)
        return 200

    cookies: list[str] = []
    sessions = len(books.all_but_the_trail()["officer_session"])
    await one_with_the_other(books, "session.opened", sign_in)
    (cookie,) = cookies
    assert cookie not in books.trail_text()
    assert len(books.all_but_the_trail()["officer_session"]) == sessions + 1


async def test_a_request_that_the_log_does_not_take_is_not_in_the_trail(town: Answered, books: Books) -> None:
    """The other way round: no row of an act that did not happen."""
    officer = town.desks[Role.OFFICER]
    request_id = (await officer.draft(case_number="26-700007"))["id"]
    await officer.sign(request_id)
    acts = books.acts()
    with books.refusing("log_leaf", "1"):
        assert await raw(lambda: status_of(officer.act(request_id, "publish")))() == 500
        assert await raw(lambda: status_of(officer.act(town.request_id, "withdraw")))() == 500
    assert books.acts() == acts
    with books.refusing("audit", "NEW.action = 'request.published'"):
        assert await raw(lambda: status_of(officer.act(request_id, "publish")))() == 500
        assert request_id not in await told_to_homes(town)
    assert (await officer.act(request_id, "publish"))[1]["state"] == "published"
    assert books.acts().count("request.logged") == acts.count("request.logged") + 1
    assert request_id in await told_to_homes(town)


async def test_the_public_log_names_the_act_and_nobody_whom_it_concerns(town: Answered, books: Books) -> None:
    """Each leaf has the listed fields; no reason, victim, address, plate, officer, home or exact place is in it."""
    first = await town.agency.published(case_number="26-700007", reason=REASON)
    officer = town.desks[Role.OFFICER]
    await officer.act(first, "withdraw")
    await officer.act(town.request_id, "resolve")
    await officer.ask("POST", "/api/requests", town.agency.draft(reason="Find out who came to the abortion clinic."))
    async with town.agency.hub.database.reading() as session:
        leaves = (await session.scalars(select(LogLeaf.leaf).order_by(LogLeaf.index))).all()
    kinds = [json.loads(leaf)["kind"] for leaf in leaves]
    assert kinds == ["request", "request", "withdrawal", "resolution", "refusal"]
    assert all(set(json.loads(leaf)) == LEAF_FIELDS for leaf in leaves)
    assert json.loads(leaves[-1])["case"] == "-"
    told = re.sub(r"[0-9a-f]{64}", "digest", b" ".join(leaves).decode())  # in one a badge's digits come up by chance
    assert CASE_NUMBER in told
    hidden = (*DETAILS, REASON, "Whitfield", "4117", "555 0100", "341400000", "abortion", "officer", town.token)
    assert [word for word in hidden if word in told] == []
    assert [
        word
        for word in (*DETAILS, REASON, "Whitfield", "341400000", "abortion", town.token)
        if word in books.trail_text()
    ] == []


def raw(act: Callable[[], Awaitable[int]]) -> Act:
    """Return the act with a server's failure as its status: its body is no JSON."""

    async def run() -> int:
        try:
            return await act()
        except json.JSONDecodeError:
            return 500

    return run


async def status_of(call: Awaitable[tuple[int, object]]) -> int:
    """Return a call's status."""
    return (await call)[0]


async def ran(town: Answered, job: str) -> int:
    """Run one of the hub's jobs."""
    await town.agency.hub.jobs.run_now(job)
    return 200


async def asked(home: HomeClient, path: str, body: bytes) -> int:
    """Post as a home."""
    return (await home.ask("POST", path, data=body))[0]


def books_have_it(books: Books, share_id: str) -> bool:
    """Say whether the clip's bytes arrived in an earlier try."""
    staged = books.path.parent / "staging"
    return any(share_id in str(path) for path in staged.rglob("*clip*"))


def lost_device(town: Answered) -> SignInCredential:
    """Return an officer's device, as a registration leaves it."""
    return SignInCredential(
        credential_id="lost-device",
        person_id="officer",
        public_key=bytes(77),
        sign_count=0,
        aaguid="0" * 32,
        device="MPD-LT-031",
        created_at=town.agency.hub.clock(),
    )


async def new_code(town: Answered) -> str:
    """Make a code, as the command line does."""
    hub = town.agency.hub
    async with hub.database.session("test") as session:
        enrollment = Enrollment(EnrollmentSecret(value=hub.keys.enrollment_secret))
        return await enrollment.new_code(session, OPERATOR, cell="3414,-8430", at=hub.clock())


async def leaves(town: Answered) -> int:
    """Let the home leave."""
    return (await town.home.ask("DELETE", "/v1/enrolment"))[0]


async def told_to_homes(town: Answered) -> str:
    """Return the topics and the live ids that homes can get."""
    hub = town.agency.hub
    async with hub.database.reading() as session:
        changes = await hub.topics.changed_after(session, 0)
        live = await hub.topics.get(session, "live")
    payload = json.loads(live or b"{}")["payload"]
    statement = LiveStatement.from_bytes(base64.b64decode(payload))
    return " ".join([*(change.topic for change in changes if change.payload), *statement.live])


async def proposes(town: Answered, age_recipient: str) -> int:
    """Propose an opening key, as a device's registration does."""
    hub = town.agency.hub
    async with hub.database.session("test") as session:
        person = await town.agency.directory.person(session, "custodian", hub.clock())
        actor = Actor(id="person:custodian", roles=frozenset({Role.CUSTODIAN}), person_id="custodian")
        await propose_recipient(session, actor, person, age_recipient, hub.clock())
    return 200


async def holds_together(town: Answered) -> None:
    """Check that the trail has no gap after all the failures."""
    async with town.agency.hub.database.reading() as session:
        assert await first_broken(session) is None
