"""Keeps what the household set for all requests."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..const import CONF_NOTIFY_SERVICES, CONF_STORAGE_GB
from ..storage.durable_steps import Step
from . import repository
from .model import Household

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..storage.database import HomeDatabase


class HouseholdService:
    """The only writer of the settings."""

    def __init__(self, database: HomeDatabase) -> None:
        """Do nothing yet; `load` reads."""
        self._database = database
        self.settings = Household()
        self._lock = asyncio.Lock()

    async def load(self) -> None:
        """Read what was kept."""
        self.settings = await self._database.read(repository.settings)

    async def change(self, **changes: Any) -> None:  # noqa: ANN401  each setting has a kind of its own
        """Keep these, by their names; two changes at once both hold."""
        async with self._lock:
            settings = replace(self.settings, **changes)
            await self._database.run(Step.HOUSEHOLD_SET, partial(repository.save, settings=settings))
            self.settings = settings

    async def take(self, options: Mapping[str, Any]) -> None:
        """Keep what an older version had asked in Home Assistant's own form."""
        phones: list[str] | None = options.get(CONF_NOTIFY_SERVICES)
        await self.change(
            phones=self.settings.phones if phones is None else tuple(phones),
            storage_gb=options.get(CONF_STORAGE_GB, self.settings.storage_gb),
        )
