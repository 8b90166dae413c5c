"""A clip that was cut for an approver to look at: its facts, final before anybody looks (law 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from ..shared.milton_protocol.messages.shares.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One finished clip: the manifest that it would be shared with, but for the approver's own choices."""

    manifest: Manifest
    size_bytes: int
    resized_at: tuple[datetime, ...] = ()
    """When the camera's pictures came in another size than before; the clip has one."""

    @property
    def files(self) -> tuple[str, ...]:
        """The digests of the clip and, where it has one, of its transcode."""
        found = (self.manifest.clip_sha256, self.manifest.preview_sha256)
        return tuple(sha256 for sha256 in found if sha256 is not None)
