"""The launcher becomes ffmpeg, and only for a parent that is still there."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from custom_components.milton_share.sources.recorder.run import LAUNCHER

if TYPE_CHECKING:
    from pathlib import Path


def launched(parent: int, *command: str) -> subprocess.Popen[str]:
    """Start the launcher as the recorder does."""
    return subprocess.Popen([sys.executable, str(LAUNCHER), str(parent), *command], stdout=subprocess.PIPE, text=True)


def test_the_launcher_becomes_the_command_under_its_own_id() -> None:
    """So that a signal to the id that the recorder knows reaches ffmpeg itself; its exit code is ffmpeg's."""
    with launched(os.getpid(), "sh", "-c", "echo $$; exit 7") as process:
        said, _ = process.communicate(timeout=60)
    assert int(said) == process.pid
    assert process.returncode == 7


def test_a_launcher_whose_parent_is_gone_starts_nothing(tmp_path: Path) -> None:
    """Home Assistant may die between starting the launcher and the launcher's asking to die with it."""
    mark = tmp_path / "started"
    with launched(os.getppid(), "touch", str(mark)) as process:
        process.communicate(timeout=60)
    assert process.returncode == 1
    assert not mark.exists()
