"""What came back from the hub about this home's shares. The only writer of receipts."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from ..cases import shares_table
from ..cases.state import Receive, State
from ..const import LOGGER
from ..shared.milton_protocol.errors import ProtocolError
from ..shared.milton_protocol.messages.shares.receipt import ReceiptEvent
from ..storage.durable_steps import Step
from .receipts import continues, has, read_receipts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from sqlite3 import Connection

    from ..cases.repository import CaseRepository
    from ..cases.shares_table import StoredShare
    from ..processes.executor import RunBlocking
    from ..shared.milton_protocol.messages.shares.receipt import Receipt
    from ..storage.private_folder import PrivateFolder


class ReceiptRepository:
    """The receipts of each share, checked, in memory and on disk."""

    def __init__(
        self,
        *,
        book: CaseRepository,
        folder: PrivateFolder,
        run_blocking: RunBlocking,
        on_change: Callable[[], None],
        earlier_keys: Callable[[], Collection[bytes]],
    ) -> None:
        """Do nothing yet; `load` reads. ``earlier_keys()`` are the hub's before the one in force."""
        self._book = book
        self._folder = folder
        self._run_blocking = run_blocking
        self._on_change = on_change
        self._earlier_keys = earlier_keys
        self._receipts: dict[str, tuple[Receipt, ...]] = {}
        self._refused: dict[str, str] = {}  # by which rule, said once

    def of(self, share_id: str) -> tuple[Receipt, ...]:
        """Return the receipts of a share, oldest first."""
        return self._receipts.get(share_id, ())

    async def load(self) -> None:
        """Read again the receipts that were kept."""
        for share in self._book.shares.values():
            if share.receipts is not None and share.receipts_key is not None:
                with suppress(ProtocolError):
                    self._receipts[share.share_id] = await self._run_blocking(
                        partial(read_receipts, share, share.receipts, share.receipts_key, self._earlier_keys())
                    )

    async def take(self, messages: Mapping[str, bytes], hub_key: bytes) -> None:
        """Read what the hub answers of this home's shares, by share id; those of others are passed over."""
        for share_id in self._book.shares.keys() & messages.keys():
            share = self._book.share(share_id)
            if share.receipts != messages[share_id]:
                await self._take(share, messages[share_id], hub_key)

    async def _take(self, share: StoredShare, message: bytes, hub_key: bytes) -> None:
        try:
            receipts = await self._run_blocking(partial(read_receipts, share, message, hub_key, self._earlier_keys()))
        except ProtocolError as error:
            if self._refused.get(share.share_id) != error.rule:
                LOGGER.warning("Receipts of a share are not in order: %s", error.rule)
            self._refused[share.share_id] = error.rule
            return
        self._refused.pop(share.share_id, None)
        replaced = share.receipts_key not in {None, hub_key}  # what a stolen key added gives way to the city's new one
        if replaced or continues(self.of(share.share_id), receipts):
            await self._keep(share, receipts, message, hub_key)
            self._on_change()

    async def _keep(self, share: StoredShare, receipts: tuple[Receipt, ...], message: bytes, hub_key: bytes) -> None:
        """Keep them, and in the same transaction move the case on by what they say."""

        def write(connection: Connection) -> None:
            shares_table.save_receipts(connection, share.share_id, message, hub_key)

        state = self._book.case(share.case_id).state
        if has(receipts, ReceiptEvent.RECEIVED) and state in {State.SEALED, State.UPLOADED}:
            await self._book.advance(share.case_id, Receive(), write)
            self._receipts[share.share_id] = receipts  # at once: no case is seen as receipted without its receipts
            await self._book.refresh_share(share.share_id)
            await self._run_blocking(partial(self._folder.wipe_sealed, share.share_id))
        else:
            await self._book.write_share(Step.SHARE_RECEIPTS, share.share_id, write)
            self._receipts[share.share_id] = receipts
