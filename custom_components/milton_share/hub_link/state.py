"""How the hub is reached, in a word."""

from __future__ import annotations

from enum import StrEnum


class LinkState(StrEnum):
    """How the hub is reached."""

    CONNECTING = "connecting"  # nothing heard since start
    FEED = "feed"  # by HTTPS alone
    MQTT = "mqtt"  # messages come at once
    AWAY = "away"  # the last try failed
    REFUSED = "refused"  # the hub no longer knows this home
