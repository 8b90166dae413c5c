"""An exercise: its test cards are looked at, and nothing else; every page that names it or them says what it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from hub.requests.model import RequestRow
from hub.shares.record.model import ShareRow, ShareState
from milton_protocol.messages.shares.passed_on import PassedOnTo
from tests.hub.shares.desks import DONE, REASON, days_pass, received
from tests.hub.web.pages.test_pages import look
from tests.simulators.hub_bench import running_hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.hub.shares.desks import Custody
    from tests.simulators.agency import Agency
    from tests.simulators.hub_bench import HubBench

CHIP = 'data-test="exercise">Exercise</span>'
REFUSED = (409, "exercise")
TO = PassedOnTo(
    name="Ruth Ellery",
    organisation="Fulton County District Attorney",
    until=datetime.now(UTC).replace(microsecond=0) + timedelta(days=30),
)
ASK = {"name": TO.name, "organisation": TO.organisation, "until": f"{TO.until:%Y-%m-%dT%H:%M:%SZ}"}
LARGE = {"kind": "circle", "center": [341_400_000, -843_000_000], "radius_m": 400}


@pytest.fixture
async def drill(tmp_path: Path) -> AsyncIterator[HubBench]:
    """Run a hub whose one published request is an exercise."""
    async with running_hub(tmp_path, drill=True) as started:
        yield started


async def says(custody: Custody, envelope: bytes) -> tuple[int, str]:
    """Send the owner's word; return the status, and the rule of a refusal."""
    async with custody.bench.session.post(f"{custody.bench.homes_url}/v1/consents", data=envelope) as answer:
        return answer.status, (await answer.json()).get("error", "done")


async def the_case(bench: HubBench) -> str:
    """Return the address of the one case that an officer's list has."""
    (case,) = set(re.findall(r'href="(/cases/[^/"]{20,})"', await page(bench, "officer", "/cases")))
    return str(case)


async def page(bench: HubBench, who: str, path: str) -> str:
    """Return a page as a person sees it."""
    status, _, answer = await bench.officer_asks(await bench.sign_in(who), "GET", path)
    assert status == 200
    return answer.decode()


async def test_a_test_card_is_neither_accepted_nor_held_nor_passed_on(drill: HubBench) -> None:
    """Not early, not after its owner's 24 hours, and not by the owner's own word."""
    custody = await received(drill)
    assert await custody.open() == DONE
    assert await custody.act("custodian", "accept") == REFUSED
    assert await says(custody, custody.share.consent()) == REFUSED
    assert await says(custody, custody.share.consent(TO)) == REFUSED
    assert await says(custody, custody.share.consent(TO, refuses=True)) == DONE
    assert await custody.act("custodian", "holds", reason=REASON) == (409, "nothing_to_hold")
    assert await custody.act("custodian", "passing", **ASK) == REFUSED
    drill.clock.ahead = timedelta(hours=24)
    assert await custody.act("custodian", "accept") == REFUSED
    assert await custody.events() == ["received"]
    await days_pass(drill, 0.1)
    assert (await custody.told())["tombstone"]["why"] == "drill"
    assert not custody.bytes_kept


async def test_what_was_accepted_of_an_exercise_before_is_not_passed_on_either(drill: HubBench) -> None:
    """Whatever a row says that an older hub wrote: it goes when an exercise's share does."""
    custody = await received(drill)
    now = drill.clock()
    async with drill.hub.database.session("test") as session:
        await session.execute(update(ShareRow).values(state=ShareState.ACCEPTED, accepted_at=now, opened_at=now))
    assert await custody.act("custodian", "passing", **ASK) == REFUSED
    assert await custody.act("custodian", "holds", reason=REASON) == (409, "nothing_to_hold")


async def test_a_share_of_a_request_is_accepted_as_before(bench: HubBench) -> None:
    """The same acts on a share that is no exercise's."""
    custody = await received(bench)
    assert await says(custody, custody.share.consent()) == DONE
    assert await custody.act("custodian", "accept") == DONE
    assert await custody.act("custodian", "holds", reason=REASON) == DONE


async def test_every_page_that_names_an_exercise_or_its_share_says_so(drill: HubBench) -> None:
    """Lists, case, search, the share, its custody, what leavers left; nothing is offered that would be refused."""
    custody = await received(drill)
    share = f"/shares/{custody.share.share.share_id}"
    await custody.open()
    case = await the_case(drill)
    for path in (
        "/requests",
        f"/requests/{drill.request_id}",
        "/cases",
        case,
        "/search?q=26",
        share,
        f"{share}/custody",
    ):
        assert CHIP in await page(drill, "officer", path), path
    found = await page(drill, "officer", "/search?q=26")
    assert found.count(CHIP) == 3
    assert '"drill":true' in (await page(drill, "officer", case)).replace(" ", "")
    assert '"drill":true' in (await page(drill, "officer", f"/shares/together?case={case[7:]}")).replace(" ", "")
    custodians = await page(drill, "custodian", share)
    assert 'data-test="test-card"' in custodians
    assert 'id="accept"' not in custodians
    offered = await page(drill, "custodian", f"{share}/custody")
    assert 'data-test="hold"' not in offered
    assert "A test card of an exercise is passed on to nobody." in offered
    assert "it is a test card of an exercise" in offered
    async with drill.hub.database.session("test") as session:
        await session.execute(update(RequestRow).values(officer_id="somebody-who-left"))
    assert CHIP in await page(drill, "custodian", "/leavers")


async def test_no_page_calls_a_request_or_its_share_an_exercise(bench: HubBench) -> None:
    """The word stands nowhere else."""
    custody = await received(bench)
    share = f"/shares/{custody.share.share.share_id}"
    case = await the_case(bench)
    for path in (
        "/requests",
        f"/requests/{bench.request_id}",
        "/cases",
        case,
        "/search?q=26",
        share,
        f"{share}/custody",
    ):
        assert CHIP not in await page(bench, "officer", path), path


async def test_who_approves_an_exercise_reads_that_it_is_one(agency: Agency) -> None:
    """In the list of what waits, before the page of the request says it again."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    request_id = str(
        (await officer.draft(area=LARGE, why_larger="Three streets, and the way out of them.", drill=True))["id"]
    )
    assert (await officer.sign(request_id))[0] == 200
    text = (await look(supervisor, "/cosign"))[2]
    assert CHIP in text
    assert "You approve an exercise" in text
    assert CHIP in (await look(supervisor, f"/requests/{request_id}"))[2]
