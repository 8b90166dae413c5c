"""One home's recording while it is made: who sees what, and when."""

from __future__ import annotations

import logging
import random
import sys
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from .trace import Seen, Sight
from .wiretap import CLOSE, DOWN, OPEN, Wiretap

if TYPE_CHECKING:
    from .clock import CountingExecutor, JumpingClock
    from .trace import Trace

PRESSED = "mobile_app_notification_action"  # what Home Assistant fires when an app's button was pressed
STATUS = b"HTTP/1.1 "


@dataclass(kw_only=True)
class Life:
    """One home's recording while it is made."""

    clock: JumpingClock
    executor: CountingExecutor
    trace: Trace
    deadlines: list[float] = field(default_factory=list)
    recording: bool = False

    def see(self, who: Seen, kind: str, *, connection: int = 0, size_bytes: int = 0, text: str = "") -> None:
        """Note one sight of now."""
        self.see_at(self.clock.passed_s(), who, kind, connection=connection, size_bytes=size_bytes, text=text)

    def see_at(
        self, at_s: float, who: Seen, kind: str, *, connection: int = 0, size_bytes: int = 0, text: str = ""
    ) -> None:
        """Note one sight, once the recording has begun."""
        if self.recording:
            self.trace.sights.append(
                Sight(at_s=at_s, who=who, kind=kind, connection=connection, size_bytes=size_bytes, text=text)
            )

    def tap(self, port: int, who: Seen) -> Wiretap:
        """Make a line to ``port`` that is recorded; of the hub's answers the status is kept, not what they hold."""

        def note(kind: str, number: int, data: bytes) -> None:
            if kind in {OPEN, CLOSE}:
                data_shown = b""
            elif kind == DOWN and who is Seen.HUB:
                data_shown = data.split(b"\r\n", 1)[0] if data.startswith(STATUS) else b""
            else:
                data_shown = data
            self.see(who, kind, connection=number, size_bytes=len(data), text=data_shown.decode("latin-1"))

        return Wiretap(port, note, mqtt=who is Seen.BROKER)

    def chance(self, seed: int) -> SimpleNamespace:
        """Return what the integration has instead of the system's chance: seeded, and its pauses are known here."""
        source = random.Random(seed)  # noqa: S311  a life that can be repeated

        def uniform(low: float, high: float) -> float:
            value = source.uniform(low, high)
            self.deadlines.append(self.clock.passed_s() + value)
            return value

        return SimpleNamespace(SystemRandom=lambda: SimpleNamespace(uniform=uniform))


_ON_REAL_TIME = "The address of a camera's stream could not be had: %s"


class Log(logging.Handler):
    """Notes who logged which words, not the values in them.

    But for one line: there is no camera to record here, and the recorder asks for one by the loop's own clock, which
    runs on while somebody acts and does not jump with the simulated one. How often says how long the simulation took.
    """

    def __init__(self, life: Life) -> None:
        """Note into ``life``."""
        super().__init__(logging.DEBUG)
        self._life = life

    def emit(self, record: logging.LogRecord) -> None:
        """Note one record."""
        if PRESSED in record.getMessage():
            return  # Home Assistant's own word, at DEBUG, that a phone's button was pressed
        if record.msg != _ON_REAL_TIME:
            self._life.see(Seen.LOG, record.levelname, text=f"{record.name}: {record.msg}")


_lives: list[Life] = []
_allowed_ports: set[int] = set()


def watch(life: Life, ports: set[int]) -> None:
    """See into ``life`` whatever this process speaks to but these ports of this machine."""
    _lives[:] = [life]
    _allowed_ports.clear()
    _allowed_ports.update(ports)


def watch_no_more() -> None:
    """Let the process speak to whom it likes."""
    _lives.clear()


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """See every connection, datagram and look-up of a name of this process that is not to this home's own lines."""
    if not _lives or not event.startswith("socket."):
        return
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple) and address[1] not in _allowed_ports:
            _lives[-1].see(Seen.ELSEWHERE, event, text=str(address[:2]))
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and arguments[0] not in {"127.0.0.1", None}:
        _lives[-1].see(Seen.ELSEWHERE, event, text=str(arguments[0]))


sys.addaudithook(_audit)
