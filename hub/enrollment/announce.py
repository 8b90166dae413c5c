"""Tell the local network where the hub is, for Home Assistant to suggest it (DNS-SD, RFC 6763).

Off unless ``[zeroconf] interfaces`` names the hub's own addresses to speak on. A suggestion joins nobody: the home
still needs the city's code, and compares the root's words.
"""

from __future__ import annotations

import ipaddress
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from hub.directory.service import DirectoryService
    from hub.web.context import Hub
    from milton_protocol.messages.city.record import CityRecord

SERVICE_TYPE = "_milton-hub._tcp.local."
PORTS = {"http": 80, "https": 443}


def service_of(record: CityRecord, interfaces: Sequence[str]) -> AsyncServiceInfo:
    """Return what is announced: the agency's id as the name, the port and the address that homes use."""
    url = urlsplit(record.hub.home_url)
    return AsyncServiceInfo(
        SERVICE_TYPE,
        f"{record.agency_id}.{SERVICE_TYPE}",
        addresses=[ipaddress.ip_address(address).packed for address in interfaces],
        port=url.port or PORTS[url.scheme],
        properties={"home_url": record.hub.home_url},
        server=f"{record.agency_id}-hub.local.",
    )


def setup(hub: Hub, directory: DirectoryService) -> None:
    """Announce while the hub runs, where the settings say so."""
    interfaces = hub.settings.announce_on
    if not interfaces:
        return

    @asynccontextmanager
    async def announced() -> AsyncIterator[None]:
        async with hub.database.reading() as session:
            record = (await directory.current(session)).city_record
        zeroconf = AsyncZeroconf(interfaces=list(interfaces), ip_version=IPVersion.All)
        try:
            await zeroconf.async_register_service(service_of(record, interfaces))
            yield
        finally:
            await zeroconf.async_unregister_all_services()
            await zeroconf.async_close()

    hub.lifetimes.append(announced)
