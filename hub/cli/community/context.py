"""What a command needs of a community house that another process may be serving."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hub.app import community_of
from hub.db.engine import Database
from hub.kit.settings import Settings
from hub.kit.settings_table import SETTINGS_NAME
from hub.topics.service import Topics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.community.context import Community


@asynccontextmanager
async def wired(folder: Path) -> AsyncIterator[Community]:
    """Wire the house of the hub in ``folder``; nothing runs yet. Raises ValueError where there is none."""
    settings = Settings.load(folder)
    police = Database(settings.database_url)  # for what is public; nothing is written
    community = community_of(settings, police, Topics(settings.agency_id))
    try:
        if community is None:
            message = f"{SETTINGS_NAME} has no table [community]: this city has no residents' pages"
            raise ValueError(message)
        yield community
    finally:
        await police.close()
        if community is not None:
            await community.database.close()
