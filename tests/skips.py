"""Which tests may be left out of a run, and what is not shown then: ``python -m tests.skips LOG...``.

A test that a machine can't run vanishes behind a dot; so ``scripts/test`` reads every skip out of its logs (pytest's
``-rs``), names them at the end, and fails where one has a reason that is not here.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# What no script of ours can bring to a machine, by the reason that a test gives.
MAY = {
    r"Firefox is not installed": "the same clips are played in Chromium",
    r"no FRIGATE_CLIENT:": "needs a file of Frigate's own integration, which is not ours to keep",
    r"no age command;": "pyrage is the other implementation then",
    r"the machine has no IPv6": "a name with an IPv6 address alone",
    r"there is no second file system": "a hold by copy instead of by a second name",
    r"this machine bounds CPU time already": "that the cutter's child bounds it",
    r"only root can make a small disk|no small disk can be made here|mounting a file system needs root": (
        "a full and a read-only disk, by a disk that is"
    ),
    r"no Postgres here": "workers of one hub that ask witnesses beside each other on Postgres",
    r"this process may not be traced": "a disk that fails while a home runs",
}
# What `scripts/setup` brings where it is root; elsewhere it says how to get it, and what serves goes on.
WITHOUT_ROOT = {
    r"mosquitto is not installed|no real broker here": "what goes over MQTT",
    r"no strace here": "the order of writes, syncs and answers",
    r"Chromium is not installed": "pages in a browser",
    r"the hub's environment is not installed": "a home beside a real hub",
}
SKIPPED = re.compile(r"^SKIPPED \[\d+\] (?P<where>\S+?): (?P<reason>.*)$", re.MULTILINE)


def unnamed(logs: Iterable[str], *, is_root: bool) -> tuple[list[str], list[str]]:
    """Return the skips of pytest's logs that may be, each with what is not shown then, and those that may not."""
    may, may_not = [], []
    named = MAY if is_root else MAY | WITHOUT_ROOT
    for found in (found for log in logs for found in SKIPPED.finditer(log)):
        line = f"{found['where']}: {found['reason']}"
        shown = next((shown for reason, shown in named.items() if re.match(reason, found["reason"])), None)
        if shown is None:
            may_not.append(line)
        else:
            may.append(f"{line} (not shown here: {shown})")
    return sorted(set(may)), sorted(set(may_not))


def main(paths: list[str], *, is_root: bool) -> int:
    """Print what was left out of the logs at ``paths``; 1 where something has no reason that is named."""
    logs = (Path(path).read_text(encoding="utf-8", errors="replace") for path in paths)
    may, may_not = unnamed(logs, is_root=is_root)
    lines = [*(f"left out: {each}" for each in may), *(f"LEFT OUT WITHOUT A NAMED REASON: {each}" for each in may_not)]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if may_not else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], is_root=os.geteuid() == 0))
