"""Files that a camera writes into a folder, by FTP or a share, as a source. No Home Assistant in it."""

from __future__ import annotations

from .errors import Rule
from .listing import Found, list_files, require_inside
from .nest import NestPeer
from .peer import FolderPeer
from .server import FolderServer, NestFolder

__all__ = ["FolderPeer", "FolderServer", "Found", "NestFolder", "NestPeer", "Rule", "list_files", "require_inside"]
