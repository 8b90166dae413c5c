"""All sources of one home as one: each camera's own first, then whichever has something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import HOLD_UNKNOWN, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from .model import Coverage, Extent, FootageSource


class Router:
    """A FootageSource made of others. One that is refused, slow or away never stops the others."""

    def __init__(self, *sources: FootageSource, prefer: Callable[[str], int]) -> None:
        """Take the sources, and what says which of them (by its number) is a camera's own."""
        self._sources: tuple[FootageSource, ...] = sources
        self._prefer = prefer

    async def coverage(self, camera_id: str, from_: datetime, until: datetime) -> Extent:
        """Say what there is, by the first source that has something; SourceError where none has and one failed."""
        return (await self._with_footage(camera_id, from_, until))[1]

    async def hold(
        self, hold_id: str, camera_id: str, from_: datetime, until: datetime, deadline: datetime
    ) -> Coverage:
        """Keep a range where it was begun to be kept, else in the first source that has something of it."""
        source = await self._holder(hold_id)
        if source is None:
            source = await self._best(camera_id, from_, until)
        return await source.hold(hold_id, camera_id, from_, until, deadline)

    async def release(self, hold_id: str) -> None:
        """Wipe what was held, wherever."""
        for source in self._sources:
            await source.release(hold_id)

    async def held(self, hold_id: str) -> Coverage:
        """Say what a hold has."""
        source = await self._holder(hold_id)
        if source is None:
            raise SourceError(HOLD_UNKNOWN)
        return await source.held(hold_id)

    def _order(self, camera_id: str) -> Sequence[FootageSource]:
        own = self._sources[self._prefer(camera_id)]
        return (own, *(source for source in self._sources if source is not own))

    async def _best(self, camera_id: str, from_: datetime, until: datetime) -> FootageSource:
        """Return the source to hold in; the camera's own where none has anything yet, or that one is away."""
        try:
            return (await self._with_footage(camera_id, from_, until))[0]
        except SourceError:
            return self._order(camera_id)[0]

    async def _with_footage(self, camera_id: str, from_: datetime, until: datetime) -> tuple[FootageSource, Extent]:
        refused: SourceError | None = None
        empty: tuple[FootageSource, Extent] | None = None
        for source in self._order(camera_id):
            try:
                extent = await source.coverage(camera_id, from_, until)
            except SourceError as error:
                refused = refused or error
                continue
            if extent.spans:
                return source, extent
            empty = empty or (source, extent)
        if refused is not None or empty is None:
            raise refused or SourceError(HOLD_UNKNOWN)
        return empty

    async def _holder(self, hold_id: str) -> FootageSource | None:
        for source in self._sources:
            try:
                await source.held(hold_id)
            except SourceError as error:
                if error.rule != HOLD_UNKNOWN:
                    raise
                continue
            return source
        return None
