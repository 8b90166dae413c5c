"""A real hub that a thief has taken over, in a process of its own, for tests that run in a home's environment.

It says a line of JSON (`url`, `code` of an enrollment), then answers each line with a request's id: `publish` for one
that it published honestly, `hide` for one that its officer signed and that only a tree of its own has, made by the
true log key: no public log shows it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hub.access import OPERATOR, system
from hub.enrolment.secrets import EnrolmentSecret
from hub.enrolment.service import Enrolment
from hub.live.service import TOPIC, LiveStatements
from hub.publiclog.service import PublicLog
from hub.requests import repository
from milton_protocol import dsse
from milton_protocol.messages.bundle import Bundle
from milton_protocol.messages.leaf import leaf_of
from milton_protocol.messages.live import LiveStatement
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.merkle import leaf_hash
from milton_protocol.translog.proof import TlogProof
from tests.simulators.answered import payload_of
from tests.simulators.ports import free_port
from tests.simulators.witnessed import signed_request, witnessed_agency

if TYPE_CHECKING:
    from tests.simulators.agency import Agency

CELL = "3414,-8430"


async def main(folder: Path) -> None:
    """Run until standard input ends."""
    port = free_port()
    async with witnessed_agency(folder, homes_port=port) as agency:
        _say(json.dumps({"url": f"http://127.0.0.1:{port}", "code": await _code(agency)}))
        number = 20_000
        while what := (await asyncio.to_thread(sys.stdin.readline)).strip():
            number += 1
            request_id = await signed_request(agency, case_number=f"26-{number}")
            if what == "publish":
                await (await agency.desk("officer")).act(request_id, "publish")
            else:
                await _publish_unlogged(agency, request_id)
            _say(request_id)


async def _code(agency: Agency) -> str:
    async with agency.hub.database.session("test") as session:
        enrolment = Enrolment(EnrolmentSecret(value=agency.hub.keys.enrolment_secret))
        return await enrolment.new_code(session, OPERATOR, cell=CELL, at=agency.clock())


async def _publish_unlogged(agency: Agency, request_id: str) -> None:
    """Send what the officer signed with the proof of a throw-away tree, and call it live."""
    hub, request = agency.hub, await payload_of(agency, request_id)
    leaf = leaf_of(request, request_id).to_bytes()
    tree = Checkpoint(origin=hub.settings.log_origin, size=1, root=leaf_hash(leaf)).sign(hub.keys.log_key)
    proof = TlogProof(index=0, hashes=(), checkpoint_note=tree).format()
    log = PublicLog(hub.settings.log_origin, hub.keys.log_key)
    live = LiveStatements(hub_key=hub.keys.hub_key, topics=hub.topics, directory=agency.directory, log=log)
    async with hub.database.session("test") as session:
        signed = repository.read_assertions(await repository.assertions(session, request_id))
        bundle = Bundle(payload=request.to_bytes(), assertions=signed, log_proof=proof).to_bytes()
        await hub.topics.set(session, f"requests/{request_id}", bundle, clear_at=request.expires_at)
        said = await live.issue(session, system("thief"), hub.clock())
        said = replace(said, live=tuple(sorted({*said.live, request_id})))
        envelope = dsse.sign(LiveStatement.PAYLOAD_TYPE, said.to_bytes(), [hub.keys.hub_key])
        await hub.topics.set(session, TOPIC, envelope)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
