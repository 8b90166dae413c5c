"""When a home asks what became of its shares: decisions, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.milton_share.cases.shares_table import AGREED, PassingWord, StoredShare
from custom_components.milton_share.cases.state import State
from custom_components.milton_share.outbox import asking
from custom_components.milton_share.outbox.asking import is_awaited, is_wanted, pause_s, told
from custom_components.milton_share.shared.milton_protocol.messages.shares.receipt import Receipt, ReceiptEvent

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHARE = StoredShare(
    share_id="5" * 32,
    case_id="a" * 32,
    request_id="b" * 64,
    approved_by="olivia",
    approved_at=AT,
    clip_sha256="c" * 64,
    recipients_sha256="d" * 64,
    recipients=(),
    one_time_key=bytes(32),
    receipt_identity="",
    manifest=b"a manifest",
    sources_kept_until=None,
    announced=True,
)


def receipts(*events: ReceiptEvent) -> tuple[Receipt, ...]:
    """Return receipts of these events."""
    return tuple(
        Receipt(
            agency_id="milton-pd",
            share_id="5" * 32,
            request_id="b" * 64,
            sequence=number,
            event=event,
            at=AT,
            by=None,
            share_sha256="e" * 64,
            previous_sha256=None,
        )
        for number, event in enumerate(events, start=1)
    )


KEY = b"\x2a" * 32  # the hub's in force


def test_a_share_is_asked_about_from_its_announcement_to_its_deletion() -> None:
    """Also after sixty days: an accepted share is kept for years, and the owner may be asked something."""
    long_after = AT + timedelta(days=300)
    received = receipts(ReceiptEvent.RECEIVED)
    assert not is_wanted(replace(SHARE, announced=False), (), AT, KEY)
    assert is_wanted(SHARE, (), AT, KEY)
    assert is_wanted(SHARE, received, long_after, KEY)
    deleted = receipts(ReceiptEvent.RECEIVED, ReceiptEvent.WITHDRAWN, ReceiptEvent.DELETED)
    assert not is_wanted(replace(SHARE, receipts_key=KEY), deleted, AT, KEY)
    assert is_wanted(replace(SHARE, receipts_key=bytes(32)), deleted, AT, KEY)  # said by a key that was replaced


def test_a_share_of_which_nothing_came_is_given_up_after_sixty_days() -> None:
    """A hub gives receipts for as long."""
    assert is_wanted(SHARE, (), AT + timedelta(days=59), KEY)
    assert not is_wanted(SHARE, (), AT + timedelta(days=60), KEY)


@pytest.mark.parametrize(
    ("share", "state", "known", "awaited"),
    [
        (SHARE, State.SEALED, (), False),
        (SHARE, State.UPLOADED, (), True),
        (SHARE, State.RECEIPTED, receipts(ReceiptEvent.RECEIVED), False),
        (replace(SHARE, withdraw_done=True), State.WITHDRAWN, receipts(ReceiptEvent.RECEIVED), True),
        (replace(SHARE, withdraw_done=True), State.WITHDRAWN, receipts(ReceiptEvent.WITHDRAWN), False),
    ],
)
def test_a_receipt_is_awaited_once_the_hub_must_have_it(
    share: StoredShare, state: State, known: tuple[Receipt, ...], *, awaited: bool
) -> None:
    """All bytes are there, or the withdrawal was taken."""
    assert is_awaited(share, state, known) is awaited


def test_each_answer_of_the_hub_is_a_reason_to_look_once() -> None:
    """Not what it has not answered yet, nor what changes here alone."""
    word = PassingWord(question=2, agrees=True, at=AT, signed=b"word")
    said = replace(SHARE, withdrawal=b"withdrawal", agreement=b"agreement", flag=b"flag", words=(word,))
    assert told(said, State.SEALED) == frozenset()
    assert told(said, State.UPLOADED) == told(said, State.RECEIPTED) == {b""}
    answered = replace(
        said, withdraw_done=True, agreement_answer=AGREED, flag_answer=AGREED, words=(replace(word, answer=AGREED),)
    )
    assert told(answered, State.WITHDRAWN) == {b"withdrawal", b"agreement", b"flag", b"word"}


def waits(*, awaited_tries: int | None = None, is_new: bool = True, demo: bool = False) -> tuple[float, float]:
    """Return the bounds of a pause."""
    low, high = (
        pause_s(awaited_tries=awaited_tries, is_new=is_new, demo=demo, uniform=lambda *bounds, end=end: bounds[end])
        for end in (0, 1)
    )
    return low, high


def test_a_home_asks_every_quarter_of_an_hour_and_after_a_week_every_six_hours() -> None:
    """By its own chance: two homes and two shares don't ask at once."""
    assert waits() == (600, 1_200)
    assert waits(is_new=False) == (14_400, 28_800)
    assert waits(demo=True) == waits(demo=True, awaited_tries=3) == asking.EVERY_IN_DEMO_S


def test_what_is_awaited_is_asked_for_at_once_and_ever_more_seldom() -> None:
    """Within two seconds; an hour of it in all, then as any other."""
    tries = [waits(awaited_tries=number) for number in range(12)]
    assert tries[:3] == [(1, 2), (2, 4), (4, 8)]
    assert max(high for _, high in tries) == 600
    assert sum(high for _, high in tries) < 3_600
    assert waits(awaited_tries=12) == waits()
