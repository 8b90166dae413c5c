"""A real hub in a process and an environment of its own, for a home's tests, whose environment has no hub."""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    type Told = tuple[asyncio.subprocess.Process, dict[str, Any]]

ROOT = Path(__file__).parents[2]
HUB_PYTHON = ROOT / ".venv" / "hub" / "bin" / "python"
LINE_MAX_BYTES = 2**20


@asynccontextmanager
async def hub_process(module: str, folder: Path) -> AsyncGenerator[Told]:
    """Run ``module`` with ``folder`` until the block ends; yield it, and what it said in JSON once it served."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(str(HUB_PYTHON), "-m", module, str(folder)),
        cwd=ROOT,
        stdin=pipe,
        stdout=pipe,
        limit=LINE_MAX_BYTES,
        env=os.environ | {"PYTHONPATH": str(ROOT / "custom_components" / "milton_share" / "shared")},
    )
    assert process.stdout is not None
    try:
        said: dict[str, Any] | None = None
        while said is None:
            line = await process.stdout.readline()
            assert line, "the hub ended before it was ready"
            said = json.loads(line) if line.startswith(b"{") else None
        yield process, said
    finally:
        await process.communicate()


@dataclass(frozen=True, slots=True, kw_only=True)
class StolenHub:
    """A running hub in the hands of a thief, who does as told (``stolen_hub_beside``)."""

    process: asyncio.subprocess.Process
    url: str
    code: str

    async def have(self, what: str) -> str:
        """Have something done; return what the hub says of it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{what}\n".encode())
        return (await self.process.stdout.readline()).decode().strip()


@asynccontextmanager
async def stolen_hub(folder: Path) -> AsyncGenerator[StolenHub]:
    """Run one until the block ends."""
    async with hub_process("tests.simulators.stolen_hub_beside", folder) as (process, said):
        yield StolenHub(process=process, **said)
