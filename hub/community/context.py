"""What every room of the community house is given when it is wired."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from hub.db.migrate import upgrade
from hub.kit.keys import ENROLLMENT_KEY_NAME, HUB_KEY_NAME, read_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from aiohttp import web
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from hub.community.city import City
    from hub.community.settings import CommunitySettings
    from hub.db.engine import Database
    from hub.jobs.supervisor import Jobs

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityKeys:
    """Of the hub's keys those that this house uses: ``hub_key`` signs that an account was erased."""

    hub_key: Ed25519PrivateKey = field(repr=False)
    enrollment_secret: bytes = field(repr=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the keys from ``folder``."""
        return cls(
            hub_key=read_key(folder / HUB_KEY_NAME), enrollment_secret=(folder / ENROLLMENT_KEY_NAME).read_bytes()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """One community house, wired. A room's ``setup(community, ...)`` adds routes and jobs to it.

    ``lifetimes`` are entered in order before the jobs start.
    """

    settings: CommunitySettings
    database: Database
    clock: Callable[[], datetime]
    keys: CommunityKeys
    city: City
    jobs: Jobs
    application: web.Application
    lifetimes: list[Callable[[], AbstractAsyncContextManager[None]]] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Bring the schema up to date, enter the lifetimes, run the jobs; undo all of it at the end."""
        await upgrade(self.database, MIGRATIONS)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.close)
            for lifetime in self.lifetimes:
                await stack.enter_async_context(lifetime())
            await stack.enter_async_context(self.jobs.running())
            yield
