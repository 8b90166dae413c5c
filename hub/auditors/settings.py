"""The table ``[oversight]`` of ``hub.toml``, read strictly: nobody would notice that a misspelled way out is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import time
from typing import TYPE_CHECKING, NoReturn, Self
from urllib.parse import urlsplit

from hub.auditors.flags.rules import Bounds
from hub.kit.outgoing import check_address, is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

# One address of RFC 5321 without quoting: no space, no comma, no line's end can come into a mail's head by it.
_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{1,180}")
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
TO_MAX = 10
COUNT_MAX = 1_000
URL_MAX_CHARS = 500
NO_HOURS = "none"
_MAIL_KEYS = ("mail_from", "smtp", "mail_certificate", "mail_key")
_KEYS = frozenset(
    {
        *("odd_hours", "denied_attempts", "repeats", "webhook", "mail_to", *_MAIL_KEYS),
        *("smtp_username", "smtp_password_file", "smtp_ca_file"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """Who gets mail, by which server, signed by which certificate. ``is_tls``: from the first byte; else STARTTLS.

    Plain text is for a server on this machine only.
    """

    to: tuple[str, ...]
    sender: str
    host: str
    port: int
    is_tls: bool
    certificate: Path
    key: Path
    username: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None

    @property
    def is_plain(self) -> bool:
        """Say whether nothing is encrypted: the server is on this machine."""
        return not self.is_tls and is_loopback(self.host)


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightSettings:
    """From when on something is flagged, and whom it is told."""

    bounds: Bounds = field(default_factory=Bounds)
    webhook: str | None = None
    mail: MailSettings | None = None

    @classmethod
    def of(cls, values: Mapping[str, object], zone: ZoneInfo, folder: Path) -> Self:
        """Read the table; paths are relative to ``folder``. Raises ValueError that names what is wrong."""
        unknown = sorted(set(values) - _KEYS)
        if unknown:
            _refuse(unknown[0], "is nothing that can be set")
        odd_from, odd_until = _hours(_text(values, "odd_hours", "23:00-05:00"))
        webhook = _text(values, "webhook", "")
        return cls(
            bounds=Bounds(
                zone=zone,
                odd_from=odd_from,
                odd_until=odd_until,
                denied_max=_count(values, "denied_attempts", Bounds().denied_max),
                alike_max=_count(values, "repeats", Bounds().alike_max, least=2),
            ),
            webhook=check_address(webhook, "[oversight] webhook") if webhook else None,
            mail=_mail(values, folder),
        )


def _mail(values: Mapping[str, object], folder: Path) -> MailSettings | None:
    to = values.get("mail_to", [])
    if not isinstance(to, list) or len(to) > TO_MAX:
        _refuse("mail_to", f"is no list of at most {TO_MAX} addresses")
    if not to:
        return None
    missing = next((name for name in _MAIL_KEYS if name not in values), None)
    if missing is not None:
        _refuse(missing, "is missing: mail is signed and goes by a named server")
    host, port, is_tls = _server(_text(values, "smtp", ""))
    password_file, ca_file = _text(values, "smtp_password_file", ""), _text(values, "smtp_ca_file", "")
    username = _text(values, "smtp_username", "")
    if bool(username) != bool(password_file):
        _refuse("smtp_username", "and smtp_password_file are set together")
    return MailSettings(
        to=tuple(_address("mail_to", each) for each in to),
        sender=_address("mail_from", values["mail_from"]),
        host=host,
        port=port,
        is_tls=is_tls,
        certificate=folder / _text(values, "mail_certificate", ""),
        key=folder / _text(values, "mail_key", ""),
        username=username,
        password_file=folder / password_file if password_file else None,
        ca_file=folder / ca_file if ca_file else None,
    )


def _server(text: str) -> tuple[str, int, bool]:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or port is None or text not in {f"{scheme}://{parts.netloc}" for scheme in ("smtp", "smtps")}:
        _refuse("smtp", "is not smtp://HOST:PORT or smtps://HOST:PORT")
    if "@" in parts.netloc:
        _refuse("smtp", "has a user in it: that is smtp_username")
    return host, port, parts.scheme == "smtps"


def _address(name: str, value: object) -> str:
    if not isinstance(value, str) or _MAIL_ADDRESS.fullmatch(value) is None:
        _refuse(name, "has what is no mail address")
    return value


def _hours(text: str) -> tuple[time | None, time]:
    if text == NO_HOURS:
        return None, time(0)
    found = _HOURS.fullmatch(text)
    if found is None or found[1] + found[2] == found[3] + found[4]:
        _refuse("odd_hours", 'is not "HH:MM-HH:MM", nor "none"')
    numbers = [int(each) for each in found.groups()]
    return time(numbers[0], numbers[1]), time(numbers[2], numbers[3])


def _count(values: Mapping[str, object], name: str, standard: int, *, least: int = 1) -> int:
    value = values.get(name, standard)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= COUNT_MAX:
        _refuse(name, f"is no number from {least} to {COUNT_MAX}")
    return value


def _text(values: Mapping[str, object], name: str, standard: str) -> str:
    value = values.get(name, standard)
    if not isinstance(value, str) or len(value) > URL_MAX_CHARS:
        _refuse(name, "is no text")
    return value


def _refuse(name: str, what: str) -> NoReturn:
    message = f"hub.toml: [oversight] {name} {what}"
    raise ValueError(message)
