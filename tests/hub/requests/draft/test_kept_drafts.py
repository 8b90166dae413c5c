"""Drafts that are kept while they are written; how a request begins."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from hub.identity.sessions.guard import COOKIE
from hub.policy.offenses import OFFENSES
from hub.policy.values import Policy
from hub.requests.draft.kept_drafts import KEPT_FOR, KEPT_MAX
from hub.requests.draft.rules import judge
from hub.requests.draft.templates import BLANK, TEMPLATES, Template
from hub.requests.model import KeptDraftRow
from tests.hub.requests.draft.test_policy import AROUND, ORDINARY

if TYPE_CHECKING:
    from tests.simulators.agency import Agency, Desk

DATA = re.compile(r'id="page-data"[^>]*>(.*?)</script>', re.DOTALL)


async def page(desk: Desk, draft_id: str = "") -> tuple[dict[str, Any], str]:
    """Return the data and the text of the page of a new request."""
    url = f"{desk.agency.officers_url}/requests/new?draft={draft_id}"
    headers = {"Accept": "text/html", "Cookie": f"{COOKIE}={desk.cookie}"}
    async with desk.agency.session.get(url, headers=headers) as answer:
        text = await answer.text()
        assert answer.status == 200, text
    match = DATA.search(text)
    assert match is not None
    return json.loads(match[1]), text


async def test_a_draft_comes_back_as_it_was_kept_last(agency: Agency) -> None:
    """A half-written one too; to its officer only, who may read others' requests or not."""
    officer = await agency.desk("officer")
    draft = agency.draft(reason="Two windows", area=None, until=None, contact="")
    assert (await officer.ask("POST", "/api/drafts", agency.draft(draft_id=draft["draft_id"])))[0] == 200
    status, answer = await officer.ask("POST", "/api/drafts", draft)
    assert (status, set(answer)) == (200, {"kept_at"})
    data, text = await page(officer, str(draft["draft_id"]))
    assert data["draft"] == draft
    assert str(draft["draft_id"]) not in text.partition("<main")[2]  # it is open, so the list does not name it
    data, text = await page(officer)
    assert data["draft"] is None
    assert f"?draft={draft['draft_id']}" in text
    async with agency.hub.database.session("test") as session:
        await session.execute(update(KeptDraftRow).values(person_id="somebody-else"))
    for draft_id in (draft["draft_id"], "0" * 32):
        status, answer = await officer.ask("GET", f"/requests/new?draft={draft_id}")
        assert (status, answer["error"]) == (404, "draft_unknown"), draft_id


async def test_a_draft_is_kept_no_longer_once_it_is_discarded_or_became_a_request(agency: Agency) -> None:
    """Nor by a call of the page that comes late."""
    officer = await agency.desk("officer")
    thrown_away, sent = agency.draft(), agency.draft()
    for draft in (thrown_away, sent):
        await officer.ask("POST", "/api/drafts", draft)
    body = {"draft_id": thrown_away["draft_id"]}
    assert await officer.ask("POST", "/api/drafts/discard", body) == (200, {})
    status, answer = await officer.ask("POST", "/api/drafts/discard", body)
    assert (status, answer["error"]) == (404, "draft_unknown")
    assert (await officer.ask("POST", "/api/requests", sent))[1]["request"] is not None
    assert (await officer.ask("POST", "/api/drafts", sent))[0] == 200
    assert await ids(agency) == []
    url = f"{agency.officers_url}/requests/new?draft={sent['draft_id']}"
    async with agency.session.get(url, headers=officer.headers, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"][:10]) == (303, "/requests/")  # to what it became


async def test_few_drafts_are_kept_and_for_days(agency: Agency) -> None:
    """The oldest makes room; what nobody goes on with is gone after a week."""
    officer = await agency.desk("officer")
    made = [secrets.token_hex(16) for _ in range(KEPT_MAX + 2)]
    for draft_id in made:
        agency.clock.ahead += timedelta(seconds=2)
        assert (await officer.ask("POST", "/api/drafts", agency.draft(draft_id=draft_id)))[0] == 200
    assert await ids(agency) == sorted(made[2:])
    async with agency.hub.database.session("test") as session:
        await session.execute(
            update(KeptDraftRow).where(KeptDraftRow.draft_id == made[-1]).values(content='{"of": "another version"}')
        )
    _, text = await page(officer)
    assert made[-1] not in text
    assert made[-2] in text
    agency.clock.ahead += KEPT_FOR
    await agency.hub.jobs.run_now("expiry")
    assert await ids(agency) == []


async def test_the_phone_number_of_the_last_request_is_remembered(agency: Agency) -> None:
    """One's own before the agency's; nothing where nobody has asked for anything."""
    officer = await agency.desk("officer")
    assert (await page(officer))[0]["contact"] == ""
    await agency.published(contact="+1 555 0111")
    assert (await page(officer))[0]["contact"] == "+1 555 0111"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.offence_code)
def test_a_template_is_half_a_sentence_that_nobody_can_publish_and_a_whole_one_once_it_is_finished(
    template: Template,
) -> None:
    """It names a listed offense, and needs no second person."""
    assert template.offence_code in OFFENSES
    end = ORDINARY.from_ and ORDINARY.from_ + timedelta(minutes=template.duration_min)
    draft = replace(ORDINARY, offence_code=template.offence_code, reason=template.reason, until=end)
    assert {broken.rule for broken in judge(draft, Policy(), AROUND).broken} == {"reason_unfinished"}
    finished = judge(replace(draft, reason=template.reason.replace(BLANK, "a light van")), Policy(), AROUND)
    assert (finished.broken, finished.exceeded) == ((), ())


async def ids(agency: Agency) -> list[str]:
    """Return the ids of all drafts that are kept."""
    async with agency.hub.database.reading() as session:
        return sorted(await session.scalars(select(KeptDraftRow.draft_id)))
