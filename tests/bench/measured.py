"""Runs a program and says what it took: wall time, CPU time, and the most memory that it held."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOOK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What one run took, and what it said."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    said: bytes


class _Peak(threading.Thread):
    """Follows the high-water mark of a process's memory. The kernel keeps the mark: only the last moment is missed.

    `wait4` has one too, but it begins at what the parent held when it forked.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._status = Path(f"/proc/{pid}/status")
        self.over = threading.Event()
        self.kib = 0

    def run(self) -> None:
        while not self.over.wait(LOOK_EVERY_S):
            try:
                lines = self._status.read_text().splitlines()
            except (FileNotFoundError, ProcessLookupError):
                return
            self.kib = max([self.kib, *(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))])


def run_measured(command: Sequence[str], given: bytes = b"", env: Mapping[str, str] | None = None) -> Used:
    """Run a command with `given` as its input; raises AssertionError with its words when it fails."""
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as said:
        stdin.write(given)
        stdin.seek(0)
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdin=stdin, stdout=said, stderr=said, env=env)
        peak = _Peak(process.pid)
        peak.start()
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        peak.over.set()
        peak.join()
        said.seek(0)
        words = said.read()
    if process.returncode != 0:
        raise AssertionError(words.decode(errors="replace")[-2000:])
    return Used(wall_s=wall_s, cpu_s=used.ru_utime + used.ru_stime, peak_mib=peak.kib / 1024, said=words)
