"""What entities may show: the same for every home in the city (law 1). Times are aware UTC datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from ..hub_link.state import LinkState
    from ..storage.health import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What entities may show."""

    open_requests: int  # verified and open, whether or not they concern this home
    link: LinkState
    last_contact: datetime | None
    trust_rule: str | None  # the rule by which the city's trust documents are refused now, else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The home's status for system health: already known, and the same for every home."""

    snapshot: Snapshot
    storage_trouble: Trouble | None
    storage_gb: int  # that recordings may take
    recording_paused: bool
