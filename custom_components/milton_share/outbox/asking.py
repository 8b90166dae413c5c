"""Polls the hub for receipts of this home's shares: each on its own schedule, by its share key, without a token.

Law 1: nothing is asked before a share was announced, and about no share but this home's own. When it asks depends on
what was told of that share, on the clock and on chance: never on a request, a match, or what the owner looks at. Shares
are asked about apart.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ..cases.state import ConsentError, State
from ..const import LOGGER
from ..hub_link.client import HubAwayError, HubRefusedError
from ..shared.milton_protocol.limits import RECEIPTS_SIZE_MAX_BYTES
from ..shared.milton_protocol.messages.shares.receipt import ReceiptEvent, unpadded
from .receipts import has, share_key_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ..cases.repository import CaseRepository
    from ..cases.shares_table import StoredShare
    from ..hub_link.client import HubClient
    from ..hub_link.feed import Uniform
    from ..shared.milton_protocol.messages.shares.receipt import Receipt
    from ..storage.health import StorageHealth
    from .receipt_book import ReceiptRepository

EVERY_S = (600.0, 1_200.0)  # 15 min ± 5
LATER_S = (14_400.0, 28_800.0)  # 6 h ± 2 h
NEW_FOR = timedelta(days=7)  # after the approval and each receipt: most of what becomes of a share, becomes of it then
SILENT_FOR = timedelta(days=60)  # protocol section 11: a hub has none, and one that came later would be there as long
SOON_S = 2.0  # the hub writes a receipt before it answers what the receipt is of
SOON_TRIES = 12  # 2 s, 4 s ... 10 min: an hour in all
EVERY_IN_DEMO_S = (0.5, 1.5)


def is_wanted(share: StoredShare, receipts: tuple[Receipt, ...], now: datetime, hub_key: bytes | None) -> bool:
    """Whether more receipts may come: the hub knows the share and hasn't deleted it.

    What a hub key said that was replaced since (a stolen one's, maybe) ends nothing.
    """
    is_deleted = has(receipts, ReceiptEvent.DELETED) and hub_key in {None, share.receipts_key}
    if not share.announced or is_deleted:
        return False
    return bool(receipts) or now - share.approved_at < SILENT_FOR


def is_awaited(share: StoredShare, state: State, receipts: tuple[Receipt, ...]) -> bool:
    """Whether the hub must have a receipt by now that this home hasn't got."""
    return state is State.UPLOADED or (share.withdraw_done and not has(receipts, ReceiptEvent.WITHDRAWN))


def told(share: StoredShare, state: State) -> frozenset[bytes]:
    """Return what the hub was told about a share; each may lead to a receipt."""
    said = {
        b"" if state in {State.UPLOADED, State.RECEIPTED} else None,
        share.withdrawal if share.withdraw_done or share.withdraw_refused else None,
        share.agreement if share.agreement_answer else None,
        share.flag if share.flag_answer else None,
        *(word.signed for word in share.words if word.answer),
    }
    return frozenset(each for each in said if each is not None)


def pause_s(*, awaited_tries: int | None, is_new: bool, demo: bool, uniform: Uniform) -> float:
    """Return the wait until the next poll for a share.

    ``awaited_tries``: how often in vain for a receipt that must be there, None where none must be.
    """
    if demo:
        return uniform(*EVERY_IN_DEMO_S)
    if awaited_tries is not None and awaited_tries < SOON_TRIES:
        ceiling_s = min(SOON_S * 2**awaited_tries, EVERY_S[0])
        return uniform(ceiling_s / 2, ceiling_s)
    return uniform(*(EVERY_S if is_new else LATER_S))


@dataclass(slots=True, kw_only=True)
class _Turn:
    """When to poll for a share next."""

    due_s: float
    told: frozenset[bytes]
    tries: int = 0


class Asking:
    """Fetches receipts until canceled; failures are retried at the next turn."""

    def __init__(  # noqa: PLR0913  what it reads and writes, whom it asks, a clock, chance, and whom to tell
        self,
        *,
        book: CaseRepository,
        receipts: ReceiptRepository,
        client: HubClient,
        hub_key: Callable[[], bytes | None],
        demo: bool,
        now: Callable[[], datetime],
        uniform: Uniform,
        health: StorageHealth,
    ) -> None:
        """Prepare. ``client`` has no token; ``hub_key()``: the hub's key in the trusted city record, or None."""
        self._book = book
        self._receipts = receipts
        self._client = client
        self._hub_key = hub_key
        self._demo = demo
        self._now = now
        self._uniform = uniform
        self._health = health
        self._turns: dict[str, _Turn] = {}
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Reschedule after something was told the hub."""
        self._wake.set()

    async def run(self) -> None:
        """Poll for each share at its turn."""
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            self._plan(loop.time())
            for share_id, turn in tuple(self._turns.items()):
                if turn.due_s <= loop.time():
                    await self._ask(share_id)
                    turn.tries += 1
                    turn.due_s = loop.time() + self._pause_s(share_id, turn)
            next_s = min((turn.due_s for turn in self._turns.values()), default=None)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), None if next_s is None else max(0.0, next_s - loop.time()))

    def _plan(self, now_s: float) -> None:
        """Schedule each share; one about which the hub was just told something comes soon."""
        wanted = {
            share_id: told(share, self._state(share))
            for share_id, share in self._book.shares.items()
            if is_wanted(share, self._receipts.of(share_id), self._now(), self._hub_key())
        }
        self._turns = {share_id: turn for share_id, turn in self._turns.items() if share_id in wanted}
        for share_id, said in wanted.items():
            turn = self._turns.get(share_id)
            if turn is None:
                turn = self._turns[share_id] = _Turn(due_s=0.0, told=said)
                turn.due_s = now_s + self._pause_s(share_id, turn)
            elif said - turn.told:
                turn.tries, turn.due_s = 0, min(turn.due_s, now_s + self._soon_s())
            turn.told = said

    def _soon_s(self) -> float:
        return pause_s(awaited_tries=0, is_new=True, demo=self._demo, uniform=self._uniform)

    def _pause_s(self, share_id: str, turn: _Turn) -> float:
        share, receipts = self._book.share(share_id), self._receipts.of(share_id)
        newest = max([share.approved_at, *(receipt.at for receipt in receipts[-1:])])
        return pause_s(
            awaited_tries=turn.tries if is_awaited(share, self._state(share), receipts) else None,
            is_new=self._now() - newest < NEW_FOR,
            demo=self._demo,
            uniform=self._uniform,
        )

    def _state(self, share: StoredShare) -> State:
        return self._book.case(share.case_id).state

    async def _ask(self, share_id: str) -> None:
        hub_key = self._hub_key()
        if hub_key is None:  # nothing that came could be checked now
            return
        client = self._client.showing(share_key_of(self._book.share(share_id)))
        try:
            body, _ = await client.get(f"/v1/shares/{share_id}/receipts", max_bytes=RECEIPTS_SIZE_MAX_BYTES)
            await self._receipts.take({share_id: unpadded(body or b"")}, hub_key)
        except (HubAwayError, HubRefusedError) as error:
            LOGGER.debug("Receipts not fetched: %r", error)
        except ConsentError:  # the owner moved the case on before this did: the next turn finds it so
            LOGGER.debug("Receipts not taken yet")
        except (OSError, sqlite3.Error) as error:
            self._health.failed("receipts", error)
        else:
            self._health.works("receipts")
