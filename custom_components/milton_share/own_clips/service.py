"""Exact clips for the owner's own use: the cutter that requests use, no request, no hub.

- One person's clips are cut at a time, camera after camera; a request's clip goes before them (`CutterQueue`).
- What is cut is wiped after an hour, when more is cut, and at each start and stop; only who had it cut has it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from ..clips.refusal import ClipRefused
from ..const import LOGGER, STORAGE_FAILED
from ..errors import MiltonShareError
from ..review.job import Wish
from ..sources.errors import SourceError
from .cutter import OWN_HOLD, TRIAL_HOLD
from .files import file_name, save
from .model import OwnClip, OwnView

if TYPE_CHECKING:
    from asyncio import TimerHandle
    from collections.abc import Callable
    from datetime import datetime, tzinfo
    from pathlib import Path

    from ..processes.executor import RunBlocking
    from .cutter import OwnCutter
    from .files import OwnShelf
    from .model import OwnWish

KEPT_FOR: Final = timedelta(hours=1)
CUT_STOPPED: Final = "cut_stopped"
OWN_GONE: Final = "own_gone"


@dataclass(slots=True, kw_only=True)
class _Job:
    """What one person had cut last."""

    wish: OwnWish
    clips: list[OwnClip]
    share: float | None = 0.0
    kept_until: datetime | None = None
    task: asyncio.Task[None] | None = None
    timer: TimerHandle | None = None
    saving: set[str] = field(default_factory=set)

    @property
    def clip_ids(self) -> tuple[str, ...]:
        return tuple(one.clip_id for one in self.clips)


class OwnCuts:
    """The clips of all approvers of one home."""

    def __init__(  # noqa: PLR0913  what it reads, keeps and cuts with
        self,
        *,
        cutter: OwnCutter,
        shelf: OwnShelf,
        zone: Callable[[], tzinfo],
        run_blocking: RunBlocking,
        now: Callable[[], datetime],
        on_change: Callable[[], None],
    ) -> None:
        """Do nothing yet; ``cutter`` is this object's alone."""
        self._cutter, self._shelf, self._zone = cutter, shelf, zone
        self._run_blocking, self._now, self._on_change = run_blocking, now, on_change
        self._jobs: dict[str, _Job] = {}  # by user id
        self._starting = False

    async def open(self) -> None:
        """Wipe what an earlier run left; the sources are open already."""
        await self._run_blocking(self._shelf.empty)
        for hold_id in (OWN_HOLD, TRIAL_HOLD):
            with suppress(OSError):  # as on a bad place of the disk: with its deadline, or the next cut
                await self._cutter.let_go(hold_id)

    async def stop(self) -> None:
        """End what is being cut, and wipe all clips. May be called twice."""
        jobs, self._jobs = tuple(self._jobs.values()), {}
        for job in jobs:
            if job.timer is not None:
                job.timer.cancel()
            await _ended(job)
            await self._run_blocking(partial(self._shelf.wipe, job.clip_ids))

    async def start(self, user_id: str, wish: OwnWish) -> None:
        """Begin to cut; what this person had cut before is wiped. Raises MiltonShareError `already_cutting`."""
        if self._starting or any(job.share is not None for job in self._jobs.values()):
            rule = "already_cutting"
            raise MiltonShareError(rule)
        self._starting = True
        try:
            await self.forget(user_id)
            zone = self._zone()
            clips = [
                OwnClip(
                    clip_id=token_hex(16),
                    camera_id=camera_id,
                    camera_name=name,
                    name=file_name(name, wish.range.from_, zone),
                )
                for camera_id, name in wish.cameras.items()
            ]
            job = self._jobs[user_id] = _Job(wish=wish, clips=clips)
            job.task = asyncio.create_task(self._run(user_id, job), name="milton_share own clips")
        finally:
            self._starting = False
        self._on_change()

    async def give_up(self, user_id: str) -> None:
        """End the cutting; clips that are whole stay. Raises MiltonShareError `not_cutting`."""
        job = self._jobs.get(user_id)
        if job is None or job.share is None:
            rule = "not_cutting"
            raise MiltonShareError(rule)
        await _ended(job)
        if job.share is not None:  # it had not even begun
            self._is_over(user_id, job, CUT_STOPPED)

    async def forget(self, user_id: str) -> None:
        """Wipe what a person had cut, if anything."""
        job = self._jobs.pop(user_id, None)
        if job is None:
            return
        if job.timer is not None:
            job.timer.cancel()
        await _ended(job)
        await self._run_blocking(partial(self._shelf.wipe, job.clip_ids))
        self._on_change()

    def view(self, user_id: str) -> OwnView | None:
        """Return what a person had cut last, while it is here."""
        job = self._jobs.get(user_id)
        if job is None:
            return None
        return OwnView(
            from_=job.wish.range.from_,
            until=job.wish.range.until,
            audio=job.wish.audio,
            cutting=job.share,
            kept_until=job.kept_until,
            clips=tuple(job.clips),
        )

    def file(self, user_id: str, clip_id: str, *, preview: bool) -> tuple[OwnClip, Path]:
        """Return a clip of this person and its file, or what a browser plays instead.

        Raises MiltonShareError `own_gone`, also for a clip of another person.
        """
        one = self._clip(user_id, clip_id)
        if one.clip is None or (preview and one.clip.preview_sha256 is None):
            raise MiltonShareError(OWN_GONE)
        return one, (self._shelf.preview if preview else self._shelf.clip)(clip_id)

    async def save(self, user_id: str, clip_id: str, folder: Path) -> str:
        """Copy a clip into the media folder; return its name there.

        Raises MiltonShareError `own_gone`, `already_saved`, `no_space`, `no_media_folder`, OSError.
        """
        one, path = self.file(user_id, clip_id, preview=False)
        job = self._jobs[user_id]
        if one.saved_as is not None or clip_id in job.saving:
            rule = "already_saved"
            raise MiltonShareError(rule)
        job.saving.add(clip_id)
        try:
            name = await self._run_blocking(partial(save, path, folder, one.name))
        except FileNotFoundError as error:
            raise MiltonShareError(OWN_GONE) from error
        finally:
            job.saving.discard(clip_id)
        saved_as = f"{folder.name}/{name}"
        self._put(job, replace(one, saved_as=saved_as))
        return saved_as

    def _clip(self, user_id: str, clip_id: str) -> OwnClip:
        job = self._jobs.get(user_id)
        one = next((one for one in job.clips if one.clip_id == clip_id), None) if job else None
        if one is None:
            raise MiltonShareError(OWN_GONE)
        return one

    def _put(self, job: _Job, changed: OwnClip) -> None:
        job.clips = [changed if one.clip_id == changed.clip_id else one for one in job.clips]
        self._on_change()

    async def _run(self, user_id: str, job: _Job) -> None:
        """Cut camera after camera; one that can't be cut stops no other."""
        rule = STORAGE_FAILED  # of what is left where the job itself breaks
        try:
            for number, one in enumerate(tuple(job.clips)):
                await self._cut_one(job, number, one)
        except asyncio.CancelledError:
            rule = CUT_STOPPED
            raise
        finally:
            self._is_over(user_id, job, rule)

    def _is_over(self, user_id: str, job: _Job, rule: str) -> None:
        """Keep what is cut for an hour, and say by a rule why the rest is not."""
        job.clips = [
            one if one.clip is not None or one.refused is not None else replace(one, refused=rule) for one in job.clips
        ]
        job.share, job.kept_until = None, self._now() + KEPT_FOR
        if self._jobs.get(user_id) is job:
            loop = asyncio.get_running_loop()
            job.timer = loop.call_later(KEPT_FOR.total_seconds(), self._expire, user_id, job)
        self._on_change()

    def _expire(self, user_id: str, job: _Job) -> None:
        if self._jobs.get(user_id) is job:
            del self._jobs[user_id]
            job.task = asyncio.ensure_future(self._wiped(job))
            self._on_change()

    async def _wiped(self, job: _Job) -> None:
        await self._run_blocking(partial(self._shelf.wipe, job.clip_ids))

    async def _cut_one(self, job: _Job, number: int, one: OwnClip) -> None:
        wish = Wish(ranges=(job.wish.range,), audio=job.wish.audio, masks=job.wish.masks.get(one.camera_id, ()))
        try:
            clip = await self._cutter.cut(one.camera_id, wish, one.clip_id, partial(self._progress, job, number))
        except (ClipRefused, SourceError, MiltonShareError) as refusal:
            LOGGER.warning("A clip for own use could not be cut: %s", refusal.rule)
            self._put(job, replace(one, refused=refusal.rule))
        except (OSError, sqlite3.Error) as error:
            LOGGER.warning("A clip for own use could not be cut: %s", type(error).__name__)  # its words can hold a path
            self._put(job, replace(one, refused=STORAGE_FAILED))
        else:
            self._put(job, replace(one, clip=clip))

    def _progress(self, job: _Job, number: int, share: float) -> None:
        job.share = (number + share) / len(job.clips)
        self._on_change()


async def _ended(job: _Job) -> None:
    if job.task is not None and not job.task.done():
        job.task.cancel()
        await asyncio.wait({job.task})
