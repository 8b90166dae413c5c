"""Cameras that announce themselves by DNS-SD, browsed through the instance of zeroconf that Home Assistant shares.

The manifest names none of these kinds: else every accessory in the house would offer Milton Share.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from zeroconf import BadTypeInNameException, ServiceStateChange
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo

from .found import FOUND_MAX, FoundCamera, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zeroconf import ServiceInfo, Zeroconf
    from zeroconf.asyncio import AsyncZeroconf

HAP: Final = ("_hap._tcp.local.", "_hap._udp.local.")
KINDS: Final[Mapping[str, str]] = {  # the kind, and the integration that adds it
    "_axis-video._tcp.local.": "axis",
    "_onvif._tcp.local.": "onvif",
    "_psia._tcp.local.": "onvif",
    "_rtsp._tcp.local.": "generic",
    **dict.fromkeys(HAP, "homekit_controller"),
}
DOORBIRD: Final = "doorbird"
DOORBIRD_MACS: Final = ("1ccae3",)  # DoorBird's door stations announce themselves as Axis cameras do
HAP_CAMERAS: Final = {"17": False, "18": True}  # HomeKit's categories: camera, video doorbell
ASK_MS: Final = 2000


async def announced(shared: AsyncZeroconf, listen_s: float) -> tuple[FoundCamera, ...]:
    """Listen for a while; return what announced itself and answered."""
    names: dict[tuple[str, str], None] = {}

    def heard(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        del zeroconf
        if state_change is not ServiceStateChange.Removed and len(names) < FOUND_MAX:
            names[service_type, name] = None

    browser = AsyncServiceBrowser(shared.zeroconf, list(KINDS), handlers=[heard])
    try:
        await asyncio.sleep(listen_s)
    finally:
        await browser.async_cancel()
    asked = (_asked(shared.zeroconf, kind, name) for kind, name in names)
    return tuple(each for each in await asyncio.gather(*asked) if each is not None)


async def _asked(zeroconf: Zeroconf, kind: str, name: str) -> FoundCamera | None:
    try:
        info = AsyncServiceInfo(kind, name)
    except BadTypeInNameException:  # a pointer can lead to any name; that one hides no other
        return None
    if not await info.async_request(zeroconf, ASK_MS):
        return None
    return found_in(info)


def found_in(info: ServiceInfo) -> FoundCamera | None:
    """Return the camera of an announcement of one of `KINDS`, or None when it is none or names no address."""
    addresses = info.parsed_addresses()
    properties = {key.lower(): value or "" for key, value in info.decoded_properties.items()}
    return read(info.type, info.name, addresses[0], properties) if addresses else None


def read(kind: str, name: str, address: str, properties: Mapping[str, str]) -> FoundCamera | None:
    """Return the camera of one announcement, or None when it is none."""
    add_with, doorbell = KINDS[kind], False
    if kind in HAP:
        if properties.get("ci") not in HAP_CAMERAS:
            return None
        doorbell = HAP_CAMERAS[properties["ci"]]
    if add_with == "axis" and _mac(properties).startswith(DOORBIRD_MACS):
        add_with, doorbell = DOORBIRD, True
    label = plain(name.removesuffix(f".{kind}"))
    return FoundCamera(
        address=address, name=label, doorbell=doorbell or "doorbell" in label.casefold(), add_with=add_with
    )


def _mac(properties: Mapping[str, str]) -> str:
    return properties.get("macaddress", "").replace(":", "").casefold()
