"""What runs in the process that records cameras. It imports nothing of the integration, and no Home Assistant."""

from __future__ import annotations

from typing import Final

OPEN_S: Final = 15.0
"""After so long an attempt to open a camera is given up; nobody can end it sooner. It stands here for who starts the
process to read it and load nothing else of what runs in there."""
