"""What a crash left in the log is published at the next start, each by itself (the crashes: ``tests/hub/crash``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from hub.app import build_hub
from hub.directory.service import DirectoryService
from hub.directory.setup import read_root_public_key
from hub.kit.access import Actor, Role
from hub.kit.settings import Settings
from hub.live.service import LiveStatements
from hub.publiclog.model import LogLeaf
from hub.publiclog.service import PublicLog
from hub.requests import repository
from hub.requests.model import RequestRow
from hub.requests.signing.publication import Publication
from hub.requests.states import BEING_PUBLISHED
from hub.topics.model import Topic
from hub.witnesses.line import Line
from hub.witnesses.service import Witnesses
from tests.simulators.agency import running_agency

if TYPE_CHECKING:
    from pathlib import Path

    from hub.db.engine import Database
    from hub.web.context import Hub

OFFICER = Actor(id="person:officer", roles=frozenset({Role.OFFICER}), person_id="officer")


async def logged(hub: Hub, request_id: str) -> None:
    """Take a signed request as far as the log and no farther, as a crash leaves it."""
    directory = DirectoryService(hub.settings.agency_id, read_root_public_key(hub.settings.folder), hub.topics)
    log = PublicLog(hub.settings.log_origin, hub.keys.log_key)
    live = LiveStatements(hub_key=hub.keys.hub_key, topics=hub.topics, directory=directory, log=log)
    publication = Publication(
        database=hub.database,
        clock=hub.clock,
        topics=hub.topics,
        directory=directory,
        log=log,
        live=live,
        witnesses=Witnesses(witnesses=(), line=Line(), database=hub.database, log=log, clock=hub.clock),
    )
    async with hub.database.session("test") as session:
        row = await repository.locked(session, request_id)
        await publication.log_leaf(session, OFFICER, row, hub.clock())


async def found_in(database: Database, request_id: str) -> tuple[str, bool, int]:
    """Return the state, whether homes are sent it, and how many leaves the log has."""
    async with database.reading() as session:
        state = await session.scalar(select(RequestRow.state).where(RequestRow.request_id == request_id))
        leaves = await session.scalar(select(func.count()).select_from(LogLeaf))
        sent = await session.scalar(select(Topic.payload).where(Topic.name == f"requests/{request_id}"))
    return state or "", sent is not None, leaves or 0


async def test_a_publication_that_can_not_be_completed_keeps_no_other_back(tmp_path: Path) -> None:
    """The failure is raised once all were tried; when its cause is mended the next run completes it."""
    async with running_agency(tmp_path) as agency:
        officer = await agency.desk("officer")
        ids = [(await officer.draft(case_number=f"26-{10_000 + number}"))["id"] for number in range(3)]
        for each in ids:
            await officer.sign(each)
    hub = build_hub(Settings.load(tmp_path))
    for each in ids:
        await logged(hub, each)
    async with hub.database.session("test") as session:
        begun = select(RequestRow.request_id).where(RequestRow.state.in_(BEING_PUBLISHED))
        first = (await session.scalars(begun)).all()[0]  # the one that is resumed first
        refuse = "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        when = f"BEFORE UPDATE ON {RequestRow.__tablename__} WHEN NEW.request_id = '{first}'"
        await session.execute(text(f"CREATE TRIGGER stuck {when} {refuse}"))
    others = [each for each in ids if each != first]
    with pytest.raises(ExceptionGroup) as raised:
        await hub.jobs.run_now("publications")
    assert len(raised.value.exceptions) == 1
    assert [(await found_in(hub.database, each))[:2] for each in others] == [("published", True)] * 2
    assert (await found_in(hub.database, first))[:2] == ("logged", False)
    async with hub.database.session("test") as session:
        await session.execute(text("DROP TRIGGER stuck"))
    await hub.jobs.run_now("publications")
    assert await found_in(hub.database, first) == ("published", True, 3)
    await hub.database.close()
