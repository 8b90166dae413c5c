"""Wrong codes and keys: whose tries count together, and how a wrong one is answered slowly.

Invariants: no try waits for another's slow answer; at most ``SLOWED_AT_ONCE`` answers wait. Nobody is locked out
(docs/adr/0093).
"""

from __future__ import annotations

import asyncio
from ipaddress import IPv6Address, ip_address, ip_network

# Who has one address of these can have all of them; a wider net would let one neighbor stop others.
IPV4_PREFIX_BITS = 32
IPV6_PREFIX_BITS = 56  # what a home is given (RIPE-690)
SLOW_S = 1.0  # a person who mistypes hardly notices; one line that guesses makes 3,600 tries an hour
SLOWED_AT_ONCE = 64  # held answers cost a connection each; further wrong ones are answered at once


def network_of(address: str) -> str:
    """Return the network whose tries count together; what is no address counts by itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    bits = IPV6_PREFIX_BITS if isinstance(parsed, IPv6Address) else IPV4_PREFIX_BITS
    return str(ip_network((parsed, bits), strict=False))


class SlowAnswers:
    """Holds answers back; it knows how many wait, and no more of them."""

    def __init__(self) -> None:
        """Hold none yet."""
        self._waiting = 0

    async def wait(self) -> None:
        """Return after ``SLOW_S``, or at once while ``SLOWED_AT_ONCE`` wait."""
        if self._waiting >= SLOWED_AT_ONCE:
            return
        self._waiting += 1
        try:
            await asyncio.sleep(SLOW_S)
        finally:
            self._waiting -= 1
