"""Law 8: what was acknowledged survives a dead hub, a broken line, and a stop at any step; nothing is sent twice."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import homeassistant.util.dt as dt_util
import pytest

from custom_components.milton_share.cases.state import Receive
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.shared.milton_protocol.messages.shares.passed_on import PassedOnTo
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from tests.milton_share.conftest import PIN
from tests.simulators.city import age_identity, ed25519

if TYPE_CHECKING:
    from custom_components.milton_share.cases.model import CaseView, ShareView
    from tests.milton_share.conftest import Home

pytestmark = pytest.mark.usefixtures("recorded")


async def test_an_approval_while_the_hub_is_away_is_sent_when_it_is_back(home: Home) -> None:
    """Also when Home Assistant was restarted meanwhile."""
    case = await _ready(home)
    share_id = await _approve_then_cut_off(home, case)
    await home.until(lambda: _share(home, case).trouble == "hub_away")
    await home.restart()
    await home.until(lambda: _share(home, case).trouble == "hub_away")
    assert home.hub.shares == {}
    home.hub.away = False
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    assert list(home.hub.shares) == [share_id]
    _opens(home, share_id, case)


async def test_a_line_that_breaks_inside_a_piece_goes_on_where_the_hub_is(home: Home) -> None:
    """Nothing is sent again but what was lost, and the bytes are the same."""
    case = await _ready(home)
    home.hub.piece_max_bytes = 10_000
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    patches = [call for call in home.hub.calls if call.method == "PATCH" and call.path.endswith("clip")]
    clip = next(part for part in home.hub.shares[share_id].parts if part.name == "clip")
    assert len(patches[-1].body) == clip.body_size_bytes - 10_000
    _opens(home, share_id, case)


async def test_a_lost_answer_to_the_announcement_repeats_the_very_same_bytes(home: Home) -> None:
    """The hub sees one share, not two."""
    case = await _ready(home)
    home.hub.answers["/v1/uploads/"] = [(503, "busy")]
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    announced = [call.body for call in home.hub.calls if call.path == "/v1/shares"]
    assert len(announced) == 2
    assert len(set(announced)) == 1
    assert list(home.hub.shares) == [share_id]


async def test_a_receipt_that_overtakes_the_last_answer_does_not_stop_the_outbox(home: Home) -> None:
    """The case is receipted when the outbox would call it uploaded; what comes next is done all the same."""
    case = await _ready(home)
    home.hub.pause, home.hub.receipts_given = asyncio.Event(), False
    share_id = await home.approve(case)
    await home.until(lambda: any(call.method == "PATCH" for call in home.hub.calls))
    book = home.services.book
    async with book._lock:  # noqa: SLF001  a step is being written; two more wait for it, the receipt first
        receipt = asyncio.create_task(book.advance(case.case_id, Receive()))
        home.hub.pause.set()
        await home.until(lambda: _share(home, case).sent_bytes == _share(home, case).size_bytes > 0)
        await asyncio.sleep(0.1)
    await receipt
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")
    assert home.hub.withdrawn == [share_id]


async def test_a_restart_between_upload_and_receipt_sends_nothing_again(home: Home) -> None:
    """The case waits for its receipt, and takes it when it comes."""
    case = await _ready(home)
    home.hub.receipts_given = False
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "uploaded")
    await home.restart()
    sent = len([call for call in home.hub.calls if call.method == "PATCH"])
    home.hub.give_receipt(share_id, "received")
    await home.until(lambda: home.request(case.request_id) and home.case(case.request_id).state == "receipted")
    assert len([call for call in home.hub.calls if call.method == "PATCH"]) == sent
    assert [receipt.event for receipt in _share(home, case).receipts] == ["received"]


async def test_receipts_survive_a_restart_and_only_grow(home: Home) -> None:
    """A shorter or foreign chain never takes a longer one's place."""
    case = await _ready(home)
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    home.hub.give_receipt(share_id, "fetched")
    await home.until(lambda: len(_share(home, case).receipts) == 2)
    home.hub.receipts[share_id].pop()
    home.hub.publish()
    await home.restart()
    await home.until(lambda: home.request(case.request_id) is not None)
    assert [receipt.event for receipt in _share(home, case).receipts] == ["received", "fetched"]


async def test_a_withdrawal_before_anything_left_reaches_no_hub(home: Home) -> None:
    """The hub never hears of the share."""
    case = await _ready(home)
    share_id = await _approve_then_hold_back(home, case)
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")
    assert home.hub.shares == {}
    assert home.hub.withdrawn == []


async def test_a_withdrawal_is_repeated_until_the_hub_answers(home: Home) -> None:
    """Across a dead hub and a restart, with the very same word."""
    case = await _ready(home)
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    home.hub.answers["/v1/withdrawals"] = [(503, "busy"), (503, "busy")]
    with pytest.raises(MiltonShareError, match="wrong_pin"):
        await home.panel.shares.withdraw(home.owner.session, share_id, "314159")
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.restart()
    await home.until(lambda: home.request(case.request_id) and home.case(case.request_id).state == "withdrawn")
    assert home.hub.withdrawn == [share_id]
    words = {call.body for call in home.hub.calls if call.path == "/v1/withdrawals"}
    assert len(words) == 1


async def test_an_agreement_to_earlier_acceptance_is_repeated_until_the_hub_answers(home: Home) -> None:
    """Across a dead hub and a restart, with the very same word; the share can still be taken back."""
    case = await _ready(home)
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    home.hub.answers["/v1/consents"] = [(503, "busy"), (401, "home_unknown")]
    with pytest.raises(MiltonShareError, match="wrong_pin"):
        await home.panel.shares.agree_early(home.owner.session, share_id, "314159")
    for _ in range(2):
        await home.panel.shares.agree_early(home.owner.session, share_id, PIN)
    await home.restart()
    await home.until(lambda: home.hub.agreed)
    assert home.hub.agreed == [share_id]
    assert len({call.body for call in home.hub.calls if call.path == "/v1/consents"}) == 1
    await home.until(lambda: home.request(case.request_id) is not None)
    assert (_share(home, case).early_wanted, _share(home, case).early_refused) == (True, None)
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    with pytest.raises(MiltonShareError, match="nothing_shared"):
        await home.panel.shares.agree_early(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")


async def test_what_the_owner_says_of_passing_a_share_on_reaches_the_hub_and_can_be_changed(home: Home) -> None:
    """By the share's own key, for the very person asked about; a later word is later, whatever the clock did."""
    case = await _ready(home)
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    until = dt_util.utcnow().replace(microsecond=0) + timedelta(days=30)
    to = PassedOnTo(name="Ruth Ellery", organisation="Fulton County District Attorney", until=until)
    home.hub.give_receipt(share_id, "asked", to)
    await home.until(lambda: len(_share(home, case).receipts) == 2)
    assert _share(home, case).receipts[1].to == to
    say = partial(home.panel.shares.say_of_passing, home.owner.session, share_id)
    for question in (1, 3):
        with pytest.raises(MiltonShareError, match="nothing_asked"):
            await say(question, PIN, agrees=True)
    with pytest.raises(MiltonShareError, match="wrong_pin"):
        await say(2, "314159", agrees=True)
    assert _share(home, case).passing == ()
    home.hub.answers["/v1/consents"] = [(503, "busy")]
    for _ in range(2):
        await say(2, PIN, agrees=True)
    await home.restart()
    await home.until(lambda: home.hub.passing)
    await home.until(lambda: home.request(case.request_id) is not None)
    await home.panel.shares.say_of_passing(home.owner.session, share_id, 2, PIN, agrees=False)
    await home.until(lambda: len(home.hub.passing) == 2)
    first, second = home.hub.passing
    assert (first.refuses, second.refuses, second.at > first.at) == (False, True, True)
    assert {(word.to.name, word.to.until) for word in home.hub.passing} == {("Ruth Ellery", until)}
    assert [(one.question, one.agrees, one.refused) for one in _share(home, case).passing] == [(2, False, None)]
    assert len({call.body for call in home.hub.calls if call.path == "/v1/consents"}) == 2


async def test_a_word_that_the_hub_refuses_is_shown_and_one_after_the_end_is_not_taken(home: Home) -> None:
    """Nor one on a share that is wanted back."""
    case = await _ready(home)
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    now = dt_util.utcnow().replace(microsecond=0)
    for until in (now + timedelta(days=30), now - timedelta(seconds=1)):
        home.hub.give_receipt(share_id, "asked", PassedOnTo(name="R", organisation="DA", until=until))
    await home.until(lambda: len(_share(home, case).receipts) == 3)
    say = partial(home.panel.shares.say_of_passing, home.owner.session, share_id)
    with pytest.raises(MiltonShareError, match="nothing_asked"):
        await say(3, PIN, agrees=True)
    home.hub.answers["/v1/consents"] = [(410, "deleted")]
    await say(2, PIN, agrees=True)
    await home.until(lambda: [one.refused for one in _share(home, case).passing] == ["deleted"])
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    with pytest.raises(MiltonShareError, match="nothing_shared"):
        await say(2, PIN, agrees=False)


async def test_what_was_accepted_meanwhile_needs_no_agreement(home: Home) -> None:
    """The hub's rule is shown, and it is not asked again."""
    case = await _ready(home)
    share_id = await home.approve(case)
    with pytest.raises(MiltonShareError, match="nothing_shared"):
        await home.panel.shares.agree_early(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    home.hub.accepted.add(share_id)
    await home.panel.shares.agree_early(home.owner.session, share_id, PIN)
    await home.until(lambda: _share(home, case).early_refused == "already_accepted")
    assert home.hub.agreed == []


async def test_what_a_custodian_accepted_can_not_be_taken_back(home: Home) -> None:
    """The hub's rule is shown, and the share stays."""
    case = await _ready(home)
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    home.hub.accepted.add(share_id)
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: _share(home, case).withdraw_refused == "already_accepted")
    assert home.case(case.request_id).state == "receipted"


@pytest.mark.parametrize("rule", ["request_closed", "revoked"])
async def test_a_request_that_closed_before_the_upload_takes_nothing(home: Home, rule: str) -> None:
    """The approval lapses; the sealed bytes are wiped."""
    case = await _ready(home)
    home.hub.answers["/v1/shares"] = [(410, rule)]
    await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "lapsed")
    assert home.hub.shares == {}


async def test_not_this_time_wipes_the_clip_and_stays(home: Home) -> None:
    """Also after a restart; it can't be looked at again."""
    case = await _ready(home)
    assert case.clip is not None
    path = home.panel.review.preview_path(home.owner.session, case.case_id, case.clip.clip_sha256)
    await home.panel.decisions.not_this_time(home.owner.session, case.request_id)
    assert not path.exists()
    await home.restart()
    await home.until(lambda: home.request(case.request_id) is not None)
    assert home.case(case.request_id).state == "declined"
    with pytest.raises(MiltonShareError, match="already_decided"):
        await home.panel.review.look(home.owner.session, case.case_id, case.clip.from_, case.clip.until, audio=False)


async def test_a_share_that_the_hub_never_got_is_taken_back_without_it(home: Home) -> None:
    """It was announced into a dead line, so the hub is asked, and knows nothing."""
    case = await _ready(home)
    home.hub.answers["/v1/shares"] = [(503, "busy")] * 50
    share_id = await home.approve(case)
    await home.until(lambda: _share(home, case).trouble == "busy")
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")
    assert home.hub.shares == {}


async def test_a_withdrawal_stops_an_upload_that_is_on_its_way(home: Home) -> None:
    """No further piece is sent once the owner said so."""
    case = await _ready(home)
    home.hub.pause = asyncio.Event()
    share_id = await home.approve(case)
    await home.until(lambda: any(call.method == "PATCH" for call in home.hub.calls))
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")
    home.hub.pause.set()
    assert home.hub.withdrawn == [share_id]
    assert [call.path for call in home.hub.calls if call.method == "PATCH"] == [f"/v1/uploads/{share_id}/clip"]


async def test_an_approval_waits_while_the_city_is_unclear(home: Home) -> None:
    """Stale documents neither send nor end it."""
    case = await _ready(home)
    await _approve_then_hold_back(home, case)
    city = home.hub.city
    past = city.now - timedelta(hours=30)
    city.sequence += 1
    home.hub.put("live", city.live_envelope(issued_at=past, expires_at=past + timedelta(hours=24)))
    await home.until(lambda: home.state().snapshot.trust_rule == "live_expired")
    _mend(home)
    await _rounds(home, 3)
    assert home.case(case.request_id).state == "approved"
    home.hub.publish()
    await home.until(lambda: home.case(case.request_id).state == "receipted")


async def test_an_approval_ends_with_the_request_it_was_given_for(home: Home) -> None:
    """Withdrawn by the police before anything was sent: nothing is."""
    case = await _ready(home)
    await _approve_then_hold_back(home, case)
    home.hub.city.withdrawn.update(home.hub.city.bundles)
    home.hub.publish()
    await home.until(lambda: home.request(case.request_id).refused == "withdrawn")
    _mend(home)
    await home.until(lambda: home.case(case.request_id).state == "lapsed")
    assert home.hub.shares == {}


async def test_receipts_that_are_not_in_order_are_not_believed(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """Another key, another share, a chain with a hole: the case waits for true ones."""
    case = await _ready(home)
    home.hub.receipts_given = False
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "uploaded")
    home.hub.city.hub_key, true_key = ed25519("a thief"), home.hub.city.hub_key
    home.hub.give_receipt(share_id, "received")
    home.hub.city.hub_key = true_key
    home.hub.publish()
    await home.until(lambda: "Receipts of a share are not in order: signature_missing" in caplog.text)
    assert home.case(case.request_id).state == "uploaded"
    home.hub.receipts.clear()
    home.hub.give_receipt(share_id, "received")
    await home.until(lambda: home.case(case.request_id).state == "receipted")


async def _ready(home: Home) -> CaseView:
    await home.place_camera()
    return await home.looked_at()


async def _approve_then_cut_off(home: Home, case: CaseView) -> str:
    """Approve, with the hub gone for whatever follows."""
    home.hub.answers["/v1/shares"] = [(503, "busy")] * 3
    share_id = await home.approve(case)
    home.hub.away = True
    return share_id


async def _approve_then_hold_back(home: Home, case: CaseView) -> str:
    """Approve while the disk keeps the outbox from sealing."""
    sealed = home.services.folder.root / "sealed"
    sealed.rmdir()
    sealed.write_bytes(b"")
    share_id = await home.approve(case)
    await home.until(lambda: _share(home, case).trouble == "disk")
    return share_id


def _mend(home: Home) -> None:
    """Let the outbox seal again."""
    sealed = home.services.folder.root / "sealed"
    sealed.unlink()
    sealed.mkdir()


async def _rounds(home: Home, count: int) -> None:
    """Wait until the outbox tried some more times."""
    for _ in range(count):
        await home.round()
        await asyncio.sleep(0.2)


def _share(home: Home, case: CaseView) -> ShareView:
    share = home.case(case.request_id).share
    assert share is not None
    return share


def _opens(home: Home, share_id: str, case: CaseView) -> None:
    assert case.clip is not None
    clip = open_sealed(home.hub.file(share_id, "clip"), age_identity("custodian-1"))
    assert hashlib.sha256(clip).hexdigest() == case.clip.clip_sha256
