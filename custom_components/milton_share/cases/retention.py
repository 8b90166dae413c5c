"""Releases or retains the footage of finished cases: only what the approver promised to keep stays."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..city.verdicts import outlives_lapse
from ..const import LOGGER
from ..sources.errors import FAILURES, SourceError
from ..sources.model import ToHold
from ..storage.try_each import OneByOne
from .state import ENDED, SENDING, State

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from ..city.verdicts import Verdict
    from ..processes.executor import RunBlocking
    from ..sources.model import FootageSource
    from ..storage.private_folder import PrivateFolder
    from .repository import CaseRepository
    from .state import ConsentCase


class Retention:
    """Releases what ended and shared cases hold."""

    def __init__(
        self,
        *,
        book: CaseRepository,
        folder: PrivateFolder,
        source: FootageSource,
        run_blocking: RunBlocking,
        now: Callable[[], datetime],
    ) -> None:
        """Prepare; releases nothing yet."""
        self._book = book
        self._folder = folder
        self._source = source
        self._run_blocking = run_blocking
        self._now = now
        self._settled: set[str] = set()  # since the start; settling again changes nothing
        self._kept: set[str] = set()  # since the start: all that was promised is held
        self._unkept: dict[str, str] = {}  # shares by case: promised to be kept, and not kept yet

    @property
    def unkept_shares(self) -> frozenset[str]:
        """Shares whose recordings the approver promised to keep, and that are not all kept."""
        return frozenset(self._unkept.values())

    async def drop(self, request_ids: Collection[str]) -> None:
        """Wipe the clips of forgotten requests, and forget their cases."""
        for case in [case for case in self._book.cases.values() if case.request_id in request_ids]:
            await self._run_blocking(partial(self._folder.wipe_clips, case.case_id))
        self._book.drop(request_ids)

    async def settle_all(self, verdicts: Mapping[str, Verdict], keep_until: Callable[[str], datetime | None]) -> None:
        """Settle each case that is over or shared; ``verdicts`` rest on trusted documents.

        Raises OSError, sqlite3.Error where one of them failed; all were tried.
        """
        all_cases = OneByOne()
        for case in tuple(self._book.cases.values()):
            with all_cases.trying():
                if case.state in ENDED or case.state is State.RECEIPTED:
                    await self.settle(case, keep_until(case.request_id), verdicts.get(case.request_id))
                elif case.state in SENDING:
                    await self.keep_promise(case)
        all_cases.require_all()

    async def settle(self, case: ConsentCase, keep_until: datetime | None, verdict: Verdict | None) -> None:
        """Release the recordings and clips of an ended or shared case, or keep the recordings as the approver chose.

        A shared clip can be looked at until ``keep_until``. ``verdict`` is the request's, under good trust documents.
        What an end by the owner or the request began and a kill cut off is done here.
        """
        if case.case_id in self._settled:
            return
        if case.state is State.RECEIPTED:
            if not await self.keep_promise(case):
                return
            await self._source.release(case.case_id)
            if not self._promises(case):
                await self._release_for_court(case)  # given up, or twelve months have passed
            if keep_until is not None and self._now() < keep_until:
                return
        elif case.state is not State.LAPSED or not outlives_lapse(verdict):
            await self._source.release(case.case_id)
            await self._release_for_court(case)  # taken back: the promise went with the share
            self._unkept.pop(case.case_id, None)
        await self._run_blocking(partial(self._folder.wipe_clips, case.case_id))
        if case.share_id is None and case.case_id in self._book.reviews:
            await self._book.forget_review(case.case_id)
        self._settled.add(case.case_id)

    async def give_up(self, case: ConsentCase) -> None:
        """Store the owner's decision, then wipe the originals kept for court. A later round retries failures.

        Until the share has arrived the first hold stays.
        """
        self._settled.discard(case.case_id)
        self._kept.discard(case.case_id)
        self._unkept.pop(case.case_id, None)
        await self._release_for_court(case)

    async def keep_promise(self, case: ConsentCase) -> bool:
        """Keep the recordings that the approver promised to keep; return whether nothing is left to do.

        From the approval on: an upload may take longer than the first hold lasts. They are kept where the clip was cut
        from: another source may have footage of the same time, and that is no proof of this clip.
        """
        if not self._promises(case):
            self._unkept.pop(case.case_id, None)
            return True
        if case.case_id in self._kept:
            return True
        share = self._book.shares[case.share_id or ""]
        manifest = self._book.reviews[case.case_id].manifest
        wanted = {segment.sha256 for segment in manifest.segments}
        coming = False
        try:
            for hold_id, period in zip(self._court(case), manifest.ranges, strict=True):
                deadline = share.sources_kept_until or self._now()
                wanted_range = ToHold(
                    hold_id=hold_id,
                    camera_id=case.camera_id,
                    from_=period.from_,
                    until=period.until,
                    deadline=deadline,
                )
                kept = await self._source.hold_beside(case.case_id, wanted_range)
                wanted -= {segment.sha256 for segment in kept.segments}
                coming = coming or bool(kept.pending)
        except FAILURES as error:  # the first hold stays, until its own deadline
            self._tell(case, share.share_id, error.rule if isinstance(error, SourceError) else type(error).__name__)
            return False
        if wanted and not coming:
            self._tell(case, share.share_id, "recordings_missing")
        if not wanted:
            self._unkept.pop(case.case_id, None)
            self._kept.add(case.case_id)
        return not wanted

    def _promises(self, case: ConsentCase) -> bool:
        """Whether recordings must be kept for court now."""
        share = self._book.shares.get(case.share_id or "")
        if share is None or share.sources_kept_until is None or case.case_id not in self._book.reviews:
            return False
        return self._now() < share.sources_kept_until

    def _tell(self, case: ConsentCase, share_id: str, why: str) -> None:
        if case.case_id not in self._unkept:
            self._unkept[case.case_id] = share_id
            LOGGER.warning("Recordings could not be kept for the court: %s", why)

    def _court(self, case: ConsentCase) -> tuple[str, ...]:
        """Name the promised holds: one for each range of the clip, since footage between them is released."""
        review = self._book.reviews.get(case.case_id)
        count = len(review.manifest.ranges) if review else 1
        return (f"court-{case.case_id}", *(f"court-{case.case_id}-{number}" for number in range(2, count + 1)))

    async def _release_for_court(self, case: ConsentCase) -> None:
        for hold_id in self._court(case):
            await self._source.release(hold_id)
