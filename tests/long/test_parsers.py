"""A million inputs for every parser; for one, and fewer: ``FUZZ_EXECUTIONS=20000 scripts/test --long -k NAME``."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.long.report import PAGE, write_section

ROOT = Path(__file__).parents[2]
EXECUTIONS = int(os.environ.get("FUZZ_EXECUTIONS", "1000000"))
PYTHON = {"hub": ROOT / ".venv/hub/bin/python", "home": ROOT / ".venv/default/bin/python"}
SLOW = {  # times
    "media.child": 500,  # a process, a video cut and read again for every input
    "media.folder_file": 200,  # a file is written and measured for every input
    "media.rough_pictures": 200,  # and pictures of it decoded
    "recorder.segment": 20,  # as many pictures as a segment may have, in a few bytes
}

HEADING = "Parsers"
WORDS = (
    "`scripts/test --long -k test_parsers`; one parser: `-k NAME`; fewer inputs: `FUZZ_EXECUTIONS=20000` before it.",
    "atheris guides by the coverage of our own code; six of ten inputs are a good message with one thing bent in it.",
    "A crash is anything but the parser's documented refusal, or a broken property (what is read is written back to",
    "the same bytes, the same bytes have one answer, nothing unsigned is believed). A hang took more than 1 s of CPU.",
    "Each process may take 512 MiB of address space beside what it began with; its peak here has the fuzzer's own.",
    "A row is of a parser's last whole run; one without a row has had none yet.",
    "",
    "| parser | inputs | CPU seconds | inputs/s | crashes | hangs | slowest, ms | peak, MiB |",
    "|---|---|---|---|---|---|---|---|",
)


def names(environment: str) -> list[str]:
    """Return the names of an environment's parsers."""
    code = f"from tests.fuzz.{environment}_targets import TARGETS; print(*TARGETS)"
    return _python(environment, "-c", code).split()


def _python(environment: str, *arguments: str) -> str:
    paths = os.pathsep.join((str(ROOT), str(ROOT / ".cache/fuzz")))
    done = subprocess.run(
        [PYTHON[environment], *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return done.stdout


def _write(result: dict[str, object]) -> None:
    """Replace one parser's row."""
    text = PAGE.read_text() if PAGE.exists() else ""
    rows = {row[1]: row[0] for row in re.finditer(r"^\| ([\w.]+\.[\w.]+) \|.*$", text, re.MULTILINE)}
    each_s = float(str(result["executions"])) / max(float(str(result["seconds"])), 0.1)
    crashes = result["crashes"]
    assert isinstance(crashes, list)
    values = (
        result["target"],
        f"{result['executions']:,}",
        result["seconds"],
        f"{each_s:,.0f}",
        len(crashes),
        result["hangs"],
        result["slowest_ms"],
        result["peak_mib"],
    )
    rows[str(result["target"])] = f"| {' | '.join(map(str, values))} |"
    write_section(HEADING, [*WORDS, *(rows[name] for name in sorted(rows))])


@pytest.mark.parametrize(
    ("environment", "name"), [(environment, name) for environment in PYTHON for name in names(environment)]
)
def test_a_parser_refuses_or_reads_exactly(environment: str, name: str, tmp_path: Path) -> None:
    """Whatever comes; and what reached something new is kept, the least of it."""
    out = tmp_path / "result.json"
    executions = EXECUTIONS // SLOW.get(name, 1)
    _python(environment, "-m", "tests.fuzz.campaign", environment, name, str(executions), str(out))
    result = json.loads(out.read_text())
    _write(result)
    assert result["crashes"] == []
    assert result["hangs"] == 0
    _python(environment, "-m", "tests.fuzz.distill", environment, name)
