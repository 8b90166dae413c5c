"""Files that approvers add. Every method first checks the caller's session by law 6.

Refusals are `MiltonShareError` with the rule's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...cameras.matching import is_placed
from ...errors import MiltonShareError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path

    from ...approvers.rules import Session
    from ...approvers.service import ApproverService
    from ...cameras.service import CameraService
    from ...cases.added_files import AddedFiles
    from ...cases.door_codes import DoorCodes
    from ...cases.holds import Holds
    from ...cases.repository import CaseRepository
    from ...cases.service import CaseWorkflow
    from ...review.service import ClipCutter
    from ...runtime.scheduler import Scheduler
    from ...shared.milton_protocol.verification import VerifiedRequest
    from ...sources.upload import UploadSource


@dataclass(frozen=True, slots=True, kw_only=True)
class FileService:
    """Adds a file to a request, records when it was filmed, and removes it."""

    approvers: ApproverService
    scheduler: Scheduler
    book: CaseRepository
    door_codes: DoorCodes
    files: AddedFiles
    added: UploadSource
    cameras: CameraService
    cutter: ClipCutter
    workflow: CaseWorkflow
    holds: Holds

    async def check(self, session: Session, request_id: str) -> VerifiedRequest:
        """Return the request that a file may be added to; raises the rule that refuses it.

        `drill_takes_no_file`: a test card is sent, so nothing that was filmed is kept for it. `not_for_this_home`: the
        request is by a door code that was not typed here.
        """
        self.approvers.require(session)
        verified = await self.scheduler.verified(request_id)
        if verified.request.drill:
            rule = "drill_takes_no_file"
            raise MiltonShareError(rule)
        if not self.door_codes.ask(verified):
            rule = "not_for_this_home"
            raise MiltonShareError(rule)
        return verified

    async def add(
        self, session: Session, request_id: str, name: str, size_bytes: int | None, chunks: AsyncIterator[bytes]
    ) -> str:
        """Add a file, completely or not at all, and return its case's id.

        Raises `drill_takes_no_file`, `not_for_this_home`, `already_adding`, `too_many_files`, `file_too_large`,
        `file_no_room`, `disk_full`, `file_broken_off`, `not_a_video`, or the rule by which the request is refused now.
        """
        verified = await self.check(session, request_id)
        file = await self.files.add(self.added, verified, name, size_bytes, chunks)
        return file.case_id

    async def confirm(
        self, session: Session, case_id: str, *, at: datetime, uncertainty_s: int, camera_id: str | None
    ) -> None:
        """Save the owner's statement of when a file's first frame was filmed, and by which camera.

        Raises `unknown_case`, `already_decided`, `already_cutting`, `file_outside_request`, `unknown_camera`, or the
        rule by which the request is refused now.
        """
        self.approvers.require(session)
        verified = await self.scheduler.verified(self.files.file(case_id).request_id)
        if camera_id is not None and not is_placed(self.cameras.settings.get(camera_id)):
            rule = "unknown_camera"
            raise MiltonShareError(rule)
        timed = self.files.timed(verified.request, case_id, at, uncertainty_s, camera_id)
        with self.cutter.alone(case_id):
            await self.workflow.forget_clip(case_id)
            await self.files.confirm(timed)
            await self.holds.keep(self.book.case(case_id), verified)

    async def remove(self, session: Session, case_id: str) -> None:
        """Remove an undecided file. Raises `unknown_case`, `already_decided`."""
        self.approvers.require(session)
        with self.cutter.alone(self.files.undecided(case_id).case_id):
            await self.workflow.forget_clip(case_id)
            await self.files.remove(self.added, case_id)

    def picture(self, session: Session, case_id: str) -> Path:
        """Return a file's first frame, to compare its time. Raises `unknown_case`, `file_gone`."""
        self.approvers.require(session)
        return self.files.picture(self.added, case_id)
