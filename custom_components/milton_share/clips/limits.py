"""The limits that the child puts on itself before it opens a recording, its parent's life among them.

It also steps back behind the rest of the house: what lights lamps and answers doors comes first.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .job import Limits

PR_SET_PDEATHSIG = 1  # prctl(2)
CPU_GRACE_S = 1  # SIGXCPU comes first and says why; SIGKILL a second later
NICE = 10  # a tenth of a core while others want all of it: it never stands still, and is hardly felt
OOM_SCORE = 800  # of 1,000: when memory runs out the kernel ends a cut, not Home Assistant
STALL_S = 300.0  # x265 waits for ever for threads that no memory was left for; a slow disk is never this slow
STALL_CPU_S = 0.05  # what looking takes is less
NEAR_SHARE = 2  # a library asks for as much at once as it has already; where it fails it rarely says why


def die_with(parent: int) -> None:
    """End when the parent does, however it ends; at once where it has ended already. By Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)


def step_back() -> None:
    """Run behind everything else. The disk's priority follows from the CPU's (ioprio_set(2)). By Linux only."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, 0, max(NICE, os.getpriority(os.PRIO_PROCESS, 0)))
        with suppress(OSError):  # a container may forbid either; the cut is the same
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))


def watch(give_up: Callable[[], None], stall_s: float = STALL_S) -> None:
    """Call `give_up`, in a thread of its own, when no thread of the process has done anything for `stall_s`."""

    def look() -> None:
        before_s = time.process_time()
        while True:
            time.sleep(stall_s)
            now_s = time.process_time()
            if now_s - before_s < STALL_CPU_S:
                give_up()
                return
            before_s = now_s

    Thread(target=look, daemon=True).start()


def apply(limits: Limits) -> None:
    """Bound address space, CPU time, file size and open files; no core dump; new files are the owner's alone."""
    bounds = {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_CPU: limits.cpu_s,
        resource.RLIMIT_FSIZE: limits.file_size_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
    }
    for kind, bound in bounds.items():
        _, hard = resource.getrlimit(kind)
        most = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        grace = CPU_GRACE_S if kind == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else 0
        resource.setrlimit(kind, (most, most + grace))
    os.umask(0o077)


def is_near_memory() -> bool:
    """Whether the process once came so near to its bound of address space that a failure is most likely for that."""
    bound = resource.getrlimit(resource.RLIMIT_AS)[0]
    if sys.platform != "linux" or bound == resource.RLIM_INFINITY:
        return False
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmPeak"))
    return int(peak.split()[1]) * 1024 * NEAR_SHARE >= bound
