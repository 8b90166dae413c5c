"""What is left when a case is over: recordings and clips go, but what the approver promised to keep."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import TYPE_CHECKING

from .consent import State
from .const import LOGGER
from .sources.recorder import RecorderError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .blocking import RunBlocking
    from .casebook import CaseBook
    from .consent import ConsentCase
    from .outbox.files import PrivateFolder
    from .sources.model import FootageSource


class Settling:
    """Lets go of what ended and shared cases held."""

    def __init__(
        self,
        *,
        book: CaseBook,
        folder: PrivateFolder,
        source: FootageSource,
        run_blocking: RunBlocking,
        now: Callable[[], datetime],
    ) -> None:
        """Do nothing yet."""
        self._book = book
        self._folder = folder
        self._source = source
        self._run_blocking = run_blocking
        self._now = now
        self._settled: set[str] = set()  # since the start; settling again changes nothing
        self._unkept: dict[str, str] = {}  # shares by case: promised to be kept, and not kept yet

    @property
    def unkept_shares(self) -> frozenset[str]:
        """Shares whose recordings the approver promised to keep, and for which there is no room."""
        return frozenset(self._unkept.values())

    async def settle(self, case: ConsentCase, keep_until: datetime | None) -> None:
        """Let recordings and clips of an ended or shared case go, or keep the recordings as the approver chose.

        A shared clip can be looked at until ``keep_until``.
        """
        if case.case_id in self._settled:
            return
        if case.state is State.RECEIPTED:
            if not await self._keep_for_court(case):
                return
            await self._source.release(case.case_id)
            if keep_until is not None and self._now() < keep_until:
                return
        elif case.state is not State.LAPSED:
            await self._source.release(case.case_id)
            self._unkept.pop(case.case_id, None)  # taken back: the promise went with the share
        await self._run_blocking(partial(self._folder.wipe_clips, case.case_id))
        self._settled.add(case.case_id)

    async def _keep_for_court(self, case: ConsentCase) -> bool:
        """Keep the recordings that the approver promised to keep; say whether nothing is left to do."""
        share = self._book.shares.get(case.share_id or "")
        review = self._book.reviews.get(case.case_id)
        if share is None or review is None or share.sources_kept_until is None:
            return True
        if self._now() < share.sources_kept_until:
            period = review.manifest.range
            try:
                await self._source.hold(
                    f"court-{case.case_id}", case.camera_id, period.from_, period.until, share.sources_kept_until
                )
            except (RecorderError, OSError, sqlite3.Error) as error:  # the first hold stays, until its own deadline
                if case.case_id not in self._unkept:
                    self._unkept[case.case_id] = share.share_id
                    said = error.rule if isinstance(error, RecorderError) else type(error).__name__
                    LOGGER.warning("Recordings could not be kept for the court: %s", said)
                return False
        self._unkept.pop(case.case_id, None)
        return True
