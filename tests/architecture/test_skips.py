"""A test that does not run is named at the end of the run, and stops it without a named reason."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.skips import main

if TYPE_CHECKING:
    from pathlib import Path

TEST = """
import pytest

@pytest.mark.skipif(True, reason={reason!r})
@pytest.mark.parametrize("way", "ab")
def test_something(way): ...

def test_another():
    pytest.skip({reason!r})
"""


@pytest.mark.parametrize(
    ("reason", "is_root", "code"),
    [
        ("Firefox is not installed", True, 0),
        ("no strace here (apt-get install strace)", True, 1),
        ("no strace here (apt-get install strace)", False, 0),
        ("later", False, 1),
    ],
)
def test_a_skip_is_read_out_of_a_real_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], reason: str, *, is_root: bool, code: int
) -> None:
    """As ``scripts/test`` runs pytest: a mark's and a call's skip both; root brings what setup can."""
    (tmp_path / "test_one.py").write_text(TEST.format(reason=reason))
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    log = tmp_path / "suite.log"
    with log.open("wb") as file:
        subprocess.run([*command, "-c", "/dev/null", str(tmp_path)], stdout=file, check=True)
    assert main([str(log)], is_root=is_root) == code
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2
    assert all(reason in line and line.startswith("LEFT OUT" if code else "left out") for line in said)
