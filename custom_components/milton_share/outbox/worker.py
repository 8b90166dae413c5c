"""Takes approvals to the hub, withdrawals, and what else an owner says of a share.

- One share's failure is that share's: its owner sees it, it waits by its own failures, and no other waits for it.
- A withdrawal, and a word on a share that arrived, waits for no share that is being sealed or sent.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from errno import ENOENT
from functools import partial
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING

from ..cases import shares_table
from ..cases.state import ENDED, ConsentError, Lapse, State, Withdraw
from ..const import LOGGER
from ..hub_link.client import HubAwayError, HubRefusedError, require_word
from ..shared.milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES
from ..storage.durable_steps import Step
from .progress import UploadProgress
from .seal import ClipChangedError
from .withdraw import withdrawal_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import datetime

    from ..cases.repository import CaseRepository
    from ..cases.shares_table import StoredShare
    from ..hub_link.client import HubClient
    from ..hub_link.feed import Uniform
    from ..processes.executor import RunBlocking
    from ..storage.private_folder import PrivateFolder
    from .sending import Sender

RETRY_S = (2.0, 600.0)
WITHDRAWALS_PATH = "/v1/withdrawals"
CONSENTS_PATH = "/v1/consents"
SHARE_UNKNOWN = "share_unknown"  # what is not there needs no taking back
HUB_AWAY = "hub_away"
DISK = "disk"  # this home's own disk failed at it
SHARE_FAILED = "share_failed"  # what is kept of it can't be sealed or sent as it is
_OF_THE_SHARE = frozenset({DISK, SHARE_FAILED})  # of these nothing is better because something else changed
_NO_TO_CONSENT = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.GONE})
# The hub's rules by which it takes no more of a share.
_ENDS_SHARE = frozenset({"request_closed", "revoked", "upload_closed"})


class RequestStanding(StrEnum):
    """Whether a request still is what the approver said yes to."""

    OPEN = "open"
    UNCLEAR = "unclear"  # the city's papers are stale: wait
    CLOSED = "closed"
    BROKEN = "broken"  # closed, and what it rested on is no longer trusted: a key was revoked, say


class ShareFailedError(Exception):
    """A share failed by something that no other failure's name is for."""


@contextmanager
def _own_failure() -> Iterator[None]:
    """Name everything that nobody foresaw: it may end in this one share only."""
    try:
        yield
    except (HubRefusedError, HubAwayError, OSError, sqlite3.Error, ConsentError):
        raise
    except Exception as error:
        raise ShareFailedError from error


@dataclass(slots=True, kw_only=True)
class _Pause:
    """How long one share waits after its failures in a row."""

    ceiling_s: float
    until_s: float  # of the monotonic clock


class Outbox:
    """Takes each share one step at a time until there is nothing to do, and tries again what failed."""

    def __init__(  # noqa: PLR0913  what it writes to, sends by, and asks
        self,
        *,
        book: CaseRepository,
        folder: PrivateFolder,
        client: HubClient,
        sender: Sender,
        standing: Callable[[str], RequestStanding],
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
        self._to_carry = asyncio.Event()
        self._to_tell = asyncio.Event()
        self._pauses: dict[str, _Pause] = {}
        self._carried: str | None = None
        self._sending: tuple[str, asyncio.Task[None]] | None = None
        self._farthest: dict[str, int] = {}
        self.progress = UploadProgress(on_change)
        self._trouble: dict[str, str] = {}

    def trouble(self, share_id: str) -> str | None:
        """Return the rule of the last failed try, or None."""
        return self._trouble.get(share_id)

    def wake(self) -> None:
        """Look again now, also at what the hub didn't take: something was approved, taken back, or became clear."""
        for share_id, pause in self._pauses.items():
            if self._trouble.get(share_id) not in _OF_THE_SHARE:
                pause.until_s = 0.0
        self._to_carry.set()
        self._to_tell.set()

    def stop_broken(self) -> None:
        """Send no further byte of a share whose request has just been found to be no longer trusted."""
        if self._sending is not None and self._is_broken(self._book.share(self._sending[0])):
            self._sending[1].cancel()

    def interrupt(self, share_id: str) -> None:
        """Stop sending a share that was taken back."""
        self._pauses.pop(share_id, None)
        if self._sending is not None and self._sending[0] == share_id:
            self._sending[1].cancel()
        self.wake()

    async def run(self) -> None:
        """Work until canceled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._go_through(self._to_carry, self._carries, self._carry))
            both.create_task(self._go_through(self._to_tell, self._tells, self._take))

    async def _go_through(
        self, wake: asyncio.Event, takes: Callable[[str], bool], take: Callable[[str], Awaitable[None]]
    ) -> None:
        """Take the shares of one kind whenever they are due."""
        while True:
            wake.clear()
            for share_id in tuple(self._book.shares):
                if takes(share_id) and self._is_due(share_id):
                    await take(share_id)
            pauses_s = [pause.until_s for share_id, pause in self._pauses.items() if takes(share_id)]
            timeout_s = max(min(pauses_s) - monotonic(), 0.0) if pauses_s else None
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), timeout_s)

    def _carries(self, share_id: str) -> bool:
        """Whether it is on its way, or ended."""
        return share_id in self._book.shares and not self._has_words(share_id)

    def _tells(self, share_id: str) -> bool:
        """Whether it is taken back, or arrived, so that only words can follow; none while it is carried."""
        return share_id in self._book.shares and self._has_words(share_id) and share_id != self._carried

    def _has_words(self, share_id: str) -> bool:
        share = self._book.share(share_id)
        return share.withdrawal is not None or self._book.case(share.case_id).state is State.RECEIPTED

    def _is_due(self, share_id: str) -> bool:
        """Whether its pause is over; a share whose request ended ends now."""
        pause = self._pauses.get(share_id)
        if pause is None or pause.until_s <= monotonic():
            return True
        return self._standing(self._book.share(share_id).request_id) in {RequestStanding.CLOSED, RequestStanding.BROKEN}

    async def _carry(self, share_id: str) -> None:
        """Seal and send a share, or end it; what its owner said of it meanwhile is told at once."""
        self._carried = share_id
        try:
            await self._take(share_id)
        finally:
            self._carried = None
        if not self._carries(share_id):
            self._pauses.pop(share_id, None)
            self._to_tell.set()

    async def _take(self, share_id: str) -> None:
        """Do what is to do for one share; what fails is tried again after a pause of its own."""
        try:
            with _own_failure():
                await self._go_on_or_end(share_id)
        except HubRefusedError as error:
            self._failed(share_id, error.rule)
        except HubAwayError:
            self._failed(share_id, HUB_AWAY)
        except OSError as error:
            LOGGER.warning("A share could not be sealed: %s", error.strerror)
            self._failed(share_id, DISK)
        except sqlite3.Error as error:
            LOGGER.warning("A step of a share could not be written down, trying again: %s", error)
            self._failed(share_id, DISK)
        except ConsentError:  # a receipt or a round moved the case on before this step did: look again
            self._failed(share_id, None)
        except ShareFailedError:
            LOGGER.exception("A share could not be encrypted or sent, trying again; others go on")
            self._failed(share_id, SHARE_FAILED)
        else:
            self._pauses.pop(share_id, None)
            if self._trouble.pop(share_id, None):
                self._on_change()

    def _failed(self, share_id: str, rule: str | None) -> None:
        """Have a share wait, twice as long each time up to ten minutes unless the hub got more of it than ever."""
        before = None if self._got_farther(share_id) else self._pauses.get(share_id)
        ceiling_s = RETRY_S[0] if before is None else min(before.ceiling_s * 2, RETRY_S[1])
        until_s = monotonic() + self._uniform(ceiling_s / 2, ceiling_s)
        self._pauses[share_id] = _Pause(ceiling_s=ceiling_s, until_s=until_s)
        if rule is not None and self._trouble.get(share_id) != rule:
            self._trouble[share_id] = rule
            self._on_change()

    def _got_farther(self, share_id: str) -> bool:
        """Say whether a hub has more of a share than ever: one that forgets what it got is asked more seldom."""
        sent = self.progress.sent_bytes(share_id)
        farther = sent > self._farthest.get(share_id, 0)
        self._farthest[share_id] = max(sent, self._farthest.get(share_id, 0))
        return farther

    async def _go_on_or_end(self, share_id: str) -> None:
        """Do it, or end a share whose clip is not what was approved, or gone; raise OSError where that has to wait.

        What the hub may have waits for its receipts, and is not announced anew: its owner may have taken it back since
        the backup that was restored.
        """
        try:
            await self._steps(share_id)
        except ClipChangedError as error:
            share = self._book.share(share_id)
            if share.announced and self._standing(share.request_id) in {RequestStanding.OPEN, RequestStanding.UNCLEAR}:
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
        return self._standing(share.request_id) is RequestStanding.OPEN

    def _is_broken(self, share: StoredShare) -> bool:
        return self._standing(share.request_id) is RequestStanding.BROKEN

    async def _take_back(self, share: StoredShare) -> None:
        """Have the hub delete what it got so far: the owner said yes to a request that was trusted then."""
        LOGGER.warning("A share was taken back on its way: its request is no longer trusted")
        withdrawal = withdrawal_of(share, self._now())
        save = partial(shares_table.save_withdrawal, share_id=share.share_id, withdrawal=withdrawal)
        await self._book.write_share(Step.WITHDRAWAL_ASKED, share.share_id, save)
        await self._withdraw(self._book.share(share.share_id), State.SEALED)

    async def _lapse_if_closed(self, share: StoredShare) -> None:
        ended = self._standing(share.request_id) in {RequestStanding.CLOSED, RequestStanding.BROKEN}
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

        write = partial(shares_table.save_withdraw_answer, share_id=share.share_id, refused=refused)
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
            save = partial(shares_table.save_agreement_answer, share_id=share.share_id)
            tells.insert(0, partial(self._tell, share, share.agreement, Step.AGREEMENT_ANSWERED, save))
        if share.flag is not None and share.flag_answer is None:
            keep = partial(shares_table.save_flag_answer, share_id=share.share_id, flag=share.flag)
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
                    partial(shares_table.save_passing_answer, share_id=share.share_id, signed=word.signed, answer=said),
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
        return shares_table.AGREED
