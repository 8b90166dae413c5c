"""The commands that a contributor is told."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("asked", "collected"),
    [
        (["tests/milton_share/city/test_verdicts.py"], "tests/milton_share/city/test_verdicts.py::"),
        (["tests/protocol/test_words.py"], "tests/protocol/test_words.py::"),
        (["-k", "where_to_change"], "test_where_to_change_names_only_what_exists"),
    ],
)
def test_some_tests_run_in_the_environment_that_they_need(asked: list[str], collected: str) -> None:
    """By a file or a word; what needs Home Assistant finds it."""
    done = subprocess.run(
        [ROOT / "scripts" / "test", *asked, "--collect-only"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, collected in done.stdout) == (0, True), done.stdout + done.stderr


def test_a_word_that_no_test_has_is_an_error() -> None:
    """Nothing that ran is nothing that passed."""
    done = subprocess.run([ROOT / "scripts" / "test", "-k", "no_such" + "_word"], capture_output=True, check=False)
    assert done.returncode == 5
