"""Whether a server serves the signer as the root has signed it: each file's digest, and nothing beside that changes it.

Nobody's word is taken but the city record's: a redirect is not followed, a header that could make the browser do more
than show these files (a cookie, another script's address, a looser policy) is a fault. What else lies on that server,
under other names, can't be seen from outside.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from hub.web.headers import SIGNER_POLICY
from hub.web.signer import INDEX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILE_MAX_BYTES = 4 * 2**20  # the whole signer has some 60 KB
TIMEOUT = aiohttp.ClientTimeout(total=30)
OK = 200
_REQUIRED = {"content-security-policy": SIGNER_POLICY, "x-content-type-options": "nosniff"}
# What tells of the answer itself or only closes more; no other header has any business there.
_HARMLESS = frozenset(
    {
        *_REQUIRED,
        *("accept-ranges", "age", "cache-control", "connection", "content-encoding", "content-length", "content-type"),
        *("cross-origin-opener-policy", "cross-origin-resource-policy", "cross-origin-embedder-policy", "date", "etag"),
        *("expires", "keep-alive", "last-modified", "permissions-policy", "referrer-policy", "server", "vary"),
        *("strict-transport-security", "transfer-encoding", "x-frame-options"),
    }
)
_KINDS = {
    "html": frozenset({"text/html"}),
    "js": frozenset({"text/javascript", "application/javascript"}),
    "css": frozenset({"text/css"}),
    "json": frozenset({"application/json"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One answer; ``headers`` as they came, each name in lower case."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


async def check_signer(origin: str, files: Mapping[str, str]) -> Sequence[str]:
    """Ask ``origin`` for each of ``files`` (name to SHA-256) and for its page; return what is wrong, in words."""
    wanted = {"": files.get(INDEX, ""), **files}
    async with aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()) as session:
        faults: list[str] = []
        for name, digest in wanted.items():
            try:
                served = await _ask(session, f"{origin}/{name}")
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                faults.append(f"/{name}: no answer ({type(error).__name__})")
            else:
                faults += [f"/{name}: {words}" for words in faults_of(name or INDEX, digest, served)]
    return faults


def faults_of(name: str, digest: str, served: Served) -> Sequence[str]:
    """Return what is wrong with one answer, in words."""
    if served.status != OK:
        return [f"answered {served.status}; a redirect is not followed, a file that is missing can't be signed with"]
    faults = []
    if hashlib.sha256(served.body).hexdigest() != digest:
        faults.append("is another file than the root has signed")
    for header, value in _REQUIRED.items():
        if [each for known, each in served.headers if known == header] != [value]:
            faults.append(f"{header} is not once and exactly: {value}")
    kind = _value(served, "content-type").partition(";")[0].strip()
    if kind not in _KINDS.get(name.rpartition(".")[2], frozenset()):
        faults.append(f"content-type is {kind or 'missing'}")
    if not {"no-cache", "no-store"} & {each.strip() for each in _value(served, "cache-control").split(",")}:
        faults.append("cache-control lacks no-cache: an old page could be shown")
    faults += [f"has the header {header}" for header in sorted({known for known, _ in served.headers} - _HARMLESS)]
    return faults


def _value(served: Served, header: str) -> str:
    return next((value for known, value in served.headers if known == header), "")


async def _ask(session: aiohttp.ClientSession, url: str) -> Served:
    async with session.get(url, allow_redirects=False) as answer:
        body = bytearray()
        async for piece in answer.content.iter_chunked(2**16):
            body += piece
            if len(body) > FILE_MAX_BYTES:
                break
        headers = [(name.lower(), value) for name, value in answer.headers.items()]
        return Served(status=answer.status, headers=headers, body=bytes(body))
