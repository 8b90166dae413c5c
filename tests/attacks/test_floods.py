"""Floods of what is cheap to send: sign-ins that are only begun, answers of no passkey, invitations, drafts."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from hub.identity.model import Ceremony
from hub.kit.limits import ACTS, DRAFTS
from hub.kit.passkeys.challenges import CEREMONY_VALID
from hub.publiclog.model import LogLeaf
from hub.requests.model import RequestRow
from tests.simulators.agency import found_agency, running_agency, serving_agency
from tests.simulators.hub_bench import StoppedClock, seed_home, seed_request
from tests.simulators.officer_device import Device
from tests.simulators.sealed_share import HomeClient, seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.agency import Agency

MANY = 60


@pytest.fixture
async def agency(tmp_path: Path) -> AsyncIterator[Agency]:
    """Run a hub."""
    async with running_agency(tmp_path) as started:
        yield started


@pytest.fixture
async def stopped(tmp_path: Path) -> AsyncIterator[Agency]:
    """Run a hub whose clock only goes on as a test says."""
    settings, passkeys = await asyncio.to_thread(found_agency, tmp_path)
    async with serving_agency(settings, passkeys, StoppedClock()) as started:
        yield started


async def count(agency: Agency, table: type[Ceremony | RequestRow | LogLeaf]) -> int:
    """Count rows."""
    async with agency.hub.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


@asynccontextmanager
async def write_lock(agency: Agency) -> AsyncIterator[None]:
    """Hold the database's write lock; who needs it would wait for ten seconds and then fail."""
    path = agency.settings.folder / "hub.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)) as holder:
        await asyncio.to_thread(holder.execute, "BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


async def test_sign_ins_that_are_only_begun_write_nothing_and_need_no_writers_turn(agency: Agency) -> None:
    """Beginnings, wrong answers and guessed invitations while another holds the write lock: all answered."""
    device = Device.new(agency)
    await device.open_invitation("officer")
    assert (await device.register())[0] == 200
    before = await count(agency, Ceremony)
    wrong = {"ceremony": "0" * 32, "credential": {"id": "nobody"}}
    async with write_lock(agency):
        begun = await asyncio.gather(*(device.post("/sign-in/options") for _ in range(MANY)))
        refused = await asyncio.gather(*(device.post("/sign-in/verify", wrong) for _ in range(MANY)))
        guessed = await asyncio.gather(*(device.post("/invite/open", {"code": f"{n}"}) for n in range(MANY)))
    assert len({answer["ceremony"] for status, answer in begun if status == 200}) == MANY
    assert len({answer["options"]["challenge"] for _, answer in begun}) == MANY
    assert {(status, answer["error"]) for status, answer in refused} == {(400, "ceremony_unknown")}
    assert {(status, answer["error"]) for status, answer in guessed} == {(404, "invitation_unknown")}
    assert await count(agency, Ceremony) == before
    assert (await device.sign_in())[0] == 200


async def test_what_strangers_send_to_the_open_routes_needs_no_writers_turn(agency: Agency) -> None:
    """Guessed links, words on shares that are not there or by another key, homes that never were, registrations."""
    share = seal_share(*await seed_request(agency.settings, agency.hub.database, at=agency.clock()))
    home = HomeClient(agency.session, agency.homes_url, await seed_home(agency.hub.database))
    assert await home.announce(share) == 201
    stranger = HomeClient(agency.session, agency.homes_url, "nobody")
    other = Ed25519PrivateKey.generate()
    unknown = seal_share(*await seed_request(agency.settings, agency.hub.database, at=agency.clock()))
    link = json.dumps({"link": "0" * 32, "view": "1" * 32})
    tries = (
        ("POST", "/v1/passed", link, (404, "link_unknown")),
        ("POST", "/v1/withdrawals", unknown.withdrawal(), (404, "share_unknown")),
        ("POST", "/v1/withdrawals", share.withdrawal(key=other), (404, "share_unknown")),
        ("POST", "/v1/consents", unknown.consent(), (404, "share_unknown")),
        ("POST", "/v1/consents", share.flag(key=other), (404, "share_unknown")),
        ("GET", share.receipts_url, None, (404, "share_unknown")),
        ("GET", unknown.receipts_url, None, (404, "share_unknown")),
        ("DELETE", "/v1/enrolment", None, (401, "home_unknown")),
    )
    device = Device.new(agency)
    registration = {"code": "guessed", "device": "desk", "age_recipient": None, "ceremony": "0" * 32, "credential": {}}
    async with write_lock(agency), asyncio.timeout(8):
        for method, path, data, refusal in tries:
            status, _, answer = await stranger.ask(method, path, data=data)
            assert (status, json.loads(answer)["error"]) == refusal, path
        status, told = await device.post("/invite/register", registration)
        assert (status, told["error"]) == (400, "ceremony_unknown")


async def test_what_a_home_announces_again_or_is_refused_needs_no_writers_turn(agency: Agency) -> None:
    """One enrolled home that means harm sends the same without end: it is answered, and officers do not wait for it."""
    request, request_id = await seed_request(agency.settings, agency.hub.database, at=agency.clock())
    home = HomeClient(agency.session, agency.homes_url, await seed_home(agency.hub.database))
    share, lost = seal_share(request, request_id), seal_share(request, "0" * 64)
    other = seal_share(request, request_id, one_time_key=share.one_time_key)
    assert await home.announce(share) == 201
    async with write_lock(agency), asyncio.timeout(8):
        assert [await home.announce(each) for each in (share, lost, other)] == [200, 404, 409]


async def test_a_passkey_of_nobody_is_refused_without_a_writers_turn(agency: Agency) -> None:
    """With a challenge that is good."""
    device = Device.new(agency)
    _, begun = await device.post("/sign-in/options")
    answer = {"ceremony": begun["ceremony"], "credential": device.passkey.sign(begun["options"]["challenge"])}
    async with write_lock(agency):
        status, told = await device.post("/sign-in/verify", answer)
    assert (status, told["error"]) == (400, "passkey_unknown")


async def test_a_challenge_is_the_hubs_own_and_is_no_other_ceremonys(agency: Agency) -> None:
    """A made-up end is refused; a good id with a moved end has another challenge, which no answer fits."""
    for number in ("f" * 32, "0" * 32, "00000000ffffffff" + "0" * 16, "0" * 15 + "1" + "a" * 16):
        body = {"ceremony": number, "credential": {"id": "x"}}
        status, told = await Device.new(agency).post("/sign-in/verify", body)
        assert (status, told["error"]) == (400, "ceremony_unknown"), number
    device = Device.new(agency)
    await device.open_invitation("officer")
    assert (await device.register())[0] == 200
    _, begun = await device.post("/sign-in/options")
    moved = f"{int(begun['ceremony'][:16], 16) - 1:016x}{begun['ceremony'][16:]}"
    answer = {"ceremony": moved, "credential": device.passkey.sign(begun["options"]["challenge"])}
    status, told = await device.post("/sign-in/verify", answer)
    assert (status, told["error"]) == (400, "passkey_refused")


async def test_what_is_kept_of_sign_ins_goes_when_its_time_is_over(agency: Agency) -> None:
    """One row for each answer, for five minutes."""
    device = Device.new(agency)
    await device.open_invitation("officer")
    assert (await device.register())[0] == 200
    before = await count(agency, Ceremony)
    for _ in range(3):
        assert (await device.sign_in())[0] == 200
    assert await count(agency, Ceremony) == before + 3
    agency.clock.ahead += CEREMONY_VALID + timedelta(seconds=1)
    assert (await device.sign_in())[0] == 200
    assert await count(agency, Ceremony) == before + 1


async def test_one_officers_flood_of_drafts_ends_and_stops_nobody_else(stopped: Agency) -> None:
    """The same draft sent over and over is one request; each counts; a colleague drafts on."""
    officer, supervisor = await stopped.desk("officer"), await stopped.desk("supervisor")
    draft, leaves = stopped.draft(), await count(stopped, LogLeaf)
    apart_s = 1 / ACTS.per_s  # as fast as the door lets anybody act
    told = []
    for _ in range(DRAFTS.burst + int(DRAFTS.burst * apart_s * DRAFTS.per_s)):
        told.append(await officer.ask("POST", "/api/requests", draft))
        stopped.clock.ahead += timedelta(seconds=apart_s)
    assert {status for status, _ in told} == {200}
    assert await count(stopped, RequestRow) == 1
    prohibited = stopped.draft(reason="People who march in a protest downtown in the evening.")
    for body in (draft, prohibited):
        status, answer = await officer.ask("POST", "/api/requests", body)
        assert (status, answer["error"]) == (429, "too_many_drafts")
    assert await count(stopped, LogLeaf) == leaves
    assert (await supervisor.ask("POST", "/api/requests", stopped.draft()))[1]["error"] == "not_allowed"
    stopped.clock.ahead += timedelta(hours=1, seconds=1)
    officer = await stopped.desk("officer")
    assert (await officer.ask("POST", "/api/requests", prohibited))[0] == 200
    assert await count(stopped, LogLeaf) == leaves + 1
