"""One run of one camera: from its start to its end, and the segments that it closed."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .errors import RecorderError, RecorderRule
from .filming import KILL_S
from .times.spoken import Apart, Heard, Late

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

LINE = re.compile(rb"(\d{1,9})([!@~#$^|=])(.*)", re.DOTALL)
"""Number of the run, kind of word, word."""
TIME_MAX_S = 1e9
"""No run lasts thirty years."""
LATE_MAX, LATE_MERGED_S = 32, 10.0
"""Of the words that pictures are late the last are kept, those of ten seconds as one: as many as five minutes and a
quarter of one have, and nothing older is weighed any more."""
STOP_S = 3.0
"""A run closes its last segment within this after being asked, where its camera still sends."""
STUCK_S = KILL_S + STOP_S
"""By then a run that doesn't stop was killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The word that a segment is closed: its name, and where it lies in the run's own time.

    `waited_s`: how long before that its last picture came, where no next picture closed it but the end of its run.
    """

    name: str
    start_s: float
    end_s: float
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The word that a run ended, and why."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The word that a camera's clock was heard for the first time, in the run's own time."""

    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfStep:
    """The word that the stamps of a camera's sound and pictures began anew soon, as they do whose reports disagree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The word that a run has a process, and which."""

    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """The word that a run ends, and how long ago its last picture came."""

    by_s: float


type Said = Begun | Closed | Ended | Reported | Apart | Late | OutOfStep | Waited


class Run:
    """What a child does for one camera. `ask_to_stop` tells the child, `kill` ends it."""

    def __init__(self, ask_to_stop: Callable[[], None], kill: Callable[[], None]) -> None:
        """Take what was begun."""
        self.pid: int | None = None
        self._ask_to_stop, self._kill = ask_to_stop, kill
        self._said: asyncio.Queue[Closed | Ended] = asyncio.Queue()
        self._over = asyncio.Event()
        self._words = ""
        self._reported_s: float | None = None
        self._apart: Apart | None = None
        self._late: tuple[Late, ...] = ()
        self._waited_s = 0.0
        self.is_out_of_step = False

    @property
    def last_words(self) -> str:
        """What the child said at the end, without addresses."""
        return self._words

    @property
    def is_over(self) -> bool:
        """Whether nothing is written any more."""
        return self._over.is_set()

    def heard(self, lies_at_s: float) -> Heard:
        """Say what was told of the times of a segment that lies there in the run."""
        return Heard(at_s=self._reported_s, lies_at_s=lies_at_s, apart=self._apart, late=self._late)

    def hear(self, said: Said) -> None:
        """Take the child's word."""
        if isinstance(said, Begun):
            self.pid = said.pid
            return
        if isinstance(said, Reported):
            self._reported_s = said.at_s if self._reported_s is None else self._reported_s
            return
        if isinstance(said, Apart):
            self._apart = said
            return
        if isinstance(said, Late):
            self._late = with_word(self._late, said)
            return
        if isinstance(said, OutOfStep):
            self.is_out_of_step = True
            return
        if isinstance(said, Waited):
            self._waited_s = said.by_s
            return
        if isinstance(said, Closed):
            said = replace(said, waited_s=self._waited_s)
        if isinstance(said, Ended) and not self._over.is_set():
            self._words = self._words or said.words
            self._over.set()
        self._said.put_nowait(said)

    async def closed(self, patience_s: float) -> AsyncIterator[Closed]:
        """Give each segment as it's closed, until the run ends; one that closes none for too long ends its child."""
        while True:
            try:
                async with asyncio.timeout(patience_s):
                    said = await self._said.get()
            except TimeoutError:
                self._words = "no segment was closed in time"
                await self.stop()
                continue
            if isinstance(said, Ended):
                return
            yield said

    async def stop(self) -> None:
        """Have the segment closed and the run ended; a child that doesn't see to that is ended, with all runs."""
        if self._over.is_set():
            return
        self._ask_to_stop()
        try:
            async with asyncio.timeout(STUCK_S):
                await self._over.wait()
        except TimeoutError:
            self._kill()
            await self._over.wait()


def with_word(words: tuple[Late, ...], said: Late) -> tuple[Late, ...]:
    """Add a word of how late pictures are."""
    if words and abs(said.at_s - words[-1].at_s) < LATE_MERGED_S:
        return (*words[:-1], replace(words[-1], by_s=max(words[-1].by_s, said.by_s)))
    return (*words, said)[-LATE_MAX:]


def parse_line(line: bytes) -> tuple[int, Said]:
    """Read a line of a child, and of which run it is; raises RecorderError `segment_list_broken`."""
    found = LINE.fullmatch(line)
    if found is None:
        raise RecorderError(RecorderRule.SEGMENT_LIST_BROKEN)
    return int(found[1]), READ[found[2]](found[3])


def _two_times_s(text: bytes) -> tuple[float, float | None]:
    first, _, second = text.partition(b",")
    return abs(_time_s(first)), _time_s(second) if second else None


def _apart(text: bytes) -> Apart:
    by_s, until_s = _two_times_s(text)
    return Apart(by_s=by_s, until_s=TIME_MAX_S if until_s is None else until_s)


def _late(text: bytes) -> Late:
    by_s, at_s = _two_times_s(text)
    if at_s is None:
        raise RecorderError(RecorderRule.SEGMENT_LIST_BROKEN)
    return Late(by_s=by_s, at_s=at_s)


def parse_closed(entry: bytes) -> Closed:
    """Read a line of libav's list of segments; raises RecorderError `segment_list_broken`."""
    parts = entry.strip().rsplit(b",", 2)
    try:
        name, start, end = parts[0].decode(), *parts[1:]
    except ValueError as error:
        raise RecorderError(RecorderRule.SEGMENT_LIST_BROKEN) from error
    if "/" in name:
        raise RecorderError(RecorderRule.SEGMENT_LIST_BROKEN)
    return Closed(name=name, start_s=_time_s(start), end_s=_time_s(end))


def _time_s(text: bytes) -> float:
    try:
        time_s = float(text)
    except ValueError as error:
        raise RecorderError(RecorderRule.SEGMENT_LIST_BROKEN) from error
    if not abs(time_s) < TIME_MAX_S:  # nor is it NaN
        raise RecorderError(RecorderRule.SEGMENT_LIST_BROKEN)
    return time_s


READ: Mapping[bytes, Callable[[bytes], Said]] = {
    b"=": lambda text: Begun(pid=int(_time_s(text))),
    b"|": parse_closed,
    b"!": lambda text: Ended(words=text.decode(errors="replace").strip()),
    b"@": lambda text: Reported(at_s=_time_s(text)),
    b"~": _apart,
    b"^": _late,
    b"#": lambda _text: OutOfStep(),
    b"$": lambda text: Waited(by_s=abs(_time_s(text))),
}
"""What is said by each kind of word (`filming/film.py`, `filming/processes.py`)."""
