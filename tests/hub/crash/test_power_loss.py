"""What the hub has said is on its disk: the order of its writes, syncs and answers, as the kernel saw them.

A kill leaves what was written in the kernel's memory; a power cut does not. So the whole journey is walked under
``strace``, and at each answer nothing that was written may still be unsynced.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from tests.hub.crash.legs import LEGS
from tests.hub.crash.town import Known, Town, free_ports
from tests.simulators.mortal_hub import Mortals
from tests.simulators.syscalls import Disk, loose_when_said, tracer

if TYPE_CHECKING:
    from pathlib import Path

ANSWERS_MIN = 40  # a trace that shows fewer was not read


def keeps_data(path: str) -> bool:
    """Say whether a file has to survive: not SQLite's map of its log, which a crash makes it build anew."""
    return not path.endswith("-shm")


def is_yes(said: str) -> bool:
    """Say whether what was sent begins an answer that says that something was done."""
    return said.startswith(("HTTP/1.1 200", "HTTP/1.1 201", "HTTP/1.1 204", "HTTP/1.1 303"))


async def test_nothing_is_said_before_it_would_survive_a_power_cut(tmp_path: Path) -> None:
    """From the founding to the last receipt: at no answer is anything loose."""
    trace = tmp_path / "trace"
    before = tracer(trace)
    if before is None:
        pytest.skip("no strace here (apt-get install strace)")
    mortals = Mortals(before=before)
    town = Town(mortals, tmp_path / "town", free_ports(), Known(home_id=secrets.token_hex(16)))
    town.folder.mkdir()
    try:
        for leg in LEGS:
            await leg.prepare(town)
            await leg.walk(town)
            await town.stop()
            await town.clear_away()
    finally:
        await town.clear_away()
        mortals.close()
    disk = Disk(folder=town.folder, counts=keeps_data)
    with trace.open(encoding="utf-8", errors="replace") as lines:
        answers = list(loose_when_said(lines, disk, is_yes))
    assert len(answers) >= ANSWERS_MIN
    short = len(str(town.folder)) + 1
    assert [(said[:160], sorted(path[short:] for path in loose)) for said, loose in answers if loose] == []
