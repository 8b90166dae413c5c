"""A box between home and hub: a captive portal, a proxy's own errors, lost and cut answers, replayed requests.

What a box says is never taken for the hub's word: nothing ends, is taken back, or is believed because of it.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import pytest
from homeassistant.config_entries import SOURCE_USER
from homeassistant.helpers import issue_registry as ir

from custom_components.milton_share.const import DOMAIN
from custom_components.milton_share.runtime import scheduler
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from tests.cases import in_ci
from tests.milton_share.conftest import PIN, Home, join
from tests.simulators.bad_network import BadMiddlebox, Mischief, between, page
from tests.simulators.city import age_identity
from tests.simulators.hub import CODE, CODES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from homeassistant.core import HomeAssistant

    from custom_components.milton_share.cases.model import CaseView
    from tests.milton_share.conftest import Owner
    from tests.simulators.hub import HubSimulator

FEED, SHARES, UPLOADS = ("GET", "/v1/feed"), ("POST", "/v1/shares"), ("PATCH", "/v1/uploads/")
LOG = ("GET", "/v1/log/")
AWAY_S = 3.0
WITHDRAWALS, LEAVE = ("POST", "/v1/withdrawals"), ("DELETE", "/v1/enrolment")

PAGES = {
    "portal": page(),
    "redirect": page("302 Found", b"", "Location: https://login.portal.example/"),
    "sign in first": page("401 Unauthorized"),
    "no such page": page("404 Not Found"),
    "not allowed here": page("403 Forbidden"),
    "conflict": page("409 Conflict"),
    "gone": page("410 Gone"),
    "proxy without the hub": page("502 Bad Gateway"),
    "nothing at all": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.9\r\n",
    "endless head": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
}
FINAL = {name: PAGES[name] for name in ("portal", "no such page", "conflict", "gone", "nothing at all")}
"""What could be taken for the end of something."""


@pytest.fixture
async def box(hub: HubSimulator) -> AsyncIterator[BadMiddlebox]:
    """Stand between the home and the hub, whose record names this address."""
    async for one in between(hub.url, BadMiddlebox):
        assert isinstance(one, BadMiddlebox)
        hub.reached_at(one.url)
        yield one


@pytest.fixture
async def home(hass: HomeAssistant, hub: HubSimulator, owner: Owner, box: BadMiddlebox) -> AsyncIterator[Home]:
    """Enrol a home through the box."""
    hass.states.async_set("camera.front_door", "idle", {"friendly_name": "Front door", "supported_features": 2})
    entry = await join(hass, hub)
    assert entry.data["home_url"] == box.url
    yield Home(hass=hass, hub=hub, entry=entry, owner=owner)
    if hass.config_entries.async_get_entry(entry.entry_id):
        await hass.config_entries.async_unload(entry.entry_id)


def always(box: BadMiddlebox, call: tuple[str, str], answer: bytes) -> None:
    """Answer a call so from now on."""
    method, path = call
    box.always.append(Mischief(method=method, path=path, answer=answer))


def tries(box: BadMiddlebox, call: tuple[str, str]) -> int:
    """Count how often a call came."""
    return sum(method == call[0] and path.startswith(call[1]) for method, path in box.seen)


async def seen_more(home: Home, box: BadMiddlebox, call: tuple[str, str], more: int = 2) -> None:
    """Wait until a call came some more times."""
    before = tries(box, call)
    await home.until(lambda: tries(box, call) >= before + more)


async def shared_once(home: Home, case: CaseView, share_id: str) -> None:
    """Wait for the receipt; the hub has one share, receipted once, of the very bytes that were looked at."""
    await home.until(lambda: home.case(case.request_id).state == "receipted", 30)
    assert list(home.hub.shares) == [share_id]
    assert len(home.hub.receipts[share_id]) == 1
    assert case.clip is not None
    clip = open_sealed(home.hub.file(share_id, "clip"), age_identity("custodian-1"))
    assert hashlib.sha256(clip).hexdigest() == case.clip.clip_sha256


@pytest.mark.parametrize("page", in_ci(PAGES, ["portal", "redirect", "no HTTP"]))
async def test_a_box_that_answers_for_the_hub_is_no_contact_and_no_refusal(
    home: Home, box: BadMiddlebox, page: str
) -> None:
    """The link says that there is none, what is known stays, no new code is asked for; then it goes on by itself."""
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    always(box, FEED, PAGES[page])
    await home.until(lambda: home.state().snapshot.link == "away")
    await seen_more(home, box, FEED)
    assert home.state().snapshot.open_requests == 1
    assert not home.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    box.always.clear()
    await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: home.state().snapshot.open_requests == 2)
    assert home.state().snapshot.link == "feed"


@pytest.mark.parametrize("page", in_ci(FINAL, ["portal", "gone"]))
async def test_a_box_that_answers_for_the_log_accuses_nobody(home: Home, box: BadMiddlebox, page: str) -> None:
    """No proof came, which is said; that the city rewrote its history is not."""
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    always(box, LOG, PAGES[page])
    await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: home.state().snapshot.trust_rule == "log_not_checked")
    assert not ir.async_get(home.hass).async_get_issue(DOMAIN, "city_not_trusted")
    box.always.clear()
    home.hub.publish()
    await home.until(lambda: home.state().snapshot.open_requests == 2)


async def test_a_log_that_no_answer_came_about_is_asked_about_again_by_itself(
    home: Home, box: BadMiddlebox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub that ended just then is back soon; the longer it is away, the seldomer it is asked."""
    monkeypatch.setattr(scheduler, "ASK_AGAIN_S", 0.1)
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    always(box, LOG, b"")
    before = tries(box, LOG)
    await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: home.state().snapshot.trust_rule == "log_not_checked")
    await asyncio.sleep(AWAY_S)  # by twice as long each time it asks five times, else twenty; aiohttp asks each twice
    assert 4 <= tries(box, LOG) - before <= 16
    box.always.clear()
    await home.until(lambda: home.state().snapshot.open_requests == 2)


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("page", in_ci(FINAL, ["portal", "gone"]))
@pytest.mark.parametrize("call", [SHARES, UPLOADS], ids=["announcing", "sending"])
async def test_a_box_that_answers_for_the_hub_ends_no_share(
    home: Home, box: BadMiddlebox, call: tuple[str, str], page: str
) -> None:
    """An approval is not over because a proxy says that something is gone: the share says its trouble, and arrives."""
    await home.place_camera()
    case = await home.looked_at()
    always(box, call, PAGES[page])
    share_id = await home.approve(case)
    await home.until(lambda: tries(box, call) >= 2)
    share = home.case(case.request_id).share
    assert share is not None
    assert share.trouble
    assert home.case(case.request_id).state == "sealed"
    box.always.clear()
    await shared_once(home, case, share_id)


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("page", in_ci(FINAL, ["portal", "gone"]))
async def test_a_box_that_answers_for_the_hub_takes_nothing_back(home: Home, box: BadMiddlebox, page: str) -> None:
    """A withdrawal waits for the hub's own word: neither done nor refused by anybody else's."""
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    always(box, WITHDRAWALS, PAGES[page])
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: tries(box, WITHDRAWALS) >= 2)
    shown = home.case(case.request_id)
    assert shown.state == "receipted"
    assert shown.share is not None
    assert (shown.share.withdraw_wanted, shown.share.withdraw_refused) == (True, None)
    assert home.hub.withdrawn == []
    box.always.clear()
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")
    assert home.hub.withdrawn == [share_id]


@pytest.mark.parametrize("answer", [PAGES["portal"], PAGES["no such page"], b""], ids=["portal", "404", "nothing"])
async def test_a_leave_that_no_hub_heard_is_said(
    home: Home, box: BadMiddlebox, answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """All is wiped here; that the city still has this home's name at its door is told, not passed over."""
    always(box, LEAVE, answer)
    assert await home.hass.config_entries.async_remove(home.entry.entry_id)
    assert "The hub was not told that this home left" in caplog.text
    assert not home.hub.left


ANSWER_FAULTS: dict[str, dict[str, int]] = {
    "lost": {"lose_answer": True},
    "cut in its head": {"keep_bytes": 20},
    "cut in its body": {"keep_bytes": 190},
    "said to be longer": {"claimed_length": 100_000},
    "said to be shorter": {"claimed_length": 1},
}


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    ("call", "fault"),
    [
        *((call, "lost") for call in (SHARES, UPLOADS, WITHDRAWALS)),
        *(pytest.param(SHARES, fault, marks=pytest.mark.long) for fault in ANSWER_FAULTS if fault != "lost"),
        (UPLOADS, "cut in its head"),
        (WITHDRAWALS, "said to be longer"),
    ],
)
async def test_an_answer_that_is_lost_after_the_hub_acted_repeats_nothing(
    home: Home, box: BadMiddlebox, call: tuple[str, str], fault: str
) -> None:
    """One share, one receipt, one withdrawal; what was announced twice is the same, byte for byte."""
    box.script.append(Mischief(method=call[0], path=call[1], **ANSWER_FAULTS[fault]))
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case)
    await shared_once(home, case, share_id)
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")
    assert box.script == []
    assert set(home.hub.withdrawn) == {share_id}
    for path in ("/v1/shares", "/v1/withdrawals"):
        assert len({body.body for body in home.hub.calls if body.path == path}) == 1


@pytest.mark.usefixtures("recorded")
async def test_requests_that_the_network_repeats_do_nothing_twice(home: Home, box: BadMiddlebox) -> None:
    """Every call that changes something comes three times at the hub; the home notices nothing."""
    for method, path in (SHARES, UPLOADS, UPLOADS, WITHDRAWALS):
        box.script.append(Mischief(method=method, path=path, replays=2))
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case)
    await shared_once(home, case, share_id)
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")
    assert box.script == []
    assert box.replayed == [200, 200, 409, 409, 409, 409, 200, 200]
    share = home.case(case.request_id).share
    assert share is not None
    assert [receipt.event for receipt in share.receipts] == ["received"]


CITY, ENROL = {"method": "GET", "path": "/v1/city"}, {"method": "POST", "path": "/v1/enrol"}


STEPS = {
    "a portal for the city": (Mischief(**CITY, answer=PAGES["portal"]), "user", "not_a_hub"),
    "a redirect for the city": (Mischief(**CITY, answer=PAGES["redirect"]), "user", "hub_away"),
    "no page for the city": (Mischief(**CITY, answer=PAGES["no such page"]), "user", "not_a_hub"),
    "no HTTP for the city": (Mischief(**CITY, answer=PAGES["no HTTP"]), "user", "hub_away"),
    "a portal for the code": (Mischief(**ENROL, answer=PAGES["portal"]), "pin", "not_a_hub"),
    "a redirect for the code": (Mischief(**ENROL, answer=PAGES["redirect"]), "pin", "hub_away"),
    "no page for the code": (Mischief(**ENROL, answer=PAGES["no such page"]), "pin", "not_a_hub"),
    "nothing for the code": (Mischief(**ENROL, answer=PAGES["nothing at all"]), "pin", "hub_away"),
}


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("what", in_ci(list(STEPS), ["a portal for the city", "nothing for the code"]))
async def test_an_enrollment_through_such_a_box_says_so_and_can_be_gone_on_with(
    hass: HomeAssistant, hub: HubSimulator, box: BadMiddlebox, what: str
) -> None:
    """The step is shown again with what was wrong; no code is used up by it."""
    mischief, step, rule = STEPS[what]
    box.script.append(mischief)
    configure = hass.config_entries.flow.async_configure
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    asked = {"invitation": f"{box.url}/enrol#code={CODE}"}
    pin = {"pin": PIN, "pin_again": PIN}
    flow = await configure(flow["flow_id"], asked)
    if step == "pin":
        flow = await configure(flow["flow_id"], {"same_words": True})
        flow = await configure(flow["flow_id"], pin)
    assert (flow["step_id"], flow["errors"]) == (step, {"base": rule})
    if step == "user":
        flow = await configure(flow["flow_id"], asked)
        flow = await configure(flow["flow_id"], {"same_words": True})
    made = await configure(flow["flow_id"], pin)
    await hass.async_block_till_done()
    assert hub.codes == {**dict.fromkeys(CODES), CODE: made["result"].data["home_id"]}
    await hass.config_entries.async_unload(made["result"].entry_id)


@pytest.mark.usefixtures("owner")
async def test_an_enrollment_whose_answer_is_lost_uses_the_code_once(
    hass: HomeAssistant, hub: HubSimulator, box: BadMiddlebox
) -> None:
    """The same home asks again with the same code, and is the same home."""
    box.script.append(Mischief(method="POST", path="/v1/enrol", lose_answer=True))
    configure = hass.config_entries.flow.async_configure
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    flow = await configure(flow["flow_id"], {"invitation": f"{box.url}/enrol#code={CODE}"})
    flow = await configure(flow["flow_id"], {"same_words": True})
    flow = await configure(flow["flow_id"], {"pin": PIN, "pin_again": PIN})
    assert flow["errors"] == {"base": "hub_away"}
    made = await configure(flow["flow_id"], {"pin": PIN, "pin_again": PIN})
    await hass.async_block_till_done()
    assert hub.codes[CODE] == made["result"].data["home_id"]
    assert len(hub.device_keys) == 1
    await hass.config_entries.async_unload(made["result"].entry_id)


async def test_a_home_that_the_hub_knows_again_goes_on_by_itself(home: Home, box: BadMiddlebox) -> None:
    """A hub whose backup was played in knew this home for a while no more."""
    unknown = b'{"error":"home_unknown","message":"x"}'
    always(box, FEED, page("401 Unauthorized", unknown))
    await home.until(lambda: home.state().snapshot.link == "refused")
    await seen_more(home, box, FEED)
    assert len(home.hass.config_entries.flow.async_progress_by_handler(DOMAIN)) == 1
    box.always.clear()
    await home.receive()
    await home.until(lambda: home.state().snapshot.link == "feed")
