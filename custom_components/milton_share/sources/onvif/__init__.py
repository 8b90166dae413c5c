"""What time a camera says it is, by ONVIF. No Home Assistant in it."""

from __future__ import annotations

from .asking import ask_clock
from .message import NoTimeError, read_time

__all__ = ["NoTimeError", "ask_clock", "read_time"]
