"""A publication is killed (SIGKILL, a real process) at each durable state: nothing half done, nothing done twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from sqlalchemy import func, select, text

from hub.__main__ import main
from hub.accounts.guard import COOKIE
from hub.accounts.sessions import Sessions
from hub.app import build_hub
from hub.audit.trail import first_broken
from hub.directory.proposal import TYPE as PROPOSAL
from hub.directory.service import DirectoryService
from hub.directory.setup import read_root_public_key
from hub.feed.model import Topic
from hub.publiclog.model import LogLeaf
from hub.requests.model import RequestRow
from hub.requests.states import BEING_PUBLISHED
from hub.settings import Settings
from tests.simulators.agency import found_agency, ordinary_draft, running_agency

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.db.engine import Database
    from tests.simulators.city import Passkey

ROOT = Path(__file__).parents[3]
ROUNDS = 6


async def signed_request(folder: Path) -> str:
    """Found a city and leave a request that is signed and not published."""
    async with running_agency(folder) as agency:
        officer = await agency.desk("officer")
        request_id: str = (await officer.draft())["id"]
        assert (await officer.sign(request_id))[1]["state"] == "signed"
        return request_id


async def killed(folder: Path, request_id: str, steps: int, when: str) -> None:
    """Run the process that takes ``steps`` and is killed."""
    arguments = (str(folder), request_id, str(steps), when)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.simulators.dying_hub", *arguments, cwd=ROOT
    )
    assert await child.wait() == -signal.SIGKILL


async def found_in(database: Database, request_id: str) -> tuple[str, bool, int]:
    """Return the state, whether homes are sent it, and how many leaves the log has."""
    async with database.reading() as session:
        state = await session.scalar(select(RequestRow.state).where(RequestRow.request_id == request_id))
        leaves = await session.scalar(select(func.count()).select_from(LogLeaf))
        sent = await session.scalar(select(Topic.payload).where(Topic.name == f"requests/{request_id}"))
        assert await first_broken(session) is None
    return state or "", sent is not None, leaves or 0


async def completed(database: Database, *ids: str) -> None:
    """Wait until the hub has completed what a kill cut short."""
    for _ in range(400):
        states = [(await found_in(database, each))[0] for each in ids]
        if not {"logged", "cosigned"} & set(states):
            return
        await asyncio.sleep(0.05)
    pytest.fail("not completed")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("steps", [1, 2, 3])
async def test_killed_at_any_step_it_is_all_or_nothing(tmp_path: Path, steps: int, when: str) -> None:
    """Before the leaf's commit nobody hears of it; from then on the next start completes it, with one leaf."""
    request_id = await signed_request(tmp_path)
    await killed(tmp_path, request_id, steps, when)
    hub = build_hub(Settings.load(tmp_path))
    begun = (steps, when) != (1, "before")
    state, is_sent, leaves = await found_in(hub.database, request_id)
    assert leaves == int(begun)
    assert is_sent == (state == "published")
    async with hub.running():
        await completed(hub.database, request_id)
        assert await found_in(hub.database, request_id) == ("published" if begun else "signed", begun, leaves)


async def test_what_no_home_would_believe_any_more_is_withdrawn_in_public(tmp_path: Path) -> None:
    """Logged, then killed; the officer is revoked before the next start: a second leaf, and no home is sent it."""
    request_id = await signed_request(tmp_path)
    await killed(tmp_path, request_id, 1, "after")
    change = {"change": "revoke", "kind": "person", "id": "officer", "reason": "left the force"}
    proposal = tmp_path / "revoke.json"
    proposal.write_text(json.dumps({"type": PROPOSAL, "version": 1, "changes": [change]}))
    arguments = ["directory", "sign", str(tmp_path), "--yes", "--proposal", str(proposal)]
    assert await asyncio.to_thread(main, arguments) == 0
    hub = build_hub(Settings.load(tmp_path))
    async with hub.running():
        await completed(hub.database, request_id)
        assert await found_in(hub.database, request_id) == ("withdrawn", False, 2)


async def test_a_publication_that_can_not_be_completed_keeps_no_other_back(tmp_path: Path) -> None:
    """The failure is raised once all were tried; when its cause is mended the next run completes it."""
    async with running_agency(tmp_path) as agency:
        officer = await agency.desk("officer")
        ids = [(await officer.draft(case_number=f"26-{10_000 + number}"))["id"] for number in range(3)]
        for each in ids:
            await officer.sign(each)
    for each in ids:
        await killed(tmp_path, each, 1, "after")
    hub = build_hub(Settings.load(tmp_path))
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


async def test_a_serving_hub_killed_at_random_moments_publishes_each_request_wholly_or_not(tmp_path: Path) -> None:
    """The real command, killed while it answers; after the next start every request is signed or published."""
    settings, passkeys = await asyncio.to_thread(
        found_agency, tmp_path, "--listen-homes", free(), "--listen-officers", free(), "--listen-signer", free()
    )
    cookie = await session_cookie(settings)
    moments = random.Random(20261125)  # noqa: S311 - the same moments in each run
    ids = []
    for number in range(ROUNDS):
        async with serving(tmp_path) as child:
            request_id = await sign_one(settings, cookie, passkeys["officer"], f"26-{10_000 + number}")
            asking = asyncio.create_task(call(settings, cookie, f"/api/requests/{request_id}/publish", {}))
            await asyncio.sleep(moments.uniform(0, 0.06))
            child.send_signal(signal.SIGKILL)
            await child.wait()
            await asyncio.gather(asking, return_exceptions=True)
            ids.append(request_id)
    async with serving(tmp_path):
        hub = build_hub(settings)
        await completed(hub.database, *ids)
        found = [await found_in(hub.database, each) for each in ids]
        await hub.database.close()
    assert {(state, is_sent) for state, is_sent, _ in found} <= {("signed", False), ("published", True)}
    assert found[0][2] == sum(is_sent for _, is_sent, _ in found)


def free() -> str:
    """Return a free address of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run ``milton-hub serve``; it is killed at the end if it lives still."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", "serve", str(folder), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        async with asyncio.timeout(30):
            while b"ready" not in (line := await child.stdout.readline()):
                assert line, "the hub ended"
        yield child
    finally:
        if child.returncode is None:
            os.kill(child.pid, signal.SIGKILL)
            await child.wait()


async def session_cookie(settings: Settings) -> str:
    """Sign the officer in."""
    hub = build_hub(settings)
    directory = DirectoryService(settings.agency_id, read_root_public_key(settings.folder), hub.topics)
    async with hub.database.session("test") as session:
        token = await Sessions(directory).open(
            session, person_id="officer", credential_id="key", device="desk", at=hub.clock()
        )
    await hub.database.close()
    return f"{COOKIE}={token}"


async def sign_one(settings: Settings, cookie: str, passkey: Passkey, case_number: str) -> str:
    """Draft and sign a request through the serving hub."""
    draft = ordinary_draft(datetime.now(UTC), case_number=case_number)
    request_id: str = (await call(settings, cookie, "/api/requests", draft))["id"]
    assertion = dict(passkey.assertion(request_id).value())
    assert (await call(settings, cookie, f"/api/requests/{request_id}/assertions", assertion))["state"] == "signed"
    return request_id


async def call(settings: Settings, cookie: str, path: str, body: object) -> Any:  # noqa: ANN401 - a peer's JSON
    """Call the officers' API."""
    url = f"http://127.0.0.1:{settings.listen.officers.port}{path}"
    headers = {"Cookie": cookie, "Origin": settings.officers_origin}
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.post(url, json=body, headers=headers) as response,
    ):
        return json.loads(await response.read())
