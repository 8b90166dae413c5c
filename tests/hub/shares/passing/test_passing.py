"""A share is passed on to one named person outside, when its owner agrees and while they do."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.shares.owner import service
from hub.shares.passing import links, viewing
from hub.shares.passing.asking import ASKED_MAX
from milton_protocol.times import format_time
from tests.hub.shares.desks import DONE, REASON, accepted, received
from tests.hub.shares.passing.outside import (
    ASKED,
    RUTH,
    UNKNOWN,
    Link,
    body,
    make,
    opened,
    passed_on,
    passing,
    say,
    standings,
    view,
)
from tests.simulators.joining import joins
from tests.simulators.proofs import intent_of

if TYPE_CHECKING:
    import pytest

    from tests.hub.shares.desks import Custody
    from tests.simulators.hub_bench import HubBench


async def test_whom_the_owner_agrees_to_sees_the_clip_and_the_owner_hears_of_each_view(bench: HubBench) -> None:
    """Asked, agreed, passed on; two views; each is a receipt that names the person, and a row of the trail."""
    custody, link = await passed_on(bench)
    for _ in range(2):
        assert await opened(bench, link, secrets.token_hex(16)) == b"clip" * 1_000
    assert await custody.events() == ["received", "accepted", "asked", "passed_on", "viewed", "viewed"]
    told = await bench.receipts(custody.share)
    assert {receipt.to for receipt in told[2:]} == {RUTH}
    assert [None if receipt.by is None else receipt.by.device for receipt in told[2:]] == ["front desk"] * 2 + [
        None
    ] * 2
    (asked,) = await passing(custody)
    assert (asked["standing"], asked["name"], [each["views"] for each in asked["links"]]) == ("agreed", RUTH.name, [2])
    async with bench.hub.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).order_by(AuditRow.number))).all()
    acts = [(row.action, row.actor, row.detail) for row in rows if row.action.startswith("share.")][-5:]
    assert acts == [
        ("share.passing_asked", "person:custodian", "1"),
        ("share.agreed_to", "home", "pass_on"),
        ("share.passed_on", "person:custodian", "1"),
        ("share.viewed", "outsider", "1"),
        ("share.viewed", "outsider", "1"),
    ]
    assert "Ellery" not in repr([row.detail + row.subject for row in rows])


async def test_a_view_is_one_however_often_its_page_asks_and_ends(bench: HubBench) -> None:
    """The same view again is no second one; after its hours it opens nothing, while the link still does."""
    custody, link = await passed_on(bench)
    first = secrets.token_hex(16)
    for _ in range(3):
        assert (await view(bench, link, first))[0] == 200
    assert (await custody.events()).count("viewed") == 1
    assert await body(bench, first, "clip", Range="bytes=0-15") == (206, custody.share.bodies["clip"][:16])
    assert (await body(bench, first, "preview"))[0] == 404  # the share has none
    bench.clock.ahead += viewing.VIEW_VALID
    assert (await body(bench, first))[0] == 404
    assert await view(bench, link, first) == UNKNOWN
    assert (await view(bench, link, secrets.token_hex(16)))[0] == 200


async def test_nothing_is_passed_on_before_the_owner_agrees_nor_after(bench: HubBench) -> None:
    """Not asked, asked, refused, agreed, taken back, agreed again: an old link stays dead."""
    custody, link = await accepted(bench), Link()
    assert await make(custody, link) == (404, "passing_unknown")
    assert await custody.act("custodian", "passing", **ASKED) == DONE
    assert await standings(custody) == ["asked"]
    assert await make(custody, link) == (409, "not_agreed")
    assert await say(custody, custody.share.consent(RUTH, refuses=True)) == DONE
    assert await standings(custody) == ["refused"]
    assert await make(custody, link) == (409, "not_agreed")
    agreed = custody.share.consent(RUTH, later_s=1)
    assert await say(custody, agreed) == DONE
    assert await standings(custody) == ["agreed"]
    assert [await make(custody, link) for _ in range(2)] == [DONE, DONE]
    assert await make(custody, Link()) == (409, "link_exists")
    seen = secrets.token_hex(16)
    assert (await view(bench, link, seen))[0] == 200
    assert await say(custody, custody.share.consent(RUTH, later_s=2, refuses=True)) == DONE
    assert await standings(custody) == ["withdrawn"]
    assert await view(bench, link, secrets.token_hex(16)) == UNKNOWN
    assert await view(bench, link, seen) == UNKNOWN
    assert (await body(bench, seen))[0] == 404
    assert await say(custody, agreed) == DONE  # replayed: the later word stands
    assert await standings(custody) == ["withdrawn"]
    assert await say(custody, custody.share.consent(RUTH, later_s=3)) == DONE
    assert await standings(custody) == ["agreed"]
    assert await view(bench, link, secrets.token_hex(16)) == UNKNOWN
    (asked,) = await passing(custody)
    assert asked["links"][0]["ended_by"] == "owner"
    assert await make(custody, Link()) == DONE


async def test_a_no_counts_that_a_home_dates_before_its_yes(bench: HubBench) -> None:
    """Its clock was ahead when it agreed, and a backup forgot that; only a yes that is newer than the no ends it."""
    custody = await accepted(bench)
    assert await custody.act("custodian", "passing", **ASKED) == DONE
    assert await say(custody, custody.share.consent(RUTH, later_s=3_600)) == DONE
    link = Link()
    assert await make(custody, link) == DONE
    assert await say(custody, custody.share.consent(RUTH, refuses=True)) == DONE
    assert await standings(custody) == ["withdrawn"]
    assert await view(bench, link, secrets.token_hex(16)) == UNKNOWN
    assert await make(custody, Link()) == (409, "not_agreed")
    assert await say(custody, custody.share.consent(RUTH, later_s=-60)) == DONE
    assert await standings(custody) == ["withdrawn"]
    assert await say(custody, custody.share.consent(RUTH, later_s=60)) == DONE
    assert await standings(custody) == ["agreed"]


async def test_a_custodian_ends_a_link_and_the_owner_hears_of_it(bench: HubBench) -> None:
    """At once, once; another one can be made."""
    custody, link = await passed_on(bench)
    for _ in range(2):
        assert await custody.act("custodian", "passing/1/end") == DONE
    assert (await custody.events())[-2:] == ["passed_on", "revoked"]
    assert await view(bench, link, secrets.token_hex(16)) == UNKNOWN
    again = Link()
    assert await make(custody, again) == DONE
    assert (await view(bench, again, secrets.token_hex(16)))[0] == 200
    assert await custody.act("custodian", "passing/2/end") == (404, "passing_unknown")


async def test_a_link_ends_with_the_time_that_the_owner_agreed_to(bench: HubBench) -> None:
    """To the second, by the hub's clock."""
    custody, link = await passed_on(bench)
    bench.clock.ahead += timedelta(days=20)
    assert await view(bench, link, secrets.token_hex(16)) == UNKNOWN
    assert await standings(custody) == ["expired"]
    assert await make(custody, Link()) == (409, "not_agreed")


async def test_what_nobody_reads_any_more_is_shown_to_nobody_outside(bench: HubBench) -> None:
    """Flagged as showing a minor; removed by two people: its link rests, and works again when that is taken back."""
    await joins(bench.settings.folder.parent, "second", "custodian")
    custody, link = await passed_on(bench)
    for act, back in (
        (("flag", {}), ("unflag", {})),
        (("deletions", {"reason": REASON}), ("deletions/1/take-back", {"reason": REASON})),
    ):
        assert await custody.act("custodian", act[0], **act[1]) == DONE
        if act[0] == "deletions":
            assert await custody.act("second", "deletions/1/confirm") == DONE
        assert await view(bench, link, secrets.token_hex(16)) == UNKNOWN
        assert await custody.act("custodian", back[0], **back[1]) == DONE
        assert (await view(bench, link, secrets.token_hex(16)))[0] == 200


async def test_an_owner_takes_it_back_also_while_a_deletion_can_be(bench: HubBench) -> None:
    """What two people removed may come back; the owner's no then holds."""
    await joins(bench.settings.folder.parent, "second", "custodian")
    custody, link = await passed_on(bench)
    assert await custody.act("custodian", "deletions", reason=REASON) == DONE
    assert await custody.act("second", "deletions/1/confirm") == DONE
    assert await say(custody, custody.share.consent(RUTH, later_s=1)) == (410, "removed")
    assert await say(custody, custody.share.consent(RUTH, later_s=1, refuses=True)) == DONE
    assert await custody.act("custodian", "deletions/1/take-back", reason=REASON) == DONE
    assert await view(bench, link, secrets.token_hex(16)) == UNKNOWN


async def test_the_owner_is_asked_about_what_may_be_passed_on_and_not_too_often(bench: HubBench) -> None:
    """Accepted, not for custodians only; a person and an end; the same question again is the same."""
    custody = await received(bench)
    assert await custody.act("custodian", "passing", **ASKED) == (409, "not_accepted")
    assert await say(custody, custody.share.consent()) == DONE
    assert await custody.act("custodian", "accept") == DONE
    assert await custody.act("custodian", "flag") == DONE
    assert await custody.act("custodian", "passing", **ASKED) == (409, "sensitive")
    assert await custody.act("custodian", "unflag") == DONE
    now = bench.clock().replace(microsecond=0)
    for until in (now, now + timedelta(days=367)):
        wrong = {**ASKED, "until": format_time(until)}
        assert await custody.act("custodian", "passing", **wrong) == (400, "wrong_period")
    for _ in range(2):
        assert await custody.act("custodian", "passing", **ASKED) == DONE
    for number in range(1, ASKED_MAX):
        assert await custody.act("custodian", "passing", **{**ASKED, "name": f"Person {number}"}) == DONE
    assert await custody.act("custodian", "passing", **{**ASKED, "name": "Another"}) == (409, "too_many_asked")
    assert (await custody.events()).count("asked") == ASKED_MAX


async def test_links_and_views_are_counted(bench: HubBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each costs the owner a receipt; what is refused looks as any other link that opens nothing."""
    monkeypatch.setattr(links, "LINKS_MAX", 2)
    monkeypatch.setattr(viewing, "VIEWS_MAX", 1)
    custody, link = await passed_on(bench)
    first = secrets.token_hex(16)
    assert (await view(bench, link, first))[0] == 200
    assert await view(bench, link, secrets.token_hex(16)) == UNKNOWN
    assert (await view(bench, link, first))[0] == 200
    assert await custody.act("custodian", "passing/1/end") == DONE
    assert await make(custody, link) == (409, "too_many_links")
    assert await make(custody, Link()) == DONE
    assert await custody.act("custodian", "passing/1/end") == DONE
    assert await make(custody, Link()) == (409, "too_many_links")


async def test_a_refusal_finds_its_place_when_so_much_was_agreed_to(
    bench: HubBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was said yes to is always taken back, whatever was refused before; but no home fills the hub with no's."""
    assert service.REFUSALS_MAX >= service.CONSENTS_MAX + ASKED_MAX
    monkeypatch.setattr(service, "CONSENTS_MAX", 2)
    monkeypatch.setattr(service, "REFUSALS_MAX", 2)
    custody, link = await passed_on(bench)  # a second consent, after that to earlier acceptance
    assert await say(custody, custody.share.consent(RUTH, later_s=1)) == (409, "too_many_consents")
    answers = [await say(custody, custody.share.consent(RUTH, later_s=second, refuses=True)) for second in (2, 3, 4)]
    assert answers == [DONE, DONE, (409, "too_many_consents")]
    assert await view(bench, link, secrets.token_hex(16)) == UNKNOWN


async def test_the_custodians_page_shows_the_owners_word_and_offers_what_it_allows(bench: HubBench) -> None:
    """Nobody asked; asked; agreed; a link; and officers are offered nothing of it."""
    custody = await received(bench)
    assert await page_of(custody) == ("not_asked", set())
    assert await say(custody, custody.share.consent()) == DONE
    assert await custody.act("custodian", "accept") == DONE
    assert await page_of(custody) == ("not_asked", {"ask-owner"})
    assert await custody.act("custodian", "passing", **ASKED) == DONE
    assert await page_of(custody) == ("asked", {"ask-owner"})
    assert await say(custody, custody.share.consent(RUTH)) == DONE
    assert await page_of(custody) == ("agreed", {"ask-owner", "make-link"})
    assert await make(custody, Link()) == DONE
    assert await page_of(custody) == ("agreed", {"ask-owner", "end-link"})
    _, _, page = await bench.officer_asks(
        await bench.sign_in("officer"), "GET", f"/shares/{custody.share.share.share_id}/custody"
    )
    assert b'id="passing"' not in page


async def page_of(custody: Custody) -> tuple[str, set[str]]:
    """Return where the first question stands on the custodian's page, and which forms of passing on it has."""
    cookies = await custody.bench.sign_in("custodian")
    path = f"/shares/{custody.share.share.share_id}/custody"
    _, _, answer = await custody.bench.officer_asks(cookies, "GET", path)
    page = answer.decode()
    (standing, *_) = re.findall(r'data-standing="([a-z_]+)"', page)
    return standing, {"ask-owner", "make-link", "end-link"} & set(re.findall(r'data-test="([a-z-]+)"', page))


async def test_the_page_behind_a_link_is_the_same_for_everybody_and_kept_by_nobody(bench: HubBench) -> None:
    """No cookie, no cache, no referrer, in no search; its worker answers for the pages below it alone."""
    for path in ("/passed/", "/passed/index.html"):
        async with bench.session.get(bench.homes_url + path) as answer:
            text = await answer.text()
            headers = answer.headers
        assert (answer.status, headers["Cache-Control"], headers["Referrer-Policy"]) == (200, "no-store", "no-referrer")
        assert headers["X-Robots-Tag"].startswith("noindex")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "Set-Cookie" not in headers
    spanish = re.findall(r'lang="es">(.*?)</(?:div|span)>', text, re.DOTALL)
    said = (
        "este dispositivo",
        "avisa al propietario",
        "Abrir el vídeo",
        "ya no se muestra",
        "Entonces ya no abre nada",
    )
    assert [words for words in said if words not in " ".join(spanish)] == []
    for name in re.findall(r'(?:src|href)="([a-z0-9_.-]+[.](?:js|css))"', text):
        async with bench.session.get(f"{bench.homes_url}/passed/{name}") as answer:
            assert answer.status == 200
    async with bench.session.get(f"{bench.homes_url}/passed/nothing.js") as answer:
        assert answer.status == 404
    async with bench.session.get(f"{bench.homes_url}/workers/clips.js") as answer:
        assert answer.headers["Service-Worker-Allowed"] == "/passed/"
    async with bench.session.get(f"{bench.officers_url}/workers/clips.js") as answer:
        assert answer.headers["Service-Worker-Allowed"] == "/shares/"


def test_the_passkey_is_proven_for_one_link() -> None:
    """As the page's script names it."""
    intent = intent_of("token", "POST", f"/api/shares/{'5' * 32}/passing/2/link")
    assert (intent.act, intent.subject) == ("share.pass_on", f"{'5' * 32}/2")
