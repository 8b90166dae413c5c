"""What was found on the network, and what of it is new. Pure: devices say what they like, so all of it is bounded."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FOUND_MAX: Final = 50  # a network that names more is one that nobody reads through, or a hostile one
NAME_MAX_CHARS: Final = 64
ADDED_WITH: Final = ("doorbird", "axis", "onvif", "homekit_controller", "generic")  # the maker's own way first


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCamera:
    """One camera by its address, and the integration of Home Assistant that can add it."""

    address: str
    name: str
    doorbell: bool
    add_with: str


def plain(text: str) -> str:
    """Return what a device calls itself as one bounded line of printable characters."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:NAME_MAX_CHARS]


def merged(found: Iterable[FoundCamera], known: frozenset[str]) -> tuple[FoundCamera, ...]:
    """Return one entry an address, by name, without what Home Assistant has; at most `FOUND_MAX`."""
    by_address: dict[str, FoundCamera] = {}
    for each in found:
        if each.address in known:
            continue
        other = by_address.get(each.address)
        by_address[each.address] = each if other is None else _both(each, other)
    ordered = sorted(by_address.values(), key=lambda each: (not each.doorbell, each.name.casefold(), each.address))
    return tuple(ordered[:FOUND_MAX])


def _both(one: FoundCamera, other: FoundCamera) -> FoundCamera:
    """Return one camera that announced itself in two ways."""
    first, second = sorted((one, other), key=lambda each: ADDED_WITH.index(each.add_with))
    return FoundCamera(
        address=first.address,
        name=first.name or second.name,
        doorbell=first.doorbell or second.doorbell,
        add_with=first.add_with,
    )


def addresses_in(settings: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Yield the addresses and host names that settings name, as they are or in a URL."""
    for values in settings:
        for value in values.values():
            if isinstance(value, str) and (host := _host(value)):
                yield host


def _host(value: str) -> str | None:
    try:
        host = urlsplit(value).hostname if "://" in value else value
        return str(ipaddress.ip_address(host or ""))
    except ValueError:
        return None
