"""Requests by door code: the signed payload has the code's hash alone, and the officer's sheet has the code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from hub.kit.errors import HubError
from hub.requests.repository import locked
from hub.requests.signing.door_codes import DoorCodes
from milton_protocol.door_code import code_sha256, read_door_code
from milton_protocol.verification import VerifiedRequest
from tests.hub.requests.test_requests import as_a_home
from tests.simulators.agency import running_agency
from tests.simulators.registry import RESIDENTS, MadeRegistry, residents_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.requests.model import RequestRow
    from tests.simulators.agency import Agency, Desk


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Agency]:
    """Run a hub in a city whose residents have pages."""
    async with running_agency(tmp_path, residents=residents_of(MadeRegistry())) as started:
        yield started


async def sheet(desk: Desk, request_id: str) -> tuple[int, str]:
    """Open the door sheet of a request."""
    url = f"{desk.agency.officers_url}/requests/{request_id}/door-sheet"
    async with desk.agency.session.get(url, headers=desk.headers | {"Accept": "text/html"}) as page:
        return page.status, await page.text()


async def row_of(agency: Agency, request_id: str) -> RequestRow:
    """Return a request as the hub has it."""
    async with agency.hub.database.reading() as session:
        return await locked(session, request_id)


async def test_the_sheet_has_the_code_whose_hash_homes_read_in_the_signed_request(doors: Agency) -> None:
    """Once it is published and not before; another request has another code, and its own sheet."""
    officer = await doors.desk("officer")
    waiting = (await officer.draft(by_code=True))["id"]
    status, page = await sheet(officer, waiting)
    assert (status, "wrong_state" in page) == (409, True)
    codes = []
    for request_id in (
        await doors.published(by_code=True),
        await doors.published(by_code=True, case_number="26-700012"),
    ):
        verified = await as_a_home(doors, request_id)
        assert isinstance(verified, VerifiedRequest), verified
        status, page = await sheet(officer, request_id)
        (shown, *more) = set(re.findall(r"MD(?:-[0-9A-HJKMNP-TV-Z]{4}){4}", page))
        assert (status, more) == (200, [])
        codes.append(read_door_code(shown) or "")
        assert verified.request.audience.code_sha256 == code_sha256(codes[-1])
    assert codes[0] != codes[1]


async def test_the_code_is_on_the_sheet_alone(doors: Agency, tmp_path: Path) -> None:
    """No table of the hub has it, and no answer of the API."""
    officer = await doors.desk("officer")
    request_id = await doors.published(by_code=True)
    row = await row_of(doors, request_id)
    door = DoorCodes(doors.hub.keys.enrollment_secret, RESIDENTS).door_of(row)
    assert door.address.startswith(f"{RESIDENTS}/requests#")
    code = door.address.partition("#")[2]
    everything = (tmp_path / "hub" / "hub.sqlite").read_bytes() + repr(
        await officer.ask("GET", "/api/requests")
    ).encode()
    assert code.encode() not in everything
    assert code.replace("-", "").encode() not in everything


async def test_a_request_that_asks_its_area_has_no_sheet(doors: Agency) -> None:
    """Nor has one whose code went with the secret that it was made from, as after a theft."""
    status, page = await sheet(await doors.desk("officer"), await doors.published())
    assert (status, "door_code_none" in page) == (409, True)
    row = await row_of(doors, await doors.published(by_code=True))
    with pytest.raises(HubError, match="no door code"):
        DoorCodes(b"another secret", RESIDENTS).door_of(row)


async def test_without_residents_pages_nobody_asks_by_a_code(agency: Agency) -> None:
    """Nobody could enter it; the rule is named like any other, and the form doesn't offer it."""
    officer = await agency.desk("officer")
    answer = await officer.draft(by_code=True)
    assert ([each["rule"] for each in answer["broken"]], answer["request"]) == (["door_code_not_taken"], None)
    async with agency.session.get(f"{agency.officers_url}/requests/new", headers=officer.headers) as page:
        assert re.search(r'<label[^>]* hidden><input type="checkbox" id="by-code"', await page.text())
