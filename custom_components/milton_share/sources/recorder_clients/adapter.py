"""What a recorder in the house must be able to say and give, so that what it has can be copied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping, Sequence

    from ..recorder.store.index import Hold
    from ..spans import Range
    from .archive_access import ArchiveAccess
    from .clock import ClockOffset
    from .progress import Progress


class Server(Protocol):
    """Which recorder: its address and login, hashable. `kind` is the name of its software in manifests."""

    kind: ClassVar[str]

    def __hash__(self) -> int:
        """Tell one from another."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderCamera:
    """A camera as its recorder calls it."""

    server: Server
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a recorder last said of itself: whether it records each of its cameras, and how far its clock is off."""

    records: Mapping[str, bool]
    version: str
    clock: ClockOffset
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderStanding:
    """What is known of a camera's recorder: whether it records the camera (None: not known), and what is wrong."""

    kind: str
    records: bool | None = None
    trouble: str | None = None


class Adapter(Protocol):
    """One recorder. `turn` is held around a whole copying: one at a time. What is refused is a CopyError."""

    turn: asyncio.Lock

    def rest(self) -> None:
        """Leave it alone for a moment: it was too slow."""
        ...

    async def look(self) -> Known:
        """Ask how it is and which cameras it records."""
        ...

    async def listed(self, camera: str, asked: Hold, clock: ClockOffset) -> Sequence[Range]:
        """Ask what it has of a range, in milliseconds of this home's time; nothing is copied."""
        ...

    async def copy(self, camera: str, hold: Hold, progress: Progress, desk: ArchiveAccess) -> None:
        """Copy all of a hold's range that there is now and isn't here; raise CopyError where it can't go on."""
        ...
