"""Folders that cameras write into. Every method first checks the caller's session by law 6."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import MiltonShareError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...approvers.rules import Session
    from ...approvers.service import ApproverService
    from ...cameras.folders import CameraFolders
    from ...cameras.model import FolderLook
    from ...cameras.service import CameraService
    from ...runtime.recording import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderService:
    """Sets a camera's folder. Refusals are `MiltonShareError` with the rule's name."""

    approvers: ApproverService
    folders: CameraFolders
    cameras: CameraService
    recording: Recording
    on_spoken: Callable[[], None]  # called when the owner has said something

    def roots(self, session: Session) -> tuple[str, ...]:
        """Return the folders that may contain a camera's folder."""
        self.approvers.require(session)
        return self.folders.roots()

    async def look(self, session: Session, folder: str, zone: str | None) -> FolderLook:
        """Preview a folder. Raises `folder_gone`, `folder_outside`, `folder_too_full`, `unknown_zone`."""
        self.approvers.require(session)
        return await self.folders.look(folder, zone)

    async def set(self, session: Session, camera_id: str, folder: str | None, zone: str | None) -> None:
        """Set or clear a camera's folder; only the owner can set one.

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
