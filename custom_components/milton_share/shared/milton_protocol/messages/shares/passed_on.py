"""The one person outside the agency who may see a share (section 11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...limits import NAME_MAX_CHARS
from ...times import format_time

if TYPE_CHECKING:
    from datetime import datetime

    from ...canonical import JsonValue
    from ...fields import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOnTo:
    """Who outside the agency may see a share, and until when."""

    name: str
    organisation: str
    until: datetime

    @classmethod
    def read(cls, fields: Fields) -> PassedOnTo:
        """Read it, and nothing beside it."""
        to = cls(
            name=fields.words("name", NAME_MAX_CHARS),
            organisation=fields.words("organisation", NAME_MAX_CHARS),
            until=fields.time("until"),
        )
        fields.done()
        return to

    def value(self) -> JsonValue:
        """Return it as a message has it."""
        return {"name": self.name, "organisation": self.organisation, "until": format_time(self.until)}
