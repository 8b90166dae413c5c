"""Copies held footage from other recorders in the house, since they overwrite by their own rules.

One archive for all of them. A recorder is a `Adapter`: a folder beside this one. No Home Assistant in it.
"""

from __future__ import annotations

from .adapter import Adapter, Known, RecorderCamera, RecorderStanding, Server
from .errors import CopyError, CopyRule
from .source import CopiedSource

__all__ = ["Adapter", "CopiedSource", "CopyError", "CopyRule", "Known", "RecorderCamera", "RecorderStanding", "Server"]
