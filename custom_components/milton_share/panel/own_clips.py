"""Clips for the household's own use: see what is recorded, cut it, save it. No request, and nothing for the hub.

Every method judges the caller's session by law 6 first, and asks for no PIN: nothing leaves the home by it. Cameras
that the owner did not make eligible (indoors, unclassified) are the Home Assistant owner's alone: whom the owner named
to decide about the street is not thereby let into the house. Refusals are `MiltonShareError` with the rule's name.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from homeassistant.util import dt as dt_util

from ..cameras.matching import is_eligible
from ..errors import MiltonShareError
from ..own_clips.files import media_folder
from ..own_clips.model import OwnCamera, OwnWish
from ..own_clips.range import range_to_cut, range_to_look, shown_spans
from ..sources.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from ..approvers.rules import Session
    from ..approvers.service import ApproverService
    from ..cameras.model import CameraView
    from ..cameras.service import CameraService
    from ..own_clips.model import OwnClip
    from ..own_clips.service import OwnCuts
    from ..review.thumbnails import Thumbnails
    from ..shared.milton_protocol.messages.shares.manifest_parts import Period
    from ..shared.milton_protocol.messages.shares.masks import Mask
    from ..sources.model import FootageSource


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnClipService:
    """Saves footage for the household's own use."""

    approvers: ApproverService
    cameras: CameraService
    source: FootageSource
    own: OwnCuts
    thumbnails: Thumbnails
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)  # recorders are asked one page at a time

    async def recorded(self, session: Session, from_: datetime, until: datetime) -> tuple[OwnCamera, ...]:
        """Return this person's cameras and what each recorded in a range of at most a day.

        Raises `too_short`, `own_too_long`.
        """
        cameras = cameras_of(self.approvers, self.cameras, session)
        part = range_to_look(from_, until)
        async with self._looking:
            return tuple(await asyncio.gather(*(self._recorded(camera, part) for camera in cameras.values())))

    async def cut(  # noqa: PLR0913  what a clip can be asked to be
        self,
        session: Session,
        camera_ids: Sequence[str],
        from_: datetime,
        until: datetime,
        *,
        audio: bool,
        masks: Mapping[str, tuple[Mask, ...]],
    ) -> None:
        """Start to cut one range, an hour at most, of some cameras; `HomeState.own` shows the progress.

        Raises `unknown_camera`, `too_short`, `own_too_long`, `own_not_yet`, `already_cutting`.
        """
        cameras = cameras_of(self.approvers, self.cameras, session)
        if not {*camera_ids, *masks} <= cameras.keys():
            rule = "unknown_camera"
            raise MiltonShareError(rule)
        part = range_to_cut(from_, until, dt_util.utcnow())
        names = {camera_id: cameras[camera_id].name for camera_id in camera_ids}
        await self.own.start(session.user_id, OwnWish(cameras=names, range=part, audio=audio, masks=masks))

    async def give_up(self, session: Session) -> None:
        """Stop cutting; finished clips stay. Raises `not_cutting`."""
        self.approvers.require(session)
        await self.own.give_up(session.user_id)

    async def forget(self, session: Session) -> None:
        """Wipe this person's unsaved clips; saved ones stay."""
        self.approvers.require(session)
        await self.own.forget(session.user_id)

    def file(self, session: Session, clip_id: str, *, preview: bool) -> tuple[OwnClip, Path]:
        """Return a clip of this person and its file. Raises `own_gone`, also for another person's."""
        self.approvers.require(session)
        return self.own.file(session.user_id, clip_id, preview=preview)

    async def poster(self, session: Session, clip_id: str) -> bytes:
        """Return the first picture of such a clip, a JPEG. Raises `own_gone`, `stills_failed`."""
        _, path = self.file(session, clip_id, preview=False)
        return (await self.thumbnails.of_clip(path)).poster

    async def save(self, session: Session, clip_id: str, media_dirs: Mapping[str, str]) -> str:
        """Save a clip into Home Assistant's media folder; return its name there.

        Raises `own_gone`, `already_saved`, `no_space`, `no_media_folder`.
        """
        self.approvers.require(session)
        return await self.own.save(session.user_id, clip_id, media_folder(media_dirs))

    async def _recorded(self, camera: CameraView, part: Period) -> OwnCamera:
        nothing = OwnCamera(camera_id=camera.camera_id, name=camera.name, recorded=(), trouble=None)
        try:
            extent = await self.source.coverage(camera.camera_id, part.from_, part.until)
        except SourceError as error:
            return replace(nothing, trouble=error.rule)
        return replace(nothing, recorded=shown_spans(extent.spans, part))


def cameras_of(approvers: ApproverService, cameras: CameraService, session: Session) -> dict[str, CameraView]:
    """Return the cameras whose footage this person may have, by id; raise MiltonShareError as law 6 says."""
    approvers.require(session)
    return {camera.camera_id: camera for camera in cameras.views() if session.is_owner or is_eligible(camera.settings)}
