"""What a command needs of a hub that need not be running: its database and the services over it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.app import utc_now
from hub.auditors.setup import read, watch
from hub.db.engine import Database
from hub.db.migrate import upgrade
from hub.directory.service import DirectoryService
from hub.directory.setup import read_root_public_key
from hub.enrollment.secrets import EnrollmentSecret
from hub.enrollment.service import Enrollment
from hub.kit.keys import HubKeys
from hub.kit.settings import Settings
from hub.live.service import LiveStatements
from hub.publiclog.service import PublicLog
from hub.topics.service import Topics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One hub's data, open for one command."""

    settings: Settings
    database: Database
    keys: HubKeys
    topics: Topics
    directory: DirectoryService
    enrolment: Enrollment
    log: PublicLog
    live: LiveStatements
    now: datetime


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Desk]:
    """Open the hub of ``folder``; another process may be serving it meanwhile."""
    settings = Settings.load(folder)
    keys = HubKeys.load(settings.keys_folder)
    database = Database(settings.database_url)
    watch(database, read(settings))
    topics = Topics(settings.agency_id)
    directory = DirectoryService(settings.agency_id, read_root_public_key(settings.folder), topics)
    log = PublicLog(settings.log_origin, keys.log_key)
    try:
        await upgrade(database)
        async with database.session("feed.begun") as session:
            await topics.begin(session)
        yield Desk(
            settings=settings,
            database=database,
            keys=keys,
            topics=topics,
            directory=directory,
            enrolment=Enrollment(EnrollmentSecret(value=keys.enrolment_secret)),
            log=log,
            live=LiveStatements(hub_key=keys.hub_key, topics=topics, directory=directory, log=log),
            now=utc_now(),
        )
    finally:
        await database.close()
