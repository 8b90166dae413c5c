"""How long the certificates that the hub uses are good for, in words: for the log, pages and ``GET /health``.

A certificate that is over is no danger (who asks for it refuses it), but nobody would know why nothing comes any more.
The hub reads a certificate when it starts, and so judges that one: a renewed file counts from the next start on.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography import x509

from hub.kit.certificates import UNREADABLE
from hub.kit.notices import About, Notice

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from hub.web.context import Hub

_LOGGER = logging.getLogger(__name__)

WARN_BEFORE = timedelta(days=14)  # a renewal that is done by hand needs a working day, and a second one
LOOK_EVERY_S = 21_600  # four lines a day until somebody renews it
NAMES = {
    About.BROKER_CERTIFICATE: "The broker's certificate",
    About.OFFICERS_CERTIFICATE: "The officers' certificate",
    About.MAIL_CERTIFICATE: "The certificate that signs mails of oversight",
}
# What is so from its end on, until it is renewed.
ENDED = {
    About.BROKER_CERTIFICATE: "Homes use the HTTPS feed",
    About.OFFICERS_CERTIFICATE: "Officers' browsers don't open these pages",
    About.MAIL_CERTIFICATE: "Readers' mail programs don't take mails for the hub's",
}
RENEW = "A renewed one is used from the hub's next start on."


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One sentence, and how urgent it is (a level of ``logging``)."""

    level: int
    sentence: str


class Expiring:
    """One certificate, as it was when the hub started."""

    def __init__(self, about: About, pem: bytes) -> None:
        """Read the first certificate of ``pem``."""
        self._about = about
        try:
            self._certificate: x509.Certificate | None = x509.load_pem_x509_certificate(pem)
        except UNREADABLE:
            self._certificate = None

    def word(self, now: datetime) -> Word | None:
        """Return what is to be said at ``now``; None while it is good, until ``WARN_BEFORE`` its end."""
        name, ended, certificate = NAMES[self._about], ENDED[self._about], self._certificate
        if certificate is None:
            return Word(level=logging.ERROR, sentence=f"{name} can't be read. {ended} until it is renewed.")
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if now < begins:
            sentence = f"{name} is not valid before {begins:%Y-%m-%d}. {ended} until then."
            return Word(level=logging.ERROR, sentence=sentence)
        if now >= ends:
            sentence = f"{name} expired on {ends:%Y-%m-%d}. {ended} until it is renewed. {RENEW}"
            return Word(level=logging.ERROR, sentence=sentence)
        if ends - now < WARN_BEFORE:
            sentence = f"{name} expires on {ends:%Y-%m-%d}. {ended} from then on. {RENEW}"
            return Word(level=logging.WARNING, sentence=sentence)
        return None


def watch(hub: Hub, about: About, path: Path) -> None:
    """Say in the log, on pages and to watchers when the certificate at ``path`` is over, or soon will be."""
    expiring = Expiring(about, path.read_bytes() if path.is_file() else b"")

    def notice() -> Notice | None:
        word = expiring.word(hub.clock())
        return None if word is None else Notice(about=about, sentence=word.sentence)

    async def look() -> None:
        word = expiring.word(hub.clock())
        if word is not None:
            _LOGGER.log(word.level, word.sentence)

    hub.notices.add(notice)
    hub.jobs.every(about.value.replace("_", " "), LOOK_EVERY_S, look)
