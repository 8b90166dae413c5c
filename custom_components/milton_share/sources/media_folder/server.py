"""Which folder, and by which clock its names are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderServer:
    """One camera's folder. `roots`: the folders that the owner opened to Home Assistant; `zone`: an IANA name."""

    kind: ClassVar[str] = "media_folder"

    folder: str
    zone: str
    roots: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NestFolder(FolderServer):
    """One Nest camera's folder in Home Assistant's own store of event clips: named by the second of the event."""

    kind: ClassVar[str] = "nest"
