"""A witness of transparency logs (c2sp.org/tlog-witness) that behaves, or misbehaves as it is told."""

from __future__ import annotations

import asyncio
import base64
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum, auto
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.test_utils import TestServer

from milton_protocol.errors import ProtocolError
from milton_protocol.translog.checkpoint import Checkpoint, open_checkpoint
from milton_protocol.translog.cosignature import cosign
from milton_protocol.translog.merkle import EMPTY_ROOT, verify_consistency
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.verifier_key import SignatureType, VerifierKey
from tests.simulators.city import ed25519

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIZE_TYPE = "text/x.tlog.size"
TOO_LONG_BYTES = 10 * 2**20
INJECTED = "\r\nERROR hub burglarized overnight\x1b[31m\r\n"


class Manner(StrEnum):
    """How it answers; all but the first are not how a witness may."""

    BEHAVES = auto()
    AWAY = auto()  # 503
    SLOW = auto()  # as it behaves, after `delay_s`
    DRIPS = auto()  # a byte now and then, for ever
    HANGS_UP = auto()
    HTML = auto()
    REDIRECTS = auto()  # to `elsewhere`
    PACKED = auto()  # an answer that unpacks to very much
    TOO_LONG = auto()
    WRONG_KEY = auto()
    OTHER_CHECKPOINT = auto()
    FROM_PAST = auto()
    FROM_FUTURE = auto()
    TWICE = auto()  # its line two times
    TWICE_ONE_FALSE = auto()
    WITH_STRANGERS = auto()  # lines of keys that nobody knows, around its own
    ONLY_STRANGERS = auto()
    TOO_MANY_LINES = auto()
    NO_LINES = auto()
    NOT_UTF8 = auto()
    INJECTS = auto()  # what would be further lines of a log
    CONFLICTS_FOR_EVER = auto()
    CONFLICT_WITHOUT_SIZE = auto()
    CONFLICT_GARBLED = auto()
    CLAIMS_MORE = auto()  # to have seen more of the log than there is
    CLAIMS_FORK = auto()  # 422 to what is proven
    UNKNOWN = auto()  # 404
    DISTRUSTS = auto()  # 403
    REFUSES = auto()  # 400


@dataclass(kw_only=True)
class LogWitness:
    """Its key, what it has seen, what it was asked."""

    name: str
    manner: Manner = Manner.BEHAVES
    logs: dict[str, VerifierKey] = field(default_factory=dict)
    seen: dict[str, Checkpoint] = field(default_factory=dict)
    asked: list[bytes] = field(default_factory=list)
    connections: set[object] = field(default_factory=set)
    delay_s: float = 0.0
    elsewhere: str = ""
    answers_fork_by_409: bool = False
    ahead: timedelta = timedelta()
    url: str = ""

    @property
    def private_key(self) -> Ed25519PrivateKey:
        """Its key."""
        return ed25519(f"witness {self.name}")

    @property
    def key(self) -> VerifierKey:
        """Its public key, as homes and hubs name it."""
        return VerifierKey.of(self.name, self.private_key, SignatureType.COSIGNATURE)

    @property
    def settings(self) -> str:
        """Its table of ``hub.toml``."""
        return f'\n[[witness]]\nvkey = "{self.key.format()}"\nurl = "{self.url}"\n'

    def trust(self, log: VerifierKey) -> None:
        """Cosign this log from now on."""
        self.logs[log.name] = log

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        self.connections.add(request.transport)
        body = await request.read()
        self.asked.append(body)
        if self.manner in _AT_ONCE:
            return await _AT_ONCE[self.manner](self, request)
        if self.manner is Manner.SLOW:
            await asyncio.sleep(self.delay_s)
        answer = self._judge(body)
        return answer if isinstance(answer, web.Response) else web.Response(body=self._lines(answer).encode())

    def _judge(self, body: bytes) -> SignedNote | web.Response:
        """Do what the specification asks for, in its order."""
        head, _, text = body.decode().partition("\n\n")
        old_line, *proof = head.split("\n")
        assert old_line.startswith("old ")
        assert len(proof) <= 63
        old_size = int(old_line.removeprefix("old "))
        note = SignedNote.parse(text)
        log = self.logs.get(Checkpoint.parse(note.text).origin)
        if log is None:
            return web.Response(status=404)
        try:
            checkpoint = open_checkpoint(note, log)
        except ProtocolError:
            return web.Response(status=403)
        if old_size > checkpoint.size:
            return web.Response(status=400)
        return self._follow(note, checkpoint, old_size, [base64.b64decode(each) for each in proof])

    def _follow(
        self, note: SignedNote, checkpoint: Checkpoint, old_size: int, proof: Sequence[bytes]
    ) -> SignedNote | web.Response:
        known = self.seen.get(checkpoint.origin) or Checkpoint(origin=checkpoint.origin, size=0, root=EMPTY_ROOT)
        if known.size != old_size:
            return web.Response(status=409, body=f"{known.size}\n".encode(), content_type=SIZE_TYPE)
        if known.size == checkpoint.size and known.root != checkpoint.root and self.answers_fork_by_409:
            return web.Response(status=409)
        try:
            verify_consistency(old_size, known.root, checkpoint.size, checkpoint.root, proof)
        except ProtocolError:
            return web.Response(status=422)
        self.seen[checkpoint.origin] = checkpoint
        return note

    def _lines(self, note: SignedNote) -> str:
        own = self._line(note)
        strangers = "".join(self._line(note, key=ed25519(f"stranger {n}"), name=f"stranger-{n}") for n in range(3))
        false = self._line(note, key=ed25519("another"), under=self.key)
        bent = {
            Manner.WRONG_KEY: lambda: false,
            Manner.OTHER_CHECKPOINT: lambda: self._line(_other(note)),
            Manner.FROM_PAST: lambda: self._line(note, off=-timedelta(days=2)),
            Manner.FROM_FUTURE: lambda: self._line(note, off=timedelta(days=2)),
            Manner.TWICE: lambda: own + own,
            Manner.TWICE_ONE_FALSE: lambda: own + false,
            Manner.WITH_STRANGERS: lambda: strangers + own + strangers,
            Manner.ONLY_STRANGERS: lambda: strangers,
            Manner.TOO_MANY_LINES: lambda: strangers * 11 + own,
            Manner.NO_LINES: lambda: "",
            Manner.INJECTS: lambda: own.rstrip("\n") + INJECTED,
        }
        return bent.get(self.manner, lambda: own)()

    def _line(
        self,
        note: SignedNote,
        *,
        key: Ed25519PrivateKey | None = None,
        name: str | None = None,
        under: VerifierKey | None = None,
        off: timedelta = timedelta(),
    ) -> str:
        at = datetime.now(UTC) + self.ahead + off
        made = cosign(note, name or self.name, key or self.private_key, at).signatures[-1]
        if under is not None:
            made = SignedNote(text=note.text, signatures=()).with_signature(under, made.signature).signatures[0]
        return made.format()


def _other(note: SignedNote) -> SignedNote:
    """Return a note of the same log and size with another root."""
    checkpoint = Checkpoint.parse(note.text)
    return SignedNote(
        text=Checkpoint(origin=checkpoint.origin, size=checkpoint.size or 1, root=bytes(32)).format(),
        signatures=note.signatures,
    )


async def _drip(_witness: LogWitness, request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    for _ in range(3_600):
        await answer.write(b"x")
        await asyncio.sleep(0.2)
    return answer


async def _hang_up(_witness: LogWitness, request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _html(_witness: LogWitness, _request: web.Request) -> web.StreamResponse:
    return web.Response(text="<html><title>Sign in to the guest network</title></html>", content_type="text/html")


async def _redirect(witness: LogWitness, _request: web.Request) -> web.StreamResponse:
    return web.Response(status=307, headers={"Location": witness.elsewhere})


async def _packed(_witness: LogWitness, _request: web.Request) -> web.StreamResponse:
    answer = web.Response(body=bytes(TOO_LONG_BYTES))
    answer.enable_compression(web.ContentCoding.gzip)
    return answer


async def _too_long(_witness: LogWitness, _request: web.Request) -> web.StreamResponse:
    return web.Response(body=bytes(TOO_LONG_BYTES))


async def _for_ever(witness: LogWitness, request: web.Request) -> web.StreamResponse:
    """Name a size that it was not asked from, never larger than the checkpoint's."""
    body = witness.asked[-1].decode()
    old_size, size = (
        int(body.split("\n")[0].removeprefix("old ")),
        Checkpoint.parse(SignedNote.parse(body.partition("\n\n")[2]).text).size,
    )
    del request
    return web.Response(status=409, text=f"{0 if old_size else min(size, max(1, size - 1))}\n", content_type=SIZE_TYPE)


async def _more(_witness: LogWitness, _request: web.Request) -> web.StreamResponse:
    return web.Response(status=409, text="1000000\n", content_type=SIZE_TYPE)


def _status(status: int, body: bytes = b"", content_type: str = "text/plain"):  # noqa: ANN202 - a row of the table
    async def answer(_witness: LogWitness, _request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, content_type=content_type)

    return answer


_AT_ONCE = {
    Manner.AWAY: _status(503),
    Manner.DRIPS: _drip,
    Manner.HANGS_UP: _hang_up,
    Manner.HTML: _html,
    Manner.REDIRECTS: _redirect,
    Manner.PACKED: _packed,
    Manner.TOO_LONG: _too_long,
    Manner.NOT_UTF8: _status(200, b"\xff\xfe\n"),
    Manner.CONFLICTS_FOR_EVER: _for_ever,
    Manner.CONFLICT_WITHOUT_SIZE: _status(409, b"<html>"),
    Manner.CONFLICT_GARBLED: _status(409, INJECTED.encode(), SIZE_TYPE),
    Manner.CLAIMS_MORE: _more,
    Manner.CLAIMS_FORK: _status(422),
    Manner.UNKNOWN: _status(404),
    Manner.DISTRUSTS: _status(403),
    Manner.REFUSES: _status(400),
}


@asynccontextmanager
async def serving(
    name: str = "witness.example/w1", *, port: int | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[LogWitness]:
    """Run one on 127.0.0.1."""
    witness = LogWitness(name=name)
    application = web.Application()
    application.router.add_post("/w/add-checkpoint", witness.answer)
    server = TestServer(application, host="127.0.0.1", port=port)
    await server.start_server(access_log=None, ssl=tls)
    try:
        witness.url = str(server.make_url("/w"))
        yield witness
    finally:
        await server.close()
