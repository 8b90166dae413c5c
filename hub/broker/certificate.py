"""How long the certificate of the hub's own broker is good for, in words for the log.

A certificate that is over is no danger (homes refuse it, and use the HTTPS feed), but nobody would know why.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography import x509

from hub.certificates import UNREADABLE

if TYPE_CHECKING:
    from datetime import datetime

WARN_BEFORE = timedelta(days=14)  # a renewal that is done by hand needs a working day, and a second one


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One line for the log."""

    level: int
    sentence: str


def notice_of(pem: bytes, now: datetime) -> Notice | None:
    """Return what is to be said of the first certificate of ``pem`` at ``now``; None while it is good."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except UNREADABLE:
        return Notice(level=logging.ERROR, sentence="The broker's certificate can't be read.")
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < begins:
        return Notice(level=logging.ERROR, sentence=f"The broker's certificate is not valid before {begins:%Y-%m-%d}.")
    if now >= ends:
        sentence = f"The broker's certificate expired on {ends:%Y-%m-%d}. Homes use the HTTPS feed until it is renewed."
        return Notice(level=logging.ERROR, sentence=sentence)
    if ends - now < WARN_BEFORE:
        return Notice(level=logging.WARNING, sentence=f"The broker's certificate expires on {ends:%Y-%m-%d}.")
    return None
