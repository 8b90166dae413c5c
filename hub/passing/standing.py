"""What an owner's words come to: pure decisions.

Invariants: nothing but an owner's yes for this very person and end lets a share be passed on, one that is newer than
every no of theirs, by the time that it says and by when it came: a no counts whatever a home's clock did; after its end
nothing does.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from milton_protocol.limits import CONSENT_VALID_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from milton_protocol.messages.consent import Consent
    from milton_protocol.messages.passed_on import PassedOnTo

UNTIL_MAX = CONSENT_VALID_MAX - timedelta(days=1)  # the home's clock may be behind, and judges the whole


class Standing(StrEnum):
    """Where a question to the owner stands; a share that nobody asked about has none."""

    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


def standing_of(to: PassedOnTo, words: Iterable[Consent], now: datetime) -> Standing:
    """Return what the owner's ``words``, in the order in which they came, say of passing a share on ``to`` somebody."""
    said = [word for word in words if word.to == to]
    if now >= to.until:
        return Standing.EXPIRED
    if not said:
        return Standing.ASKED
    noes = [word for word in said if word.refuses]
    if not said[-1].refuses and all(word.at < said[-1].at for word in noes):
        return Standing.AGREED
    return Standing.REFUSED if all(word.refuses for word in said) else Standing.WITHDRAWN
