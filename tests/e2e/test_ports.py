"""A server that must know its port before it starts gets it, however many choose and connect beside it."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from tests.simulators.ports import A_PROCESS, free_port

ROOT = Path(__file__).resolve().parents[2]
CHOOSE = f"from tests.simulators.ports import free_port; print(*[free_port() for _ in range({A_PROCESS})]); input()"


def test_the_system_gives_a_chosen_port_to_nobody() -> None:
    """What it hands out begins above."""
    lowest, _ = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert free_port() < int(lowest)


def test_processes_that_choose_at_once_never_choose_the_same() -> None:
    """None of the ports is listened on yet."""
    command = [sys.executable, "-c", CHOOSE]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    try:
        chosen = [port for each in processes if each.stdout is not None for port in each.stdout.readline().split()]
    finally:
        for each in processes:
            each.communicate("\n")
    assert len(set(chosen)) > 3 * A_PROCESS  # but for some that others listen on


def test_a_port_that_somebody_listens_on_is_not_chosen() -> None:
    """Not by whoever comes round to it again."""
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert server.getsockname()[1] not in {free_port() for _ in range(2 * A_PROCESS)}
