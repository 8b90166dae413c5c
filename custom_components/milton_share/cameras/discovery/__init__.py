"""Cameras on the home's own network that Home Assistant does not have yet; looked for only when the owner asks."""

from __future__ import annotations

from .search import find_cameras

__all__ = ["find_cameras"]
