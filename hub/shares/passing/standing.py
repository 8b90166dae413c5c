"""What an owner's words come to: pure decisions.

Invariants: nothing but an owner's yes for this very person and end lets a share be passed on, one that is newer than
every no of theirs, by the time that it says and by when it came: a no counts whatever a home's clock did; after its end
nothing does. That custodians alone see a share is a no to everybody outside, whoever takes the flag off later.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from milton_protocol.limits import CONSENT_VALID_MAX
from milton_protocol.messages.shares.consent import ConsentKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from milton_protocol.messages.shares.consent import Consent
    from milton_protocol.messages.shares.passed_on import PassedOnTo

UNTIL_MAX = CONSENT_VALID_MAX - timedelta(days=1)  # the home's clock may be behind, and judges the whole


class QuestionStanding(StrEnum):
    """Where a question to the owner stands; a share that nobody asked about has none."""

    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


def standing_of(to: PassedOnTo, words: Iterable[Consent], now: datetime) -> QuestionStanding:
    """Return what the owner's ``words``, in the order in which they came, say of passing a share on ``to`` somebody."""
    heard = [word for word in words if word.to == to or word.kind is ConsentKind.CUSTODIANS_ONLY]
    if now >= to.until:
        return QuestionStanding.EXPIRED
    if not any(word.to == to for word in heard):
        return QuestionStanding.ASKED
    yeses = [word for word in heard if word.kind is ConsentKind.PASSING_ON]
    newest = heard[-1]
    if newest in yeses and all(word.at < newest.at for word in heard if word not in yeses):
        return QuestionStanding.AGREED
    return QuestionStanding.WITHDRAWN if yeses else QuestionStanding.REFUSED
