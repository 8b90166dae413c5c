"""What entities may show: the same for every home in the city (law 1). Times are aware UTC datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class LinkState(StrEnum):
    """How the hub is reached."""

    CONNECTING = "connecting"  # nothing heard since start
    FEED = "feed"  # by HTTPS alone
    MQTT = "mqtt"  # messages come at once
    AWAY = "away"  # the last try failed
    REFUSED = "refused"  # the hub no longer knows this home


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What entities may show."""

    open_requests: int  # verified and open, whether or not they concern this home
    link: LinkState
    last_contact: datetime | None
    trust_rule: str | None  # the rule by which the city's own papers are refused now, else None
