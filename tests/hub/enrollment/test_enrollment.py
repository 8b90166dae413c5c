"""How a home joins and leaves, over HTTP."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from hub.audit.model import AuditRow
from hub.enrollment.model import EnrollmentCode, Home, WrongCode
from hub.enrollment.secrets import EnrollmentSecret
from hub.enrollment.service import Enrollment
from hub.kit.access import OPERATOR
from hub.kit.codes import normalise
from milton_protocol.errors import ProtocolError
from milton_protocol.messages.homes.answers import ErrorAnswer
from milton_protocol.messages.homes.enrollment import EnrolAnswer
from milton_protocol.messages.homes.erasure import open_erasure
from tests.simulators.agency import enrol_body

if TYPE_CHECKING:
    from tests.simulators.agency import Agency

CELL = "3414,-8430"


async def new_code(agency: Agency) -> str:
    """Make a code, as the command line does."""
    enrollment = Enrollment(EnrollmentSecret(value=agency.hub.keys.enrollment_secret))
    async with agency.hub.database.session("test") as session:
        return await enrollment.new_code(session, OPERATOR, cell=CELL, at=agency.clock())


async def enrol(agency: Agency, code: str, home_id: str) -> tuple[int, bytes]:
    """Ask to join."""
    body = json.dumps(enrol_body(code, home_id), sort_keys=True, separators=(",", ":"))
    async with agency.session.post(f"{agency.homes_url}/v1/enrol", data=body) as response:
        return response.status, await response.read()


async def leave(agency: Agency, token: str) -> tuple[int, Any]:
    """Leave the program."""
    headers = {"Authorization": f"Bearer {token}"}
    async with agency.session.delete(f"{agency.homes_url}/v1/enrolment", headers=headers) as response:
        return response.status, json.loads(await response.read())


async def test_a_code_enrols_one_home_and_a_lost_answer_costs_nothing(agency: Agency) -> None:
    """The same code and home get the same answer; another home gets none."""
    code, home_id = await new_code(agency), secrets.token_hex(16)
    status, answer = await enrol(agency, code, home_id)
    assert status == 200
    token = EnrolAnswer.from_bytes(answer).home_token
    assert await enrol(agency, code.lower().replace("-", " "), home_id) == (200, answer)
    status, refused = await enrol(agency, code, secrets.token_hex(16))
    assert (status, ErrorAnswer.from_bytes(refused).error) == (409, "code_used")
    assert (await agency.get("/v1/feed?after=0", token))[0] == 200


async def test_the_name_of_a_homes_scheme_is_read_in_any_case(agency: Agency) -> None:
    """As HTTP has it; another scheme's word is none."""
    code = await new_code(agency)
    token = EnrolAnswer.from_bytes((await enrol(agency, code, secrets.token_hex(16)))[1]).home_token
    for scheme, expected in (("bearer", 200), ("BEARER", 200), ("Basic", 401), ("Bearer ", 401)):
        headers = {"Authorization": f"{scheme} {token}"}
        async with agency.session.get(f"{agency.homes_url}/v1/feed?after=0", headers=headers) as response:
            assert response.status == expected, scheme


async def test_a_home_that_left_is_answered_no_more_and_little_is_kept_of_it(agency: Agency) -> None:
    """Its token opens nothing, its code doesn't bring it back, leaving again is answered the same."""
    code, home_id = await new_code(agency), secrets.token_hex(16)
    token = EnrolAnswer.from_bytes((await enrol(agency, code, home_id))[1]).home_token
    answers = [await leave(agency, token) for _ in range(2)]
    assert answers[0] == answers[1]
    status, answer = answers[0]
    assert (status, answer["left"]) == (200, True)
    hub_key = agency.hub.keys.hub_key.public_key().public_bytes_raw()
    agency_id = agency.hub.settings.agency_id
    erasure = open_erasure(base64.b64decode(answer["erasure"]), hub_key, agency_id, home_id)
    assert (erasure.home_id, erasure.at.microsecond) == (home_id, 0)
    with pytest.raises(ProtocolError, match="out_of_bounds"):
        open_erasure(base64.b64decode(answer["erasure"]), hub_key, agency_id, "0" * 32)
    assert (await agency.get("/v1/feed?after=0", token))[0] == 401
    assert (await enrol(agency, code, home_id))[0] == 409
    async with agency.hub.database.reading() as session:
        home = await session.get(Home, home_id)
        cells = (await session.scalars(select(EnrollmentCode.cell).where(EnrollmentCode.home_id == home_id))).all()
    assert home is not None
    assert (home.device_key, home.cell, cells) == (b"", "", [""])


async def test_a_home_comes_back_with_a_new_code(agency: Agency) -> None:
    """And its old token stays dead."""
    home_id = secrets.token_hex(16)
    old = EnrolAnswer.from_bytes((await enrol(agency, await new_code(agency), home_id))[1]).home_token
    await leave(agency, old)
    new = EnrolAnswer.from_bytes((await enrol(agency, await new_code(agency), home_id))[1]).home_token
    assert (await agency.get("/v1/feed?after=0", new))[0] == 200
    assert (await agency.get("/v1/feed?after=0", old))[0] == 401


async def test_a_code_expires(agency: Agency) -> None:
    """After two weeks it is as unknown as one that never was."""
    code = await new_code(agency)
    agency.clock.ahead += timedelta(days=14, seconds=1)
    status, refused = await enrol(agency, code, secrets.token_hex(16))
    assert (status, ErrorAnswer.from_bytes(refused).error) == (404, "code_unknown")


async def test_neither_codes_nor_tokens_nor_home_ids_are_in_the_audit_trail_or_the_database(agency: Agency) -> None:
    """Digests only; the trail says that a home of the cell joined, not which."""
    code, home_id = await new_code(agency), secrets.token_hex(16)
    token = EnrolAnswer.from_bytes((await enrol(agency, code, home_id))[1]).home_token
    async with agency.hub.database.reading() as session:
        rows = (await session.scalars(select(AuditRow))).all()
        codes = (await session.scalars(select(EnrollmentCode.code_sha256))).all()
    told = " ".join(f"{row.actor} {row.action} {row.subject} {row.detail}" for row in rows)
    assert ("home", "enrolment.enrolled", f"cell {CELL}") in {(row.actor, row.action, row.subject) for row in rows}
    plain = code.removeprefix("MS-").replace("-", "")
    assert not [secret for secret in (code, plain, token, home_id) if secret in told]
    data = b"".join(path.read_bytes() for path in agency.settings.folder.glob("hub.sqlite*"))
    assert not [secret for secret in (code, plain, token) if secret.encode() in data]
    assert len(codes) == 1


async def test_what_is_no_enrollment_is_refused_by_its_rule(agency: Agency) -> None:
    """Not canonical, an unknown field, no token."""
    body = json.dumps(enrol_body("MS-0000-0000-0000", "0" * 32))
    async with agency.session.post(f"{agency.homes_url}/v1/enrol", data=body) as response:
        assert ErrorAnswer.from_bytes(await response.read()).error == "not_canonical"
    assert (await leave(agency, "nobody"))[1]["error"] == "home_unknown"
    for path in ("/v1/feed?after=0", "/v1/shares", "/nothing"):
        status, refused = await agency.get(path)
        assert (status, ErrorAnswer.from_bytes(refused).error) == (401, "home_unknown")


def test_codes_are_read_as_people_type_them() -> None:
    """Crockford's base32: case, dashes, spaces and look-alikes are forgiven."""
    assert normalise("ms-0o1i-l000-zzzz") == "MS-0011-1000-ZZZZ"
    assert normalise(" MS 0011 1000 ZZZZ ") == "MS-0011-1000-ZZZZ"
    assert normalise("MS-0011-1000-ZZZ") is None
    assert normalise("MS-0011-1000-ZZZU") is None


async def test_behind_a_web_server_one_address_spends_its_own_tries_only(agency: Agency) -> None:
    """It names the address; what is no address is not believed."""
    code, url = await new_code(agency), f"{agency.homes_url}/v1/enrol"

    async def tried(code: str, address: str) -> int:
        body = json.dumps(enrol_body(code, secrets.token_hex(16)), sort_keys=True, separators=(",", ":"))
        async with agency.session.post(url, data=body, headers={"X-Real-IP": address}) as answer:
            return answer.status

    async def counted() -> int:
        async with agency.hub.database.reading() as session:
            return await session.scalar(select(func.count()).select_from(WrongCode)) or 0

    for _ in range(11):
        assert await tried("MS-0000-0000-0000", "198.51.100.7") == 404
    assert await counted() == 10
    assert await tried("MS-0000-0000-0000", "198.51.100.8") == 404
    assert await counted() == 11
    for number in range(11):
        assert await tried("MS-0000-0000-0000", f"not an address {number}") == 404
    assert await counted() == 21
    assert await tried(code, "198.51.100.7") == 200
