"""Where somebody is killed: at which stage of the journey, when what is seen at whom."""

from __future__ import annotations

import asyncio
import json
import signal
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tests.simulators.nursery import Kill

from .town import Victim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .town import RealTown

LOOK_S = 0.002
SLICE_BYTES, SLOW_S = 16_384, 0.02  # a line of 800 kB/s: a clip takes a second or two
MOMENTS = ("before", "after")


class Stage(StrEnum):
    """Where a share is on its way."""

    ASKED = "request on its way"
    CUT = "clip being cut"
    APPROVED = "approved, nothing sent yet"
    SENT = "upload in the middle"
    UPLOADED = "uploaded, not receipted"
    RECEIPT = "receipt on its way"
    WITHDRAWN = "withdrawal on its way"


class Seen(StrEnum):
    """At whom the moment is seen."""

    HOME = "home"
    HUB = "hub"
    CUTTER = "cutter"
    LINE = "line"  # so many bytes of the clip have passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """One kill -9; ``step`` with ``moment`` is a durable step of who sees it, the ``number``-th from the stage on."""

    stage: Stage
    victim: Victim
    seen: Seen
    step: str = ""
    moment: str = ""
    number: int = 1

    @property
    def is_exact(self) -> bool:
        """Whether the process that takes the step brings the end itself, which can't come too late."""
        own = {Seen.HOME: {Victim.HOME}, Seen.HUB: {Victim.HUB, Victim.BROKER}, Seen.CUTTER: {Victim.CUTTER}}
        return self.victim in own.get(self.seen, set())

    def __str__(self) -> str:
        """Say it in a line."""
        if self.seen is Seen.LINE:
            return f"{self.victim} killed, {self.stage}"
        return f"{self.victim} killed, {self.stage}: {self.moment} {self.step} of the {self.seen}"


def _at(
    stage: Stage, victim: Victim, seen: Seen, *steps: str, moments: tuple[str, ...] = MOMENTS, number: int = 1
) -> Iterator[Blow]:
    for step in steps:
        for moment in moments:
            yield Blow(stage=stage, victim=victim, seen=seen, step=step, moment=moment, number=number)


def _passing(victim: Victim) -> Blow:
    return Blow(stage=Stage.SENT, victim=victim, seen=Seen.LINE)


AFTER = ("after",)
BLOWS = (
    *_at(Stage.ASKED, Victim.HUB, Seen.HUB, "request.logged", "request.cosigned", "request.published"),
    *_at(Stage.ASKED, Victim.HUB, Seen.HUB, "topic.published"),
    *_at(Stage.ASKED, Victim.BROKER, Seen.HUB, "request.published", "topic.published"),
    *_at(Stage.ASKED, Victim.HOME, Seen.HUB, "request.published"),
    *_at(Stage.ASKED, Victim.HOME, Seen.HOME, "feed.taken", "request.kept", "case.opened", "case.match"),
    *_at(Stage.ASKED, Victim.HOME, Seen.HOME, "recorder.hold_begun", "recorder.hold_linked", "recorder.hold_filled"),
    *_at(Stage.ASKED, Victim.HOME, Seen.HOME, "case.hold"),
    *_at(Stage.CUT, Victim.CUTTER, Seen.CUTTER, "cutter.written", "cutter.synced", "cutter.answered"),
    *_at(Stage.CUT, Victim.HOME, Seen.HOME, "clip.kept", "case.look"),
    *_at(Stage.CUT, Victim.HUB, Seen.HOME, "clip.kept", moments=AFTER),
    *_at(Stage.CUT, Victim.BROKER, Seen.HOME, "clip.kept", moments=AFTER),
    *_at(Stage.APPROVED, Victim.HOME, Seen.HOME, "case.approve", "bodies.sealed", "case.seal", "share.announced"),
    *_at(Stage.APPROVED, Victim.HUB, Seen.HOME, "case.approve", "case.seal", moments=AFTER),
    *_at(Stage.APPROVED, Victim.BROKER, Seen.HOME, "case.approve", moments=AFTER),
    *_at(Stage.APPROVED, Victim.HUB, Seen.HUB, "share.announced"),
    *(_passing(victim) for victim in (Victim.HOME, Victim.HUB, Victim.BROKER)),
    *_at(Stage.SENT, Victim.HUB, Seen.HUB, "upload.made", "upload.piece_kept", "blob.stored"),
    *_at(Stage.SENT, Victim.HOME, Seen.HUB, "upload.piece_kept", moments=AFTER),
    *_at(Stage.UPLOADED, Victim.HUB, Seen.HUB, "share.part_stored", number=2),
    *_at(Stage.UPLOADED, Victim.HOME, Seen.HUB, "share.part_stored", number=2),
    *_at(Stage.UPLOADED, Victim.BROKER, Seen.HUB, "share.part_stored", number=2),
    *_at(Stage.UPLOADED, Victim.HOME, Seen.HOME, "case.upload"),
    *_at(Stage.RECEIPT, Victim.HUB, Seen.HUB, "topic.published"),
    *_at(Stage.RECEIPT, Victim.BROKER, Seen.HUB, "topic.published"),
    *_at(Stage.RECEIPT, Victim.HOME, Seen.HOME, "case.receive", "bodies.wiped"),
    *_at(Stage.WITHDRAWN, Victim.HOME, Seen.HOME, "withdrawal.asked", "case.withdraw"),
    *_at(Stage.WITHDRAWN, Victim.HUB, Seen.HOME, "withdrawal.asked", moments=AFTER),
    *_at(Stage.WITHDRAWN, Victim.HUB, Seen.HUB, "share.withdrawn", "blob.deleted", "share.deleted", "topic.published"),
    *_at(Stage.WITHDRAWN, Victim.BROKER, Seen.HUB, "share.withdrawn", "topic.published"),
)


class Blower:
    """Has one blow ready at a time."""

    def __init__(self, town: RealTown, blow: Blow | None, clip_bytes: Callable[[], int]) -> None:
        """Nothing is ready before the stage; ``clip_bytes`` says how long what is sent is."""
        self._town, self._blow, self._clip_bytes = town, blow, clip_bytes
        self._is_ready = self._struck = False
        self._watching: asyncio.Task[None] | None = None
        self._told_before = 0

    def reach(self, stage: Stage) -> None:
        """Be ready from this stage on."""
        blow, town = self._blow, self._town
        if blow is None or blow.stage is not stage or self._is_ready:
            return
        self._is_ready, self._told_before = True, _ends_told(town)
        if not blow.is_exact:
            self._watching = asyncio.create_task(self._watch(blow))
        elif blow.seen is Seen.CUTTER:
            town.home.doom_child(Kill(blow.step, blow.moment), signal.SIGKILL)
        elif blow.seen is Seen.HOME:
            _put(town.home.doom, f"{blow.step} {blow.moment}")
        else:
            end = {"step": blow.step, "moment": blow.moment, "number": blow.number, "target": blow.victim.value}
            _put(town.city.doom, json.dumps(end))

    async def _watch(self, blow: Blow) -> None:
        """Kill as soon as the moment is seen from outside."""
        town, word = self._town, f"{blow.step} {blow.moment}"
        if blow.seen is Seen.LINE:
            town.city.line.slice_bytes, town.city.line.delay_s = SLICE_BYTES, SLOW_S
            seen = _passed(town, town.chance.uniform(0.3, 0.9) * self._clip_bytes())
        elif blow.seen is Seen.HOME:
            seen = _written(town.home.steps, word, blow.number)
        else:
            seen = _told(town, f"step {word}", blow.number)
        while not seen():  # noqa: ASYNC110 - neither a file nor a counter has an event
            await asyncio.sleep(LOOK_S)
        self._struck = town.kill(blow.victim)

    def struck(self) -> bool:
        """Say whether it came to it, once the journey is over; nothing is ready any more."""
        town = self._town
        if self._watching is not None:
            self._watching.cancel()
        elif self._is_ready:
            is_left = town.home.child_file.exists() or town.home.doom.exists()
            is_hubs = self._blow is not None and self._blow.seen is Seen.HUB
            self._struck = _ends_told(town) > self._told_before if is_hubs else not is_left
        town.city.line.mend()
        town.home.doom.unlink(missing_ok=True)
        town.home.child_file.unlink(missing_ok=True)
        _put(town.city.doom, "null")
        return self._struck


def _ends_told(town: RealTown) -> int:
    """Count the ends that hubs said they brought, to themselves or their broker."""
    return sum(line.startswith("killed at ") for line in town.city.said())


def _put(path: Path, text: str) -> None:
    """Write a file that its reader finds whole."""
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)


def _passed(town: RealTown, size_bytes: float) -> Callable[[], bool]:
    before = town.city.line.passed_up
    return lambda: town.city.line.passed_up - before > size_bytes


def _written(path: Path, line: str, number: int) -> Callable[[], bool]:
    before = path.read_text().count(f"{line}\n")
    return lambda: path.read_text().count(f"{line}\n") - before >= number


def _told(town: RealTown, line: str, number: int) -> Callable[[], bool]:
    before = town.city.serving.lines.count(line)
    return lambda: town.city.serving.lines.count(line) - before >= number
