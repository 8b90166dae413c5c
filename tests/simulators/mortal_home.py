"""Home Assistant in a process that dies at a named step: all of it, with the integration and what that needs.

It reads lines of JSON: ``config`` (Home Assistant's folder), ``log`` (a file for what it says), ``steps`` (a file that
gets a line for each durable step), ``kill`` (a step and a moment, or null), ``child`` (a file: see below), and where
they are asked for ``doom`` (a file, too), ``feed_every_s`` and ``mqtt_again_s`` (how long it waits between two reads of
the feed, and before it connects to the broker again). It forks for each line, for all that Home Assistant imports is
imported already, and answers with the child's pid, and with how it ended.

Steps come as audit events (PEP 578); at the one that is named the process sends itself SIGKILL. So it does at the one
whose step and moment stand in the file ``doom``, which may be put there at any time and is taken away then. A cutting
child looks for the file ``child`` when it begins and takes it away: in it are a step of the cutter, a moment, and a
signal.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from homeassistant import runner

import custom_components
from custom_components.milton_share.approvers import rules
from custom_components.milton_share.hub_link import feed, link, mqtt
from custom_components.milton_share.outbox import worker
from custom_components.milton_share.review import cutter
from custom_components.milton_share.runtime import footage
from custom_components.milton_share.sources.home_clock import HomeClock, KernelWord

STEP_EVENT = "milton.step"
PR_SET_PDEATHSIG = 1
COMPONENTS = (
    "analytics", "api", "auth", "backup", "camera", "config", "device_automation", "diagnostics", "energy", "event",
    "ffmpeg", "ffmpeg.camera", "file_upload", "frontend", "hardware", "hassio", "homeassistant", "http", "lovelace",
    "network", "onboarding", "panel_custom", "person", "repairs", "schedule", "search", "select", "sensor", "stream",
    "system_log", "tag", "update", "websocket_api", "zone",
)  # fmt: skip
"""What a Home Assistant with the integration loads, some of it only to look at."""
OTHERS = (
    Path(__file__).parents[1] / "e2e" / "components"
)  # simulators of integrations that an owner may have beside ours
OURS = ("config_flow", "event", "panel.frontend", "panel.websocket", "sensor")
DYING_CHILD = """
import os, signal, sys
path = {path!r}
if os.path.exists(path):
    step, moment, number = open(path).read().split()
    os.unlink(path)
    def hook(event, args):
        if event == "milton.step" and args == (step, moment):
            with open(path + ".pid", "w") as file:
                file.write(str(os.getpid()))
            os.kill(os.getpid(), int(number))
    sys.addaudithook(hook)
"""


def set_clock() -> HomeClock:
    """Make the clock of a machine whose kernel says that a time service sets it: else nothing is too old at a start."""
    return HomeClock(lambda: KernelWord(error_s=0.01))


def is_hit(doom: Path, step: tuple[Any, ...]) -> bool:
    """Say whether this step is the one in the file, and take the file away then."""
    if not doom.exists() or tuple(doom.read_text().split()) != step:
        return False
    doom.unlink()
    return True


def live(asked: dict[str, Any]) -> int:
    """Be a Home Assistant until the end, or until whoever forked it ends; return its exit code."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    out = os.open(asked["log"], os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    steps = os.open(asked["steps"], os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    end = tuple(asked["kill"] or ())
    doom = Path(asked["doom"]) if "doom" in asked else None

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == STEP_EVENT:
            os.write(steps, f"{args[0]} {args[1]}\n".encode())
            if args == end or (doom is not None and is_hit(doom, args)):
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    cutter.PROGRAM = DYING_CHILD.format(path=asked["child"]) + cutter.PROGRAM
    feed.EVERY_IN_DEMO_S = asked.get("feed_every_s", (0.05, 0.1))  # the clock's numbers only
    mqtt.BACK_OFF_S = asked.get("mqtt_again_s", mqtt.BACK_OFF_S)
    vars(footage)["HomeClock"] = set_clock
    rules.SCRYPT_COST = 2**5  # the price of a PIN alone, as in the home's other tests
    link.FIRST_READ_S = (0.0, 0.0)
    link.RETRY_S = (0.1, 0.2)
    worker.RETRY_S = (0.1, 0.2)
    return runner.run(runner.RuntimeConfig(config_dir=asked["config"], skip_pip=True))


def main() -> None:
    """Fork a Home Assistant a line."""
    custom_components.__path__.append(str(OTHERS))
    for name in COMPONENTS:
        importlib.import_module(f"homeassistant.components.{name}")
    for name in OURS:
        importlib.import_module(f"custom_components.milton_share.{name}")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os._exit(live(json.loads(line)))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
