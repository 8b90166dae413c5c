"""A Nest camera's clips, which Home Assistant's own integration keeps as files of a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..recorder_clients.adapter import Known
from ..recorder_clients.archive.archive import Placed
from ..recorder_clients.clock.offset import ClockOffset
from ..recorder_clients.errors import CopyError
from .adapter import CAMERA, VERSION, FolderAdapter
from .errors import FolderRule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..recorder_clients.times.file_names import Take
    from .dating import Timed

NEST_DOUBT_S = 15.0
"""How far a clip's first picture may be from its event's time: a clip of some ten seconds has the event in it."""


class NestAdapter(FolderAdapter):
    """One Nest camera's clips in Home Assistant's own store. Nothing is asked of Google: what isn't there isn't there.

    Each clip is of one event and by itself; its name is the event's time by Google's clock. It records a camera no
    more than in part, so who can record it otherwise does.
    """

    async def look(self) -> Known:
        """Say nothing of recording, nor of trouble: a store without clips, or none, is no fault."""
        return Known(records={CAMERA: False}, version=VERSION, clock=ClockOffset(offset_s=0.0, uncertainty_s=0.0))

    def _is_waited_for(self) -> bool:
        """Home Assistant itself deletes its clips, the last one too."""
        return False

    def _timed(self) -> list[Timed]:
        try:
            return super()._timed()
        except CopyError as error:
            if error.rule != FolderRule.GONE:
                raise
            return []

    def _place(self, takes: Sequence[Take]) -> Sequence[Placed]:
        return [Placed(from_s=take.start_s, uncertainty_s=NEST_DOUBT_S) for take in takes]
