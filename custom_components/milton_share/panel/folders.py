"""What an approver says of folders that cameras write into. Every method judges the session by law 6 first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import MiltonShareError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..approvers.rules import Session
    from ..approvers.service import ApproverBook
    from ..cameras.folders import FolderBook
    from ..cameras.model import FolderLook
    from ..cameras.service import CameraBook
    from ..runtime.recording import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderDesk:
    """Where an approver names a camera's folder. Refusals are `MiltonShareError` with the rule's name."""

    approvers: ApproverBook
    folders: FolderBook
    cameras: CameraBook
    recording: Recording
    on_spoken: Callable[[], None]  # called when the owner has said something

    def roots(self, session: Session) -> tuple[str, ...]:
        """Return the folders below which a camera's may lie."""
        self.approvers.require(session)
        return self.folders.roots()

    async def look(self, session: Session, folder: str, zone: str | None) -> FolderLook:
        """Say what would be found there. Raises `folder_gone`, `folder_outside`, `folder_too_full`, `unknown_zone`."""
        self.approvers.require(session)
        return await self.folders.look(folder, zone)

    async def set(self, session: Session, camera_id: str, folder: str | None, zone: str | None) -> None:
        """Keep a camera's folder, which only the owner names, or none.

        What lies there is shown as that camera's recordings: another approver could have an indoor camera's folder be
        the street's. Raises `not_owner`, `unknown_camera`, `folder_no_times`, and what `look` does.
        """
        self.approvers.require(session)
        if folder is not None and not session.is_owner:
            rule = "not_owner"
            raise MiltonShareError(rule)
        if all(view.camera_id != camera_id for view in self.cameras.views()):
            rule = "unknown_camera"
            raise MiltonShareError(rule)
        await self.folders.save(camera_id, folder, zone)
        await self.recording.update()
        self.on_spoken()
