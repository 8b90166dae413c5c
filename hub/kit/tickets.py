"""Upload tickets: what a resident's page shows in place of a home's token to send one share.

The residents' house makes them, the police house asks whether one is good; neither imports the other.
"""

from __future__ import annotations

import secrets
from typing import Final, Protocol

from hub.kit.errors import HubError

_PREFIX: Final = "ticket."  # no home's token has a dot
UNAUTHORIZED: Final = 401


class Tickets(Protocol):
    """Whoever made the tickets."""

    async def is_good(self, token: str) -> bool:
        """Tell whether this ticket was made here and hasn't expired: also after its share was announced."""

    async def use(self, token: str) -> bool:
        """Take the ticket for one share; False where it was taken before, or isn't good."""


def new_ticket() -> str:
    """Return a new random ticket."""
    return _PREFIX + secrets.token_urlsafe(32)


def is_ticket(token: str) -> bool:
    """Tell whether a bearer token has a ticket's form."""
    return token.startswith(_PREFIX)


def ticket_unknown() -> HubError:
    """Return the refusal of a ticket that isn't good."""
    rule = "ticket_unknown"
    return HubError(rule, UNAUTHORIZED, "This upload ticket was used before, or has expired. Get a new one.")
