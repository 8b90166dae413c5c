"""Ports of the loopback for servers that must know theirs before they start: of tests, and of the demo.

Nobody else gets one between the choice and its server's start, nor while that server is down: it is below those that
the system hands out by itself (to port 0, to whoever connects), and each process chooses among its own.
"""

from __future__ import annotations

import os
import random
import socket
from functools import cache
from itertools import cycle, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PORTS = range(18_000, 32_000)
A_PROCESS = 200  # one comes again long after its server has started

_claims: list[socket.socket] = []  # open as long as this process lives


class NoPortError(OSError):
    """Each port is taken."""


def free_port() -> int:
    """Return a TCP port of the loopback that nobody listens on."""
    for port in islice(_ports_of(os.getpid()), A_PROCESS):  # a child by fork() is another process
        if _is_free(port):
            return port
    raise NoPortError


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@cache
def _ports_of(_process_id: int) -> Iterator[int]:
    for first in random.sample(PORTS[::A_PROCESS], len(PORTS) // A_PROCESS):
        if _claim(f"\0milton-share-ports-{first}"):
            return cycle(range(first, first + A_PROCESS))
    raise NoPortError


def _claim(name: str) -> bool:
    """Claim ``name`` on this machine: one of the abstract ones, which end with their holder."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(name)
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True
