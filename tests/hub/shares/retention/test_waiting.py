"""Deletions that wait for a second custodian are listed, and said where custodians begin, to custodians alone."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.hub.shares.desks import DONE, REASON, Custody, accepted, received
from tests.simulators.joining import joins, leaves

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench

BEGINNINGS = ("/requests", "/cases")
LINES = re.compile(r'data-deletion="([0-9a-f]{32})" data-waits-for="([a-z_]+)"')
BANNER = re.compile(r'data-test="deletions-wait">.*?<b>(.*?)</b> <a href="(.*?)">', re.DOTALL)
DATA = re.compile(r'id="page-data" nonce="[^"]*">(.*?)</script>', re.DOTALL)
ONE_WAITS = ("One deletion waits for a second custodian: you, or another.", "/leavers#deletions-heading")


@pytest_asyncio.fixture(autouse=True)
async def second(bench: HubBench) -> None:
    """Let a second custodian join."""
    await joins(bench.settings.folder.parent, "second", "custodian")


async def asked(bench: HubBench) -> Custody:
    """Return a share whose deletion one custodian asked for."""
    custody = await received(bench)
    assert await custody.act("custodian", "deletions", reason=REASON) == DONE
    return custody


async def page_of(bench: HubBench, who: str, path: str) -> tuple[int, str]:
    """Return a page as somebody gets it, and its status."""
    status, _, page = await bench.officer_asks(await bench.sign_in(who), "GET", path)
    return status, page.decode()


async def listed(bench: HubBench, who: str) -> list[tuple[str, str]]:
    """Return the shares whose deletions somebody's page lists, in its order, and for whom each waits."""
    status, page = await page_of(bench, who, "/leavers")
    assert status == 200
    found = LINES.findall(page)
    assert ('id="no-deletions"' in page) is not bool(found)
    return found


async def told(bench: HubBench, who: str) -> tuple[str, str] | None:
    """Return what somebody is told of it where they begin, the same on each such page, and where it leads."""
    pages = [await page_of(bench, who, path) for path in BEGINNINGS]
    assert [status for status, _ in pages] == [200, 200]
    first, second = [BANNER.findall(page) for _, page in pages]
    assert first == second
    return first[0] if first else None


async def test_the_second_custodian_is_told_and_led_to_where_it_is_decided(bench: HubBench) -> None:
    """Who asked sees that it waits for another, and is told nothing; why stands on the custody page alone."""
    assert await listed(bench, "second") == []
    assert await told(bench, "second") is None
    share_id = (await asked(bench)).share.share.share_id
    assert await listed(bench, "second") == [(share_id, "you")]
    assert await told(bench, "second") == ONE_WAITS
    _, page = await page_of(bench, "second", "/leavers")
    assert f'href="/shares/{share_id}/custody#deletion">Decide it<' in page
    assert REASON not in page
    assert await listed(bench, "custodian") == [(share_id, "another")]
    assert await told(bench, "custodian") is None
    assert "Decide it" not in (await page_of(bench, "custodian", "/leavers"))[1]


@pytest.mark.parametrize("who", ["officer", "supervisor", "ida"])
async def test_nobody_but_custodians_reads_that_a_deletion_waits(bench: HubBench, who: str) -> None:
    """Neither the officer of the case, nor a supervisor, nor an administrator."""
    await joins(bench.settings.folder.parent, "ida", "administrator", badge="B-ida")
    await asked(bench)
    assert (await page_of(bench, who, "/leavers"))[0] == 403
    pages = [await page_of(bench, who, path) for path in BEGINNINGS]
    assert [status for status, _ in pages] == ([403, 403] if who == "ida" else [200, 200])
    assert not any(BANNER.search(page) for _, page in pages)


async def test_what_was_decided_waits_no_more(bench: HubBench) -> None:
    """Confirmed, taken back before or after, or its owner took the share back."""
    confirmed, undone, withdrawn = await asked(bench), await asked(bench), await asked(bench)
    assert len(await listed(bench, "second")) == 3
    said = await told(bench, "second")
    assert said is not None
    assert said[0].startswith("3 deletions wait for")
    assert await undone.act("second", "deletions/1/take-back", reason=REASON) == DONE
    assert await withdrawn.withdraw() == DONE
    assert await listed(bench, "second") == [(confirmed.share.share.share_id, "you")]
    assert await confirmed.act("second", "deletions/1/confirm") == DONE
    assert await listed(bench, "second") == await listed(bench, "custodian") == []
    assert await told(bench, "second") is None
    assert await confirmed.act("custodian", "deletions/1/take-back", reason=REASON) == DONE
    assert await listed(bench, "second") == []
    assert await undone.act("second", "deletions", reason=REASON) == DONE
    assert await listed(bench, "custodian") == [(undone.share.share.share_id, "you")]


async def test_what_one_can_confirm_stands_first(bench: HubBench) -> None:
    """However old what waits for others is."""
    first, then = (await asked(bench)).share.share.share_id, await received(bench)
    assert await then.act("second", "deletions", reason=REASON) == DONE
    other = then.share.share.share_id
    assert await listed(bench, "second") == [(first, "you"), (other, "another")]
    assert await listed(bench, "custodian") == [(other, "you"), (first, "another")]
    assert await told(bench, "custodian") == ONE_WAITS


async def test_what_would_be_refused_is_offered_to_nobody(bench: HubBench) -> None:
    """While it is held; and to who asked for the footage, though they are a custodian now."""
    custody = await accepted(bench)
    share_id = custody.share.share.share_id
    assert await custody.act("custodian", "deletions", reason=REASON) == DONE
    assert await custody.act("custodian", "holds", reason=REASON) == DONE
    assert await listed(bench, "second") == [(share_id, "holds")]
    assert await told(bench, "second") is None
    assert await custody.act("second", "holds/1/release", reason=REASON) == DONE
    assert await listed(bench, "second") == [(share_id, "you")]
    await joins(bench.settings.folder.parent, "officer", "custodian", badge="4117")
    assert await listed(bench, "officer") == [(share_id, "not_its_officer")]
    assert await told(bench, "officer") is None
    assert await custody.act("officer", "deletions/1/confirm") == (403, "own_act")
    for who, is_offered in (("officer", False), ("second", True)):
        _, page = await page_of(bench, who, f"/shares/{share_id}/custody")
        assert ('data-test="confirm"' in page) is is_offered, who


@pytest.mark.parametrize("path", ["/leavers", *BEGINNINGS])
async def test_an_open_page_hears_that_a_deletion_waits(bench: HubBench, path: str) -> None:
    """Its stream is told what it shows, and that differs from then on, and is the same again once it is taken back."""
    custody = await received(bench)

    async def follows() -> object:
        found = DATA.search((await page_of(bench, "second", path))[1])
        assert found is not None
        return json.loads(found[1])["follows"]

    before = await follows()
    assert await custody.act("custodian", "deletions", reason=REASON) == DONE
    assert await follows() != before
    assert await custody.act("custodian", "deletions/1/take-back", reason=REASON) == DONE
    assert await follows() == before


async def test_people_are_named_where_it_is_decided_and_who_left_keeps_their_name(bench: HubBench) -> None:
    """Who asked, confirmed and took it back, who held it and ended that; to officers, too."""
    custody = await accepted(bench)
    path = f"/shares/{custody.share.share.share_id}/custody"
    assert await custody.act("custodian", "holds", reason=REASON) == DONE
    assert await custody.act("second", "holds/1/release", reason=REASON) == DONE
    assert await custody.act("custodian", "deletions", reason=REASON) == DONE
    ruth, lee = "<b>Ruth Abara</b>, badge 1518", "<b>Lee Ortiz</b>, badge 1519"
    assert f"Asked for by {ruth}: " in (await page_of(bench, "second", path))[1]
    assert await custody.act("second", "deletions/1/confirm") == DONE
    assert await custody.act("second", "deletions/1/take-back", reason=REASON) == DONE
    by = (f"</b> by {ruth}, ", f"Ended by {lee}, ", f"asked for by {ruth}, ", f"Confirmed by {lee}, ")
    for who in ("second", "officer"):
        page = (await page_of(bench, who, path))[1]
        assert [words for words in (*by, f"Taken back by {lee}, ") if words not in page] == [], who
    await leaves(bench.settings.folder.parent, "custodian")
    page = (await page_of(bench, "second", path))[1]
    assert f"asked for by {ruth}, " in page
