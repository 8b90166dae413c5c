"""What an approver says of folders that cameras write into. Every method judges the session by law 6 first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import MiltonShareError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..approvers.rules import Session
    from ..cameras.model import FolderLook
    from ..runtime.parts import Parts


class FolderDesk:
    """Where an approver names a camera's folder. Refusals are `MiltonShareError` with the rule's name."""

    def __init__(self, parts: Parts, on_spoken: Callable[[], None]) -> None:
        """Take what it acts on, and what is called when the owner has said something."""
        self._parts, self._on_spoken = parts, on_spoken

    def roots(self, session: Session) -> tuple[str, ...]:
        """Return the folders below which a camera's may lie."""
        self._parts.approvers.require(session)
        return self._parts.folders.roots()

    async def look(self, session: Session, folder: str, zone: str | None) -> FolderLook:
        """Say what would be found there. Raises `folder_gone`, `folder_outside`, `folder_too_full`, `unknown_zone`."""
        self._parts.approvers.require(session)
        return await self._parts.folders.look(folder, zone)

    async def set(self, session: Session, camera_id: str, folder: str | None, zone: str | None) -> None:
        """Keep a camera's folder, which only the owner names, or none.

        What lies there is shown as that camera's recordings: another approver could have an indoor camera's folder be
        the street's. Raises `not_owner`, `unknown_camera`, `folder_no_times`, and what `look` does.
        """
        parts = self._parts
        parts.approvers.require(session)
        if folder is not None and not session.is_owner:
            rule = "not_owner"
            raise MiltonShareError(rule)
        if all(view.camera_id != camera_id for view in parts.cameras.views()):
            rule = "unknown_camera"
            raise MiltonShareError(rule)
        await parts.folders.save(camera_id, folder, zone)
        await parts.recording.update()
        self._on_spoken()
