"""Files that a camera writes into a folder, by FTP or a share, as a source. No Home Assistant in it."""

from __future__ import annotations

from .adapter import FolderAdapter
from .errors import FolderRule
from .listing import FoundFile, list_files, require_inside
from .nest import NestAdapter
from .server import FolderServer, NestFolder

__all__ = [
    "FolderAdapter",
    "FolderRule",
    "FolderServer",
    "FoundFile",
    "NestAdapter",
    "NestFolder",
    "list_files",
    "require_inside",
]
