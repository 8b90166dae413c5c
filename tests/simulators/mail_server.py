"""A mail server: takes mail by SMTP (RFC 5321) as a relay does, with STARTTLS and a password if it has them."""

from __future__ import annotations

import asyncio
import base64
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One mail: who sent it to whom, its bytes, and whether it came over TLS."""

    sender: str
    to: tuple[str, ...]
    body: bytes
    tls: bool


@dataclass(kw_only=True)
class MailServer:
    """What it is set to, and what it has taken."""

    port: int = 0
    password: str | None = None  # of "hub"; then it takes nothing without it
    refuses: bool = False
    mails: list[Taken] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def mail_server(
    certificate: tuple[Path, Path] | None = None, *, wraps: bool = False
) -> AsyncIterator[MailServer]:
    """Run it on 127.0.0.1; with a certificate it offers STARTTLS, or speaks TLS from the first byte (``wraps``)."""
    made = MailServer()
    tls = None
    if certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(*certificate)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _converse(made, reader, writer, None if wraps else tls, is_tls=wraps)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls if wraps else None)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()


@dataclass(kw_only=True)
class _Talk:
    """One connection: what was said so far."""

    made: MailServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    tls: ssl.SSLContext | None  # what STARTTLS begins
    is_tls: bool
    signed_in: bool
    sender: str = ""
    to: list[str] = field(default_factory=list)

    def say(self, *lines: str) -> None:
        """Answer."""
        self.writer.writelines(f"{line}\r\n".encode() for line in lines)

    def envelope(self, verb: str, rest: str) -> str:
        """Take a sender or a reader; nothing of somebody who has to sign in first."""
        if not self.signed_in or self.made.refuses:
            return "550 no"
        address = rest.split("<")[1].split(">", maxsplit=1)[0]
        if verb == "MAIL":
            self.sender = address
        else:
            self.to.append(address)
        return "250 ok"

    async def take(self) -> None:
        """Take the mail itself."""
        self.say("354 go on")
        body = (await self.reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        self.made.mails.append(Taken(sender=self.sender, to=tuple(self.to), body=body, tls=self.is_tls))
        self.say("250 taken")

    def offers(self) -> None:
        """Say what can be done now."""
        self.say("250-mail.example")
        if self.tls is not None and not self.is_tls:
            self.say("250-STARTTLS")
        if self.made.password is not None:
            self.say("250-AUTH PLAIN")
        self.say("250 8BITMIME")


async def _converse(
    made: MailServer,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    tls: ssl.SSLContext | None,
    *,
    is_tls: bool,
) -> None:
    talk = _Talk(made=made, reader=reader, writer=writer, tls=tls, is_tls=is_tls, signed_in=made.password is None)
    talk.say("220 mail.example ready")
    while True:
        await writer.drain()
        line = (await reader.readuntil(b"\r\n")).removesuffix(b"\r\n")
        made.heard.append(line)
        verb, _, rest = line.decode().partition(" ")
        match verb.upper():
            case "EHLO":
                talk.offers()
            case "STARTTLS" if tls is not None:
                talk.say("220 go ahead")
                await writer.drain()
                await writer.start_tls(tls)
                talk.is_tls = True
            case "AUTH":
                talk.signed_in = base64.b64decode(rest.split()[1]) == f"\0hub\0{made.password}".encode()
                talk.say("235 welcome" if talk.signed_in else "535 no")
            case "MAIL" | "RCPT" as said:
                talk.say(talk.envelope(said, rest))
            case "DATA":
                await talk.take()
            case "QUIT":
                talk.say("221 bye")
                return
            case _:
                talk.say("250 ok")
