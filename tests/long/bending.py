"""Runs schemathesis over one of the hub's OpenAPI documents, and counts what it found."""

from __future__ import annotations

import asyncio
import json
import os
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from tests.simulators.hub_bench import MovableClock

ROOT = Path(__file__).parents[2]
SCHEMATHESIS = ROOT / ".venv/api/bin/st"
EXAMPLES = int(os.environ.get("API_EXAMPLES", "100"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)
# To who is not let in, what is no route is as closed as what is one.
CHECKS_OUTSIDE = CHECKS[:-1]

# Its own list of refusals lacks some of HTTP's: 412 is tus' for another version, 413 what is too long, 421 a name.
REFUSED = '[checks.negative_data_rejection]\nexpected-statuses = ["4XX"]\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Bent:
    """What a run came to; ``said`` is all that was printed."""

    is_clean: bool
    said: str

    @property
    def cells(self) -> str:
        """Return examples of an operation, operations, calls and findings, as a row of a table has them."""
        operations = re.search(r"Operations: +(\d+) selected", self.said)
        calls = re.search(r"(\d+) generated", self.said)
        assert operations is not None, self.said
        found = len(re.findall(r"^- ST", self.said, re.MULTILINE))
        return f"{EXAMPLES} | {operations[1]} | {calls[1] if calls else '-'} | {found}"


async def bend(
    made: object, url: str, headers: Mapping[str, str], folder: Path, *, left_out: str, checks: Sequence[str] = CHECKS
) -> Bent:
    """Send what a document allows and what it does not, with these headers; ``left_out``: a pattern of paths."""
    path = folder / "bent-api.json"
    path.write_text(json.dumps(made))
    (folder / "schemathesis.toml").write_text(REFUSED)
    words = [str(SCHEMATHESIS), "run", str(path), "--url", url, "--checks", ",".join(checks)]
    words += ["--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES), "--continue-on-failure"]
    words += ["--exclude-path-regex", left_out]
    words += [each for name, value in headers.items() for each in ("--header", f"{name}:{value}")]
    process = await asyncio.create_subprocess_exec(
        *words,
        "--no-color",
        cwd=folder,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "tests.long.schemathesis_hooks", "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    print(said.decode())  # noqa: T201 - what was found, for who reads it
    return Bent(is_clean=process.returncode == 0, said=said.decode())


@asynccontextmanager
async def hurrying(clock: MovableClock) -> AsyncIterator[None]:
    """Let the hub's clock run fifteen times as fast: what one person may do in a minute is far less than is sent."""

    async def hurry() -> None:
        while True:
            await asyncio.sleep(0.1)
            clock.ahead += timedelta(seconds=1.4)

    task = asyncio.create_task(hurry())
    try:
        yield
    finally:
        task.cancel()
