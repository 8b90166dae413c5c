"""A recorder that is killed: a second of footage is lost at most, and the index is right. Fifty times: tests/long."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.simulators.dying_recorder import Host, check_index, files, kept, kill_again_and_again, unentered

from .conftest import doorbell

if TYPE_CHECKING:
    from pathlib import Path

LIVES_S = (0.7, 1.9, 0.3)
SLACK_S = 3.0
"""A loaded machine films, sends and writes late; what an idle one loses, the campaign measures."""


async def test_a_recorder_that_is_killed_again_and_again_loses_seconds_at_most(tmp_path: Path) -> None:
    """Every file that holds a whole fragment is entered, with its bytes' digest and at its pictures' own time."""
    with doorbell("--size", "320x180", "--gop", "30", "--report-after", "0.3") as bell:
        host = Host(sys.executable, tmp_path / "r", bell.urls[0])
        try:
            kills = await kill_again_and_again(host, LIVES_S)
        finally:
            await host.kill()
    assert len(kills) == len(LIVES_S)
    assert max(kill.lost_s for kill in kills) < 1.0 + SLACK_S
    assert unentered(kept(tmp_path / "r"), files(tmp_path / "r")) == set()
    check_index(tmp_path / "r", SLACK_S)
