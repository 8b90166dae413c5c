"""What a hub and its broker log, line for line, and a broker that logs all that it can."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
import time
from typing import TYPE_CHECKING

from hub.kit.logs import LineFormatter, is_worth_a_line

from .trace import Seen

if TYPE_CHECKING:
    from pathlib import Path

    type Note = tuple[float, str, str, int]  # at (the machine's monotonic seconds), who sees it, its words, its bytes

_BROKERS = "WARNING hub.broker.mosquitto broker: "
# A home's packet in the broker's log: all but the one that asks to be let in have such a line.
_PACKET = re.compile(r"(?:Received|Sending) [A-Z]+ (?:from|to) home-")
# mosquitto as the hub starts it, but that it logs all that it can be told to log.
_TALKATIVE = """#!/bin/sh
sed -i -e 's/^connection_messages .*/connection_messages true/' -e 's/^log_type .*/log_type all/' "$2"
echo log_timestamp false >>"$2"
exec {program} "$@"
"""


class Lines(logging.Handler):
    """The hub's log as ``serve --verbose`` writes it, and what is the hub's own at DEBUG; the broker's is in it."""

    def __init__(self) -> None:
        """Begin with nothing logged."""
        super().__init__(logging.DEBUG)
        self.setFormatter(LineFormatter())
        self.addFilter(is_worth_a_line)
        self._notes: list[Note] = []
        self.packets = 0
        self.grown = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Note one line, as the hub writes it but for its time."""
        line = self.format(record).removeprefix(record.asctime).strip()
        is_brokers = line.startswith(_BROKERS)
        who, text = (Seen.BROKERS_LOG, line.removeprefix(_BROKERS)) if is_brokers else (Seen.HUBS_LOG, line)
        self._notes.append((time.monotonic(), who, text, len(text)))
        self.packets += is_brokers and _PACKET.match(text) is not None
        self.grown.set()

    async def until(self, *texts: str) -> None:
        """Wait until lines with these texts were logged one after the other; lines that were taken don't count."""
        while not self._have(texts):
            self.grown.clear()
            await self.grown.wait()

    def _have(self, texts: tuple[str, ...]) -> bool:
        lines = iter([text for _, _, text, _ in self._notes])
        return all(any(text in line for line in lines) for text in texts)

    def taken(self) -> list[Note]:
        """Return what was logged since this was asked last."""
        notes, self._notes = self._notes, []
        return notes


def talkative_broker(folder: Path) -> None:
    """Have the hub find a mosquitto that logs all."""
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        return
    folder.mkdir()
    script = folder / "mosquitto"
    script.write_text(_TALKATIVE.format(program=program))
    script.chmod(0o700)
    os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
