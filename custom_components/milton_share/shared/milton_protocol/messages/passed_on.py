"""The one person outside of the agency whom a share may be shown to (section 11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ProtocolError, Rule
from ..fields import Fields, format_time
from ..limits import NAME_MAX_CHARS

if TYPE_CHECKING:
    from datetime import datetime

    from ..canonical import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOnTo:
    """Whom a share may be shown to outside of the agency, and until when."""

    name: str
    organisation: str
    until: datetime

    @classmethod
    def read(cls, fields: Fields) -> PassedOnTo:
        """Read it, and nothing beside it."""
        to = cls(
            name=_read_name(fields, "name"),
            organisation=_read_name(fields, "organisation"),
            until=fields.time("until"),
        )
        fields.done()
        return to

    def value(self) -> JsonValue:
        """Return it as a message has it."""
        return {"name": self.name, "organisation": self.organisation, "until": format_time(self.until)}


def _read_name(fields: Fields, name: str) -> str:
    """Return what is read as a name: blanks, or marks that nobody sees, would ask an owner about nobody."""
    text = fields.text(name, NAME_MAX_CHARS)
    if not any(character.isalnum() for character in text):
        raise ProtocolError(Rule.OUT_OF_BOUNDS, name)
    return text
