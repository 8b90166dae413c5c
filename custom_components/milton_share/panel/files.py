"""What an approver does with files of their own. Every method judges the caller's session by law 6 first.

Refusals are `MiltonShareError` with the rule's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cameras.matching import is_placed
from ..errors import MiltonShareError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path

    from ..approvers.rules import Session
    from ..runtime.parts import Parts
    from ..runtime.scheduler import Rounds
    from ..shared.milton_protocol.verification import VerifiedRequest


class FileDesk:
    """Where an approver adds a file to a request, says when it was filmed, and takes it away again."""

    def __init__(self, parts: Parts, rounds: Rounds) -> None:
        """Take what it acts on."""
        self._parts, self._rounds = parts, rounds

    async def check(self, session: Session, request_id: str) -> VerifiedRequest:
        """Return the request that a file may be added to; raise the rule by which it is refused now.

        A drill takes none (`drill_takes_no_file`): a test card is sent, so nothing that was filmed is kept for it.
        """
        self._parts.approvers.require(session)
        verified = await self._rounds.verified(request_id)
        if verified.request.drill:
            rule = "drill_takes_no_file"
            raise MiltonShareError(rule)
        return verified

    async def add(
        self, session: Session, request_id: str, name: str, size_bytes: int | None, chunks: AsyncIterator[bytes]
    ) -> str:
        """Take a file in, whole or not at all, and return its case's id.

        Raises `drill_takes_no_file`, `not_for_this_home`, `already_adding`, `too_many_files`, `file_too_large`,
        `file_no_room`, `disk_full`, `file_broken_off`, `not_a_video`, or the rule by which the request is refused now.
        """
        verified = await self.check(session, request_id)
        file = await self._parts.files.add(self._parts.added, verified, name, size_bytes, chunks)
        return file.case_id

    async def confirm(
        self, session: Session, case_id: str, *, at: datetime, uncertainty_s: int, camera_id: str | None
    ) -> None:
        """Keep the owner's word on when a file's first picture was taken, and by which camera.

        Raises `unknown_case`, `already_decided`, `already_cutting`, `file_outside_request`, `unknown_camera`, or the
        rule by which the request is refused now.
        """
        parts = self._parts
        parts.approvers.require(session)
        verified = await self._rounds.verified(parts.files.file(case_id).request_id)
        if camera_id is not None and not is_placed(parts.cameras.settings.get(camera_id)):
            rule = "unknown_camera"
            raise MiltonShareError(rule)
        timed = parts.files.timed(verified.request, case_id, at, uncertainty_s, camera_id)
        with parts.looks.alone(case_id):
            await parts.journey.forget_clip(case_id)
            await parts.files.confirm(timed)
            await parts.keeping.keep(parts.book.case(case_id), verified)

    async def remove(self, session: Session, case_id: str) -> None:
        """Take a file away that nothing was decided about. Raises `unknown_case`, `already_decided`."""
        parts = self._parts
        parts.approvers.require(session)
        with parts.looks.alone(parts.files.undecided(case_id).case_id):
            await parts.journey.forget_clip(case_id)
            await parts.files.remove(parts.added, case_id)

    def picture(self, session: Session, case_id: str) -> Path:
        """Return the first picture of a file, to compare its time with. Raises `unknown_case`, `file_gone`."""
        self._parts.approvers.require(session)
        return self._parts.files.picture(self._parts.added, case_id)
