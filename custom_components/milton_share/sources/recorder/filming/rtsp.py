"""RTSP 1.0 (RFC 2326) as a client writes it and reads it: requests, heads, sessions. Pure.

Invariants: what a server sends is bounded before it is read; nothing of an address or a login is in an error's words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from .errors import LineError
from .login import Login

if TYPE_CHECKING:
    from collections.abc import Collection

HEAD_BYTES_MAX = 16 * 1024
"""Of one answer: cameras send some hundred bytes."""
BODY_BYTES_MAX = 64 * 1024
"""Of one answer: a description of a camera is one or two thousand bytes."""
HEADERS_MAX = 100
HEAD_END = b"\r\n\r\n"
DEFAULT_PORT = 554
OF_LIBAV = frozenset({"udp", "tcp", "multicast", "filter_src"})
"""Words in an address's query that are for libav, not for the camera."""
DEFAULT_TIMEOUT_S = 60.0
"""Of a session whose camera names none (RFC 2326 section 12.37)."""
TIMEOUT_MIN_S, TIMEOUT_MAX_S = 2.0, 3600.0
OK, UNAUTHORIZED = 200, 401
CHANNELS = 256
"""An interleaved packet has one byte for its channel (RFC 2326 section 10.12)."""
STAMP_MAX = 0xFFFF_FFFF
_STATUS = re.compile(r"RTSP/1\.[0-9] ([1-9][0-9]{2})(?: .*)?")
_REQUEST = re.compile(r"([A-Z_]{3,20}) \S+ RTSP/1\.[0-9]")
_SESSION = re.compile(r"([\x21-\x3a\x3c-\x7e]{1,200})\s*(?:;.*)?")
_TIMEOUT = re.compile(r";\s*timeout\s*=\s*(\d{1,9})", re.IGNORECASE)
_INTERLEAVED = re.compile(r"interleaved\s*=\s*(\d{1,3})(?:-(\d{1,3}))?", re.IGNORECASE)
_INFO = re.compile(r'url\s*=\s*"?([^;"\s]{1,2000})"?\s*;(?:.*;)?\s*rtptime\s*=\s*(\d{1,10})\b.*', re.IGNORECASE)
_WRITABLE = re.compile(r"[\x21-\x7e]{1,2000}")
"""What may stand in a request's line as its address: no space, no end of line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Of an answer, or of a request that the server makes (`status` 0). Names of headers are in small letters."""

    status: int
    method: str
    headers: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...]:
        """Return a header's values, in their order."""
        return tuple(value for each, value in self.headers if each == name)

    def first(self, name: str) -> str:
        """Return a header's first value, or nothing."""
        return next(iter(self.all(name)), "")

    @property
    def body_bytes(self) -> int:
        """How long the body behind it is; raises LineError where that is no number or too much."""
        said = set(self.all("content-length")) or {"0"}
        text = said.pop()
        if said or not (text.isascii() and text.isdecimal() and len(text) < len(str(BODY_BYTES_MAX)) + 1):
            message = "a body's length is none"
            raise LineError(message)
        if int(text) > BODY_BYTES_MAX:
            message = "a body is too long"
            raise LineError(message)
        return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a camera is. `url` is what is asked for: without the login."""

    host: str
    port: int
    url: str
    login: Login | None


def read_address(url: str) -> Address:
    """Take an address apart; raises LineError where it isn't plain RTSP over TCP."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or DEFAULT_PORT
    except ValueError as error:
        message = "no address"
        raise LineError(message) from error
    if parts.scheme.lower() != "rtsp" or not host or OF_LIBAV & set(re.split("[&?]", parts.query)):
        message = "another kind of address"
        raise LineError(message)
    user, at, _ = parts.netloc.rpartition("@")
    name, _, password = unquote(user).partition(":")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    said = f"[{host}]" if ":" in host else host
    login = Login(name=name, password=password) if at else None
    return Address(host=host, port=port, url=f"rtsp://{said}:{port}{path}", login=login)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a server calls the session, and after how long without a request it ends it."""

    name: str
    timeout_s: float


def read_head(data: bytes) -> Head:
    """Read what stands before the empty line; raises LineError."""
    if len(data) > HEAD_BYTES_MAX:
        message = "a head is too long"
        raise LineError(message)
    try:
        line, *rows = data.decode().split("\r\n")
    except UnicodeDecodeError as error:
        message = "a head is no text"
        raise LineError(message) from error
    if len(rows) > HEADERS_MAX:
        message = "too many headers"
        raise LineError(message)
    pairs = tuple((name.strip().lower(), value.strip()) for name, _, value in (row.partition(":") for row in rows))
    if answer := _STATUS.fullmatch(line):
        return Head(status=int(answer[1]), method="", headers=pairs)
    if request := _REQUEST.fullmatch(line):
        return Head(status=0, method=request[1], headers=pairs)
    message = "neither an answer nor a request"
    raise LineError(message)


def read_session(head: Head) -> Session | None:
    """Read the session that an answer names; raises LineError where its name can't be said again."""
    text = head.first("session")
    if not text:
        return None
    found = _SESSION.fullmatch(text)
    if found is None:
        message = "a session has no name"
        raise LineError(message)
    timeout = _TIMEOUT.search(text)
    timeout_s = float(timeout[1]) if timeout else DEFAULT_TIMEOUT_S
    return Session(name=found[1], timeout_s=min(max(timeout_s, TIMEOUT_MIN_S), TIMEOUT_MAX_S))


def read_channel(head: Head, asked: int, taken: Collection[int] = ()) -> int:
    """Return on which channel a track's packets come, its reports on the next, and no other's; raises LineError."""
    text = head.first("transport")
    found = _INTERLEAVED.search(text)
    if "tcp" not in text.lower() and found is None:
        message = "another transport"
        raise LineError(message)
    channel = int(found[1]) if found else asked
    if channel + 1 >= CHANNELS or (found is not None and found[2] is not None and int(found[2]) != channel + 1):
        message = "other channels"
        raise LineError(message)
    if any(abs(channel - other) <= 1 for other in taken):
        message = "tracks on one channel"
        raise LineError(message)
    return channel


def read_beginnings(head: Head) -> dict[str, int]:
    """Return at which time stamp each track begins, by its address, where a server says so (RFC 2326 section 12.33).

    All are of the same moment: without them sound and pictures can only be taken to begin at once.
    """
    parts = re.split(r",\s*(?=url\s*=)", ",".join(head.all("rtp-info")), maxsplit=CHANNELS, flags=re.IGNORECASE)
    found = filter(None, map(_INFO.fullmatch, map(str.strip, parts)))
    return {one[1]: int(one[2]) for one in found if int(one[2]) <= STAMP_MAX}


def request(method: str, url: str, sequence: int, headers: tuple[tuple[str, str], ...] = ()) -> bytes:
    """Write a request; raises LineError where the address or a header can't stand in one."""
    if not _WRITABLE.fullmatch(url) or any(not value.isprintable() for _, value in headers):
        message = "an address with other characters"
        raise LineError(message)
    rows = "".join(f"{name}: {value}\r\n" for name, value in (("CSeq", str(sequence)), *headers))
    return f"{method} {url} RTSP/1.0\r\n{rows}\r\n".encode()


def reply(head: Head) -> bytes:
    """Answer a request of the server's: we are there, and do nothing else."""
    sequence = head.first("cseq")
    known = sequence if sequence.isascii() and sequence.isdecimal() and len(sequence) < 12 else "0"  # noqa: PLR2004
    words = "200 OK" if head.method == "OPTIONS" else "501 Not Implemented"
    return f"RTSP/1.0 {words}\r\nCSeq: {known}\r\n\r\n".encode()
