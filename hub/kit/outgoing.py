"""To which addresses the hub itself speaks HTTP: the webhook of oversight, the witnesses of the log.

Invariants: what it sends goes over TLS, or stays on this machine; a name never leads to this machine, to a neighbor on
the wire (which is where clouds keep their machines' credentials) or to nobody in particular, whatever its records say.
"""

from __future__ import annotations

import socket
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, override

from aiohttp.abc import AbstractResolver
from aiohttp.resolver import ThreadedResolver
from yarl import URL

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from aiohttp.abc import ResolveResult


def check_address(text: str, named: str) -> str:
    """Return the address as it is asked for; raise ValueError, by what it is ``named``, for one that can't be."""
    try:
        url = URL(text)
        host, port = url.host, url.port
    except ValueError:
        host, port, url = None, None, URL()
    here = host is not None and is_loopback(host)
    if not host or not port or url.scheme not in {"https", "http"} or (url.scheme == "http" and not here):
        message = f"hub.toml: {named} is no https address (http is for this machine alone, by its number)"
        raise ValueError(message)
    if url.user is not None or url.password is not None or url.raw_fragment:
        message = f"hub.toml: {named} has a user or a fragment in it"
        raise ValueError(message)
    number = _number(host)
    if number is None and host.replace(".", "").isdigit():
        # 2130706433 and 127.1 are read as this machine by who connects, and no resolver is asked for them.
        message = f"hub.toml: {named} has a number for a host that is not written as one"
        raise ValueError(message)
    if number is not None and not here and not may_lead_to(number):
        message = f"hub.toml: {named} leads to an address that is nobody's"
        raise ValueError(message)
    return str(url)


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine, named by its number."""
    number = _number(host)
    return number is not None and _plain(number).is_loopback


def may_lead_to(address: IPv4Address | IPv6Address) -> bool:
    """Say whether a name may lead to this address: to the internet or a network of the city's."""
    plain = _plain(address)
    return not (
        plain.is_loopback or plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain.is_reserved
    )


class CheckedResolver(AbstractResolver):
    """Resolves names, and knows no address that a name may not lead to."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        """Ask the system, or ``inner``."""
        self._inner = inner or ThreadedResolver()

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of ``host``; raise OSError when it may not be led to one of them."""
        found = await self._inner.resolve(host, port, family)
        if not all(may_lead_to(ip_address(one["host"].partition("%")[0])) for one in found):
            message = "a name that leads to where the hub does not go"
            raise OSError(message)
        return found

    @override
    async def close(self) -> None:
        """Let the inner one go."""
        await self._inner.close()


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _number(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
