"""A custodian lets another officer of the agency open a share: new headers, the same bytes; and what leavers left."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.shares.access import rewrapping
from hub.shares.record.custody import HeaderRow
from milton_protocol.base64_text import b64, read_b64
from milton_protocol.sealing.age import Identity, open_body, open_header
from tests.hub.shares.desks import DONE, Custody, ask, received
from tests.hub.shares.readers import custodians_key, headers_for, is_in_the_case, let_open
from tests.simulators.joining import joins, joins_with_key, leaves
from tests.simulators.proofs import intent_of

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench


@pytest.fixture
async def custody(bench: HubBench) -> Custody:
    """Send a share."""
    return await received(bench)


@pytest.fixture
async def successor(bench: HubBench) -> Identity:
    """Let a second officer join, with an opening key."""
    return await joins_with_key(bench.settings.folder.parent, "second", "officer")


async def custody_page(custody: Custody, who: str) -> str:
    """Return the page of what is decided about the share."""
    path = f"/shares/{custody.share.share.share_id}/custody"
    status, _, page = await custody.bench.officer_asks(await custody.bench.sign_in(who), "GET", path)
    assert status == 200
    return page.decode()


async def body(custody: Custody, who: str, name: str) -> bytes:
    """Fetch a sealed body."""
    cookies = await custody.bench.sign_in(who)
    status, _, sealed = await custody.bench.officer_asks(cookies, "GET", f"{custody.path}/parts/{name}/body")
    assert status == 200
    return sealed


async def test_an_officer_of_the_case_whom_a_custodian_lets_in_opens_the_very_same_bytes(
    custody: Custody, successor: Identity
) -> None:
    """The sealed bodies are those of the share's digests; the new headers open them with the new key, and no other."""
    await is_in_the_case(custody.bench.hub.database, "second")
    assert (await custody.told("second"))["added_headers"] == []
    page = await custody_page(custody, "custodian")
    assert re.findall(r'<option value="([^"]+)" data-age="([^"]+)"', page) == [("second-key", successor.recipient)]
    assert await let_open(custody, "second-key", successor.recipient) == DONE
    added = {
        each["part"]: read_b64(each["header"], "header") for each in (await custody.told("second"))["added_headers"]
    }
    assert set(added) == {"clip", "manifest"}
    for part in custody.share.share.parts:
        sealed = await body(custody, "second", part.name.value)
        assert hashlib.sha256(sealed).hexdigest() == part.body_sha256
        plain = b"".join(open_body(open_header(added[part.name.value], successor), [sealed]))
        file_key = open_header(part.header, custodians_key(custody.bench))
        assert plain == b"".join(open_body(file_key, [custody.share.bodies[part.name.value]]))
    assert (await custody.told())["added_headers"] == []
    assert (await custody.told("officer"))["added_headers"] == []
    assert "Lee Ortiz" in (page := await custody_page(custody, "custodian"))
    assert "let in by a custodian" in page
    assert "data-age" not in page
    assert 'id="readers"' not in await custody_page(custody, "second")


async def test_letting_in_is_one_act_however_often_it_is_sent_and_can_be_made_anew(
    custody: Custody, successor: Identity
) -> None:
    """The same headers change nothing; other ones take their place, each with its row of the trail."""
    await is_in_the_case(custody.bench.hub.database, "second")
    headers = headers_for(custody, successor.recipient)
    for _ in range(2):
        assert await custody.act("custodian", "readers/second-key", **headers) == DONE
    told = (await custody.told("second"))["added_headers"]
    assert await let_open(custody, "second-key", successor.recipient) == DONE
    assert (await custody.told("second"))["added_headers"] != told
    async with custody.bench.hub.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).where(AuditRow.action == "share.rewrapped"))).all()
        assert len((await session.scalars(select(HeaderRow))).all()) == 2
    assert [(row.actor, row.subject, row.detail) for row in rows] == [
        ("person:custodian", custody.share.share.share_id, "second-key")
    ] * 2


async def test_nobody_is_let_in_who_does_not_see_the_share(custody: Custody, successor: Identity) -> None:
    """Not in the case; in it, but the share is flagged; whom it was sealed to needs nothing."""
    assert await let_open(custody, "second-key", successor.recipient) == (404, "recipient_unknown")
    assert await custody.act("custodian", "flag") == DONE
    await is_in_the_case(custody.bench.hub.database, "second")
    assert await let_open(custody, "second-key", successor.recipient) == (404, "recipient_unknown")
    assert 'data-test="nobody-else"' in await custody_page(custody, "custodian")
    assert await custody.act("custodian", "unflag") == DONE
    key = Identity.generate().recipient
    assert await let_open(custody, "officer", key) == (409, "opens_already")
    assert await let_open(custody, "custodian", key) == (409, "opens_already")
    assert await let_open(custody, "recovery", key) == (404, "recipient_unknown")


async def test_a_header_stays_the_officers_while_the_share_can_be_read(custody: Custody, successor: Identity) -> None:
    """Taken back by its owner, or deleted, nothing that opens it is given out; nor is anybody let in then."""
    await is_in_the_case(custody.bench.hub.database, "second")
    assert await let_open(custody, "second-key", successor.recipient) == DONE
    assert len((await custody.told("second"))["added_headers"]) == 2
    assert await custody.open() == DONE
    assert await custody.withdraw() == DONE
    assert (await custody.told("second"))["added_headers"] == []
    assert await let_open(custody, "second-key", successor.recipient) == (410, "withdrawn")
    assert 'id="readers"' not in await custody_page(custody, "custodian")


async def test_only_so_many_are_let_in(custody: Custody, successor: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has been is still let in anew."""
    await is_in_the_case(custody.bench.hub.database, "second")
    third = await joins_with_key(custody.bench.settings.folder.parent, "third", "custodian", badge="1603")
    offered = re.findall(r'<option value="([^"]+)"', await custody_page(custody, "custodian"))
    assert offered == ["second-key", "third-key"]
    monkeypatch.setattr(rewrapping, "READERS_MAX", 1)
    assert await let_open(custody, "second-key", successor.recipient) == DONE
    assert await let_open(custody, "third-key", third.recipient) == (409, "too_many_readers")
    assert await let_open(custody, "second-key", successor.recipient) == DONE


async def test_each_part_needs_its_header(custody: Custody, successor: Identity) -> None:
    """All of the share or nothing."""
    await is_in_the_case(custody.bench.hub.database, "second")
    whole = headers_for(custody, successor.recipient)["headers"]
    assert isinstance(whole, list)
    preview = {**whole[0], "part": "preview"}
    for headers in ([whole[0]], [*whole, preview]):
        assert await custody.act("custodian", "readers/second-key", headers=headers) == (409, "parts_differ")
    for headers, rule in (
        ([], "out_of_bounds"),
        ([whole[0], whole[0]], "duplicate_item"),
        ([{"part": "clip", "header": b64(custody.share.share.parts[0].header)}], "out_of_bounds"),
        ([{"part": "clip", "header": b64(b"x" * 168)}], "sealed_header_malformed"),
    ):
        assert await custody.act("custodian", "readers/second-key", headers=headers) == (400, rule)


async def test_what_a_leaver_left_is_listed_until_a_successor_opens_it(bench: HubBench) -> None:
    """Shares of somebody whom the directory does not have; one that only custodians may see is not among them."""
    left = Custody(bench=bench, share=await bench.foreign_share())
    flagged = Custody(bench=bench, share=await bench.foreign_share())
    successor = await joins_with_key(bench.settings.folder.parent, "second", "officer")
    await received(bench)
    assert await flagged.act("custodian", "flag") == DONE
    assert await listed(bench) == [left.share.share.share_id]
    await is_in_the_case(bench.hub.database, "second", "26-2")
    assert await let_open(left, "second-key", successor.recipient) == DONE
    assert await listed(bench) == []


async def test_a_case_that_no_officer_of_today_is_in_is_said_to_wait_for_a_supervisor(bench: HubBench) -> None:
    """The custodians' list says so and leads to its page; supervisors find it, closed ones aside, and it says so."""
    await received(bench)
    await bench.foreign_share()
    successor = await joins_with_key(bench.settings.folder.parent, "second", "officer")
    assert successor.recipient
    page = await shown(bench, "custodian", "/leavers")
    assert page.count('data-test="no-successor"') == 1
    (case_id,) = re.findall(r'href="/cases/([0-9a-f]{32})"', page)
    for who in ("supervisor", "custodian"):
        left = await shown(bench, who, "/cases?left=yes")
        assert re.findall(r'data-case-id="([0-9a-f]{32})"', left) == [case_id], who
        assert 'href="/cases?left=yes"' in await shown(bench, who, "/cases")
    assert '"asks": false' in await shown(bench, "supervisor", f"/cases/{case_id}")
    assert 'id="nobody-asks"' in await shown(bench, "supervisor", f"/cases/{case_id}")
    assert "data-case-id" not in await shown(bench, "officer", "/cases?left=yes")
    assert await ask(bench, "supervisor", f"/api/cases/{case_id}/members", officer="1602") == DONE
    assert 'data-test="no-successor"' not in await shown(bench, "custodian", "/leavers")
    assert "data-case-id" not in await shown(bench, "supervisor", "/cases?left=yes")
    await leaves(bench.settings.folder.parent, "second")
    assert case_id in await shown(bench, "supervisor", "/cases?left=yes")
    assert await ask(bench, "custodian", "/api/cases/close", case_number="26-2", reason="Nobody goes on.") == DONE
    assert case_id not in await shown(bench, "supervisor", "/cases?left=yes")


async def shown(bench: HubBench, who: str, path: str) -> str:
    """Return a page as somebody sees it."""
    status, _, page = await bench.officer_asks(await bench.sign_in(who), "GET", path)
    assert status == 200, path
    return page.decode()


async def test_who_leaves_the_directory_leaves_shares_that_nobody_opens(bench: HubBench) -> None:
    """The page says whose key is no longer there; another key under the same id is not the one that was let in."""
    custody = await received(bench)
    successor = await joins_with_key(bench.settings.folder.parent, "second", "officer")
    await is_in_the_case(bench.hub.database, "second")
    assert await let_open(custody, "second-key", successor.recipient) == DONE
    await leaves(bench.settings.folder.parent, "officer")
    assert await listed(bench) == []
    assert "Not in the directory" in await custody_page(custody, "custodian")
    await joins_with_key(bench.settings.folder.parent, "second", "officer")
    assert await listed(bench) == [custody.share.share.share_id]


async def test_who_is_an_officer_no_more_leaves_shares_that_no_officer_opens(bench: HubBench) -> None:
    """They keep their key in the directory, as an auditor here."""
    custody = await received(bench)
    assert await listed(bench) == []
    await joins(bench.settings.folder.parent, "officer", "auditor", badge="4117")
    assert await listed(bench) == [custody.share.share.share_id]


async def listed(bench: HubBench) -> list[str]:
    """Return the shares on the page of leavers, to which the custodian's page of cases leads."""
    cookies = await bench.sign_in("custodian")
    _, _, cases = await bench.officer_asks(cookies, "GET", "/cases")
    assert b'href="/leavers"' in cases
    status, _, page = await bench.officer_asks(cookies, "GET", "/leavers")
    assert status == 200
    return re.findall(r'data-share-id="([0-9a-f]{32})"', page.decode())


def test_the_passkey_is_proven_for_one_officer_and_one_share() -> None:
    """As the page's script names it."""
    intent = intent_of("token", "POST", f"/api/shares/{'5' * 32}/readers/second-key")
    assert (intent.act, intent.subject) == ("share.rewrap", f"{'5' * 32}/second-key")
