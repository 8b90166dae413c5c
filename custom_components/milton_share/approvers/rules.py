"""Law 6: who may approve, decided without IO.

- Only a person whom the Home Assistant owner made an approver, and who set a PIN.
- Only in an interactive session of the very login (credential) that set the PIN; no long-lived token, no
  trusted network, no system account, no missing token.
- Only with the PIN, five tries, then 24 hours of nothing, twice as long each further time until the right PIN comes.
  Tries are counted on disk before the PIN is compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from hmac import compare_digest
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ..const import PIN_DIGITS_MAX, PIN_DIGITS_MIN, PIN_LOCK_OUT, PIN_LOCK_OUT_MAX, PIN_TRIES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

NORMAL = "normal"  # homeassistant.auth.models.TOKEN_TYPE_NORMAL
HOME_ASSISTANT_LOGIN = ("homeassistant", None)

SALT_SIZE_BYTES = 16
_DIGEST_SIZE_BYTES = 32
SCRYPT_COST = 2**15  # 32 MiB and about 0.1 s on a Raspberry Pi 4
_SCRYPT_BLOCK = 8
_SCRYPT_LANES = 1


class Refusal(StrEnum):
    """Why this session may not approve."""

    NO_SESSION = "no_session"  # no token: the Supervisor's socket, or a token that was revoked meanwhile
    NOT_A_PERSON = "not_a_person"  # inactive, or made by the system
    NOT_INTERACTIVE = "not_interactive"  # a long-lived or system token
    WRONG_LOGIN = "wrong_login"  # trusted networks, command line, single sign-on
    NOT_APPROVER = "not_approver"
    NO_PIN = "no_pin"  # named by the owner, but no PIN was set yet
    OTHER_LOGIN = "other_login"  # a login made after the PIN was set


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One caller's session, as Home Assistant's own registries know it."""

    user_id: str
    is_owner: bool
    active: bool
    system_generated: bool
    token_type: str | None
    provider: tuple[str, str | None] | None
    credential_id: str | None
    session_id: str | None = None  # of its refresh token: one sign-in on one device


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """One person whom the owner made an approver; without a PIN until that person sets it."""

    user_id: str
    credential_id: str | None = None
    salt: bytes = field(default=b"", repr=False)
    digest: bytes = field(default=b"", repr=False)
    failed_tries: int = 0
    locked_until: datetime | None = None
    lock_outs: int = 0  # in a row, since the right PIN came last

    @property
    def has_pin(self) -> bool:
        """Whether a PIN was set."""
        return self.credential_id is not None


def refuse_session(session: Session) -> Refusal | None:
    """Return why this is no interactive session of a person with a login, or None."""
    if session.token_type is None:
        return Refusal.NO_SESSION
    if session.system_generated or not session.active:
        return Refusal.NOT_A_PERSON
    if session.token_type != NORMAL:
        return Refusal.NOT_INTERACTIVE
    if session.provider != HOME_ASSISTANT_LOGIN or session.credential_id is None:
        return Refusal.WRONG_LOGIN
    return None


def refuse(session: Session, approvers: Mapping[str, Approver]) -> Refusal | None:
    """Return why this session may not look, approve, trim or withdraw, or None; ``approvers`` by user id."""
    if refusal := refuse_session(session):
        return refusal
    approver = approvers.get(session.user_id)
    if approver is None:
        return Refusal.NOT_APPROVER
    if not approver.has_pin:
        return Refusal.NO_PIN
    if approver.credential_id != session.credential_id:
        return Refusal.OTHER_LOGIN
    return None


def pin_is_well_formed(pin: str) -> bool:
    """Whether this is 6 to 12 ASCII digits, not all the same."""
    return pin.isascii() and pin.isdigit() and PIN_DIGITS_MIN <= len(pin) <= PIN_DIGITS_MAX and len(set(pin)) > 1


def with_pin(user_id: str, credential_id: str, pin: str, salt: bytes) -> Approver:
    """Return the approver bound to the credential, with tries afresh. Slow on purpose: call off the loop."""
    return Approver(user_id=user_id, credential_id=credential_id, salt=salt, digest=_digest(pin, salt))


def pin_matches(approver: Approver, pin: str) -> bool:
    """Compare in constant time. Slow on purpose: call off the loop, after `count_try` was written down."""
    return approver.has_pin and compare_digest(_digest(pin, approver.salt), approver.digest)


def is_locked(approver: Approver, now: datetime) -> bool:
    """Whether five tries failed and the time after them is not over."""
    return approver.locked_until is not None and now < approver.locked_until


def tries_left(approver: Approver, now: datetime) -> int:
    """Return how many tries are left now."""
    if is_locked(approver, now):
        return 0
    return PIN_TRIES if approver.locked_until is not None else PIN_TRIES - approver.failed_tries


def count_try(approver: Approver, now: datetime) -> Approver:
    """Return the approver with one more try used, locked after the fifth; a lock that ended starts anew."""
    failed = (0 if approver.locked_until is not None else approver.failed_tries) + 1
    if failed < PIN_TRIES:
        return replace(approver, failed_tries=failed, locked_until=None)
    lock_outs = approver.lock_outs + 1
    return replace(approver, failed_tries=failed, locked_until=now + lock_out(lock_outs), lock_outs=lock_outs)


def lock_out(number: int) -> timedelta:
    """Return how long the lock of this number in a row lasts: 1, 2, 4, 8, then 16 days."""
    doublings = min(number - 1, PIN_LOCK_OUT_MAX // PIN_LOCK_OUT)  # no number of locks makes a number too large
    return min(PIN_LOCK_OUT * (1 << doublings), PIN_LOCK_OUT_MAX)


def forgive(approver: Approver) -> Approver:
    """Return the approver after the right PIN: all tries are there again."""
    return replace(approver, failed_tries=0, locked_until=None, lock_outs=0)


def _digest(pin: str, salt: bytes) -> bytes:
    kdf = Scrypt(salt=salt, length=_DIGEST_SIZE_BYTES, n=SCRYPT_COST, r=_SCRYPT_BLOCK, p=_SCRYPT_LANES)
    return kdf.derive(pin.encode())
