"""Frigate as a source: what it recorded is copied, file by file and byte by byte. No Home Assistant in it."""

from __future__ import annotations

from .adapter import FrigateAdapter
from .client import FrigateClient
from .server import FrigateServer

__all__ = ["FrigateAdapter", "FrigateClient", "FrigateServer"]
