"""Carries shares to the hub, with withdrawals and the owner's other statements about them.

- A failure affects only its own share: the owner sees it, and no other share waits for it.
- A withdrawal, or a statement about a share that arrived, never waits for a share being sealed or sent.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from errno import ENOENT
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from ..cases import shares_table
from ..cases.state import ENDED, ConsentError, Lapse, State, Withdraw
from ..const import LOGGER
from ..hub_link.client import HubAwayError, HubRefusedError
from ..storage.durable_steps import Step
from .progress import UploadProgress
from .seal import ClipChangedError
from .withdraw import withdrawal_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import datetime

    from ..cases.repository import CaseRepository
    from ..cases.shares_table import StoredShare
    from ..hub_link.feed import Uniform
    from ..processes.executor import RunBlocking
    from ..storage.private_folder import PrivateFolder
    from .sending import Sender
    from .statements import OwnerStatements

RETRY_S = (2.0, 600.0)
HUB_AWAY = "hub_away"
DISK = "disk"  # this home's own disk failed at it
SHARE_FAILED = "share_failed"  # what is kept of it can't be sealed or sent as it is
_OF_THE_SHARE = frozenset({DISK, SHARE_FAILED})  # of these nothing is better because something else changed
# The hub's rules by which it takes no more of a share.
_ENDS_SHARE = frozenset({"request_closed", "revoked", "upload_closed"})


class RequestStanding(StrEnum):
    """Whether a request is still the one that was approved."""

    OPEN = "open"
    UNCLEAR = "unclear"  # the city's trust documents are stale: wait
    CLOSED = "closed"
    BROKEN = "broken"  # closed, and what it rested on is no longer trusted: a key was revoked, say


class ShareFailedError(Exception):
    """An unexpected failure of one share."""


@contextmanager
def _own_failure() -> Iterator[None]:
    """Raise unexpected exceptions as ShareFailedError, so that they affect only this share."""
    try:
        yield
    except (HubRefusedError, HubAwayError, OSError, sqlite3.Error, ConsentError):
        raise
    except Exception as error:
        raise ShareFailedError from error


@dataclass(slots=True, kw_only=True)
class _Pause:
    """The backoff of one share after failures in a row."""

    ceiling_s: float
    until_s: float  # of the monotonic clock


class Outbox:
    """Carries each share step by step until nothing is left to do; retries what failed."""

    def __init__(  # noqa: PLR0913  what it writes to, sends by, and asks
        self,
        *,
        book: CaseRepository,
        folder: PrivateFolder,
        statements: OwnerStatements,
        sender: Sender,
        standing: Callable[[str], RequestStanding],
        run_blocking: RunBlocking,
        uniform: Uniform,
        now: Callable[[], datetime],
        on_change: Callable[[], None],
    ) -> None:
        """Prepare; starts nothing yet."""
        self._book = book
        self._folder = folder
        self._statements = statements
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
        """Check all shares now, also those in backoff: one was approved or withdrawn, or a request's state changed."""
        for share_id, pause in self._pauses.items():
            if self._trouble.get(share_id) not in _OF_THE_SHARE:
                pause.until_s = 0.0
        self._to_carry.set()
        self._to_tell.set()

    def stop_broken(self) -> None:
        """Stop sending a share at once if its request is no longer trusted."""
        if self._sending is not None and self._is_broken(self._book.share(self._sending[0])):
            self._sending[1].cancel()

    def interrupt(self, share_id: str) -> None:
        """Stop sending a withdrawn share."""
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
        """Process the shares of one kind whenever they are due."""
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
        """Whether the share must be carried: it is on its way, or ended."""
        return share_id in self._book.shares and not self._has_words(share_id)

    def _tells(self, share_id: str) -> bool:
        """Whether only statements can follow, since the share arrived or is withdrawn; not while it is carried."""
        return share_id in self._book.shares and self._has_words(share_id) and share_id != self._carried

    def _has_words(self, share_id: str) -> bool:
        share = self._book.share(share_id)
        return share.withdrawal is not None or self._book.case(share.case_id).state is State.RECEIPTED

    def _is_due(self, share_id: str) -> bool:
        """Whether the share's backoff is over; a share whose request closed is due at once."""
        pause = self._pauses.get(share_id)
        if pause is None or pause.until_s <= monotonic():
            return True
        return self._standing(self._book.share(share_id).request_id) in {RequestStanding.CLOSED, RequestStanding.BROKEN}

    async def _carry(self, share_id: str) -> None:
        """Seal and send a share, or end it; statements made meanwhile are sent at once."""
        self._carried = share_id
        try:
            await self._take(share_id)
        finally:
            self._carried = None
        if not self._carries(share_id):
            self._pauses.pop(share_id, None)
            self._to_tell.set()

    async def _take(self, share_id: str) -> None:
        """Process one share; failures are retried after its own backoff."""
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
        """Back off exponentially, up to ten minutes; start over if the hub got more of the share than ever."""
        before = None if self._got_farther(share_id) else self._pauses.get(share_id)
        ceiling_s = RETRY_S[0] if before is None else min(before.ceiling_s * 2, RETRY_S[1])
        until_s = monotonic() + self._uniform(ceiling_s / 2, ceiling_s)
        self._pauses[share_id] = _Pause(ceiling_s=ceiling_s, until_s=until_s)
        if rule is not None and self._trouble.get(share_id) != rule:
            self._trouble[share_id] = rule
            self._on_change()

    def _got_farther(self, share_id: str) -> bool:
        """Whether the hub has more of a share than ever; a hub that forgets bytes gets longer backoff."""
        sent = self.progress.sent_bytes(share_id)
        farther = sent > self._farthest.get(share_id, 0)
        self._farthest[share_id] = max(sent, self._farthest.get(share_id, 0))
        return farther

    async def _go_on_or_end(self, share_id: str) -> None:
        """Take the next step, or end a share whose clip is gone or not as approved; raises OSError if that must wait.

        What the hub may have waits for its receipts, and is not announced again: its owner may have withdrawn it since
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
                await self._statements.tell(self._book.share(share_id))  # too late to withdraw, but not for statements
            return
        if state is State.APPROVED and self._may_go(share):
            await self._sender.seal(share, partial(self.progress.sealing, share_id))
            share, state = self._book.share(share_id), State.SEALED
        if state is State.SEALED and share.announced and self._is_broken(share):
            await self._take_back(share)
        elif state is State.SEALED and (share.announced or self._may_go(share)):
            await self._send(share)
        if state is State.RECEIPTED:
            await self._statements.tell(share)
        if not share.announced and state in {State.APPROVED, State.SEALED}:
            await self._lapse_if_closed(share)

    def _may_go(self, share: StoredShare) -> bool:
        return self._standing(share.request_id) is RequestStanding.OPEN

    def _is_broken(self, share: StoredShare) -> bool:
        return self._standing(share.request_id) is RequestStanding.BROKEN

    async def _take_back(self, share: StoredShare) -> None:
        """Withdraw what the hub got so far: the request was trusted when the owner approved, but no longer is."""
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
        """Withdraw a share: locally if the hub never heard of it, otherwise by asking the hub."""
        if share.withdraw_refused is not None or state in ENDED:
            return
        refused = await self._statements.withdraw(share) if share.announced and not share.withdraw_done else None

        write = partial(shares_table.save_withdraw_answer, share_id=share.share_id, refused=refused)
        if refused is not None:
            await self._book.write_share(Step.WITHDRAWAL_ANSWERED, share.share_id, write)
            return
        # First the bodies: else a stop just here, and a backup of before that is restored then, would send them again.
        await self._run_blocking(partial(self._folder.wipe_sealed, share.share_id))
        await self._book.advance(share.case_id, Withdraw(), write)
        await self._book.refresh_share(share.share_id)
