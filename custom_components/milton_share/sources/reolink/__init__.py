"""Reolink as a source: the files of a camera's card or of a recorder's disk are copied. No Home Assistant in it."""

from __future__ import annotations

from .adapter import ReolinkAdapter
from .client import ReolinkClient
from .server import ReolinkServer

__all__ = ["ReolinkAdapter", "ReolinkClient", "ReolinkServer"]
