"""A home's outbox in a process that can be killed: the real store, sealing and upload, without Home Assistant's loop.

It reads lines of JSON (``config``: Home Assistant's folder, ``private``: the integration's own, ``url`` and ``token``:
the hub and how it knows this home) and forks for each a child that works its outbox off until it is killed; the
child's pid is the answer.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from custom_components.milton_share.cases.repository import CaseRepository
from custom_components.milton_share.hub_link.client import HubClient
from custom_components.milton_share.outbox.sending import Sender
from custom_components.milton_share.outbox.statements import OwnerStatements
from custom_components.milton_share.outbox.worker import Outbox, RequestStanding
from custom_components.milton_share.storage.database import HomeDatabase
from custom_components.milton_share.storage.private_folder import PrivateFolder

if TYPE_CHECKING:
    from collections.abc import Callable


async def work(config: Path, private: Path, url: str, token: str) -> None:
    """Open what the home left behind, and send."""
    loop = asyncio.get_running_loop()

    def run_blocking[T](work: Callable[[], T]) -> asyncio.Future[T]:
        return loop.run_in_executor(None, work)

    database = HomeDatabase(config / ".storage" / "milton_share.db", run_blocking)
    await database.open()
    book = CaseRepository(database, lambda: None)
    await book.load()
    folder = PrivateFolder(private)
    async with aiohttp.ClientSession() as session:
        client = HubClient(session, url, token)
        outbox = Outbox(
            book=book,
            folder=folder,
            statements=OwnerStatements(book, client),
            sender=Sender(book=book, folder=folder, client=client, run_blocking=run_blocking),
            standing=lambda _request_id: RequestStanding.OPEN,
            run_blocking=run_blocking,
            uniform=random.SystemRandom().uniform,
            now=lambda: datetime.now(UTC),
            on_change=lambda: None,
        )
        await outbox.run()


def main() -> None:
    """Fork a child a line."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            asyncio.run(work(Path(asked["config"]), Path(asked["private"]), asked["url"], asked["token"]))
            os._exit(1)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
