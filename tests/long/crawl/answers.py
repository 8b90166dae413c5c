"""What no answer of the hub may be, whoever asked for what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tests.long.crawl.pages import Page
from tests.long.crawl.payloads import FILE_MARKS, HEADER, MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from multidict import CIMultiDictProxy

    from tests.long.crawl.payloads import Payload

SERVER_ERROR = 500
REDIRECTS = range(300, 400)
NOT_MODIFIED = 304
# A stack or a library. The hub's folder is no secret: administrators read it in the commands that they are to type.
TRACES = re.compile(
    rb"Traceback \(most recent|File \"/|line \d+, in |sqlalchemy\.|sqlite3\.|asyncpg|jinja2\.|aiohttp|"
    rb"site-packages|/usr/lib|object at 0x|got itself in trouble"
)
VERSION = re.compile(r"\d+\.\d+|python|aiohttp", re.IGNORECASE)
_PAGE = {
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("DENY",),
    "Cross-Origin-Opener-Policy": ("same-origin",),
    "Cross-Origin-Resource-Policy": ("same-origin",),
    "Referrer-Policy": ("same-origin", "no-referrer"),
}
_POLICY = ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action ")
_OWN_ADDRESS = re.compile(r"/(?![/\\])|[#?]|data:,|\.{1,2}/|[\w-]+\.(?:js|css|json)\Z")
STREETS = "/map.geojson"  # the city's, as anybody may see them; its own browser keeps them for minutes
# Answers of the homes' application that are the same for every home, under a digest of theirs; the log is public.
_KEPT = re.compile(r"/v1/(?:city|feed|map|log/.+)\Z")


class Host(Enum):
    """Whose hostname it is."""

    OFFICERS = "officers"
    HOMES = "homes"
    SIGNER = "signer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, and what was asked; ``payload`` is what was put where."""

    host: Host
    method: str
    path: str
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    is_secure: bool
    payload: Payload | None = None

    @property
    def kind(self) -> str:
        """Return the media type."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def is_page(self) -> bool:
        """Say whether a browser shows it."""
        return self.kind in {"text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml"}

    @property
    def plain_path(self) -> str:
        """Return the path without its query."""
        return self.path.partition("?")[0]

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode(errors="replace")


def faults(answer: Answer) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    yield from _of_status(answer)
    yield from _of_headers(answer)
    yield from _of_cookies(answer)
    yield from _of_body(answer)
    if answer.is_page:
        yield from _of_page(answer, Page.of(answer.text))


def _of_status(answer: Answer) -> Iterator[str]:
    if answer.status >= SERVER_ERROR:
        yield f"a {answer.status}"
    if answer.status in REDIRECTS and answer.status != NOT_MODIFIED:
        to = answer.headers.get("Location", "")
        if not re.match(r"/(?![/\\])", to):
            yield f"leads to {to!r}"


def _of_headers(answer: Answer) -> Iterator[str]:
    headers = answer.headers
    if HEADER in headers:
        yield "an answer was split"
    if VERSION.search(headers.get("Server", "")) or "X-Powered-By" in headers:
        yield f"tells what serves it: {headers.get('Server')}"
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "no nosniff"
    if "Access-Control-Allow-Origin" in headers:
        yield "lets another origin read"
    if answer.body and not answer.kind:
        yield "a body without a type"
    if not _may_be_kept(answer) and headers.get("Cache-Control") != "no-store":
        yield f"may be kept: {headers.get('Cache-Control')}"
    if answer.is_secure and "Strict-Transport-Security" not in headers:
        yield "no HSTS"
    policy = headers.get("Content-Security-Policy", "")
    if "unsafe" in policy or "http:" in policy or "*" in policy or not policy.startswith("default-src 'none'"):
        yield f"an open policy: {policy!r}"


def _may_be_kept(answer: Answer) -> bool:
    if answer.host is Host.OFFICERS:
        return answer.plain_path.startswith("/static/") or answer.plain_path == STREETS
    return answer.host is Host.SIGNER or _KEPT.match(answer.plain_path) is not None


def _of_cookies(answer: Answer) -> Iterator[str]:
    for cookie in answer.headers.getall("Set-Cookie", []):
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        if answer.host is not Host.OFFICERS:
            yield f"sets a cookie: {cookie.partition('=')[0]}"
        is_end = "max-age=0" in parts
        if not is_end and not {"httponly", "samesite=strict", "path=/"} <= parts:
            yield f"an open cookie: {cookie}"
        if any(part.startswith("domain=") for part in parts):
            yield f"a cookie of more than its host: {cookie}"
        if answer.is_secure and not is_end and not ("secure" in parts and cookie.startswith("__Host-")):
            yield f"an insecure cookie: {cookie}"


def _of_body(answer: Answer) -> Iterator[str]:
    if not answer.plain_path.startswith(("/static/", "/workers/", "/passed/")) and answer.host is not Host.SIGNER:
        told = TRACES.search(answer.body)
        if told is not None and not (answer.payload and told[0].decode() in answer.payload.text):
            yield f"tells of its inside: {told[0]!r}"
    for mark in FILE_MARKS:
        if mark in answer.text:
            yield f"a file's content: {mark}"


def _of_page(answer: Answer, page: Page) -> Iterator[str]:
    for name, allowed in _PAGE.items():
        if answer.headers.get(name) not in allowed:
            yield f"a page with {name}: {answer.headers.get(name)}"
    if "Permissions-Policy" not in answer.headers:
        yield "a page without Permissions-Policy"
    policy = answer.headers.get("Content-Security-Policy", "")
    yield from (f"a page's policy without {each}" for each in _POLICY if each not in policy)
    if "charset=utf-8" not in answer.headers.get("Content-Type", "").lower():
        yield "a page without its charset"
    yield from page.faults
    yield from (f"a nonce that the policy has not: {each}" for each in page.nonces if f"'nonce-{each}'" not in policy)
    yield from (f"<{tag}> leads away: {to!r}" for tag, to in page.addresses if to and not _OWN_ADDRESS.match(to))
    for never in () if answer.payload is None else answer.payload.never:
        if never in answer.text:
            yield f"comes back as it was sent: {never!r}"


def stored(answer: Answer, all_payloads: tuple[Payload, ...]) -> Iterator[str]:
    """Yield what of anything that was ever sent stands in a page as it was sent."""
    if answer.is_page and MARK in answer.text:
        for never in {each for payload in all_payloads for each in payload.never}:
            if never in answer.text:
                yield f"was kept and is shown as it was sent: {never!r}"
