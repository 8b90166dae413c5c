"""The parts of one enrolment: what they are, and how they open, record and close."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .footage import limits_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from ..approvers.attempts import AttemptBook
    from ..approvers.service import ApproverBook
    from ..cameras.clocks import CameraClocks
    from ..cameras.folders import FolderBook
    from ..cameras.service import CameraBook
    from ..cameras.trigger_listener import Happenings
    from ..cases.added_files import FileBook
    from ..cases.holds import Keeping
    from ..cases.lapsed import LapsedHolds
    from ..cases.repository import CaseBook
    from ..cases.retention import Settling
    from ..cases.service import Journey
    from ..city.map import CityMap
    from ..city.pins import PaperTrail
    from ..city.refusal_log import RefusalLog
    from ..city.service import CityWatch
    from ..household.service import HouseholdBook
    from ..hub_link.feed import Uniform
    from ..hub_link.inbox import Inbox
    from ..hub_link.link import HubLink
    from ..notifications.phones import PhoneBook
    from ..notifications.service import Notifier
    from ..outbox.asking import Asking
    from ..outbox.receipt_book import ReceiptBook
    from ..outbox.worker import Outbox
    from ..own_clips.service import OwnCuts
    from ..processes.executor import RunBlocking
    from ..review.served import ServedBook
    from ..review.service import Looks
    from ..review.stills import StillsBook
    from ..review.thumbnails import RoughBook
    from ..sources.copied import CopiedSource
    from ..sources.hold_room import HoldBudget
    from ..sources.model import FootageSource
    from ..sources.recorder import Recorder
    from ..sources.upload import UploadSource
    from ..storage.database import HomeDatabase
    from ..storage.health import StorageHealth
    from ..storage.private_folder import PrivateFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """All parts of one enrolment."""

    run_blocking: RunBlocking
    database: HomeDatabase
    folder: PrivateFolder
    inbox: Inbox
    trail: PaperTrail
    city: CityWatch
    map: CityMap
    link: HubLink
    cameras: CameraBook
    clocks: CameraClocks
    approvers: ApproverBook
    attempts: AttemptBook
    household: HouseholdBook
    phones: PhoneBook
    notifier: Notifier
    hold_budget: HoldBudget
    book: CaseBook
    keeping: Keeping
    looks: Looks
    journey: Journey
    lapsed: LapsedHolds
    stills: StillsBook
    served: ServedBook
    rough: RoughBook
    refusals: RefusalLog
    settling: Settling
    outbox: Outbox
    receipts: ReceiptBook
    asking: Asking
    health: StorageHealth
    recorder: Recorder
    happenings: Happenings
    recording: asyncio.Lock  # held while what is recorded changes: an older wish never overtakes a newer one
    copied: CopiedSource
    folders: FolderBook
    files: FileBook
    added: UploadSource
    own: OwnCuts
    trial: OwnCuts  # to see what a share would be
    source: FootageSource  # all of them
    is_clock_set: Callable[[], bool]
    uniform: Uniform

    async def open(self) -> None:
        """Open, read what was kept, wipe what a sudden end left; raise OSError, sqlite3.Error, RecorderError."""
        await self.run_blocking(self.folder.make)
        await self.database.open(may_be_new=await self.run_blocking(self.folder.is_empty))
        try:
            for part in (
                self.trail,
                self.inbox,
                self.city,
                self.map,
                self.cameras,
                self.folders,
                self.approvers,
                self.attempts,
                self.refusals,
                self.household,
                self.notifier,
                self.book,
                self.files,
                self.receipts,
            ):
                await part.load()
            self.resize()
            await self.run_blocking(
                partial(self.folder.wipe_strays, self.book.clips_in_use(), self.book.shares_on_their_way())
            )
            await self.recorder.start()
            await self.copied.start()
            await self.added.start()
            await self.own.open()
            await self.trial.open()
            self.clocks.start()
        except BaseException:
            await self.added.stop()
            await self.copied.stop()
            await self.recorder.stop()
            await self.database.close()
            raise

    def resize(self) -> None:
        """Take as much of the disk as the household gives, for as many days."""
        limits = limits_of(self.household.settings)
        self.hold_budget.total_bytes = limits.hold_bytes
        self.recorder.resize(limits)

    async def record(self) -> None:
        """Have recorded what the owner lets be recorded and nobody else does, as it stands at this moment."""
        async with self.recording:
            recorded = self.cameras.recorded()
            await self.recorder.set_cameras(
                {camera_id: one.stream_url for camera_id, one in recorded.items()},
                {camera_id: one.way for camera_id, one in recorded.items()},
            )
            self.happenings.follow({camera_id: one.telling for camera_id, one in recorded.items()})

    async def close(self) -> None:
        """Close them again. May be called twice."""
        self.happenings.stop()
        async with AsyncExitStack() as stack:
            for stop in (self.database.close, self.recorder.stop, self.copied.stop, self.added.stop):
                stack.push_async_callback(stop)
            await self.clocks.stop()
            await self.looks.stop()
            await self.own.stop()
            await self.trial.stop()
