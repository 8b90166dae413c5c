"""Whether a recorder is on this home's own network.

Invariant (law 1): recordings are asked for when a request matched, so who sees that wire learns of the match. A
recorder that is reached over the internet is therefore never asked; a private network that is stretched over it can't
be told.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from ..errors import CopyError, CopyRule

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Address

HOME_PREFIX_BITS = 64
"""Of the public IPv6 addresses of one home's network (RFC 7421); public IPv4 addresses are no home's own."""


async def require_nearby(host: str, port: int) -> None:
    """Raise CopyError `source_away` unless all addresses of a host are in the home's network."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, OverflowError) as error:  # what no name may be made of, and a port that is none
        raise CopyError(CopyRule.AWAY, type(error).__name__) from error
    addresses = [ip_address(str(address[0]).partition("%")[0]) for *_, address in found]
    if not all(is_nearby(each, own_address) for each in addresses):
        raise CopyError(CopyRule.AWAY, "an address outside of the home's network")


def is_nearby(address: IPv4Address | IPv6Address, own: Callable[[IPv6Address], IPv6Address | None]) -> bool:
    """Whether an address is private, or public but in the network of ``own`` (this machine's address toward it)."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_private
    if address.is_private or not isinstance(address, IPv6Address):
        return address.is_private
    mine = own(address)
    return mine is not None and address in ip_network((mine, HOME_PREFIX_BITS), strict=False)


def own_address(other: IPv6Address) -> IPv6Address | None:
    """Return the address that this machine would connect from, None where it can't. Nothing is sent."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as asks:
        try:
            asks.connect((str(other), 9))
        except OSError:
            return None
        return IPv6Address(asks.getsockname()[0])
