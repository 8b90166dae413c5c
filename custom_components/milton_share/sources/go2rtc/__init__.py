"""A go2rtc in the house, Home Assistant's own or a Frigate's: the streams it passes on. No Home Assistant in it."""

from __future__ import annotations

from .answers import Streams, read_streams
from .choice import Preference, Server, restream_of

__all__ = ["Preference", "Server", "Streams", "read_streams", "restream_of"]
