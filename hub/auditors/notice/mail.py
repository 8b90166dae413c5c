"""Mail a notice, signed (S/MIME, RFC 8551), by the city's own server.

Invariants: nothing but the settings' own addresses, a number, a time and a random id is in the head; each line of the
head is made by the library that refuses a line's end in it; a password goes over TLS, or stays on this machine.
"""

from __future__ import annotations

import asyncio
import secrets
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509 import Certificate, load_pem_x509_certificate

from hub.auditors.notice.errors import NotToldError
from hub.kit.notices import About
from hub.web.expiring import Expiring

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hub.auditors.notice.notice import OversightNotice
    from hub.auditors.settings import MailSettings

TIMEOUT_S = 10  # for each thing that the server is told


class Mail:
    """Mails notices by the settings' server."""

    name = "mail"

    def __init__(self, settings: MailSettings, clock: Callable[[], datetime]) -> None:
        """Read the certificate and its key; raise ValueError or OSError when they can't sign."""
        self._settings = settings
        self._clock = clock
        self._certificate, self._key = _signer(settings)
        self._expiring = Expiring(About.MAIL_CERTIFICATE, self._certificate.public_bytes(Encoding.PEM))

    async def tell(self, notice: OversightNotice) -> None:
        """Hand ``notice`` to the server, in a thread; raise NotToldError."""
        message = self.message(notice)
        try:
            await asyncio.to_thread(self._send, message)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise NotToldError(type(error).__name__) from error

    def message(self, notice: OversightNotice) -> bytes:
        """Return the mail: head, then what is signed (text and envelope) with its signature.

        Readers are told before its certificate ends: they need the next one by hand.
        """
        body, word = EmailMessage(policy=SMTP), self._expiring.word(self._clock())
        body.set_content(notice.text if word is None else f"{notice.text.rstrip()}\n\n{word.sentence}\n")
        body.add_attachment(notice.envelope, maintype="application", subtype="json", filename="notice.dsse.json")
        del body["MIME-Version"]
        builder = PKCS7SignatureBuilder().set_data(body.as_bytes()).add_signer(self._certificate, self._key, SHA256())
        signed = builder.sign(Encoding.SMIME, [PKCS7Options.DetachedSignature])
        return self._head(notice) + b"\r\n".join(signed.splitlines()) + b"\r\n"

    def _head(self, notice: OversightNotice) -> bytes:
        settings, head = self._settings, EmailMessage(policy=SMTP)
        head["From"] = settings.sender
        head["To"] = ", ".join(settings.to)
        head["Subject"] = f"Milton Share oversight, new flags: {notice.flags}"
        head["Date"] = format_datetime(self._clock())
        head["Message-ID"] = f"<{secrets.token_hex(16)}@{settings.sender.rpartition('@')[2]}>"
        head["Auto-Submitted"] = "auto-generated"
        return head.as_bytes().removesuffix(b"\r\n")

    def _send(self, message: bytes) -> None:
        settings = self._settings
        tls = ssl.create_default_context(cafile=settings.ca_file)
        with _connected(settings, tls) as server:
            if not settings.is_tls and not settings.is_plain:
                server.starttls(context=tls)
            if settings.password_file is not None:
                server.login(settings.username, settings.password_file.read_text(encoding="utf-8").strip())
            server.sendmail(settings.sender, settings.to, message)


def _connected(settings: MailSettings, tls: ssl.SSLContext) -> smtplib.SMTP:
    if settings.is_tls:
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT_S, context=tls)
    return smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_S)


def _signer(settings: MailSettings) -> tuple[Certificate, RSAPrivateKey | EllipticCurvePrivateKey]:
    try:
        certificate = load_pem_x509_certificate(settings.certificate.read_bytes())
        key = load_pem_private_key(settings.key.read_bytes(), password=None)
        fits = certificate.public_key() == key.public_key()
    except (TypeError, UnsupportedAlgorithm) as error:  # a key with a password; a kind that nobody knows
        message = "hub.toml: [oversight] mail_key can't be read"
        raise ValueError(message) from error
    if not fits or not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        message = "hub.toml: [oversight] mail_key is not the certificate's, or is neither RSA nor an elliptic curve's"
        raise ValueError(message)
    return certificate, key
