"""Cameras whose recordings only their maker's app has, by the integration that brings them. Pure.

Such an integration gives pictures and events, and no recordings. To ask the maker's cloud for them because a request
matched would show the match to the maker (law 1): the owner exports them and adds the file. The page has the steps by
the maker's name; docs/operations.md says where they are from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Whose app it is; `streams`: the integration gives a stream that can be recorded at home as well."""

    key: str
    streams: bool = False


MAKERS: Mapping[str, Maker] = {
    "ring": Maker(key="ring"),  # its live view is WebRTC by Ring's cloud: nothing that a recorder could open
    "blink": Maker(key="blink"),
    "aarlo": Maker(key="arlo"),
    "arlo": Maker(key="arlo"),
    "eufy_security": Maker(key="eufy", streams=True),
    "eufy_viewer": Maker(key="eufy"),
    "nest": Maker(key="nest", streams=True),  # older cameras give RTSP
    "wyze": Maker(key="wyze"),
    "wyzeapi": Maker(key="wyze"),
    "abode": Maker(key=OTHER),
    "august": Maker(key=OTHER),
    "canary": Maker(key=OTHER, streams=True),
    "ezviz": Maker(key=OTHER, streams=True),
    "logi_circle": Maker(key=OTHER),
    "simplisafe": Maker(key=OTHER),
    "skybell": Maker(key=OTHER),
    "tuya": Maker(key=OTHER, streams=True),
    "yale": Maker(key=OTHER),
    "yale_smart_alarm": Maker(key=OTHER),
}
"""By the domain of the camera's integration; one that isn't here is no app's alone."""


def maker_of(domain: str | None) -> Maker | None:
    """Return whose app has a camera's recordings, by its integration's domain; None where that isn't so."""
    return MAKERS.get(domain) if domain is not None else None


def only_in_app(maker: Maker | None, *, can_record: bool) -> bool:
    """Whether nothing but the maker's app has the recordings of a camera that no other recorder records."""
    return maker is not None and not (can_record and maker.streams)
