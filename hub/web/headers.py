"""Security headers of every answer.

Invariants: a page runs only scripts of its own origin, loads nothing from outside, is framed by nobody, posts only to
itself, and writes no HTML from text (Trusted Types; the officers' one policy makes the addresses of the workers beside
a page, and of nothing else); nothing but hashed files is cached. What is no page runs and loads nothing, wherever a
browser is brought to show it. An answer that has a policy of its own keeps it.
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

# Of what is data, to a home or to anybody.
PLAIN: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# Of a page on the residents' hostname, to which a link leads; its policy is its own. Nobody finds it by searching, and
# nobody hears from it where somebody came from.
BEHIND_A_LINK: Mapping[str, str] = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
OVER_HTTPS = "max-age=31536000"  # a year


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
            response.headers["Strict-Transport-Security"] = f"{OVER_HTTPS}; includeSubDomains"

    return on_prepare


def add_plain_headers(
    is_secure: Callable[[], bool],
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Return the signal of the homes' application: an answer is data, and nobody on the way keeps it.

    What may be kept, and a page, say so. Over https (``is_secure``) the name is asked for over https from then on;
    names below it are the city's, who may have others there.
    """

    async def on_prepare(_request: web.Request, response: web.StreamResponse) -> None:
        for name, value in PLAIN.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if is_secure():
            response.headers["Strict-Transport-Security"] = OVER_HTTPS

    return on_prepare
