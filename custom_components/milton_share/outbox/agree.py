"""The owner's words on a share: accepted before its 24 hours are over, passed on to somebody or not. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..shared.milton_protocol.dsse import sign
from ..shared.milton_protocol.messages.consent import Consent
from ..store.shares import PassingWord

if TYPE_CHECKING:
    from datetime import datetime

    from ..shared.milton_protocol.messages.passed_on import PassedOnTo
    from ..shared.milton_protocol.messages.receipt import Receipt
    from ..store.shares import StoredShare

ONE_SECOND = timedelta(seconds=1)


def agreement_of(share: StoredShare, at: datetime) -> bytes:
    """Return the consent, signed by the share's one-time key, so the hub learns no more of who agrees."""
    return _signed(share, at.replace(microsecond=0), None, refuses=False)


def passing_word(share: StoredShare, question: Receipt, at: datetime, *, agrees: bool) -> PassingWord:
    """Return the owner's answer to the receipt ``question``; it is later than any that they gave before."""
    before = share.word_on(question.sequence)
    at = at.replace(microsecond=0)
    if before is not None:
        at = max(at, before.at + ONE_SECOND)  # the hub goes by the newest, whatever this home's clock did
    signed = _signed(share, at, question.to, refuses=not agrees)
    return PassingWord(question=question.sequence, agrees=agrees, at=at, signed=signed)


def _signed(share: StoredShare, at: datetime, to: PassedOnTo | None, *, refuses: bool) -> bytes:
    word = Consent(share_id=share.share_id, request_id=share.request_id, at=at, to=to, refuses=refuses)
    key = Ed25519PrivateKey.from_private_bytes(share.one_time_key)
    return sign(Consent.PAYLOAD_TYPE, word.to_bytes(), (key,))
