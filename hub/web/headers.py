"""Security headers of every answer.

Invariants: a page runs only scripts of its own origin, loads nothing from outside, is framed by nobody, posts only to
itself, and writes no HTML from text (Trusted Types; the officers' one policy makes the addresses of the workers beside
a page, and of nothing else); nothing but hashed files is cached. An answer that has a policy of its own keeps it.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

NONCE: web.RequestKey[str] = web.RequestKey("csp_nonce", str)
NONCE_BYTES = 16

_COMMON: Mapping[str, str] = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": (
        "publickey-credentials-get=(self), publickey-credentials-create=(self), "
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
    ),
}


def closed(trusted_types: str) -> str:
    """Return what every policy ends with; ``trusted_types``: the one policy that a page's scripts have, or none."""
    return f"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types {trusted_types}"


NO_POLICY = "'none'"
WORKER_ADDRESSES = "milton-worker"  # the policy of frontend/officer/src/workers.ts
_SIGNER_SOURCES = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:"
SIGNER_POLICY = f"{_SIGNER_SOURCES}; form-action 'none'; {closed(NO_POLICY)}"


def nonce_of(request: web.Request) -> str:
    """Return the nonce of the answer to ``request``, made on first use."""
    if NONCE not in request:
        request[NONCE] = secrets.token_urlsafe(NONCE_BYTES)
    return request[NONCE]


def officers_policy(request: web.Request) -> str:
    """Return the content security policy of an officers' page. ``blob:`` is what the page itself saves."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce_of(request)}'; style-src 'self'; "
        "img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; media-src 'self'; worker-src 'self'; "
        f"manifest-src 'self'; form-action 'self'; {closed(WORKER_ADDRESSES)}"
    )


def signer_policy(_request: web.Request) -> str:
    """Return the signer's policy, which is the same for every answer."""
    return SIGNER_POLICY


def add_headers(
    policy: Callable[[web.Request], str], *, secure: bool
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Return the ``on_response_prepare`` signal that sets the headers; ``secure`` adds HSTS (an https origin)."""

    async def on_prepare(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(_COMMON)
        response.headers.setdefault("Content-Security-Policy", policy(request))
        response.headers.setdefault("Cache-Control", "no-store")
        if secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    return on_prepare


async def add_plain_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Say of an answer to a home that it is data, and that nobody on the way keeps it; what may be kept says so."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-store")
