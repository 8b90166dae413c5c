"""An approver's actions on an approved share: withdraw, consent, flag, and stop keeping its originals.

Every method judges the caller's session by law 6 first, and asks for the PIN: what it says leaves the home, or ends
what can't be had again. Refusals are `MiltonShareError` with the rule's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from homeassistant.util import dt as dt_util

from ...cases import shares_table
from ...cases.state import SENDING, State
from ...errors import MiltonShareError
from ...outbox.agree import agreement_of, agrees_still, flag_of, passing_word
from ...outbox.receipts import question_of, times_unflagged
from ...outbox.seal import is_test_card
from ...outbox.withdraw import withdrawal_of
from ...storage.durable_steps import Step

if TYPE_CHECKING:
    from ...approvers.rules import Session
    from ...approvers.service import ApproverService
    from ...cases.repository import CaseRepository
    from ...cases.retention import Retention
    from ...cases.shares_table import StoredShare
    from ...outbox.receipt_book import ReceiptRepository
    from ...outbox.worker import Outbox
    from ...processes.executor import RunBlocking


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareService:
    """Withdraws shares and sends the owner's further statements about them."""

    approvers: ApproverService
    book: CaseRepository
    outbox: Outbox
    receipts: ReceiptRepository
    retention: Retention
    run_blocking: RunBlocking

    async def withdraw(self, session: Session, share_id: str, pin: str) -> None:
        """Withdraw a share: stopped at once if it wasn't sent, otherwise requested from the hub until it answers.

        Raises `wrong_pin`, `pin_locked`, `unknown_share`, `nothing_shared`.
        """
        self.approvers.require(session)
        share = self.book.share(share_id)
        if self.book.case(share.case_id).state not in SENDING | {State.RECEIPTED}:
            rule = "nothing_shared"
            raise MiltonShareError(rule)
        await self.approvers.check_pin(session, pin)
        withdrawal = withdrawal_of(share, dt_util.utcnow())
        await self.book.write_share(
            Step.WITHDRAWAL_ASKED,
            share_id,
            partial(shares_table.save_withdrawal, share_id=share_id, withdrawal=withdrawal),
        )
        self.outbox.interrupt(share_id)

    async def agree_early(self, session: Session, share_id: str, pin: str) -> None:
        """Agree that a share that arrived is accepted before its 24 hours are over; the hub is told until it answers.

        Raises `wrong_pin`, `pin_locked`, `unknown_share`, `nothing_shared`.
        """
        self.approvers.require(session)
        share = self._arrived(share_id)
        await self.approvers.check_pin(session, pin)
        agreement = agreement_of(share, dt_util.utcnow())
        await self.book.write_share(
            Step.AGREEMENT_ASKED,
            share_id,
            partial(shares_table.save_agreement, share_id=share_id, agreement=agreement),
        )
        self.outbox.wake()

    async def flag(self, session: Session, share_id: str, pin: str) -> None:
        """Flag a share that arrived as showing a minor or intimate images; the hub is told until it answers.

        From then on the evidence unit alone sees it. It can't be undone here; where that unit took an earlier flag off,
        it is said anew. Raises `wrong_pin`, `pin_locked`, `unknown_share`, `nothing_shared`, `nothing_to_hide` (a
        drill's).
        """
        self.approvers.require(session)
        share = self._arrived(share_id)
        if await self.run_blocking(partial(is_test_card, share)):
            rule = "nothing_to_hide"
            raise MiltonShareError(rule)
        await self.approvers.check_pin(session, pin)
        flag, after = flag_of(share, dt_util.utcnow()), times_unflagged(self.receipts.of(share_id))
        save = partial(shares_table.save_flag, share_id=share_id, flag=flag, after=after)
        await self.book.write_share(Step.FLAG_ASKED, share_id, save)
        self.outbox.wake()

    def _arrived(self, share_id: str) -> StoredShare:
        """Return a share that arrived and isn't withdrawn; raises `unknown_share`, `nothing_shared`."""
        share = self.book.share(share_id)
        if self.book.case(share.case_id).state is not State.RECEIPTED or share.wanted_back:
            rule = "nothing_shared"
            raise MiltonShareError(rule)
        return share

    async def say_of_passing(self, session: Session, share_id: str, question: int, pin: str, *, agrees: bool) -> None:
        """Answer the receipt `question`: may the share go outside the agency? The hub is told until it answers.

        What was said can be changed until the end that the question names.
        Raises `wrong_pin`, `pin_locked`, `unknown_share`, `nothing_shared`, `nothing_asked`.
        """
        self.approvers.require(session)
        self._arrived(share_id)
        now = dt_util.utcnow()
        asked = question_of(self.receipts.of(share_id), question, now)
        if asked is None:
            rule = "nothing_asked"
            raise MiltonShareError(rule)
        await self.approvers.check_pin(session, pin)
        share = self.book.share(share_id)
        said = share.word_on(question)
        if said is None or agrees_still(share, said) is not agrees:
            word = passing_word(share, asked, now, agrees=agrees)
            await self.book.write_share(
                Step.PASSING_SAID, share_id, partial(shares_table.save_passing_word, share_id=share_id, word=word)
            )
        self.outbox.wake()

    async def give_up_sources(self, session: Session, share_id: str, pin: str) -> None:
        """Wipe the originals kept for court; only the owner can. The manifest stays as it was signed.

        Raises `not_owner`, `wrong_pin`, `pin_locked`, `unknown_share`, `nothing_kept`.
        """
        self.approvers.require(session)
        await self.approvers.require_owner(session, pin)
        share = self.book.share(share_id)
        now = dt_util.utcnow()
        if share.sources_kept_until is None or share.sources_kept_until <= now:
            rule = "nothing_kept"
            raise MiltonShareError(rule)
        await self.book.write_share(
            Step.SOURCES_GIVEN_UP, share_id, partial(shares_table.save_sources_given_up, share_id=share_id, at=now)
        )
        await self.retention.give_up(self.book.case(share.case_id))
