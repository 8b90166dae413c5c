"""The one task that takes approvals to the hub, withdrawals, and what else an owner says of a share."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from enum import StrEnum
from errno import ENOENT
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from ..consent import ENDED, ConsentError, Lapse, State, Withdraw
from ..const import LOGGER
from ..hub_link.client import HubAwayError, HubRefusedError, require_word
from ..shared.milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES
from ..steps import Step
from ..store import shares
from .progress import ProgressBook
from .seal import ClipChangedError
from .withdraw import withdrawal_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ..blocking import RunBlocking
    from ..casebook import CaseBook
    from ..hub_link.client import HubClient
    from ..hub_link.feed import Uniform
    from ..store.shares import StoredShare
    from .files import PrivateFolder
    from .sending import Sender

RETRY_S = (2.0, 600.0)
WITHDRAWALS_PATH = "/v1/withdrawals"
CONSENTS_PATH = "/v1/consents"
SHARE_UNKNOWN = "share_unknown"  # what is not there needs no taking back
_NO_TO_CONSENT = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.GONE})
# The hub's rules by which it takes no more of a share.
_ENDS_SHARE = frozenset({"request_closed", "revoked", "upload_closed"})


class Standing(StrEnum):
    """Whether a request still is what the approver said yes to."""

    OPEN = "open"
    UNCLEAR = "unclear"  # the city's papers are stale: wait
    CLOSED = "closed"
    BROKEN = "broken"  # closed, and what it rested on is no longer trusted: a key was revoked, say


class Outbox:
    """Takes each share one step at a time until there is nothing to do, and tries again what failed."""

    def __init__(  # noqa: PLR0913  what it writes to, sends by, and asks
        self,
        *,
        book: CaseBook,
        folder: PrivateFolder,
        client: HubClient,
        sender: Sender,
        standing: Callable[[str], Standing],
        run_blocking: RunBlocking,
        uniform: Uniform,
        now: Callable[[], datetime],
        on_change: Callable[[], None],
    ) -> None:
        """Do nothing yet."""
        self._book = book
        self._folder = folder
        self._client = client
        self._sender = sender
        self._standing = standing
        self._run_blocking = run_blocking
        self._uniform = uniform
        self._now = now
        self._on_change = on_change
        self._wake = asyncio.Event()
        self._sending: tuple[str, asyncio.Task[None]] | None = None
        self._farthest: dict[str, int] = {}
        self.progress = ProgressBook(on_change)
        self._trouble: dict[str, str] = {}

    def trouble(self, share_id: str) -> str | None:
        """Return the rule of the last failed try, or None."""
        return self._trouble.get(share_id)

    def wake(self) -> None:
        """Look again now: something was approved, taken back, or became clear."""
        self._wake.set()

    def stop_broken(self) -> None:
        """Send no further byte of a share whose request has just been found to be no longer trusted."""
        if self._sending is not None and self._is_broken(self._book.share(self._sending[0])):
            self._sending[1].cancel()

    def interrupt(self, share_id: str) -> None:
        """Stop sending a share that was taken back."""
        if self._sending is not None and self._sending[0] == share_id:
            self._sending[1].cancel()
        self.wake()

    async def run(self) -> None:
        """Work until cancelled. Waits double up to ten minutes while something fails."""
        ceiling_s = RETRY_S[0]
        while True:
            self._wake.clear()
            failed = [share_id for share_id in tuple(self._book.shares) if not await self._take(share_id)]
            if self._got_farther() or not failed:  # a line that breaks again and again, and brings some each time
                ceiling_s = RETRY_S[0]
            timeout_s = self._uniform(ceiling_s / 2, ceiling_s) if failed else None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), timeout_s)
            if failed:
                ceiling_s = min(ceiling_s * 2, RETRY_S[1])

    def _got_farther(self) -> bool:
        """Say whether a hub has more of a share than ever: one that forgets what it got is asked more seldom."""
        sent = self.progress.all_sent()
        farther = {share_id: count for share_id, count in sent.items() if count > self._farthest.get(share_id, -1)}
        self._farthest |= farther
        return bool(farther)

    async def _take(self, share_id: str) -> bool:
        """Do what is to do for one share; return False when it has to be tried again."""
        try:
            await self._go_on_or_end(share_id)
        except HubRefusedError as error:
            return self._failed(share_id, error.rule)
        except HubAwayError:
            return self._failed(share_id, "hub_away")
        except OSError as error:
            LOGGER.warning("A share could not be sealed: %s", error.strerror)
            return self._failed(share_id, "disk")
        except sqlite3.Error as error:
            LOGGER.warning("A step of a share could not be written down, trying again: %s", error)
            return self._failed(share_id, "disk")
        except ConsentError:  # a receipt or a round moved the case on before this step did: look again
            return False
        if self._trouble.pop(share_id, None):
            self._on_change()
        return True

    def _failed(self, share_id: str, rule: str) -> bool:
        if self._trouble.get(share_id) != rule:
            self._trouble[share_id] = rule
            self._on_change()
        return False

    async def _go_on_or_end(self, share_id: str) -> None:
        """Do it, or end a share whose clip is not what was approved, or gone; raise OSError where that has to wait.

        What the hub may have waits for its receipts, and is not announced anew: its owner may have taken it back since
        the backup that was restored.
        """
        try:
            await self._steps(share_id)
        except ClipChangedError as error:
            share = self._book.share(share_id)
            if share.announced and self._standing(share.request_id) in {Standing.OPEN, Standing.UNCLEAR}:
                raise FileNotFoundError(ENOENT, "its bodies are gone: its receipt is waited for") from error
            LOGGER.error("The clip of an approved share is not what was approved, or is gone; nothing was sent")
            await self._lapse(share)

    async def _steps(self, share_id: str) -> None:
        share = self._book.share(share_id)
        state = self._book.case(share.case_id).state
        if share.withdrawal is not None:
            await self._withdraw(share, state)
            if state is State.RECEIPTED and not self._book.share(share_id).wanted_back:
                await self._tell_words(self._book.share(share_id))  # too late to take it back, not to say more of it
            return
        if state is State.APPROVED and self._may_go(share):
            await self._sender.seal(share, partial(self.progress.sealing, share_id))
            share, state = self._book.share(share_id), State.SEALED
        if state is State.SEALED and share.announced and self._is_broken(share):
            await self._take_back(share)
        elif state is State.SEALED and (share.announced or self._may_go(share)):
            await self._send(share)
        if state is State.RECEIPTED:
            await self._tell_words(share)
        if not share.announced and state in {State.APPROVED, State.SEALED}:
            await self._lapse_if_closed(share)

    def _may_go(self, share: StoredShare) -> bool:
        return self._standing(share.request_id) is Standing.OPEN

    def _is_broken(self, share: StoredShare) -> bool:
        return self._standing(share.request_id) is Standing.BROKEN

    async def _take_back(self, share: StoredShare) -> None:
        """Have the hub delete what it got so far: the owner said yes to a request that was trusted then."""
        LOGGER.warning("A share was taken back on its way: its request is no longer trusted")
        withdrawal = withdrawal_of(share, self._now())
        save = partial(shares.save_withdrawal, share_id=share.share_id, withdrawal=withdrawal)
        await self._book.write_share(Step.WITHDRAWAL_ASKED, share.share_id, save)
        await self._withdraw(self._book.share(share.share_id), State.SEALED)

    async def _lapse_if_closed(self, share: StoredShare) -> None:
        ended = self._standing(share.request_id) in {Standing.CLOSED, Standing.BROKEN}
        if ended and not self._book.share(share.share_id).announced:
            await self._lapse(share)

    async def _send(self, share: StoredShare) -> None:
        task = asyncio.ensure_future(self._sender.send(share, partial(self.progress.sending, share.share_id)))
        self._sending = (share.share_id, task)
        try:
            await asyncio.shield(task)
        except HubRefusedError as error:
            if error.rule not in _ENDS_SHARE:
                raise
            await self._lapse(share)
        except asyncio.CancelledError:
            if not task.cancelled():  # it is this worker that ends, not the one share
                task.cancel()
                raise
        finally:
            self._sending = None

    async def _lapse(self, share: StoredShare) -> None:
        await self._book.advance(share.case_id, Lapse())
        await self._run_blocking(partial(self._folder.wipe_sealed, share.share_id))

    async def _withdraw(self, share: StoredShare, state: State) -> None:
        """Take back: here at once when the hub never heard of it, else by asking the hub."""
        if share.withdraw_refused is not None or state in ENDED:
            return
        refused = await self._ask_back(share) if share.announced and not share.withdraw_done else None

        write = partial(shares.save_withdraw_answer, share_id=share.share_id, refused=refused)
        if refused is not None:
            await self._book.write_share(Step.WITHDRAWAL_ANSWERED, share.share_id, write)
            return
        # First the bodies: else a stop just here, and a backup of before that is restored then, would send them again.
        await self._run_blocking(partial(self._folder.wipe_sealed, share.share_id))
        await self._book.advance(share.case_id, Withdraw(), write)
        await self._book.refresh_share(share.share_id)

    async def _ask_back(self, share: StoredShare) -> str | None:
        """Return None when the hub has it no more, or its rule when it must keep it."""
        try:
            answer = await self._client.post(
                WITHDRAWALS_PATH, share.withdrawal or b"", max_bytes=MESSAGE_SIZE_MAX_BYTES, accept=(200,)
            )
        except HubRefusedError as error:
            if error.rule == SHARE_UNKNOWN:
                return None
            if error.status != HTTPStatus.CONFLICT or not error.is_hubs_word:
                raise
            return error.rule
        require_word(answer, "withdrawn")
        return None

    async def _tell_words(self, share: StoredShare) -> None:
        """Tell the hub all that the owner says of a share that it has; what it doesn't take holds nothing else up."""
        tells = [partial(self._say, share)]
        if share.agreement is not None and share.agreement_answer is None:
            save = partial(shares.save_agreement_answer, share_id=share.share_id)
            tells.insert(0, partial(self._tell, share, share.agreement, Step.AGREEMENT_ANSWERED, save))
        if share.flag is not None and share.flag_answer is None:
            keep = partial(shares.save_flag_answer, share_id=share.share_id, flag=share.flag)
            tells.insert(0, partial(self._tell, share, share.flag, Step.FLAG_ANSWERED, keep))
        refused: HubRefusedError | None = None
        for tell in tells:
            try:
                await tell()
            except HubRefusedError as error:
                refused = refused or error
        if refused is not None:
            raise refused

    async def _tell(self, share: StoredShare, word: bytes, step: Step, save: Callable[..., None]) -> None:
        """Tell the hub an owner's word, to accept it earlier or keep it for custodians, and keep its answer."""
        said = await self._consent(word)
        await self._book.write_share(step, share.share_id, partial(save, answer=said))

    async def _say(self, share: StoredShare) -> None:
        """Tell the hub each word of the owner's on passing the share on that it has not answered."""
        for word in share.words:
            if word.answer is None:
                said = await self._consent(word.signed)
                await self._book.write_share(
                    Step.PASSING_ANSWERED,
                    share.share_id,
                    partial(shares.save_passing_answer, share_id=share.share_id, signed=word.signed, answer=said),
                )

    async def _consent(self, signed: bytes) -> str:
        """Return `AGREED`, or the rule by which the hub refuses for good."""
        try:
            answer = await self._client.post(CONSENTS_PATH, signed, max_bytes=MESSAGE_SIZE_MAX_BYTES, accept=(200,))
        except HubRefusedError as error:
            if error.status not in _NO_TO_CONSENT or not error.is_hubs_word:
                raise
            return error.rule
        require_word(answer, "consented")
        return shares.AGREED
