"""A custodian's browser lets another officer open a share: the headers that it makes, and what it asks of the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.cases.model import CaseMember
from milton_protocol.base64_text import b64
from milton_protocol.sealing.age import Identity, rewrap

if TYPE_CHECKING:
    from hub.db.engine import Database
    from tests.hub.shares.desks import Custody
    from tests.simulators.hub_bench import HubBench


def custodians_key(bench: HubBench) -> Identity:
    """Return the demo custodian's opening key."""
    path = bench.settings.folder.parent / "offline" / "custodian.age"
    return Identity.parse(path.read_text(encoding="ascii").strip())


def headers_for(custody: Custody, recipient: str) -> dict[str, object]:
    """Return what the custodian's browser posts: each header, wrapped for ``recipient`` alone."""
    key = custodians_key(custody.bench)
    parts = custody.share.share.parts
    headers = [{"part": part.name.value, "header": b64(rewrap(part.header, key, [recipient]))} for part in parts]
    return {"headers": headers}


async def let_open(custody: Custody, recipient_id: str, recipient: str, *, who: str = "custodian") -> tuple[int, str]:
    """Let one more key open the share; return the status, and the rule of a refusal."""
    return await custody.act(who, f"readers/{recipient_id}", **headers_for(custody, recipient))


async def is_in_the_case(database: Database, person_id: str, case_number: str = "26-1") -> None:
    """Put an officer into the bench's case."""
    async with database.session("test") as session:
        owner = (await session.scalars(select(CaseMember).where(CaseMember.case_number == case_number))).first()
        assert owner is not None
        session.add(CaseMember(case_number=case_number, person_id=person_id, added_by=owner.person_id, at=owner.at))
