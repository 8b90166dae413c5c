"""The interface that a recorder's adapter implements so that its footage can be copied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping, Sequence

    from ..recorder.store.index import Hold
    from ..spans import Range
    from .archive.access import ArchiveAccess
    from .archive.progress import Progress
    from .clock.offset import ClockOffset


class Server(Protocol):
    """Which recorder: its address and login, hashable. `kind` is the name of its software in manifests."""

    kind: ClassVar[str]

    def __hash__(self) -> int:
        """Tell one from another."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderCamera:
    """A camera under its recorder's own name."""

    server: Server
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A recorder's last known state: whether it records each camera, and its clock's offset."""

    records: Mapping[str, bool]
    version: str
    clock: ClockOffset
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderStanding:
    """The state of a camera's recorder: whether it records the camera (None: not known), and what is wrong."""

    kind: str
    records: bool | None = None
    trouble: str | None = None


class Adapter(Protocol):
    """One recorder. `turn` is held while a hold is copied: one at a time. Refusals are CopyError."""

    turn: asyncio.Lock

    def rest(self) -> None:
        """Send nothing for a moment: it was too slow."""
        ...

    async def look(self) -> Known:
        """Ask for its state and the cameras it records."""
        ...

    async def listed(self, camera: str, asked: Hold, clock: ClockOffset) -> Sequence[Range]:
        """List what it has in a range, in milliseconds of this home's time; copies nothing."""
        ...

    async def copy(self, camera: str, hold: Hold, progress: Progress, access: ArchiveAccess) -> None:
        """Copy all that is available and missing of a hold's range; raises CopyError where it can't go on."""
        ...
