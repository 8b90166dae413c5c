"""What the table [oversight] may say."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.auditors.flags.rules import Bounds
from hub.auditors.settings import OversightSettings

ZONE = ZoneInfo("America/New_York")
MAIL = {
    "mail_to": ["council@city.example", "press@city.example"],
    "mail_from": "hub@city.example",
    "smtp": "smtps://mail.city.example:465",
    "mail_certificate": "mail.pem",
    "mail_key": "/run/secrets/mail.key",
}


def read(**values: object) -> OversightSettings:
    """Read a table."""
    return OversightSettings.of(values, ZONE, Path("/hub"))


def test_nothing_need_be_set() -> None:
    """Flags are raised by the standard, and nobody outside is told."""
    assert read() == OversightSettings(bounds=Bounds(zone=ZONE))


def test_everything_can_be_set() -> None:
    """Paths are the data folder's."""
    found = read(
        odd_hours="22:30-06:00",
        denied_attempts=3,
        repeats=2,
        webhook="https://siem.city.example/in?key=1",
        smtp_username="hub",
        smtp_password_file="smtp.password",
        smtp_ca_file="ca.pem",
        **MAIL,
    )
    assert found.bounds == Bounds(zone=ZONE, odd_from=time(22, 30), odd_until=time(6), denied_max=3, alike_max=2)
    assert found.webhook == "https://siem.city.example/in?key=1"
    mail = found.mail
    assert mail is not None
    assert (mail.host, mail.port, mail.is_tls, mail.is_plain) == ("mail.city.example", 465, True, False)
    assert (mail.certificate, mail.key) == (Path("/hub/mail.pem"), Path("/run/secrets/mail.key"))
    assert (mail.password_file, mail.ca_file) == (Path("/hub/smtp.password"), Path("/hub/ca.pem"))
    assert read(odd_hours="none").bounds.odd_from is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"webook": "https://siem.city.example/"}, "webook is nothing that can be set"),
        ({"odd_hours": "23-5"}, "odd_hours is not"),
        ({"odd_hours": "23:00-23:00"}, "odd_hours is not"),
        ({"odd_hours": "24:00-05:00"}, "odd_hours is not"),
        ({"odd_hours": 23}, "odd_hours is no text"),
        ({"denied_attempts": 0}, "denied_attempts is no number"),
        ({"denied_attempts": True}, "denied_attempts is no number"),
        ({"repeats": 1}, "repeats is no number"),
        ({"mail_to": "council@city.example"}, "mail_to is no list"),
        ({"mail_to": ["a@b.example"] * 11}, "mail_to is no list"),
        ({"mail_to": ["a@b.example"]}, "mail_from is missing"),
        (MAIL | {"mail_to": ["a@b.example\r\nBcc: all@b.example"]}, "mail_to has what is no mail address"),
        (MAIL | {"mail_to": ["a@b.example\n"]}, "mail_to has what is no mail address"),
        (MAIL | {"mail_to": ["a@b.example, c@d.example"]}, "mail_to has what is no mail address"),
        (MAIL | {"mail_to": [1]}, "mail_to has what is no mail address"),
        (MAIL | {"mail_from": '"a b"@c.example'}, "mail_from has what is no mail address"),
        (MAIL | {"smtp": "mail.city.example:25"}, "smtp is not smtp://HOST:PORT"),
        (MAIL | {"smtp": "smtp://mail.city.example"}, "smtp is not smtp://HOST:PORT"),
        (MAIL | {"smtp": "smtp://mail.city.example:25/x"}, "smtp is not smtp://HOST:PORT"),
        (MAIL | {"smtp": "smtp://[mail:25"}, "smtp is not smtp://HOST:PORT"),
        (MAIL | {"smtp": "smtp://u:p@mail.city.example:25"}, "smtp has a user in it"),
        (MAIL | {"smtp_username": "hub"}, "smtp_username and smtp_password_file"),
        ({"webhook": "http://siem.city.example/"}, "webhook is no https address"),
        ({"webhook": "http://localhost:8080/"}, "webhook is no https address"),
        ({"webhook": "ftp://127.0.0.1/"}, "webhook is no https address"),
        ({"webhook": "file:///etc/passwd"}, "webhook is no https address"),
        ({"webhook": "https://[::1"}, "webhook is no https address"),
        ({"webhook": "https:///x"}, "webhook is no https address"),
        ({"webhook": "https://user:word@siem.city.example/"}, "webhook has a user"),
        ({"webhook": "https://siem.city.example/#x"}, "webhook has a user or a fragment"),
        ({"webhook": "https://169.254.169.254/latest"}, "webhook leads to an address that is nobody's"),
        ({"webhook": "https://[::ffff:169.254.169.254]/"}, "webhook leads to an address that is nobody's"),
        ({"webhook": "https://[fe80::1]/"}, "webhook leads to an address that is nobody's"),
        ({"webhook": "https://0.0.0.0/"}, "webhook leads to an address that is nobody's"),
        ({"webhook": "https://2130706433/"}, "webhook has a number for a host"),
        ({"webhook": "https://127.1/"}, "webhook has a number for a host"),
    ],
)
def test_what_is_wrong_is_named(values: dict[str, Any], words: str) -> None:
    """At the start, in one line."""
    with pytest.raises(ValueError, match=words):
        read(**values)


def test_plain_http_and_plain_mail_are_for_this_machine_alone() -> None:
    """By its number, of either kind."""
    for url in ("http://127.0.0.1:9000/in", "http://[::1]:9000/in", "https://10.1.2.3/in", "https://127.0.0.1:8443/in"):
        assert read(webhook=url).webhook == url
    for smtp, is_plain in (
        ("smtp://127.0.0.1:25", True),
        ("smtp://10.1.2.3:25", False),
        ("smtp://localhost:25", False),
    ):
        mail = read(**MAIL | {"smtp": smtp}).mail
        assert mail is not None
        assert (mail.is_plain, mail.is_tls) == (is_plain, False)
