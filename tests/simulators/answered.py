"""A running agency with every role of the table at its desk, one published request and one home that answered it."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.__main__ import main
from hub.cases.model import CaseFile
from hub.kit.access import Role
from hub.requests import repository
from milton_protocol.messages.requests.request import Request
from tests.simulators.agency import running_agency
from tests.simulators.hub_bench import seed_home
from tests.simulators.sealed_share import HomeClient, SealedShare, seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.agency import Agency, Desk

# The demo has an officer, a supervisor and a custodian; these two join by the directory's keys.
JOINING = {Role.ADMINISTRATOR: "Ida Boone", Role.AUDITOR: "Noel Park"}
PEOPLE = (Role.OFFICER, Role.SUPERVISOR, Role.CUSTODIAN, *JOINING)
CASE_NUMBER = "26-104417"
PLAIN = b"what the camera saw, and nobody but four people may see: "  # stands in every 64 KiB of the clip


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a test finds."""

    agency: Agency
    desks: dict[Role, Desk]
    request: Request
    request_id: str
    case_id: str
    token: str
    home: HomeClient
    share: SealedShare


def clip(size_bytes: int = 200_000) -> bytes:
    """Return the plaintext of a clip that is easy to find anywhere."""
    return (PLAIN * (size_bytes // len(PLAIN) + 1))[:size_bytes]


async def join_everybody(agency: Agency, folder: Path) -> dict[Role, Desk]:
    """Let the directory's keys sign who is missing, and sign everybody in; a demo's id is the role's name."""
    changes = [
        {"change": "add_person", "person_id": role.value, "name": name, "badge": "-", "roles": [role.value]}
        for role, name in JOINING.items()
    ]
    path = folder / "joining.json"
    path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": changes}))
    assert await asyncio.to_thread(main, ["directory", "sign", str(folder), "--yes", "--proposal", str(path)]) == 0
    return {role: await agency.desk(role.value) for role in PEOPLE}


async def case_of(agency: Agency, case_number: str = CASE_NUMBER) -> str:
    """Return the id of a case, as its address has it."""
    async with agency.hub.database.reading() as session:
        case = await session.get_one(CaseFile, case_number)
    return case.case_id


async def payload_of(agency: Agency, request_id: str) -> Request:
    """Return a request as the hub has it."""
    async with agency.hub.database.reading() as session:
        return Request.from_bytes((await repository.locked(session, request_id)).payload)


async def share_with(agency: Agency, request_id: str) -> str:
    """Let a home that joins answer a request; return the share's id."""
    share = seal_share(await payload_of(agency, request_id), request_id)
    await HomeClient(agency.session, agency.homes_url, await seed_home(agency.hub.database)).send(share)
    return share.share.share_id


@asynccontextmanager
async def answered_agency(folder: Path, *options: str) -> AsyncIterator[Answered]:
    """Run it; ``options`` go to ``milton-hub init``."""
    async with running_agency(folder, *options) as agency:
        desks = await join_everybody(agency, folder)
        request_id = await agency.published()
        request = await payload_of(agency, request_id)
        token = await seed_home(agency.hub.database)
        home = HomeClient(agency.session, agency.homes_url, token)
        share = seal_share(request, request_id, clip=clip())
        await home.send(share)
        yield Answered(
            agency=agency,
            desks=desks,
            request=request,
            request_id=request_id,
            case_id=await case_of(agency),
            token=token,
            home=home,
            share=share,
        )
