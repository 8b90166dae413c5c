"""The page of what is decided about a share offers what would be done, and nothing that would be refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.hub.shares.desks import DONE, REASON, Custody, accepted, received
from tests.simulators.joining import joins
from tests.simulators.proofs import intent_of

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench


async def offered(custody: Custody, who: str) -> set[str]:
    """Return the acts that a person's page has a form for."""
    return set(re.findall(r'<form[^>]* data-test="([a-z0-9-]+)"', await page_of(custody, who)))


async def page_of(custody: Custody, who: str) -> str:
    """Return a person's page."""
    cookies = await custody.bench.sign_in(who)
    path = f"/shares/{custody.share.share.share_id}/custody"
    status, _, answer = await custody.bench.officer_asks(cookies, "GET", path)
    assert status == 200
    return answer.decode()


async def test_each_is_offered_what_they_may_do(bench: HubBench) -> None:
    """Through a share's life; who asked for a deletion is offered to take it back, another person to confirm it."""
    await joins(bench.settings.folder.parent, "second", "custodian")
    custody = await received(bench)
    assert await offered(custody, "officer") == {"decline", "flag"}
    assert await offered(custody, "custodian") == {"decline", "flag", "ask-deletion"}
    assert await custody.open() == DONE
    assert await custody.act("officer", "decline") == DONE
    assert await offered(custody, "officer") == {"keep", "flag"}
    assert await custody.act("custodian", "flag") == DONE
    assert await offered(custody, "custodian") == {"keep", "unflag", "hold", "ask-deletion"}
    assert await custody.act("custodian", "holds", reason=REASON) == DONE
    assert await offered(custody, "second") == {"keep", "unflag", "hold", "release-1"}
    assert await custody.act("custodian", "holds/1/release", reason=REASON) == DONE
    assert await custody.act("custodian", "deletions", reason=REASON) == DONE
    assert await offered(custody, "custodian") == {"keep", "unflag", "hold", "take-back"}
    assert await offered(custody, "second") == {"keep", "unflag", "hold", "take-back", "confirm"}
    for who, words in (
        ("second", "A deletion waits for a second custodian: you, or another"),
        ("custodian", "Its deletion waits"),
    ):
        assert words in (await page_of(custody, who)).partition('id="kept"')[0], who  # before all else
    assert await custody.act("second", "deletions/1/confirm") == DONE
    assert await offered(custody, "custodian") == {"hold", "take-back"}
    await custody.days_pass(8)
    assert await offered(custody, "custodian") == set()
    assert 'data-test="tombstone"' in await page_of(custody, "custodian")


async def test_what_needs_the_passkey_again_names_the_act_that_the_hub_asks_for(bench: HubBench) -> None:
    """The form of a confirmation says what the passkey is proven for; no other form of the page needs it."""
    await joins(bench.settings.folder.parent, "second", "custodian")
    custody = await accepted(bench)
    assert await custody.act("custodian", "deletions", reason=REASON) == DONE
    forms = re.findall(
        r'<form[^>]* data-path="([^"]+)" data-fresh="([^"]*)" data-subject="([^"]*)"', await page_of(custody, "second")
    )
    for path, act, subject in forms:
        if path.endswith("/confirm"):
            wanted = intent_of("token", "POST", path)
            assert (act, subject) == (wanted.act, wanted.subject)
        else:
            assert (act, subject) == ("", "")
            with pytest.raises(LookupError):
                intent_of("token", "POST", path)
    assert len(forms) >= 4


async def test_a_reason_is_only_text_on_the_page(bench: HubBench) -> None:
    """Whoever wrote it."""
    custody = await accepted(bench)
    assert await custody.act("custodian", "holds", reason="<script>alert(1)</script>") == DONE
    page = await page_of(custody, "officer")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "Acceptance before the 24 hours are over" in page
