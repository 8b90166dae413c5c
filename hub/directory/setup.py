"""Wire the directory into a hub."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from hub.directory.service import DirectoryService
from hub.kit.disk import write_new

if TYPE_CHECKING:
    from pathlib import Path

    from hub.web.context import Hub

ROOT_PUBLIC_KEY_NAME = "root.pub"


def setup(hub: Hub) -> DirectoryService:
    """Return the service over the hub's topics."""
    return DirectoryService(hub.settings.agency_id, read_root_public_key(hub.settings.folder), hub.topics)


def read_root_public_key(folder: Path) -> bytes:
    """Read the root's raw public key, base64 in ``root.pub``."""
    return base64.b64decode((folder / ROOT_PUBLIC_KEY_NAME).read_text(encoding="ascii").strip(), validate=True)


def write_root_public_key(folder: Path, public_key: bytes) -> None:
    """Write ``root.pub``."""
    write_new(folder / ROOT_PUBLIC_KEY_NAME, base64.b64encode(public_key) + b"\n")
