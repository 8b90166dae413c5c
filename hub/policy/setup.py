"""Wire the agency's policy into a hub."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hub.policy import api
from hub.policy.repository import current
from hub.policy.service import PolicyChanges, begin
from hub.policy.values import Policy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.directory.service import DirectoryService
    from hub.web.context import Hub


def setup(hub: Hub, directory: DirectoryService) -> None:
    """Add the routes; what ``hub.toml`` says is the first version of a hub that has none.

    Raises ValueError for a ``[policy]`` that no agency may have.
    """
    first = Policy.of(hub.settings.policy)

    @asynccontextmanager
    async def begun() -> AsyncIterator[None]:
        async with hub.database.reading() as session:
            has_begun = (await current(session)).row is not None
        if not has_begun:
            async with hub.database.session("policy.begun") as session:
                await begin(session, first, hub.clock())
        yield

    hub.lifetimes.append(begun)
    api.setup(hub, PolicyChanges(directory))
