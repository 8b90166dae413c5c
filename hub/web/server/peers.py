"""From which address of the network a request comes."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web


def address_of(request: web.Request) -> str:
    """Return whose tries these are: what a web server on this machine says in ``X-Real-IP``, else the peer itself."""
    peer = request.remote or ""
    told = request.headers.get("X-Real-IP", "")
    try:
        return str(ip_address(told)) if ip_address(peer).is_loopback else peer
    except ValueError:
        return peer
