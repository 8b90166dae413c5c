"""A process that takes some of a publication's steps and is then killed: ``dying_hub.py FOLDER REQUEST_ID STEPS WHEN``.

``WHEN`` is ``before`` (inside the last step's transaction, all of it done, nothing committed) or ``after`` its commit.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hub.access import Actor, Role
from hub.app import build_hub, utc_now
from hub.directory.service import DirectoryService
from hub.directory.setup import read_root_public_key
from hub.live.service import LiveStatements
from hub.publiclog.service import PublicLog
from hub.requests import repository
from hub.requests.policy import Policy
from hub.requests.publication import Publication
from hub.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.context import Hub
    from hub.requests.model import RequestRow

OFFICER = Actor(id="person:officer", roles=frozenset({Role.OFFICER}), person_id="officer")


def _publication(hub: Hub) -> Publication:
    directory = DirectoryService(hub.settings.agency_id, read_root_public_key(hub.settings.folder), hub.topics)
    log = PublicLog(hub.settings.log_origin, hub.keys.log_key)
    live = LiveStatements(hub_key=hub.keys.hub_key, topics=hub.topics, directory=directory, log=log)
    return Publication(
        policy=Policy(),
        database=hub.database,
        clock=utc_now,
        topics=hub.topics,
        directory=directory,
        log=log,
        live=live,
    )


async def _step(publication: Publication, session: AsyncSession, row: RequestRow, number: int) -> None:
    if number == 1:
        await publication.log_leaf(session, OFFICER, row, utc_now())
    elif number == 2:
        await publication.cosign(session, row, utc_now())
    else:
        await publication.send(session, row, utc_now())


async def main(folder: str, request_id: str, steps: str, when: str) -> None:
    """Take the steps and die."""
    hub = build_hub(Settings.load(Path(folder)))
    publication = _publication(hub)
    for number in range(1, int(steps) + 1):
        async with hub.database.session("test") as session:
            row = await repository.locked(session, request_id)
            await _step(publication, session, row, number)
            await session.flush()
            if when == "before" and number == int(steps):
                os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
