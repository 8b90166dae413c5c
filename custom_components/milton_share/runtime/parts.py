"""The parts of one enrolment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..approvers.attempts import AttemptBook
    from ..approvers.service import ApproverBook
    from ..cameras.clocks import CameraClocks
    from ..cameras.folders import FolderBook
    from ..cameras.service import CameraBook
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
    from .lifecycle import Lifecycle
    from .recording import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """All parts of one enrolment."""

    lifecycle: Lifecycle
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
    recording: Recording
    copied: CopiedSource
    folders: FolderBook
    files: FileBook
    added: UploadSource
    own: OwnCuts
    trial: OwnCuts  # to see what a share would be
    source: FootageSource  # all of them
    is_clock_set: Callable[[], bool]
    uniform: Uniform
