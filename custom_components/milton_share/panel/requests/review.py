"""An approver's review of a case's footage. Every method first checks the caller's session by law 6.

Refusals are `MiltonShareError` with the rule's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...cases.state import UNDECIDED, State
from ...errors import MiltonShareError
from ...review.job import Wish
from ...shared.milton_protocol.messages.shares.manifest_parts import Period
from ...shared.milton_protocol.verification import VerifiedRequest
from ..presenters import clip_view

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from ...approvers.rules import Session
    from ...approvers.service import ApproverService
    from ...cameras.service import CameraService
    from ...cases.model import ClipView
    from ...cases.repository import CaseRepository
    from ...clips.pictures.model import Picture, Stills
    from ...review.service import ClipCutter
    from ...review.shown import Shown
    from ...runtime.scheduler import Scheduler
    from ...shared.milton_protocol.messages.shares.masks import Mask
    from ...sources.model import FootageSource
    from ...storage.private_folder import PrivateFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewService:
    """Cuts clips and serves thumbnails for review."""

    approvers: ApproverService
    scheduler: Scheduler
    book: CaseRepository
    folder: PrivateFolder
    cameras: CameraService
    source: FootageSource
    cutter: ClipCutter
    shown: Shown

    async def look(  # noqa: PLR0913  what a clip can be asked to be
        self,
        session: Session,
        case_id: str,
        from_: datetime,
        until: datetime,
        *,
        audio: bool,
        masks: Sequence[Mask] = (),
        further: Sequence[Period] = (),
    ) -> ClipView:
        """Cut a clip to review. Call again with another range to trim; the earlier clip is wiped.

        For a drill it is a test card, without sound, whatever was recorded.

        The range lies inside the request's (`outside_request`), and is at least a second long (`too_short`); so are
        ``further`` ones, which follow it in time (`ranges_overlap`) and in the same clip. ``masks`` are black in it.
        Progress shows in `CaseView.cutting`. Raises `nothing_to_hide` (a drill's), `unknown_case`, `not_held`,
        `already_decided`, `already_cutting`, what the cutter refused, or the rule by which the request is refused now.
        """
        self.approvers.require(session)
        case = self.book.case(case_id)
        verified = await self.scheduler.verified(case.request_id)
        ranges = (Period(from_=from_, until=until), *further)
        asked = Wish(ranges=ranges, audio=audio, masks=tuple(masks))
        return clip_view(await self.cutter.look(verified, case_id, asked))

    async def give_up(self, session: Session, case_id: str) -> None:
        """Cancel a cut and wipe what there is of it. Raises `unknown_case`, `not_cutting`."""
        self.approvers.require(session)
        await self.cutter.give_up(self.book.case(case_id).case_id)

    def preview_path(self, session: Session, case_id: str, sha256: str) -> Path:
        """Return the file with this ``sha256`` (the clip, or its transcode), for the view that serves it.

        Raises `unknown_case`, `other_clip`.
        """
        self.approvers.require(session)
        self.book.case(case_id)
        review = self.book.reviews.get(case_id)
        if review is None or sha256 not in {review.manifest.clip_sha256, review.manifest.preview_sha256}:
            rule = "other_clip"
            raise MiltonShareError(rule)
        return self.folder.clip(case_id, sha256)

    def note_sent(self, session: Session, sha256: str, size_bytes: int, span: tuple[int, int]) -> None:
        """Record which bytes of a clip, or of its transcode, were sent to this session."""
        if session.session_id is not None:
            self.shown.served.note(session.session_id, sha256, size_bytes, span)

    def asked_of(self, session: Session, case_id: str) -> tuple[str, Period, tuple[str, ...]]:
        """Return a case's camera, its requested time, and its recording triggers.

        Raises `unknown_case`, `unknown_request`.
        """
        self.approvers.require(session)
        case = self.book.case(case_id)
        request = self._verified(case_id).request
        settings = self.cameras.settings.get(case.camera_id)
        asked = Period(from_=request.from_, until=request.until)
        return case.camera_id, asked, settings.also_told_by if settings else ()

    def _verified(self, case_id: str) -> VerifiedRequest:
        """Return a case's request as last verified; raises `unknown_request` if it was refused."""
        assessment = self.scheduler.judgment.assessment
        verdict = assessment.verdicts.get(self.book.case(case_id).request_id) if assessment else None
        if not isinstance(verdict, VerifiedRequest):
            rule = "unknown_request"
            raise MiltonShareError(rule)
        return verdict

    async def stills(self, session: Session, case_id: str, sha256: str) -> Stills:
        """Return the thumbnails of the clip with this ``sha256``; the first call makes them.

        Raises `unknown_case`, `other_clip`, `stills_failed`.
        """
        return await self.shown.thumbnails.of_clip(self.preview_path(session, case_id, sha256))

    async def rough(self, session: Session, case_id: str) -> tuple[Picture, ...]:
        """Return thumbnails of a case's held footage, with or without a clip; the first call makes them.

        Of a drill nothing is held, so there are none. Raises `unknown_case`, `unknown_request`, `not_held`,
        `already_decided`, `stills_failed`.
        """
        _, asked, _ = self.asked_of(session, case_id)
        state = self.book.case(case_id).state
        if state not in {State.HELD, State.REVIEWING}:
            rule = "not_held" if state in UNDECIDED else "already_decided"
            raise MiltonShareError(rule)
        if self._verified(case_id).request.drill:
            return ()
        return await self.shown.thumbnails.of_case(case_id, await self.source.held(case_id), asked)
