"""UniFi Protect as a source: any range is exported as MP4, piece by piece. No Home Assistant in it."""

from __future__ import annotations

from .adapter import ProtectAdapter
from .client import ProtectClient
from .server import ProtectServer

__all__ = ["ProtectAdapter", "ProtectClient", "ProtectServer"]
