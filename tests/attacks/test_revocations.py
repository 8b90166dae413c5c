"""A revocation, once the hub has it: its requests are live no longer, no share comes for them, and what came stays."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.__main__ import main
from hub.audit.model import AuditRow
from hub.audit.trail import first_broken
from hub.kit.access import Role
from hub.publiclog.model import LogLeaf
from hub.requests.model import RequestRow
from milton_protocol.base64_text import b64
from milton_protocol.dsse import open_envelope
from milton_protocol.limits import RECORD_SIZE_MAX_BYTES
from milton_protocol.messages.requests.live import LiveStatement
from milton_protocol.times import format_time
from tests.attacks.test_law_07_every_use_of_power import one_with_the_other, ran
from tests.simulators.answered import payload_of
from tests.simulators.sealed_share import seal_share

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from tests.simulators.answered import Answered
    from tests.simulators.database_file import Books

URGENT = {"urgency": "urgent", "offence_code": "16-5-40", "expires_in_h": 24, "case_number": "26-107000"}
ELSEWHERE = {"area": {"kind": "circle", "center": [341_000_000, -842_500_000], "radius_m": 250}}


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """What is revoked, and how pages name it."""

    kind: str
    id: Callable[[Answered], str]
    part: str


REVOKED = [
    What(kind="person", id=lambda _: "officer", part="officer"),
    What(kind="person", id=lambda _: "supervisor", part="approver"),
    What(kind="credential", id=lambda town: credential(town, "officer"), part="officer_key"),
    What(kind="credential", id=lambda town: credential(town, "supervisor"), part="approver_key"),
    What(kind="recipient", id=lambda _: "custodian", part="recipient"),
    What(kind="person", id=lambda _: "custodian", part="holder"),
]


def credential(town: Answered, person_id: str) -> str:
    """Return a person's signing key, as a revocation names it."""
    return b64(town.agency.passkeys[person_id].credential.credential_id)


async def urgent(town: Answered) -> str:
    """Publish a request that an officer and a supervisor signed."""
    officer, supervisor = town.desks[Role.OFFICER], town.desks[Role.SUPERVISOR]
    request_id = str((await officer.draft(**URGENT, **ELSEWHERE))["id"])
    assert (await supervisor.sign(request_id, "approver"))[0] == 200
    assert (await officer.sign(request_id))[0] == 200
    assert (await officer.act(request_id, "publish"))[0] == 200
    return request_id


async def revoke(town: Answered, folder: Path, what: What, at: datetime) -> None:
    """Revoke by one administrator's key, and hand it over by the command line, as the guide says."""
    draft, signed = folder / "revocation.json", folder / "revocation.signed.json"
    draft.write_text(
        json.dumps(
            {
                "type": "milton/revocation",
                "version": 1,
                "agency_id": town.agency.settings.agency_id,
                "kind": what.kind,
                "id": what.id(town),
                "revoked_at": format_time(at.replace(microsecond=0)),
                "reason": "laptop stolen",
            }
        )
    )
    key = folder / "offline" / "directory-1.key"
    assert main(["endorse", str(draft), str(signed), "--key", str(key), "--yes"]) == 0
    taken = ["take", str(town.agency.settings.folder), str(signed)]
    assert await asyncio.to_thread(main, taken) == 0


async def sign_directory(folder: Path, *changes: dict[str, str]) -> None:
    """Sign changes into the directory with both keys."""
    path = folder / "changes.json"
    path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": changes}))
    assert await asyncio.to_thread(main, ["directory", "sign", str(folder), "--yes", "--proposal", str(path)]) == 0


async def live(town: Answered) -> LiveStatement:
    """Return the live statement that homes have now."""
    agency = town.agency
    async with agency.hub.database.reading() as session:
        envelope = await agency.hub.topics.get(session, "live") or b""
        key = (await agency.directory.current(session)).city_record.hub_key
    payload = open_envelope(envelope, LiveStatement.PAYLOAD_TYPE, [key], required=1, max_bytes=RECORD_SIZE_MAX_BYTES)
    return LiveStatement.from_bytes(payload)


async def state(town: Answered, request_id: str) -> str | None:
    """Return where a request is."""
    async with town.agency.hub.database.reading() as session:
        return await session.scalar(select(RequestRow.state).where(RequestRow.request_id == request_id))


async def share_of(town: Answered, request_id: str) -> tuple[int, str]:
    """Let a home announce a new share; return the status and the rule."""
    share = seal_share(await payload_of(town.agency, request_id), request_id)
    status, _, body = await town.home.ask("POST", "/v1/shares", data=share.envelope)
    return status, json.loads(body).get("error", "")


async def page(town: Answered, path: str, role: Role = Role.CUSTODIAN) -> str:
    """Return an officers' page."""
    agency = town.agency
    async with agency.session.get(agency.officers_url + path, headers=town.desks[role].headers) as answer:
        return await answer.text()


@pytest.mark.parametrize("what", REVOKED, ids=lambda what: what.part)
async def test_a_revocation_ends_each_request_that_rests_on_it(town: Answered, tmp_path: Path, what: What) -> None:
    """At once, by the command that takes it: neither live nor withdrawn, no new share; the trail and the log say so."""
    request_id = await urgent(town)
    assert request_id in (await live(town)).live
    await revoke(town, tmp_path, what, town.agency.clock())
    said = await live(town)
    assert request_id not in {*said.live, *said.withdrawn}
    assert await share_of(town, request_id) == (410, "revoked")
    assert await state(town, request_id) == "revoked"
    async with town.agency.hub.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).where(AuditRow.subject == request_id))).all()
        leaves = list(await session.scalars(select(LogLeaf.kind).order_by(LogLeaf.index)))
        assert await first_broken(session) is None
    assert (rows[-1].actor, rows[-1].action, rows[-1].detail) == ("system:revocations", "request.revoked", what.part)
    assert leaves[-1] == "withdrawal"


async def test_a_revocation_ends_nothing_that_has_nothing_to_do_with_it(town: Answered, tmp_path: Path) -> None:
    """The supervisor did not sign the ordinary request: it stays open, and takes shares."""
    await revoke(town, tmp_path, REVOKED[1], town.agency.clock())
    assert town.request_id in (await live(town)).live
    assert (await share_of(town, town.request_id))[0] == 201


async def test_a_revocation_in_a_new_directory_ends_requests_though_its_person_left_with_their_key(
    town: Answered, tmp_path: Path
) -> None:
    """Whose the custodian's key was is in no directory any more: the one of the request's time says it."""
    reason = "left after the theft"
    await sign_directory(
        tmp_path,
        {"change": "remove_person", "person_id": "custodian"},
        {"change": "revoke", "kind": "person", "id": "custodian", "reason": reason},
    )
    assert town.request_id not in (await live(town)).live
    assert await share_of(town, town.request_id) == (410, "revoked")


async def test_a_revocation_of_a_later_time_holds_from_then_on(town: Answered, tmp_path: Path) -> None:
    """Until then the request is open; the hub ends it by itself when the time has come."""
    clock = town.agency.clock
    await revoke(town, tmp_path, REVOKED[0], clock() + timedelta(hours=2))
    await town.agency.hub.jobs.run_now("revocations")
    assert town.request_id in (await live(town)).live
    assert (await share_of(town, town.request_id))[0] == 201
    clock.ahead += timedelta(hours=2, seconds=1)
    await town.agency.hub.jobs.run_now("revocations")
    assert town.request_id not in (await live(town)).live
    assert await share_of(town, town.request_id) == (410, "revoked")
    last = (await live(town)).sequence
    await town.agency.hub.jobs.run_now("revocations")
    assert (await live(town)).sequence == last


async def test_a_request_ends_by_a_revocation_together_with_its_row_in_the_trail(
    town: Answered, books: Books, tmp_path: Path
) -> None:
    """Law 7: without the row nothing of it is done."""
    await revoke(town, tmp_path, REVOKED[0], town.agency.clock() + timedelta(hours=2))
    town.agency.clock.ahead += timedelta(hours=2, seconds=1)
    await one_with_the_other(books, "request.revoked", lambda: ran(town, "revocations"))


async def test_a_revocation_that_claims_to_be_old_holds_at_once(town: Answered, tmp_path: Path) -> None:
    """A stolen key's thief signed before anybody noticed."""
    await revoke(town, tmp_path, REVOKED[0], town.agency.clock() - timedelta(days=30))
    assert town.request_id not in (await live(town)).live


async def test_what_was_received_stays_and_pages_say_what_was_revoked(town: Answered, tmp_path: Path) -> None:
    """The clip can be looked at, what was on its way may arrive, and each page says it in words."""
    late = seal_share(town.request, town.request_id)
    assert await town.home.announce(late) == 201
    await revoke(town, tmp_path, REVOKED[2], town.agency.clock())
    await town.home.send(late)
    share_id = town.share.share.share_id
    for path in (f"/requests/{town.request_id}", f"/shares/{share_id}", f"/shares/{share_id}/custody"):
        text = await page(town, path)
        assert 'data-part="officer_key"' in text
        assert "The passkey that the officer signed this request with was revoked on" in text
        assert "Reason given: laptop stolen." in text
        assert "Footage already received stays." in text
    assert "Ended by a revocation" in await page(town, "/requests")
    custodian = town.desks[Role.CUSTODIAN]
    assert (await custodian.ask("GET", f"/api/shares/{share_id}"))[0] == 200
    status, answer = await custodian.ask("GET", f"/api/shares/{late.share.share_id}")
    assert (status, answer["state"]) == (200, "received")
