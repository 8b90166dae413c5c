"""What is left when a case is over: recordings and clips go, but what the approver promised to keep."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import TYPE_CHECKING

from .consent import State
from .const import LOGGER
from .sources.errors import SourceError
from .verdicts import outlives_lapse

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .blocking import RunBlocking
    from .casebook import CaseBook
    from .consent import ConsentCase
    from .outbox.files import PrivateFolder
    from .sources.model import FootageSource
    from .verdicts import Verdict


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

    async def settle(self, case: ConsentCase, keep_until: datetime | None, verdict: Verdict | None) -> None:
        """Let recordings and clips of an ended or shared case go, or keep the recordings as the approver chose.

        A shared clip can be looked at until ``keep_until``. ``verdict`` is the request's, under good papers. What an
        end by the owner or the request began and a kill cut off is done here.
        """
        if case.case_id in self._settled:
            return
        if case.state is State.RECEIPTED:
            if not await self._keep_for_court(case):
                return
            await self._source.release(case.case_id)
            if keep_until is not None and self._now() < keep_until:
                return
        elif case.state is not State.LAPSED or not outlives_lapse(verdict):
            await self._source.release(case.case_id)
            await self._source.release(_court(case))  # taken back: the promise went with the share
            self._unkept.pop(case.case_id, None)
        await self._run_blocking(partial(self._folder.wipe_clips, case.case_id))
        if case.share_id is None and case.case_id in self._book.reviews:
            await self._book.forget_review(case.case_id)
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
                    _court(case), case.camera_id, period.from_, period.until, share.sources_kept_until
                )
            except (SourceError, OSError, sqlite3.Error) as error:  # the first hold stays, until its own deadline
                if case.case_id not in self._unkept:
                    self._unkept[case.case_id] = share.share_id
                    said = error.rule if isinstance(error, SourceError) else type(error).__name__
                    LOGGER.warning("Recordings could not be kept for the court: %s", said)
                return False
        self._unkept.pop(case.case_id, None)
        return True


def _court(case: ConsentCase) -> str:
    """Name the hold that the approver promised."""
    return f"court-{case.case_id}"
