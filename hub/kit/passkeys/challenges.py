"""Challenges that are derived, so that beginning a ceremony writes nothing.

Invariants: a challenge can't be made or foreseen without the hub's secret, nor for another purpose or matter; it
answers for a while. Who takes an answer keeps that it was used, so that it answers once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.kit.errors import HubError

CEREMONY_VALID = timedelta(minutes=5)  # WebAuthn recommends up to 10 for a ceremony with user verification
BAD_REQUEST = 400
TIME_BYTES = 8  # a ceremony's id begins with the second at which it ends
NONCE_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A ceremony that waits for its answer."""

    ceremony_id: str
    challenge: bytes
    person_id: str | None = None

    @property
    def ends(self) -> datetime:
        """Return when a derived one ends."""
        return datetime.fromtimestamp(int.from_bytes(bytes.fromhex(self.ceremony_id)[:TIME_BYTES]), UTC)


class DerivedChallenges:
    """Gives out challenges for one purpose and finds them again."""

    def __init__(self, secret: bytes, label: bytes, *, valid: timedelta = CEREMONY_VALID) -> None:
        """Derive them from ``secret`` and ``label``, which is the purpose's own."""
        self._secret = secret
        self._label = label
        self._valid = valid

    def begin(self, at: datetime, about: bytes = b"") -> Begun:
        """Give out a challenge; ``about`` is what it is bound to."""
        ends = int((at + self._valid).timestamp())
        return self._of(ends.to_bytes(TIME_BYTES) + secrets.token_bytes(NONCE_BYTES), about)

    def check(self, ceremony_id: str, at: datetime, about: bytes = b"") -> Begun:
        """Return the challenge that ``ceremony_id`` (32 hex) stands for; raise ``ceremony_unknown`` past its time."""
        number = bytes.fromhex(ceremony_id)
        ends = int.from_bytes(number[:TIME_BYTES])
        if not at.timestamp() < ends <= (at + self._valid).timestamp():
            raise ceremony_unknown()
        return self._of(number, about)

    def _of(self, number: bytes, about: bytes) -> Begun:
        challenge = hmac.digest(self._secret, self._label + number + about, hashlib.sha256)
        return Begun(ceremony_id=number.hex(), challenge=challenge)


def ceremony_unknown() -> HubError:
    """Return the answer to who comes too late, or a second time."""
    rule = "ceremony_unknown"
    return HubError(rule, BAD_REQUEST, "This took too long, or was answered before. Begin again.")
