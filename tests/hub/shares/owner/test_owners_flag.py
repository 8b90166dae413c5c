"""What its owner flags, a child or something intimate may be seen: custodians alone see it, before or from then on."""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.shares.owner.service import CONSENTS_MAX, FLAGS_MAX
from hub.shares.record.custody import ConsentRow
from hub.shares.record.model import ShareRow, ShareState
from milton_protocol.errors import ProtocolError
from milton_protocol.messages.requests.request import custodians_of
from milton_protocol.sealing.age import Identity, open_header
from tests.hub.shares.desks import DONE, REASON, Custody, days_pass, received
from tests.hub.shares.passing.outside import RUTH, UNKNOWN, body, passed_on, say, view
from tests.hub.shares.readers import custodians_key, let_open
from tests.simulators.hub_bench import running_hub
from tests.simulators.joining import joins, joins_with_key, leaves

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.hub_bench import HubBench

UNKNOWN_SHARE = (404, "share_unknown")


def officers_key(bench: HubBench) -> Identity:
    """Return the demo officer's opening key."""
    return Identity.parse((bench.settings.folder.parent / "offline" / "officer.age").read_text().strip())


async def page_data(bench: HubBench, who: str, path: str) -> dict[str, Any]:
    """Return what a page's script is given."""
    status, _, page = await bench.officer_asks(await bench.sign_in(who), "GET", path)
    assert status == 200
    (data,) = re.findall(
        r'<script type="application/json" id="page-data"[^>]*>(.*?)</script>', page.decode(), re.DOTALL
    )
    found: dict[str, Any] = json.loads(data)
    return found


async def changes(bench: HubBench, who: str, case_id: str, after: int) -> dict[str, Any]:
    """Return what changed in a case since a position."""
    path = f"/api/cases/{case_id}/changes?after={after}"
    _, _, answer = await bench.officer_asks(await bench.sign_in(who), "GET", path)
    found: dict[str, Any] = json.loads(answer)
    return found


async def flags(bench: HubBench) -> list[tuple[str, str]]:
    """Return by whom a share came flagged, was flagged or unflagged, by the trail."""
    acts = AuditRow.action.in_(("share.flagged", "share.unflagged")) | (AuditRow.detail == "custodians_only")
    async with bench.hub.database.reading() as session:
        rows = await session.scalars(select(AuditRow).where(acts).order_by(AuditRow.number))
        return [(row.action, row.actor) for row in rows.all()]


async def test_what_is_flagged_before_it_is_sent_is_the_custodians_from_the_first_byte(bench: HubBench) -> None:
    """The officer who asked reads that it came, by whose word it is not theirs, and whom to ask; nothing else."""
    before = await page_data(bench, "officer", f"/requests/{bench.request_id}")
    assert before["set_aside"] == {"shares": []}
    custody = Custody(bench=bench, share=bench.share(clip=b"clip" * 1_000, flagged=True))
    assert await bench.home.announce(custody.share) == 201
    assert await custody.open() == UNKNOWN_SHARE  # on its way
    await bench.home.send(custody.share)
    for what in ("open", "flag", "decline"):
        done = await custody.open() if what == "open" else await custody.act("officer", what)
        assert done == UNKNOWN_SHARE, what
    told = await custody.told()
    assert (told["state"], told["flagged_by"]) == ("received", "the owner")
    assert told["sensitive_since"] is not None
    assert await custody.open("custodian") == DONE
    shown = await page_data(bench, "officer", f"/requests/{bench.request_id}")
    share_id = custody.share.share.share_id
    line = {
        "name": share_id[:8],
        "request_id": bench.request_id,
        "received_at": told["received_at"],
        "by_owner": True,
        "ask": [{"name": "Ruth Abara", "badge": "1518"}],
    }
    assert shown["shares"] == []
    assert shown["set_aside"]["shares"] == [line]
    assert share_id not in json.dumps(shown)
    live = await changes(bench, "officer", shown["case_id"], before["at"])
    assert (live["shares"], live["set_aside"]["shares"]) == ([], [line])
    assert share_id not in json.dumps(live)
    own = await page_data(bench, "custodian", f"/requests/{bench.request_id}")
    assert [each["flagged_by"] for each in own["shares"]] == ["the owner"]
    assert own["set_aside"] == {"shares": []}
    assert await flags(bench) == [("share.received", "home")]
    assert await custody.events() == ["received"]


async def test_a_custodian_who_takes_the_owners_flag_off_lets_the_officer_open_it(bench: HubBench) -> None:
    """It was sealed to no officer: they see it then, and open it once a custodian's browser made headers for them."""
    custody = Custody(bench=bench, share=bench.share(clip=b"clip" * 1_000, flagged=True))
    await bench.home.send(custody.share)
    cookies = await bench.sign_in("custodian")
    path = f"/shares/{custody.share.share.share_id}/custody"
    page = (await bench.officer_asks(cookies, "GET", path))[2].decode()
    assert "<b>Flagged by the owner:</b>" in page
    assert "The owner sealed it to custodians alone" in page
    (readers,) = re.findall(r'<ul class="plain" data-test="readers">(.*?)</ul>', page, re.DOTALL)
    assert "officer" not in readers
    assert "data-age" not in page  # nobody else sees it, so nobody is offered
    mine = next(each for each in bench.request.recipients if each not in custodians_of(bench.request.recipients))
    assert await let_open(custody, mine.recipient_id, mine.age_recipient) == (404, "recipient_unknown")
    for _ in range(2):
        assert await custody.act("custodian", "unflag") == DONE
    assert await custody.open() == DONE
    page = (await bench.officer_asks(cookies, "GET", path))[2].decode()
    assert re.findall(r'data-age="([^"]+)"', page) == [mine.age_recipient]
    assert await let_open(custody, mine.recipient_id, mine.age_recipient) == DONE
    assert len((await custody.told("officer"))["added_headers"]) == len(custody.share.share.parts)
    assert await flags(bench) == [("share.received", "home"), ("share.unflagged", "person:custodian")]


async def test_what_is_flagged_after_it_was_sent_is_the_custodians_from_then_on(bench: HubBench) -> None:
    """Also one that the officer has opened; a repeat is one word, and does nothing after a custodian thought again."""
    custody = await received(bench)
    assert await custody.open() == DONE
    flag = custody.share.flag()
    assert [await say(custody, flag) for _ in range(2)] == [DONE, DONE]
    assert await custody.open() == UNKNOWN_SHARE
    assert (await custody.told())["flagged_by"] == "the owner"
    assert [each["kind"] for each in (await custody.told())["consents"]] == ["custodians_only"]
    assert await custody.act("custodian", "unflag") == DONE
    assert await say(custody, flag) == DONE
    assert await custody.open() == DONE
    assert (await custody.told())["flagged_by"] is None
    assert await say(custody, custody.share.flag(later_s=1)) == DONE
    assert await custody.open() == UNKNOWN_SHARE
    assert await custody.events() == ["received", "unflagged"]
    assert await flags(bench) == [
        ("share.flagged", "home"),
        ("share.unflagged", "person:custodian"),
        ("share.flagged", "home"),
    ]
    page = await bench.officer_asks(
        await bench.sign_in("custodian"), "GET", f"/shares/{custody.share.share.share_id}/custody"
    )
    assert b"Custodians only: the owner flagged it after it was sent" in page[2]
    shared = await bench.officer_asks(
        await bench.sign_in("custodian"), "GET", f"/shares/{custody.share.share.share_id}"
    )
    assert b"Flagged by the owner:" in shared[2]


async def test_what_is_flagged_after_it_was_sent_opens_with_the_officers_key_all_the_same(bench: HubBench) -> None:
    """Not stopped, and said so: what an officer fetched before is theirs to open; the hub hands out no more of it."""
    custody = await received(bench)
    assert await say(custody, custody.share.flag()) == DONE
    for part in custody.share.share.parts:
        assert open_header(part.header, officers_key(bench))
    assert await custody.open() == UNKNOWN_SHARE
    told = await bench.officer_asks(await bench.sign_in("officer"), "GET", custody.path)
    assert (told[0], json.loads(told[2])["error"]) == UNKNOWN_SHARE


async def test_an_owners_word_is_named_before_an_officers(bench: HubBench) -> None:
    """Who takes the flag off is to know whose it is; an officer's word never stands in the place of an owner's."""
    custody = await received(bench)
    assert await custody.act("officer", "flag") == DONE
    assert (await custody.told())["flagged_by"] == "officer"
    shown = await page_data(bench, "officer", f"/requests/{bench.request_id}")
    assert [each["by_owner"] for each in shown["set_aside"]["shares"]] == [False]
    assert await say(custody, custody.share.flag()) == DONE
    assert await custody.act("custodian", "flag") == DONE
    assert (await custody.told())["flagged_by"] == "the owner"
    shown = await page_data(bench, "officer", f"/requests/{bench.request_id}")
    assert [each["by_owner"] for each in shown["set_aside"]["shares"]] == [True]
    assert await custody.act("custodian", "unflag") == DONE
    assert await custody.events() == ["received", "unflagged"]


async def test_an_owner_is_told_who_took_their_flag_off_and_of_no_other_flag(bench: HubBench) -> None:
    """Once for each of their flags, by badge and device; what an officer flagged, the owner never heard of."""
    sealed = Custody(bench=bench, share=bench.share(clip=b"clip" * 1_000, flagged=True))
    await bench.home.send(sealed.share)
    for _ in range(2):
        assert await sealed.act("custodian", "unflag") == DONE
    (told,) = [each for each in await bench.receipts(sealed.share) if each.event == "unflagged"]
    assert told.by is not None
    assert told.by.badge == "1518"
    assert await sealed.act("officer", "flag") == DONE
    assert await sealed.act("custodian", "unflag") == DONE
    assert await sealed.events() == ["received", "unflagged"]
    assert await say(sealed, sealed.share.flag()) == DONE
    assert await sealed.act("custodian", "unflag") == DONE
    assert await sealed.events() == ["received", "unflagged", "unflagged"]


async def test_who_is_named_to_ask_has_a_key_that_opens_it(bench: HubBench) -> None:
    """Not whoever comes first by the alphabet; where the custodians of a request left, nobody by name."""
    city = bench.settings.folder.parent
    await joins(city, "abel", "custodian", badge="1400")
    await joins_with_key(city, "amy", "custodian", badge="1401")
    sealed = bench.share(flagged=True)
    await bench.home.send(sealed)
    shown = await page_data(bench, "officer", f"/requests/{bench.request_id}")
    assert [each["ask"] for each in shown["set_aside"]["shares"]] == [[{"name": "Ruth Abara", "badge": "1518"}]]
    await leaves(city, "custodian")
    shown = await page_data(bench, "officer", f"/requests/{bench.request_id}")
    assert [each["ask"] for each in shown["set_aside"]["shares"]] == [[]]


async def test_what_was_passed_on_ends_when_its_owner_flags_it(bench: HubBench) -> None:
    """A link and a view that was begun open nothing more, though the owner had agreed; nobody is asked anew."""
    custody, link = await passed_on(bench)
    seen = secrets.token_hex(16)
    assert (await view(bench, link, seen))[0] == 200
    assert await say(custody, custody.share.flag()) == DONE
    assert await view(bench, link, secrets.token_hex(16)) == UNKNOWN
    assert (await body(bench, seen))[0] == 404


async def test_a_flag_is_taken_while_a_deletion_can_be_taken_back_and_not_of_what_is_not_there(
    bench: HubBench,
) -> None:
    """What two people decided to delete may come back: it then comes back flagged."""
    announced = Custody(bench=bench, share=bench.share())
    assert await say(announced, announced.share.flag()) == UNKNOWN_SHARE
    await bench.home.announce(announced.share)
    assert await say(announced, announced.share.flag()) == (409, "not_received")
    custody = await received(bench)
    async with bench.hub.database.session("test") as session:
        row = await session.get_one(ShareRow, custody.share.share.share_id, with_for_update=True)
        row.state = ShareState.REMOVED
    assert await say(custody, custody.share.flag()) == DONE
    assert (await custody.told())["flagged_by"] == "the owner"
    gone = await received(bench)
    assert await gone.withdraw() == DONE
    assert await say(gone, gone.share.flag()) == (410, "deleted")


async def test_no_number_of_agreements_keeps_an_owner_from_flagging(bench: HubBench) -> None:
    """Nor of refusals; flags have a bound of their own, so that whoever has the key can't fill the hub."""
    custody = await received(bench)
    for second in range(CONSENTS_MAX):
        assert await say(custody, custody.share.consent(RUTH, later_s=second)) == DONE
    assert await say(custody, custody.share.consent(RUTH, later_s=CONSENTS_MAX)) == (409, "too_many_consents")
    answers = [await say(custody, custody.share.flag(later_s=second)) for second in range(FLAGS_MAX + 1)]
    assert answers == [DONE] * FLAGS_MAX + [(409, "too_many_consents")]
    assert await say(custody, custody.share.consent(RUTH, later_s=60, refuses=True)) == DONE
    async with bench.hub.database.reading() as session:
        assert len((await session.scalars(select(ConsentRow.sha256))).all()) == CONSENTS_MAX + FLAGS_MAX + 1


async def test_a_flagged_share_lives_as_any_other_does(bench: HubBench) -> None:
    """It is accepted, held and deleted by custodians, and goes by itself when nobody accepts it."""
    taken, left = (Custody(bench=bench, share=bench.share(clip=b"clip" * 1_000, flagged=True)) for _ in range(2))
    for custody in (taken, left):
        await bench.home.send(custody.share)
    assert await say(taken, taken.share.consent()) == DONE
    assert await taken.act("custodian", "accept") == DONE
    assert await taken.act("custodian", "holds", reason=REASON) == DONE
    asked = {"name": RUTH.name, "organisation": RUTH.organisation, "until": "2027-01-01T00:00:00Z"}
    assert await taken.act("custodian", "passing", **asked) == (409, "sensitive")
    await days_pass(bench, 31)
    assert [custody.bytes_kept for custody in (taken, left)] == [True, False]


async def test_a_test_card_is_flagged_by_nobody(tmp_path: Path) -> None:
    """Nothing of anybody is in it: not later, not by an officer or a custodian, and it is sealed to all."""
    async with running_hub(tmp_path, drill=True) as drill:
        custody = await received(drill)
        assert await say(custody, custody.share.flag()) == (409, "exercise")
        for who in ("officer", "custodian"):
            assert await custody.act(who, "flag") == (409, "exercise")
        page = await drill.officer_asks(
            await drill.sign_in("custodian"), "GET", f"/shares/{custody.share.share.share_id}/custody"
        )
        assert b'data-test="flag"' not in page[2]
        sealed = drill.share(flagged=True)
        _, _, answer = await drill.home.ask("POST", "/v1/shares", data=sealed.envelope)
        assert json.loads(answer)["error"] == "recipients_differ"
        assert (await custody.told())["flagged_by"] is None


async def test_only_custodians_keys_open_what_was_flagged_before_it_was_sent(bench: HubBench) -> None:
    """Whatever the hub hands out, and to whom: the headers have no stanza for an officer."""
    flagged, plain = (bench.share(clip=b"clip" * 1_000, flagged=flagged).share.parts for flagged in (True, False))
    officer = officers_key(bench)
    for part in (*flagged, *plain):
        assert open_header(part.header, custodians_key(bench))
    for part in plain:
        assert open_header(part.header, officer)
    for part in flagged:
        with pytest.raises(ProtocolError, match="not_a_recipient"):
            open_header(part.header, officer)
