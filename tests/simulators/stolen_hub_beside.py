"""A real hub that a thief has taken over, in a process of its own, for tests that run in a home's environment.

It says a line of JSON (`url`, `code` of an enrollment), then answers each line:

- `publish`: publish a request honestly; its id.
- `hide`: send a request that its officer signed and that only a tree of its own has, made by the true log key; its id.
- `poison`: sign a live statement with the greatest number there is, over a log of 2^40 entries; the statement in hex.
- `junk`: set eight thousand revocation topics of one byte each; a word.
- `revoke`: take a revocation of the officer, by one administrator's key; a word.
- `backup`: keep a copy of the folder, as of last night; a word.
- `recover`: replace the hub by one from last night's backup, as `docs/operations.md` says, at the same address; the
  new log's name. What the thief has goes on talking only where a test carries it.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from contextlib import AsyncExitStack, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hub.__main__ import main as milton_hub
from hub.cli.city.founding import DIRECTORY_KEY_NAMES, ROOT_KEY_NAME
from hub.cli.city.init import HUB, OFFLINE
from hub.enrollment.secrets import EnrollmentSecret
from hub.enrollment.service import Enrollment
from hub.kit.access import OPERATOR, system
from hub.kit.settings import Settings
from hub.live.service import LiveStatements
from hub.publiclog.service import PublicLog
from hub.requests import repository
from hub.topics.service import LIVE_TOPIC
from milton_protocol import dsse
from milton_protocol.limits import INTEGER_MAX
from milton_protocol.messages.log.leaf import leaf_of
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.messages.requests.live import LiveStatement
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.merkle import leaf_hash
from milton_protocol.translog.proof import TlogProof
from tests.simulators.agency import found_agency, serving_agency
from tests.simulators.answered import payload_of
from tests.simulators.hub_bench import MovableClock
from tests.simulators.ports import free_port
from tests.simulators.witnessed import signed_request

if TYPE_CHECKING:
    from tests.simulators.agency import Agency
    from tests.simulators.city import Passkey

CELL = "3414,-8430"
POISONED_SIZE = 2**40
JUNK_TOPICS = 8_000
NEW_LOG = "log-2.milton.example/milton-pd"


@dataclass(kw_only=True)
class Town:
    """The city's hub at one address, in whoever's hands."""

    folder: Path
    port: int
    passkeys: dict[str, Passkey]
    number: int = 20_000
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def serve(self) -> Agency:
        """Serve the hub of the folder."""
        settings = Settings.load(self.folder)
        served = serving_agency(settings, self.passkeys, MovableClock(), homes_port=self.port)
        return await self.stack.enter_async_context(served)

    async def request(self, agency: Agency, what: str) -> str:
        """Have the officer sign a request, and publish it or hide it."""
        self.number += 1
        request_id = await signed_request(agency, case_number=f"26-{self.number}")
        if what == "publish":
            await (await agency.desk("officer")).act(request_id, "publish")
        else:
            await _publish_unlogged(agency, request_id)
        return request_id


async def main(folder: Path) -> None:
    """Run until standard input ends."""
    port = free_port()
    options = ("--home-url", f"http://127.0.0.1:{port}")
    _, passkeys = await asyncio.to_thread(found_agency, folder, *options)
    town = Town(folder=folder, port=port, passkeys=passkeys)
    agency = await town.serve()
    backup = folder.with_name("backup")
    _say(json.dumps({"url": f"http://127.0.0.1:{port}", "code": await _code(agency)}))
    while what := (await asyncio.to_thread(sys.stdin.readline)).strip():
        match what:
            case "backup":
                await asyncio.to_thread(shutil.copytree, folder / HUB, backup / HUB)
                _say("kept")
            case "junk":
                await _junk(agency)
                _say("sent")
            case "revoke":
                await asyncio.to_thread(_revoke, folder)
                _say("taken")
            case "poison":
                _say((await _poison(agency)).hex())
            case "recover":
                await town.stack.aclose()
                await asyncio.to_thread(_recover, backup, folder / OFFLINE / ROOT_KEY_NAME)
                town.folder = backup
                agency = await town.serve()
                _say(NEW_LOG)
            case _:
                _say(await town.request(agency, what))
    await town.stack.aclose()


async def _junk(agency: Agency) -> None:
    async with agency.hub.database.session("test") as session:
        for number in range(JUNK_TOPICS):
            await agency.hub.topics.set(session, f"revocations/{number:064x}", b"x")


def _revoke(folder: Path) -> None:
    """Do what an administrator does."""
    draft, signed = folder / "revocation.json", folder / "revocation.signed.json"
    said = {"type": "milton/revocation", "version": 1, "agency_id": Settings.load(folder).agency_id}
    said |= {"kind": "person", "id": "officer", "revoked_at": "2026-01-01T00:00:00Z", "reason": "laptop stolen"}
    draft.write_text(json.dumps(said))
    key = folder / OFFLINE / DIRECTORY_KEY_NAMES[0]
    with redirect_stdout(sys.stderr):
        assert milton_hub(["endorse", str(draft), str(signed), "--key", str(key), "--yes"]) == 0
        assert milton_hub(["take", str(folder), str(signed)]) == 0


def _recover(folder: Path, root: Path) -> None:
    """Do what the runbook says, in its order."""
    draft, signed = folder / "record.json", folder / "record.signed.json"
    for command in (
        ["recover", str(folder), "--log-origin", NEW_LOG],
        ["record", "draft", str(folder), str(draft)],
        ["endorse", str(draft), str(signed), "--key", str(root), "--yes"],
        ["take", str(folder), str(signed)],
    ):
        with redirect_stdout(sys.stderr):
            assert milton_hub(command) == 0, command


async def _code(agency: Agency) -> str:
    async with agency.hub.database.session("test") as session:
        enrollment = Enrollment(EnrollmentSecret(value=agency.hub.keys.enrollment_secret))
        return await enrollment.new_code(session, OPERATOR, cell=CELL, at=agency.clock())


async def _publish_unlogged(agency: Agency, request_id: str) -> None:
    """Send what the officer signed with the proof of a throw-away tree, and call it live."""
    hub, request = agency.hub, await payload_of(agency, request_id)
    leaf = leaf_of(request, request_id).to_bytes()
    tree = Checkpoint(origin=hub.settings.log_origin, size=1, root=leaf_hash(leaf)).sign(hub.keys.log_key)
    proof = TlogProof(index=0, hashes=(), checkpoint_note=tree).format()
    async with hub.database.session("test") as session:
        signed = repository.read_assertions(await repository.assertions(session, request_id))
        bundle = Bundle(payload=request.to_bytes(), assertions=signed, log_proof=proof).to_bytes()
        await hub.topics.set(session, f"requests/{request_id}", bundle, clear_at=request.expires_at)
    said = await _said(agency)
    await _say_to_homes(agency, replace(said, live=tuple(sorted({*said.live, request_id}))))


async def _poison(agency: Agency) -> bytes:
    """Sign what no honest hub could ever get beyond."""
    hub, said = agency.hub, await _said(agency)
    log = Checkpoint(origin=hub.settings.log_origin, size=POISONED_SIZE, root=bytes(32)).sign(hub.keys.log_key)
    return await _say_to_homes(agency, replace(said, sequence=INTEGER_MAX, checkpoint=log.format()))


async def _said(agency: Agency) -> LiveStatement:
    hub = agency.hub
    log = PublicLog(hub.settings.log_origin, hub.keys.log_key)
    live = LiveStatements(hub_key=hub.keys.hub_key, topics=hub.topics, directory=agency.directory, log=log)
    async with hub.database.session("test") as session:
        return await live.issue(session, system("thief"), hub.clock())


async def _say_to_homes(agency: Agency, said: LiveStatement) -> bytes:
    envelope = dsse.sign(LiveStatement.PAYLOAD_TYPE, said.to_bytes(), [agency.hub.keys.hub_key])
    async with agency.hub.database.session("test") as session:
        await agency.hub.topics.set(session, LIVE_TOPIC, envelope)
    return envelope


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
