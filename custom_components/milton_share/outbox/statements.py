"""Sends the hub what the owner signs about a share that the hub has: a withdrawal, consents, flags."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from ..cases import shares_table
from ..hub_link.client import HubRefusedError, require_word
from ..shared.milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES
from ..storage.durable_steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..cases.repository import CaseRepository
    from ..cases.shares_table import StoredShare
    from ..hub_link.client import HubClient

WITHDRAWALS_PATH = "/v1/withdrawals"
CONSENTS_PATH = "/v1/consents"
SHARE_UNKNOWN = "share_unknown"  # nothing to withdraw
_NO_TO_CONSENT = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.GONE})


class OwnerStatements:
    """Sends statements and saves the hub's answers. Raises HubRefusedError and HubAwayError where there is none yet."""

    def __init__(self, book: CaseRepository, client: HubClient) -> None:
        """Take a client without a token: each statement is signed by its share's key."""
        self._book = book
        self._client = client

    async def withdraw(self, share: StoredShare) -> str | None:
        """Ask the hub to delete a share; return None when it has, or the rule by which it must keep it."""
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

    async def tell(self, share: StoredShare) -> None:
        """Send all unanswered statements about a share that the hub has; a refused one doesn't delay the others."""
        tells = [partial(self._tell_passing, share)]
        if share.agreement is not None and share.agreement_answer is None:
            save = partial(shares_table.save_agreement_answer, share_id=share.share_id)
            tells.insert(0, partial(self._tell_one, share, share.agreement, Step.AGREEMENT_ANSWERED, save))
        if share.flag is not None and share.flag_answer is None:
            keep = partial(shares_table.save_flag_answer, share_id=share.share_id, flag=share.flag)
            tells.insert(0, partial(self._tell_one, share, share.flag, Step.FLAG_ANSWERED, keep))
        refused: HubRefusedError | None = None
        for tell in tells:
            try:
                await tell()
            except HubRefusedError as error:
                refused = refused or error
        if refused is not None:
            raise refused

    async def _tell_one(self, share: StoredShare, word: bytes, step: Step, save: Callable[..., None]) -> None:
        """Send one statement (accept early, or custodians only) and save the hub's answer."""
        said = await self._consent(word)
        await self._book.write_share(step, share.share_id, partial(save, answer=said))

    async def _tell_passing(self, share: StoredShare) -> None:
        """Send each unanswered statement about sharing outside the agency, and save the hub's answer."""
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
