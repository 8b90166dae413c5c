"""Law 4: each kind of request that must be refused: nothing to share, the reason shown, logged once, nothing sent."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED, MATCH_ALL
from homeassistant.helpers import issue_registry as ir

from custom_components.milton_share.cameras.matching import case_id
from custom_components.milton_share.cases.state import ConsentCase, Hold, Look, Match
from custom_components.milton_share.city import repository
from custom_components.milton_share.city.repository import KeptRequest
from custom_components.milton_share.const import DOMAIN, PIN_TRIES
from custom_components.milton_share.notifications.schedule import Notification
from custom_components.milton_share.shared.milton_protocol import passkey, policy_shape, verification
from custom_components.milton_share.shared.milton_protocol.errors import Rule
from custom_components.milton_share.storage.durable_steps import Step
from tests.milton_share.conftest import CAMERA, PIN
from tests.milton_share.panel.conftest import token_of

from . import refusals, refused_signatures
from .refusals import Row, staff

if TYPE_CHECKING:
    from sqlite3 import Connection

    from tests.milton_share.conftest import Home, Owner
    from tests.milton_share.panel.conftest import Connect, Line

HARMLESS = {"GET /v1/feed", "GET /v1/city", "GET /v1/log/consistency", "POST /v1/enrol"}
ROWS = (*refusals.ROWS, *refused_signatures.ROWS)
JUDGES = (verification, passkey, policy_shape)  # of a request; of the city's trust documents: test_law_4_papers
READS = 3  # of the feed, each followed by a look at everything


async def state(line: Line) -> dict[str, Any]:
    """Return what a page that is opened now is told first."""
    await line.result("subscribe")
    return (await line.event())["state"]


async def looked_again(home: Home) -> None:
    """Wait until the home has read the feed, and judged all of it, several times more."""
    for _ in range(READS):
        home.hub.publish()
        sequence = home.hub.city.sequence
        await home.until(lambda sequence=sequence: home.services.pins.seen.live_sequence >= sequence)


def lines_of(caplog: pytest.LogCaptureFixture, subject: str) -> list[str]:
    """Return what was logged of a request."""
    return [record.getMessage() for record in caplog.records if subject in record.getMessage()]


def test_every_rule_of_a_request_has_a_bad_request() -> None:
    """Found in the code that judges: a rule that is new there fails here until a request breaks it."""
    named = {name for each in JUDGES for name in re.findall(r"ProtocolError\(Rule\.(\w+)", inspect.getsource(each))}
    assert len(named) > 35
    assert {str(Rule[name]) for name in named} - {row.rule for row in ROWS} == set()


@pytest.mark.usefixtures("recorded")
async def test_every_kind_of_bad_request_is_refused_with_its_reason(
    home: Home, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    """All at one home, with a camera that has the footage; and again after a restart."""
    caplog.set_level(logging.INFO, "custom_components.milton_share")
    await home.place_camera()
    staff(home.hub.city)
    await looked_again(home)  # else a camera may rightly be searched before its officer's revocation is read
    home.hub.city.publish()  # one that is in order, so that there is a leaf of another, and something to compare with
    (good,) = home.hub.city.bundles
    ids = {row.named: row.bend(home.hub.city) for row in ROWS}
    home.hub.publish()
    await home.until(lambda: home.case(good).state == "held", 30)
    await looked_again(home)
    problems = await _problems(line, ids)
    assert problems == []
    assert home.state().snapshot.open_requests == 2, "the one that is in order, and of the replayed ones the first"
    await home.restart()
    await looked_again(home)
    assert await _problems(line, ids) == []
    said = {row.named: lines_of(caplog, ids[row.named]) for row in ROWS}
    at_once = [row for row in ROWS if row.rule != Rule.NOT_LIVE]  # which may be on its way: test_refusal_log
    assert [row.named for row in at_once if len(said[row.named]) != 1] == []
    assert all(said[row.named][0].endswith(f"by the rule {row.rule}") for row in at_once)
    assert lines_of(caplog, good) == []
    assert set(home.hub.paths()) <= HARMLESS
    assert home.hub.shares == {}
    await _as_if_looked_at_before(home, line, good, ids)


async def _as_if_looked_at_before(home: Home, line: Line, good: str, ids: dict[str, str]) -> None:
    """Give each refused request what only a good one gets: a case with a clip. No way to share gets past the rule."""
    case = home.case(good)
    assert case.footage_from is not None
    start = case.footage_from + timedelta(seconds=2)
    await home.panel.review.look(home.owner.session, case.case_id, start, start + timedelta(seconds=12), audio=False)
    book = home.services.book
    review = book.reviews[case.case_id]
    for number, row in enumerate(ROWS):
        request_id, named = ids[row.named], number % 2 == 0
        asked = home.request(request_id) or home.request(good)
        assert asked is not None
        sealed_to = asked.recipients_sha256 if named else asked.custodians_sha256
        own = case_id(request_id, f"{CAMERA}.{sealed_to}")
        await home.services.database.run(Step.REQUEST_KEPT, partial(kept, request_id))
        async with home.busy():  # a round would end the case half-way
            await book.open(ConsentCase(case_id=own, request_id=request_id, camera_id=CAMERA))
            for step in (Match(), Hold()):
                await book.advance(own, step)
            await book.keep_review(own, Look(review.manifest.clip_sha256), review)
        clip = {"case_id": own, "clip_sha256": review.manifest.clip_sha256, "recipients_sha256": sealed_to}
        rule = await line.refusal("approve", **clip, pin=PIN, named=named, keep_sources=named)
        assert rule == row.rule, row.named
        may_come_right = row.rule == Rule.NOT_YET_VALID
        assert book.case(own).state == ("reviewing" if may_come_right else "lapsed"), row.named
        assert await line.refusal("file/check", request_id=request_id) == row.rule, row.named
    assert home.hub.shares == {}
    assert book.shares == {}
    assert home.panel.approver_for(home.owner.session).tries_left == PIN_TRIES, "what can't be shared costs no try"


def kept(request_id: str, connection: Connection) -> None:
    """Remember that a request was good once, as a case's table asks."""
    now = datetime.now(UTC)
    said = Notification(tag=request_id[:32], request_id=request_id, urgent=False, verified_at=now, expires_at=now)
    request = KeptRequest(request_id=request_id, bundle=b"", keep_until=now + timedelta(days=1))
    repository.keep(connection, request=request, salt=request_id, notification=said, now=now)


async def _problems(line: Line, ids: dict[str, str]) -> list[tuple[str, str]]:
    """Return each row that the page is not told as it must be, and what is wrong."""
    now = await state(line)
    shown = {request["request_id"]: request for request in now["requests"]}
    unreadable = {one["request_id"]: one["refused"] for one in now["unreadable"]}
    found = []
    for row in ROWS:
        request_id = ids[row.named]
        request = shown.get(request_id)
        refused = request["refused"] if request else unreadable.get(request_id)
        if refused != row.rule or (request is not None) != row.readable:
            found.append((row.named, f"shown as {refused}, readable: {request is not None}"))
        if request is not None and request["cases"]:
            found.append((row.named, "a camera was searched"))
        found += [(row.named, one) for one in await _possibilities(line, request_id, row)]
    return found


async def _possibilities(line: Line, request_id: str, row: Row) -> list[str]:
    """Return what could be done about a request though it is refused."""
    case = case_id(request_id, CAMERA)
    answers = {
        "look": await line.refusal(
            "look",
            case_id=case,
            **{"from": "2026-11-10T07:10:00Z", "until": "2026-11-10T07:11:00Z"},
            audio=False,
        ),
        "approve": await line.refusal(
            "approve",
            case_id=case,
            clip_sha256="ab" * 32,
            recipients_sha256="cd" * 32,
            pin=PIN,
            named=False,
            keep_sources=False,
        ),
    }
    return [f"{act}: {rule}" for act, rule in answers.items() if rule not in {"unknown_case", row.rule}]


@pytest.mark.usefixtures("recorded")
async def test_a_refusal_is_told_to_approvers_on_the_page_and_to_nobody_else(
    home: Home, line: Line, connect: Connect, administrator: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    """One line of the log, which says the same at every home; no phone, entity, event or repair, and not the hub."""
    caplog.set_level(logging.INFO, "custom_components.milton_share")
    phone = home.phone()
    await home.tell_phones()
    await looked_again(home)
    calls = len(home.hub.calls)
    before = {each.entity_id: each.state for each in home.hass.states.async_all()}
    events: list[str] = []
    home.hass.bus.async_listen(MATCH_ALL, lambda event: events.append(event.event_type))
    row = next(row for row in ROWS if row.rule == Rule.SIGNATURE_WRONG)
    request_id = row.bend(home.hub.city)
    home.hub.publish()
    await looked_again(home)
    (shown,) = (await state(line))["requests"]
    assert (shown["request_id"], shown["refused"], shown["cases"]) == (request_id, row.rule, [])
    other = await connect(token_of(administrator.user))
    assert await other.refusal("subscribe") == "not_approver"
    assert phone == []
    after = {each.entity_id: each.state for each in home.hass.states.async_all()}
    assert {name for name in after if after[name] != before.get(name)} <= {"sensor.milton_last_contact"}
    assert set(events) <= {EVENT_STATE_CHANGED, EVENT_STATE_REPORTED}
    assert [key for key in ir.async_get(home.hass).issues if key[0] == DOMAIN] == []
    assert {call.path for call in home.hub.calls[calls:]} <= {"/v1/feed", "/v1/log/consistency"}
    assert lines_of(caplog, request_id) == [f"Refused: request {request_id}, by the rule {row.rule}"]


async def test_a_replay_is_refused_also_long_after_the_first_was_forgotten(home: Home) -> None:
    """The salt stays used up, on disk, when the first request is gone from hub and home."""
    city = home.hub.city
    first = city.draft()
    first_id = await home.receive(asked=first)
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    del city.bundles[first_id]
    await home.restart()
    again = await home.receive(reason=first.reason + " Again.", salt=first.salt)
    await home.until(lambda: home.request(again).refused == "replayed")
    await asyncio.sleep(0)
    assert home.request(again).cases == ()
