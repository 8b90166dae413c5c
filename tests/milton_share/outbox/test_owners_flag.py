"""What the owner says shows a child or something intimate: it is sealed to the evidence unit alone, or kept for it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

import homeassistant.util.dt as dt_util
import pytest

from custom_components.milton_share.cases import shares_table
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.outbox.seal import ClipChangedError, require_as_approved
from custom_components.milton_share.shared.milton_protocol import dsse
from custom_components.milton_share.shared.milton_protocol.errors import ProtocolError
from custom_components.milton_share.shared.milton_protocol.messages.requests.request import recipients_hash
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest import Manifest
from custom_components.milton_share.shared.milton_protocol.messages.shares.passed_on import PassedOnTo
from custom_components.milton_share.shared.milton_protocol.messages.shares.receipt import ReceiptBy
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from custom_components.milton_share.storage import schema
from tests.milton_share.conftest import PIN
from tests.simulators.city import age_identity

if TYPE_CHECKING:
    from custom_components.milton_share.cases.model import CaseView, ShareView
    from tests.milton_share.conftest import Home

CUSTODIANS = ("custodian-1", "custodian-2", "recovery")
OFFICERS = "key-of-officer-1"


async def ready(home: Home) -> CaseView:
    """Have a clip to decide on."""
    await home.place_camera()
    return await home.looked_at()


def share_of(home: Home, case: CaseView) -> ShareView:
    """Return what the page is shown of a share."""
    share = home.case(case.request_id).share
    assert share is not None
    return share


async def asked_about(home: Home) -> tuple[CaseView, str]:
    """Share a clip, and have the police ask whether they may pass it on; return its case and the share's id."""
    case = await ready(home)
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    until = dt_util.utcnow().replace(microsecond=0) + timedelta(days=30)
    home.hub.give_receipt(share_id, "asked", PassedOnTo(name="Ruth Ellery", organisation="DA", until=until))
    await home.until(lambda: len(share_of(home, case).receipts) == 2)
    return case, share_id


@pytest.mark.usefixtures("recorded")
async def test_a_flagged_clip_is_sealed_to_the_evidence_unit_and_the_recovery_key_alone(home: Home) -> None:
    """The owner sees by name whom it is for, approves that by its hash, and the manifest says the same."""
    case = await ready(home)
    request = home.request(case.request_id)
    assert request is not None
    asked = home.hub.city.draft().recipients
    assert [(each.role, each.name, each.badge) for each in request.recipients] == [
        ("custodian", "", ""),
        ("custodian", "", ""),
        ("officer", "Officer 1", "B-101"),
        ("recovery", "", ""),
    ]
    custodians = tuple(each for each in asked if each.role != "officer")
    assert request.custodians_sha256 == recipients_hash(custodians)
    for others in (asked[:1], asked[::-1], custodians[:-1], (*asked[2:3],)):
        with pytest.raises(MiltonShareError, match="other_recipients"):
            await home.approve(case, recipients_sha256=recipients_hash(others))
    share_id = await home.approve(case, recipients_sha256=request.custodians_sha256)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    sent = home.hub.shares[share_id]
    assert sent.recipients_sha256 == request.custodians_sha256 != request.recipients_sha256
    for name in ("clip", "manifest"):
        sealed = home.hub.file(share_id, name)
        for one in CUSTODIANS:
            assert open_sealed(sealed, age_identity(one))
        with pytest.raises(ProtocolError, match="not_a_recipient"):
            open_sealed(sealed, age_identity(OFFICERS))
    statement = dsse.open_envelope(
        open_sealed(home.hub.file(share_id, "manifest"), age_identity("recovery")),
        Manifest.PAYLOAD_TYPE,
        [sent.one_time_key],
        required=1,
    )
    assert Manifest.from_bytes(statement).recipients_sha256 == request.custodians_sha256
    shown = share_of(home, case)
    assert (shown.custodians_only, shown.flag_wanted, shown.flag_refused) == (True, False, None)
    await home.restart()
    await home.until(lambda: home.request(case.request_id) is not None)
    assert share_of(home, case).custodians_only
    kept = home.services.book.share(share_id)
    require_as_approved(kept)
    every = recipients_hash(asked)
    stripped = replace(kept, recipients_sha256=every, recipients=tuple(each.age_recipient for each in asked))
    for bent in (stripped, replace(kept, manifest=b"{}"), replace(kept, one_time_key=b"5" * 32)):
        with pytest.raises(ClipChangedError):
            require_as_approved(bent)


@pytest.mark.usefixtures("recorded")
async def test_a_share_is_flagged_after_it_was_sent_once_with_the_pin(home: Home) -> None:
    """The hub is told until it answers, also after a restart; what it refuses is shown; not before it is there."""
    case = await ready(home)
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    with pytest.raises(MiltonShareError, match="wrong_pin"):
        await home.panel.shares.flag(home.owner.session, share_id, "314159")
    assert not share_of(home, case).flag_wanted
    home.hub.answers["/v1/consents"] = [(503, "busy")]
    for _ in range(2):
        await home.panel.shares.flag(home.owner.session, share_id, PIN)
    await home.restart()
    await home.until(lambda: home.hub.flagged)
    assert home.hub.flagged == [share_id]
    assert len({call.body for call in home.hub.calls if call.path == "/v1/consents"}) == 1
    await home.until(lambda: home.request(case.request_id) is not None)
    shown = share_of(home, case)
    assert (shown.custodians_only, shown.flag_wanted, shown.flag_refused) == (False, True, None)
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    with pytest.raises(MiltonShareError, match="nothing_shared"):
        await home.panel.shares.flag(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")


@pytest.mark.usefixtures("recorded")
async def test_a_flag_that_the_hub_refuses_is_shown(home: Home) -> None:
    """Deleted meanwhile: there is nothing to keep from anybody, and it is not asked again."""
    case = await ready(home)
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    home.hub.answers["/v1/consents"] = [(410, "deleted")]
    await home.panel.shares.flag(home.owner.session, share_id, PIN)
    await home.until(lambda: share_of(home, case).flag_refused == "deleted")
    assert home.hub.flagged == []


def test_a_share_of_before_is_sealed_to_all_of_its_request_and_unflagged() -> None:
    """The tables of an older version get the new columns, and nothing else changes."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        added = next(number for number, step in enumerate(schema.STEPS) if "COLUMN custodians_only" in step[0])
        for statement in chain.from_iterable(schema.STEPS[:added]):
            connection.execute(statement)
        connection.execute(
            "INSERT INTO shares (share_id, case_id, request_id, approved_by, approved_at, clip_sha256,"
            " recipients_sha256, recipients, one_time_key, receipt_identity, manifest)"
            " VALUES ('s', 'c', 'r', 'olivia', '2026-11-20T12:00:00+00:00', 'd', 'e', '[\"age1\"]', x'01', 'i', x'02')"
        )
        for statement in chain.from_iterable(schema.STEPS[added:]):
            connection.execute(statement)
        found = shares_table.get(connection, "s")
        assert (found.custodians_only, found.flag, found.flag_answer, found.flag_after) == (False, None, None, 0)
        shares_table.save_flag(connection, "s", b"signed", 0)
        shares_table.save_flag(connection, "s", b"signed again", 0)
        shares_table.save_flag_answer(connection, "s", b"signed", shares_table.AGREED)
        assert (shares_table.get(connection, "s").flag, shares_table.get(connection, "s").flag_answer) == (
            b"signed",
            "agreed",
        )
        shares_table.save_flag(connection, "s", b"signed again", 1)
        shares_table.save_flag_answer(connection, "s", b"signed", shares_table.AGREED)
        assert (shares_table.get(connection, "s").flag, shares_table.get(connection, "s").flag_answer) == (
            b"signed again",
            None,
        )


@pytest.mark.usefixtures("recorded")
async def test_an_owner_who_took_it_back_too_late_flags_it_all_the_same(home: Home) -> None:
    """Said before or after the hub's no, also across a restart; and what the owner says of passing it on is heard."""
    case, share_id = await asked_about(home)
    home.hub.accepted.add(share_id)
    home.hub.answers["/v1/consents"] = [(503, "busy")] * 3
    await home.panel.shares.flag(home.owner.session, share_id, PIN)
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: share_of(home, case).withdraw_refused == "already_accepted")
    await home.restart()
    await home.until(lambda: home.hub.flagged)
    assert home.hub.flagged == [share_id]
    await home.until(lambda: home.request(case.request_id) is not None)
    await home.panel.shares.flag(home.owner.session, share_id, PIN)
    await home.panel.shares.say_of_passing(home.owner.session, share_id, 2, PIN, agrees=False)
    await home.until(lambda: home.hub.passing)
    assert [word.refuses for word in home.hub.passing] == [True]
    assert home.hub.withdrawn == []


@pytest.mark.usefixtures("recorded")
async def test_an_owner_whose_flag_was_taken_off_is_told_and_says_it_again(home: Home) -> None:
    """Sealed to the evidence unit alone or flagged later: a new word goes out, once, and stands until that goes too."""
    case = await ready(home)
    request = home.request(case.request_id)
    assert request is not None
    share_id = await home.approve(case, recipients_sha256=request.custodians_sha256)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    for number in (1, 2):
        assert not share_of(home, case).unflagged
        home.hub.give_receipt(share_id, "unflagged", None, ReceiptBy(badge="1518", device="Evidence room"))
        await home.until(lambda: share_of(home, case).unflagged)
        assert share_of(home, case).receipts[-1].by.badge == "1518"
        for _ in range(2):
            await home.panel.shares.flag(home.owner.session, share_id, PIN)
        assert not share_of(home, case).unflagged
        await home.until(lambda number=number: len(home.hub.flagged) >= number)
    await home.restart()
    await home.until(lambda: home.request(case.request_id) is not None)
    assert not share_of(home, case).unflagged
    assert set(home.hub.flagged) == {share_id}
    # A home that ends before it has the hub's answer asks for it again, by the same words.
    assert len({call.body for call in home.hub.calls if call.path == "/v1/consents"}) == 2


@pytest.mark.usefixtures("recorded")
async def test_a_flag_that_a_hub_does_not_understand_holds_up_nothing_else(home: Home) -> None:
    """One of before flags: the owner's no to passing the share on reaches it, and the flag is tried again."""
    case, share_id = await asked_about(home)
    home.hub.knows_flags = False
    await home.panel.shares.flag(home.owner.session, share_id, PIN)
    await home.until(lambda: share_of(home, case).trouble == "unknown_value")
    await home.panel.shares.say_of_passing(home.owner.session, share_id, 2, PIN, agrees=False)
    await home.until(lambda: home.hub.passing)
    assert (share_of(home, case).flag_refused, home.hub.flagged) == (None, [])
    home.hub.knows_flags = True
    await home.until(lambda: home.hub.flagged)


@pytest.mark.usefixtures("recorded")
async def test_a_flag_takes_back_what_was_agreed_to_and_the_owner_may_agree_anew(home: Home) -> None:
    """The page no longer says that they agree; a yes after it is another word, and later, whatever the clock did."""
    case, share_id = await asked_about(home)
    await home.panel.shares.say_of_passing(home.owner.session, share_id, 2, PIN, agrees=True)
    await home.until(lambda: home.hub.passing)
    assert [each.agrees for each in share_of(home, case).passing] == [True]
    await home.panel.shares.flag(home.owner.session, share_id, PIN)
    await home.until(lambda: home.hub.flagged)
    assert [each.agrees for each in share_of(home, case).passing] == [False]
    await home.panel.shares.say_of_passing(home.owner.session, share_id, 2, PIN, agrees=True)
    await home.until(lambda: len(home.hub.passing) == 2)
    assert [each.agrees for each in share_of(home, case).passing] == [True]
    assert home.hub.passing[1].at > home.hub.passing[0].at
