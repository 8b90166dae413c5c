"""What went into the clip, frame by frame in file order: the manifest's `frames`. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..bitstream.nal import prefixed
from ..result import COPIED, ENCODED, FrameRange

if TYPE_CHECKING:
    from hashlib import _Hash


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Adds up runs of copied and encoded frames."""

    done: list[FrameRange] = field(default_factory=list)
    kind: str = ""
    first: int = 0
    frames: int = 0
    digest: _Hash = field(default_factory=hashlib.sha256)

    def copied(self, slices: list[bytes]) -> None:
        """Note one frame whose slices are the camera's own."""
        self._run(COPIED)
        self.digest.update(prefixed(slices))

    def encoded(self) -> None:
        """Note one frame that was made here."""
        self._run(ENCODED)

    def ranges(self) -> tuple[FrameRange, ...]:
        """Return all runs so far."""
        return (*self.done, self._current()) if self.frames > self.first else tuple(self.done)

    def _run(self, kind: str) -> None:
        if kind != self.kind:
            self.done = list(self.ranges())
            self.kind, self.first, self.digest = kind, self.frames, hashlib.sha256()
        self.frames += 1

    def _current(self) -> FrameRange:
        return FrameRange(
            first=self.first,
            count=self.frames - self.first,
            kind=self.kind,
            slices_sha256=self.digest.hexdigest() if self.kind == COPIED else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is in the clip; `ticks` are the frames' times in the plan's stored ticks, sorted."""

    codec: str
    width: int
    height: int
    ticks: tuple[int, ...]
