"""The owner's words on a share: accepted early, passed on to somebody or not, for the evidence unit alone. Pure."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..cases.shares_table import AGREED, PassingWord
from ..shared.milton_protocol.dsse import claimed_payload, sign
from ..shared.milton_protocol.messages.shares.consent import Consent, ConsentKind

if TYPE_CHECKING:
    from datetime import datetime

    from ..cases.shares_table import StoredShare
    from ..shared.milton_protocol.messages.shares.passed_on import PassedOnTo
    from ..shared.milton_protocol.messages.shares.receipt import Receipt

ONE_SECOND = timedelta(seconds=1)


def agreement_of(share: StoredShare, at: datetime) -> bytes:
    """Return the consent, signed by the share's one-time key, so the hub learns no more of who agrees."""
    return _signed(share, at.replace(microsecond=0), ConsentKind.ACCEPT_EARLY)


def flag_of(share: StoredShare, at: datetime) -> bytes:
    """Return the owner's word, signed in the same way, that the evidence unit alone sees the share from now on.

    It takes back what they agreed to of passing it on, and is another word than an earlier flag that was taken off,
    whatever this home's clock did since.
    """
    earlier = [] if share.flag is None else [_said_at(share.flag) + ONE_SECOND]
    at = max([at.replace(microsecond=0), *(word.at for word in share.words), *earlier])
    return _signed(share, at, ConsentKind.CUSTODIANS_ONLY)


def passing_word(share: StoredShare, question: Receipt, at: datetime, *, agrees: bool) -> PassingWord:
    """Return the owner's answer to the receipt ``question``; it is later than any that they gave before, and a flag."""
    before = share.word_on(question.sequence)
    earlier = [*([] if before is None else [before.at]), *([] if share.flag is None else [_said_at(share.flag)])]
    at = max([at.replace(microsecond=0), *(each + ONE_SECOND for each in earlier)])  # whatever this home's clock did
    kind = ConsentKind.PASSING_ON if agrees else ConsentKind.NOT_PASSING_ON
    signed = _signed(share, at, kind, question.to)
    return PassingWord(question=question.sequence, agrees=agrees, at=at, signed=signed)


def agrees_still(share: StoredShare, word: PassingWord) -> bool:
    """Say whether the owner agrees to passing the share on: a flag that came after their yes took it back."""
    if not word.agrees or share.flag is None or share.flag_answer not in {None, AGREED}:
        return word.agrees
    return word.at > _said_at(share.flag)


@lru_cache(maxsize=256)
def _said_at(signed: bytes) -> datetime:
    return Consent.from_bytes(claimed_payload(signed)).at


def _signed(share: StoredShare, at: datetime, kind: ConsentKind, to: PassedOnTo | None = None) -> bytes:
    word = Consent(share_id=share.share_id, request_id=share.request_id, at=at, kind=kind, to=to)
    key = Ed25519PrivateKey.from_private_bytes(share.one_time_key)
    return sign(Consent.PAYLOAD_TYPE, word.to_bytes(), (key,))
