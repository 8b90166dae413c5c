"""Frigate as a source: what it recorded is copied, file by file and byte by byte. No Home Assistant in it."""

from __future__ import annotations

from .client import FrigateClient
from .errors import FrigateError, Rule
from .server import FrigateCamera, Server
from .source import FrigateSource, Standing

__all__ = ["FrigateCamera", "FrigateClient", "FrigateError", "FrigateSource", "Rule", "Server", "Standing"]
