"""What an approver does to see what a share would be, without any request: the newest seconds of one camera, cut.

By the cutter and the form of a share, with the household's own beginnings (sound or none, nothing hidden). Every method
judges the caller's session by law 6 first, and asks for no PIN: nothing leaves the home by it, and nothing is made of
it but a clip that this person alone can watch until the page is left, an hour at most. Cameras that no request could
ever ask (indoors, unclassified) are not tried: of these nothing would be sent. Refusals are `MiltonShareError`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.util import dt as dt_util

from ..cameras.model import Placing
from ..errors import MiltonShareError
from ..own_clips.model import OwnWish
from ..own_clips.range import LOOK_MAX, newest_part
from ..own_clips.service import CUT_STOPPED
from ..sources.errors import SourceError
from .own_clips import cameras_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ..approvers.rules import Session
    from ..approvers.service import ApproverBook
    from ..cameras.model import CameraView
    from ..cameras.service import CameraBook
    from ..household.service import HouseholdBook
    from ..own_clips.service import OwnCuts
    from ..shared.milton_protocol.messages.manifest_parts import Period
    from ..sources.model import FootageSource

LOOKS: Final = (timedelta(hours=1), LOOK_MAX, LOOK_MAX, LOOK_MAX, LOOK_MAX, LOOK_MAX, LOOK_MAX, LOOK_MAX)
"""How far back is looked, one after the other: most cameras have something of the last hour, none is asked for more
than a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialDesk:
    """Where an approver sees what a share would be."""

    approvers: ApproverBook
    cameras: CameraBook
    household: HouseholdBook
    source: FootageSource
    trial: OwnCuts
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)  # recorders are asked one page at a time
    _asking: dict[str, asyncio.Task[Period]] = field(default_factory=dict, init=False)  # by user id

    async def cut(self, session: Session, camera_id: str) -> None:
        """Begin to cut the newest seconds of a camera; how far it is shows in `HomeState.trial`.

        Raises `unknown_camera`, `never_eligible` (not said to be outdoors), `nothing_to_try` (nothing is recorded of
        the last week), what its recorder refuses, `cut_stopped` (this person wants it no longer, or another camera),
        `already_cutting`.
        """
        camera = cameras_of(self.approvers, self.cameras, session).get(camera_id)
        if camera is None:
            rule = "unknown_camera"
            raise MiltonShareError(rule)
        if camera.settings.placing is not Placing.OUTDOOR or camera.seems_indoor:
            rule = "never_eligible"
            raise MiltonShareError(rule)
        part = await self._asked(session.user_id, camera)
        audio = self.household.settings.audio
        wish = OwnWish(cameras={camera_id: camera.name}, range=part, audio=audio, masks={})
        await self.trial.start(session.user_id, wish)

    async def forget(self, session: Session) -> None:
        """End it, also while a recorder is being asked, and wipe what this person tried."""
        self.approvers.require(session)
        self._no_longer(session.user_id)
        await self.trial.forget(session.user_id)

    def _no_longer(self, user_id: str) -> None:
        asking = self._asking.pop(user_id, None)
        if asking is not None:
            asking.cancel()

    async def _asked(self, user_id: str, camera: CameraView) -> Period:
        """Return the newest part, unless the person wants it no longer: a slow recorder may take half a minute."""
        self._no_longer(user_id)
        asking = self._asking[user_id] = asyncio.create_task(self._newest(camera), name="milton_share trial look")
        try:
            await asyncio.gather(asking, return_exceptions=True)
            if self._asking.get(user_id) is not asking:
                raise MiltonShareError(CUT_STOPPED)
            return asking.result()
        finally:
            if self._asking.get(user_id) is asking:
                del self._asking[user_id]

    async def _newest(self, camera: CameraView) -> Period:
        async with self._looking:
            now = dt_util.utcnow()
            for from_, until in _windows(now):
                try:
                    extent = await self.source.coverage(camera.camera_id, from_, until)
                except SourceError as error:  # who doesn't answer now is not asked for seven days more
                    raise MiltonShareError(error.rule) from error
                part = newest_part(extent.spans, now)
                if part is not None:
                    return part
        rule = "nothing_to_try"
        raise MiltonShareError(rule)


def _windows(now: datetime) -> Iterator[tuple[datetime, datetime]]:
    until = now
    for length in LOOKS:
        yield until - length, until
        until -= length
