"""The city's map, which this home draws itself: fetched whole, the same for every home, and checked before it is read.

- Which map it is, the city record says by a digest, and the root signed that: the hub can't choose (protocol 13).
- It is asked for after a read of the feed and at no other time (law 1), and only while it is not here.
- What is here stays until the next one is; nothing of what is drawn on it leaves the home.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ..const import LOGGER
from ..errors import MiltonShareError
from ..hub_link.client import HubAwayError, HubRefusedError
from ..shared.milton_protocol.errors import ProtocolError
from ..shared.milton_protocol.limits import MAP_PACK_SIZE_MAX_BYTES
from ..shared.milton_protocol.messages.city.map_pack import check_map_pack
from ..storage.durable_steps import Step
from . import map_table

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..hub_link.client import HubClient
    from ..processes.executor import RunBlocking
    from ..shared.milton_protocol.messages.city.record import CityRecord
    from ..storage.database import HomeDatabase
    from ..storage.health import StorageHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """The city's map: whether there is one to draw."""

    sha256: str | None  # of the pack that is here
    named: bool | None  # whether the city record names one; None: not known yet
    refused: str | None  # the rule by which what the hub sent last is not the one that is named


class CityMap:
    """The map pack that is here, and the one that the city record names."""

    def __init__(  # noqa: PLR0913  whom it asks, where it keeps, whom it tells
        self,
        *,
        client: HubClient,
        database: HomeDatabase,
        record: Callable[[], Awaitable[CityRecord | None]],
        run_blocking: RunBlocking,
        health: StorageHealth,
        on_change: Callable[[], None],
    ) -> None:
        """Do nothing yet. ``record()``: the city record that is believed now, or None."""
        self._client = client
        self._database = database
        self._record = record
        self._run_blocking = run_blocking
        self._health = health
        self._on_change = on_change
        self._view = MapView(sha256=None, named=None, refused=None)

    @property
    def view(self) -> MapView:
        """What there is to draw."""
        return self._view

    async def load(self) -> None:
        """Read which pack is here."""
        self._view = MapView(sha256=await self._database.read(map_table.digest), named=None, refused=None)

    async def follow(self) -> None:
        """Fetch the pack that the city record names, where it is not here yet; forget it where none is named."""
        record = await self._record()
        if record is None:
            return
        before, named, here = self._view, record.map_sha256, self._view.sha256
        refused = None
        try:
            if named is None and here is not None:
                await self._database.run(Step.MAP_KEPT, map_table.forget)
                here = None
            if named is not None and named != here:
                here, refused = await self._fetched(named, record.agency_id)
        except sqlite3.Error as error:
            self._health.failed("map", error)
            return
        self._health.works("map")
        self._view = MapView(sha256=here, named=named is not None, refused=refused)
        if self._view != before:
            if refused is not None:
                LOGGER.warning("The hub's map of the city is not the one that the city record names: %s", refused)
            self._on_change()

    async def pack(self) -> tuple[str, str]:
        """Return the digest and the text of the pack; raise MiltonShareError `no_map`."""
        data = await self._database.read(map_table.pack)
        sha256 = self._view.sha256
        if data is None or sha256 is None or await self._run_blocking(partial(_digest, data)) != sha256:
            self._view = MapView(sha256=None, named=self._view.named, refused=None)  # damaged: it is fetched again
            self._on_change()
            rule = "no_map"
            raise MiltonShareError(rule)
        return sha256, data.decode()

    async def _fetched(self, named: str, agency_id: str) -> tuple[str | None, str | None]:
        """Return the digest of what is here now, and the rule by which what came is not what was named."""
        here = self._view.sha256
        try:
            body, _ = await self._client.get("/v1/map", max_bytes=MAP_PACK_SIZE_MAX_BYTES)
            pack = body or b""
            await self._run_blocking(partial(check_map_pack, pack, named, agency_id))
        except (HubAwayError, HubRefusedError) as error:
            LOGGER.debug("Map not fetched: %r", error)
            return here, None
        except ProtocolError as error:
            return here, error.rule
        await self._database.run(Step.MAP_KEPT, partial(map_table.save, sha256=named, pack=pack))
        return named, None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
