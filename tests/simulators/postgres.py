"""A real Postgres in a folder of its own, for as long as a test runs; skips where none is installed."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from tests.simulators.broker_bench import eventually
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ACCOUNT = "postgres"  # whom its packages make; it refuses to run as root


def _program(name: str) -> str:
    packaged = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(packaged[-1]) if packaged else None)
    if found is None:
        pytest.skip("no Postgres here")
    return found


def _account() -> pwd.struct_passwd | None:
    """Return as whom it runs; None as whoever runs the test."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        pytest.skip("no Postgres here that runs as somebody")


@asynccontextmanager
async def running_postgres() -> AsyncIterator[str]:
    """Run one; yield the URL of an empty database, as ``hub.toml`` has it."""
    initdb, postgres, account = _program("initdb"), _program("postgres"), _account()
    folder = Path(tempfile.mkdtemp(dir=None if account is None else account.pw_dir))
    who: dict[str, Any] = (
        {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    )
    port = free_port()
    try:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        made = [initdb, "-D", str(folder / "data"), "-U", "hub", "-A", "trust", "-E", "UTF8", "--no-sync"]
        founding = await asyncio.create_subprocess_exec(*made, cwd=folder, stdout=DEVNULL, stderr=DEVNULL, **who)
        assert await founding.wait() == 0
        listens = ["-p", str(port), "-h", "127.0.0.1", "-k", "", "-c", "fsync=off"]
        serving = [postgres, "-D", str(folder / "data"), *listens]
        process = await asyncio.create_subprocess_exec(*serving, cwd=folder, stderr=DEVNULL, **who)
        try:
            await eventually(lambda: _answers(port))
            yield f"postgresql+asyncpg://hub@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            await process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def dumped(url: str) -> bytes:
    """Return what ``pg_dump`` writes of a database."""
    dumping = await asyncio.create_subprocess_exec(_program("pg_dump"), url.replace("+asyncpg", ""), stdout=PIPE)
    dump, _ = await dumping.communicate()
    assert dumping.returncode == 0
    return dump


async def tables_of(url: str) -> Path:
    """Let the server write all that it holds in memory, and return the folder of its tables."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute("CHECKPOINT")
        return Path(await connection.fetchval("SHOW data_directory")) / "base"
    finally:
        await connection.close()


async def _answers(port: int) -> bool:
    try:
        connection = await asyncpg.connect(host="127.0.0.1", port=port, user="hub", database="postgres")
    except (OSError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True
