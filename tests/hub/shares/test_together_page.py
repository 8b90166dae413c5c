"""The page of several clips offers those of one case that the person may open, and tells of no other case."""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hub.cases.model import CaseFile
from hub.requests.model import RequestRow
from milton_protocol.base64_text import b64
from tests.hub.shares.desks import DONE, received

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench


async def page_of(bench: HubBench, who: str, case_id: str) -> tuple[int, dict[str, Any]]:
    """Return the status of a person's page, and the data in it."""
    path = f"/shares/together?case={case_id}"
    status, _, answer = await bench.officer_asks(await bench.sign_in(who), "GET", path)
    found = re.search(r'id="page-data"[^>]*>(.*?)</script>', answer.decode())
    return status, json.loads(found[1]) if found and status == 200 else {}


async def case_id_of(bench: HubBench, request_id: str) -> str:
    """Return what the case of a request is called in addresses."""
    of_request = select(RequestRow.case_number).where(RequestRow.request_id == request_id)
    async with bench.hub.database.reading() as session:
        case_id = await session.scalar(select(CaseFile.case_id).where(CaseFile.case_number.in_(of_request)))
    assert case_id is not None
    return case_id


async def test_what_may_be_opened_is_offered_newest_first_with_what_proves_it(bench: HubBench) -> None:
    """Not what its owner took back, nor what only custodians see; of each the request that it answers."""
    older, taken_back, flagged, newer = [await received(bench) for _ in range(4)]
    assert await taken_back.withdraw() == DONE
    assert await flagged.act("officer", "flag") == DONE
    request_id = older.share.share.request_id
    case_id = await case_id_of(bench, request_id)
    status, data = await page_of(bench, "officer", case_id)
    assert status == 200
    ids = [each["share_id"] for each in data["shares"]]
    assert sorted(ids) == sorted([older.share.share.share_id, newer.share.share.share_id])
    assert flagged.share.share.share_id in {
        each["share_id"] for each in (await page_of(bench, "custodian", case_id))[1]["shares"]
    }
    async with bench.hub.database.reading() as session:
        payload = await session.scalar(select(RequestRow.payload).where(RequestRow.request_id == request_id))
    assert payload is not None
    assert data["requests"] == {request_id: b64(payload)}
    assert len(data["border"]) >= 3


async def test_a_case_that_is_not_ones_own_is_one_that_is_not_there(bench: HubBench) -> None:
    """Whatever its id; and nobody watches who may not."""
    foreign = await case_id_of(bench, (await bench.foreign_share()).share.request_id)
    for case_id in (foreign, secrets.token_hex(16), "", "..", "9" * 500):
        assert (await page_of(bench, "officer", case_id))[0] == 404, case_id
    assert (await page_of(bench, "custodian", foreign))[0] == 200
    assert (await page_of(bench, "supervisor", foreign))[0] == 403
