"""From approved to uploaded: seal, announce, send. Each step may be called again after anything."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from ..cases import shares_table
from ..cases.state import Seal, State, Upload
from ..hub_link.client import HubAwayError
from ..hub_link.upload import PieceSize, send_body
from ..shared.milton_protocol.errors import ProtocolError
from ..shared.milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES
from ..shared.milton_protocol.messages.homes.answers import ShareAnswer
from ..storage.durable_steps import Step
from ..storage.private_folder import read_piece
from .receipts import announced_share, share_key_of
from .seal import ClipChangedError, require_as_approved, seal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..cases.repository import CaseRepository
    from ..cases.shares_table import StoredShare
    from ..hub_link.client import HubClient
    from ..processes.executor import RunBlocking
    from ..shared.milton_protocol.messages.shares.share import Share
    from ..storage.private_folder import PrivateFolder

SHARES_PATH = "/v1/shares"
_UPLOADS_PATH = "/v1/uploads/"


class Sender:
    """Makes the sealed bytes once, and sends them until the hub has them."""

    def __init__(
        self, *, book: CaseRepository, folder: PrivateFolder, client: HubClient, run_blocking: RunBlocking
    ) -> None:
        """Do nothing yet."""
        self._book = book
        self._folder = folder
        self._client = client
        self._run_blocking = run_blocking
        self._pieces = PieceSize()

    async def seal(self, share: StoredShare, on_sealed: Callable[[int, int], None]) -> None:
        """Seal an approved clip; raise `ClipChangedError`, OSError.

        ``on_sealed`` gets, on the event loop, how many bytes are sealed and how many there will be.
        """
        review = self._book.reviews.get(share.case_id)
        preview_sha256 = review.manifest.preview_sha256 if review else None
        loop = asyncio.get_running_loop()

        def tell(sealed_bytes: int, size_bytes: int) -> None:
            loop.call_soon_threadsafe(on_sealed, sealed_bytes, size_bytes)

        def seal_as_approved() -> bytes:
            require_as_approved(share)
            return seal(share, self._folder, preview_sha256, tell)

        envelope = await self._run_blocking(seal_as_approved)
        await self._book.advance(
            share.case_id, Seal(), lambda connection: shares_table.save_sealed(connection, share.share_id, envelope)
        )
        await self._book.refresh_share(share.share_id)

    async def send(self, share: StoredShare, on_sent: Callable[[int], None]) -> None:
        """Announce a sealed share and send its bodies; raise `HubAwayError`, `HubRefusedError`.

        ``on_sent`` gets the number of bytes that the hub has. Nothing is sent when the share was taken back meanwhile.
        Raises `ClipChangedError`, before the hub hears anything, where bodies are gone or cut short: of a share that
        was taken back, or arrived, since the backup was made that was restored.
        """
        announced, _ = announced_share(share)
        sizes_bytes = {part.name: part.body_size_bytes for part in announced.parts}
        if not await self._run_blocking(partial(self._folder.has_sealed, share.share_id, sizes_bytes)):
            raise ClipChangedError
        if not await self._book.write_share(
            Step.SHARE_ANNOUNCED,
            share.share_id,
            lambda connection: shares_table.save_announced(connection, share.share_id),
        ):
            return
        paths = await self._announce(share, announced)
        await self._send_bodies(share, announced, paths, on_sent)
        if self._book.case(share.case_id).state is State.SEALED:
            await self._book.advance(share.case_id, Upload())

    async def _announce(self, share: StoredShare, announced: Share) -> dict[str, str]:
        """Tell the hub of the share and return where its bodies go, by part."""
        answer = await self._client.post(SHARES_PATH, share.envelope or b"", max_bytes=MESSAGE_SIZE_MAX_BYTES)
        try:
            uploads = ShareAnswer.from_bytes(answer).uploads
        except ProtocolError as error:
            raise HubAwayError from error
        paths = {part.name: uploads.get(part.name, "") for part in announced.parts}
        if not all(path.startswith(_UPLOADS_PATH) for path in paths.values()):
            raise HubAwayError
        return {str(name): path for name, path in paths.items()}

    async def _send_bodies(
        self, share: StoredShare, announced: Share, paths: dict[str, str], on_sent: Callable[[int], None]
    ) -> None:
        done, client = 0, self._client.showing(share_key_of(share))
        for part in announced.parts:
            file = self._folder.sealed(share.share_id, part.name)

            async def read(offset: int, length: int, file: Path = file) -> bytes:
                return await self._run_blocking(partial(read_piece, file, offset, length))

            await send_body(
                client,
                paths[part.name],
                part.body_size_bytes,
                read,
                partial(_with_earlier, on_sent, done),
                pieces=self._pieces,
            )
            done += part.body_size_bytes


def _with_earlier(on_sent: Callable[[int], None], earlier_bytes: int, sent_bytes: int) -> None:
    on_sent(earlier_bytes + sent_bytes)
