"""Pages say who did something by name and badge, of a person who has left too; ids are for addresses."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.cases.model import CaseFile
from tests.hub.shares.desks import DONE, REASON, accepted, ask
from tests.hub.shares.passing.outside import ASKED, RUTH, Link, make, say
from tests.simulators.joining import joins, leaves

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench

LEE = "Lee Ortiz, badge 1519"
CASE = "26-1"


async def read(bench: HubBench, path: str) -> str:
    """Return what a custodian reads on a page, its tags left out."""
    status, _, answer = await bench.officer_asks(await bench.sign_in("custodian"), "GET", path)
    assert status == 200, path
    return " ".join(re.sub(r"<[^>]*>", " ", answer.decode()).split()).replace(" ,", ",")


async def test_a_custodian_who_left_is_named_wherever_a_page_says_what_they_did(bench: HubBench) -> None:
    """Flag, hold and its end, deletion, passing on, a link and its end; the case that they closed and opened again."""
    folder = bench.settings.folder.parent
    await joins(folder, "second", "custodian")
    custody = await accepted(bench)
    assert await custody.act("second", "passing", **ASKED) == DONE
    assert await say(custody, custody.share.consent(RUTH)) == DONE
    assert await make(custody, Link(), who="second") == DONE
    for act in ("passing/1/end", "holds", "holds/1/release", "deletions", "deletions/1/take-back", "flag"):
        body = {} if act in {"passing/1/end", "flag"} else {"reason": REASON}
        assert await custody.act("second", act, **body) == DONE, act
    for act in ("close", "reopen", "close"):
        assert await ask(bench, "second", f"/api/cases/{act}", case_number=CASE, reason=REASON) == DONE
    await leaves(folder, "second")

    share = f"/shares/{custody.share.share.share_id}"
    page = await read(bench, f"{share}/custody")
    for before in ("Flagged by", "Hold 1 by", "Ended by", "asked for by", "Taken back by", "; asked by", "Link by"):
        assert f"{before} {LEE}" in page, before
    assert f"Flagged by {LEE}" in await read(bench, share)
    async with bench.hub.database.reading() as session:
        case_id = await session.scalar(select(CaseFile.case_id).where(CaseFile.case_number == CASE))
    page = await read(bench, f"/cases/{case_id}")
    assert page.count(f"Closed by {LEE}") == 2
    assert f"Opened again by {LEE}" in page
    _, _, found = await bench.officer_asks(await bench.sign_in("custodian"), "GET", f"/api/cases/{case_id}/shares")
    assert [each["flagged_by"] for each in json.loads(found)["shares"]] == ["Lee Ortiz"]


async def test_an_owner_who_ended_a_link_is_called_the_owner(bench: HubBench) -> None:
    """Not by a word that looks like somebody's id."""
    custody = await accepted(bench)
    assert await custody.act("custodian", "passing", **ASKED) == DONE
    assert await say(custody, custody.share.consent(RUTH)) == DONE
    assert await make(custody, Link()) == DONE
    assert await say(custody, custody.share.consent(RUTH, later_s=1, refuses=True)) == DONE
    assert "Ended by the owner," in await read(bench, f"/shares/{custody.share.share.share_id}/custody")
