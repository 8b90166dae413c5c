"""The limits that the child puts on itself before it opens a recording, its parent's life among them."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .job import Limits

PR_SET_PDEATHSIG = 1  # prctl(2)
CPU_GRACE_S = 1  # SIGXCPU comes first and says why; SIGKILL a second later


def die_with(parent: int) -> None:
    """End when the parent does, however it ends; at once where it has ended already. By Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)


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
