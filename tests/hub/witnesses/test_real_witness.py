"""The hub beside a witness that somebody else wrote (aics-witness), run as a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from hub.audit.model import AuditRow
from hub.db.counters import Counter
from hub.kit.settings import Settings
from hub.kit.settings_table import SETTINGS_NAME
from hub.publiclog.model import LogCheckpoint, LogCosignature, LogLeaf, LogNode
from hub.publiclog.service import PublicLog
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.verifier_key import VerifierKey
from milton_protocol.translog.witness import WitnessPolicy, verify_witnessed
from tests.simulators.agency import found_agency, serving_agency
from tests.simulators.hub_bench import MovableClock
from tests.simulators.ports import free_port
from tests.simulators.witnessed import log_key, set_quorum, signed_request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.agency import Agency
    from tests.simulators.city import Passkey

PATIENCE_S = 60
NAME = "witness.example/real"


@dataclass(frozen=True, slots=True, kw_only=True)
class RealWitness:
    """A folder with its configuration, key and database, and where it listens."""

    folder: Path
    port: int

    async def run(self, *arguments: str) -> str:
        """Run one of its commands to the end; return what it prints."""
        process = await self._start(*arguments)
        out, _ = await process.communicate()
        assert process.returncode == 0, out.decode()
        return out.decode()

    async def _start(self, *arguments: str) -> asyncio.subprocess.Process:
        environment = os.environ | {"AICS_WITNESS_CONFIG": str(self.folder / "witness.json")}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aics_witness", *arguments),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve until the block ends."""
        process = await self._start("serve", "--listen", f"127.0.0.1:{self.port}")
        assert process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE_S):
                while b"listening on" not in (line := await process.stdout.readline()):
                    assert line, "the witness ended"
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            await process.communicate()


async def found(folder: Path, quorum: int) -> tuple[Settings, dict[str, Passkey], RealWitness, VerifierKey]:
    """Found a city whose witness is the real one."""
    settings, passkeys = await asyncio.to_thread(found_agency, folder)
    witness = RealWitness(folder=folder, port=free_port())
    vkey = (await witness.run("init", "--name", NAME)).strip().split("\n")[-1]
    await witness.run("add-log", "--origin", settings.log_origin, "--vkey", log_key(settings).format())
    file = settings.folder / SETTINGS_NAME
    table = f'\n[[witness]]\nvkey = "{vkey}"\nurl = "http://127.0.0.1:{witness.port}"\n'
    file.write_text(file.read_text() + table)
    await asyncio.to_thread(set_quorum, folder, quorum)
    return Settings.load(settings.folder), passkeys, witness, VerifierKey.parse(vkey)


async def newest(agency: Agency, key: VerifierKey) -> int:
    """Return the size of the newest checkpoint, which the witness has cosigned."""
    note = SignedNote.parse((await agency.get("/v1/log/checkpoint"))[1].decode())
    policy = WitnessPolicy(quorum=1, witnesses=(key,))
    return verify_witnessed(note, log_key(agency.settings), policy, agency.clock()).checkpoint.size


async def test_a_real_witness_cosigns_the_log_as_it_grows(tmp_path: Path) -> None:
    """Under the city's quorum of one; a witness that was away is asked again from where it is."""
    settings, passkeys, witness, key = await found(tmp_path, quorum=1)
    async with serving_agency(settings, passkeys, MovableClock()) as agency:
        async with witness.serving():
            for number in range(3):
                await agency.published(case_number=f"26-3000{number}")
            assert await newest(agency, key) == 3
        officer, request_id = await agency.desk("officer"), await signed_request(agency, case_number="26-40000")
        assert (await officer.act(request_id, "publish"))[1]["state"] == "logged"
        async with witness.serving():
            await agency.hub.jobs.run_now("publications")
            assert (await officer.ask("GET", f"/api/requests/{request_id}"))[1]["state"] == "published"
            assert await newest(agency, key) == 4
    assert '"size": 4' in await witness.run("status", "--json")


async def test_a_real_witness_denies_a_log_that_was_restored_or_forked(tmp_path: Path) -> None:
    """First it has seen more than there is; when the log has grown past that, it is another log."""
    settings, passkeys, witness, _ = await found(tmp_path, quorum=0)
    async with witness.serving():
        async with serving_agency(settings, passkeys, MovableClock()) as agency:
            for number in range(3):
                await agency.published(case_number=f"26-3000{number}")
            async with agency.hub.database.session("test") as session:
                for table in (LogCosignature, LogCheckpoint, LogLeaf, LogNode):
                    await session.execute(delete(table))
                (await session.get_one(Counter, "log")).value = 0
        async with serving_agency(settings, passkeys, MovableClock()) as agency:
            await agency.hub.jobs.run_now("witnesses")
            assert await denials(agency) == ["ahead 3"]
            officer, request_id = await agency.desk("officer"), await signed_request(agency, case_number="26-40000")
            status, answer = await officer.act(request_id, "publish")
            assert (status, answer["error"]) == (503, "log_denied")
            async with agency.hub.database.session("test") as session:
                log = PublicLog(settings.log_origin, agency.hub.keys.log_key)
                for number in range(5):
                    await log.append(session, f"other {number}".encode(), kind="request", at=agency.clock())
        async with serving_agency(settings, passkeys, MovableClock()) as agency:
            await agency.hub.jobs.run_now("witnesses")
            assert await denials(agency) == ["ahead 3", "forked 3"]
    assert "EVIDENCE" in await witness.run("status")


async def denials(agency: Agency) -> list[str]:
    """Return what the trail has of a log that is denied."""
    async with agency.hub.database.reading() as session:
        rows = await session.scalars(select(AuditRow).where(AuditRow.action == "log.denied").order_by(AuditRow.number))
        return [row.detail for row in rows]
