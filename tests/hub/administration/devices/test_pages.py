"""The administrators' page of devices: who used what last, and what it means to be put out."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest
from sqlalchemy import select

from hub.administration.devices.listing import certificates
from hub.audit.model import AuditRow
from hub.identity.devices.authority import DEVICE_VALID
from hub.identity.devices.model import Device
from hub.identity.devices.presented import HEADER
from hub.identity.model import SignInCredential
from hub.identity.sessions.guard import COOKIE
from hub.kit.settings import ClientCertificate
from hub.topics.service import LOOK_AGAIN_S
from tests.hub.administration.people.test_two_administrators import page
from tests.simulators.agency import Desk
from tests.simulators.enrolled import station
from tests.simulators.joining import joins
from tests.simulators.office import an_office

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.agency import Agency
    from tests.simulators.enrolled import Machine, Station
    from tests.simulators.office import Office


@pytest.fixture
async def office(agency: Agency) -> Office:
    """Run an agency with two administrators."""
    return await an_office(agency)


async def passkey_of(office: Office, person_id: str) -> str:
    """Return what names the passkey of a person in an address."""
    async with office.agency.hub.database.reading() as session:
        rows = select(SignInCredential.credential_id).where(SignInCredential.person_id == person_id)
        return (await session.scalars(rows)).one()


async def test_a_passkey_that_is_put_out_ends_its_sessions_and_their_streams_at_once(office: Office) -> None:
    """A page that is open is told sooner than the hub would look again by itself."""
    device = await office.let_in("supervisor")
    headers = {"Cookie": f"{COOKIE}={device.cookie}", "Accept": "text/event-stream"}
    url = f"{office.agency.officers_url}/cosign/events"
    async with office.agency.session.get(url, headers=headers, timeout=aiohttp.ClientTimeout(total=30)) as stream:
        assert b"ready" in await stream.content.readline()
        path = f"/passkeys/{await passkey_of(office, 'supervisor')}/remove"
        assert await office.ida.ask("POST", path, {}) == (200, {"next": "/devices"})
        async with asyncio.timeout(LOOK_AGAIN_S):
            assert b"changed" not in await stream.content.read()
    assert (await device.page("/requests"))[0] == 303
    assert (await device.sign_in())[1]["error"] == "passkey_unknown"
    assert (await office.ida.ask("POST", path, {}))[1]["error"] == "device_unknown"
    async with office.agency.hub.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).where(AuditRow.action == "device.removed"))).all()
    assert [(row.actor, row.subject) for row in rows] == [("person:ida", "supervisor")]


async def test_the_page_lists_passkeys_with_their_last_use_and_finds_them(office: Office) -> None:
    """Those that were put out stay, and can't be put out again."""
    await office.let_in("officer")
    office.agency.clock.ahead += timedelta(minutes=5)
    status, text = await page(office.ida, "/devices")
    assert status == 200
    assert "asks no device for a certificate" in text
    assert text.count('data-test="remove"') == 1
    assert "Never" not in text
    assert 'data-device="MPD-LT-031"' in (await page(office.ida, "/devices?find=lt-031"))[1]
    assert 'data-device="MPD-LT-031"' not in (await page(office.ida, "/devices?find=%25"))[1]
    found = (await page(office.ida, "/devices?find=whitfield"))[1]
    assert '<a href="/people/officer">Dana Whitfield</a>' in found
    await office.ida.ask("POST", f"/passkeys/{await passkey_of(office, 'officer')}/remove", {})
    text = (await page(office.ida, "/devices"))[1]
    assert ('data-test="remove"' in text, "Out since" in text) == (False, True)


async def seated(town: Station, machine: Machine, person_id: str) -> Desk:
    """Sign a person in at a device, behind a web server that tells its certificate."""
    device = await town.browser(**{HEADER: machine.header})
    await device.open_invitation(person_id)
    assert (await device.register())[0] == 200
    return Desk(agency=device.agency, person_id=person_id, cookie=device.cookie)


async def test_a_certificate_that_is_put_out_on_the_page_gets_in_nowhere(tmp_path: Path) -> None:
    """The page says who used it last, and which run out."""
    async with station(tmp_path, ClientCertificate.HEADER) as town:
        await joins(tmp_path, "ida", "administrator", badge="-")
        lost, desk = await town.machine("lost", "officer"), await town.machine("desk")
        await town.machine("spare")
        own = await seated(town, lost, "officer")
        await seated(town, desk, "supervisor")
        town.agency.clock.ahead += timedelta(minutes=1)
        ida = await seated(town, desk, "ida")
        status, text = await page(ida, "/devices")
        assert status == 200
        assert "asks no device" not in text
        row = text.partition('data-device="lost"')[2].partition("</tr>")[0]
        assert '<a href="/people/officer">Dana Whitfield</a>, <time' in row
        assert (
            '<a href="/people/ida">Lee Ortiz</a>, <time'
            in text.partition('data-device="desk"')[2].partition("</tr>")[0]
        )
        assert "Never" in text.partition('data-device="spare"')[2].partition("</tr>")[0]
        assert "Runs out soon" not in text
        assert 'id="ending"' not in text
        path = f"/devices/{(await town.ids())['lost']}/revoke"
        assert await ida.ask("POST", path, {}) == (200, {"next": "/devices"})
        assert (await page(own, "/requests"))[0] == 403
        text = (await page(ida, "/devices?find=lost"))[1]
        assert ("Out since" in text, 'data-device="spare"' in text) == (True, False)
        async with town.agency.hub.database.reading() as session:
            soon = town.agency.clock() + DEVICE_VALID - timedelta(days=29)
            lines = await certificates(session, soon, "spare")
            assert [(line.has_run_out, line.runs_out_soon) for line in lines] == [(False, True)]
            lines = await certificates(session, soon + timedelta(days=30), "spare")
            assert [(line.has_run_out, line.runs_out_soon) for line in lines] == [(True, False)]


async def end_in(town: Station, days: dict[str, float]) -> None:
    """Have the certificates of these labels end so soon."""
    async with town.agency.hub.database.session("test") as session:
        for device in await session.scalars(select(Device).where(Device.label.in_(days))):
            device.expires_at = town.agency.clock() + timedelta(days=days[device.label])


async def test_administrators_read_30_days_before_whose_certificate_runs_out(tmp_path: Path) -> None:
    """Where their day begins and among the devices, first what ends first; a later one for the same key ends that."""
    async with station(tmp_path, ClientCertificate.HEADER) as town:
        await joins(tmp_path, "ida", "administrator", badge="-")
        desk = await town.machine("desk")
        for label in ("newer", "gone", "over"):
            await town.machine(label, "officer")
        assert await town.command("revoke", (await town.ids())["gone"]) == 0
        ida = await seated(town, desk, "ida")
        await end_in(town, {"desk": 30.1, "newer": 31, "gone": 3, "over": -1})
        for path in ("/administration", "/devices"):
            assert 'id="ending"' not in (await page(ida, path))[1]
        await end_in(town, {"desk": 29.9, "newer": 2})
        for path in ("/administration", "/devices"):
            text = (await page(ida, path))[1]
            assert "Certificates of 2 devices run out" in text
            assert re.findall('data-ending="([^"]+)"', text) == ["newer", "desk"]
        again = ("--label", "newer", "--person", "officer", "--out", str(tmp_path / "again.crt"))
        for _ in range(2):
            assert await town.command("enrol", str(tmp_path / "newer.csr"), *again) == 0
        assert (tmp_path / "again.crt").read_bytes() != (tmp_path / "newer.crt").read_bytes()
        text = (await page(ida, "/devices"))[1]
        assert "One device" in text
        assert re.findall('data-ending="([^"]+)"', text) == ["desk"]
