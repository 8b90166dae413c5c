"""The services of one enrollment, and the hooks that they call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from datetime import datetime

    from ..approvers.refused_acts import AttemptRepository
    from ..approvers.service import ApproverService
    from ..cameras.clocks import CameraClocks
    from ..cameras.service import CameraService
    from ..cases.door_codes import DoorCodes
    from ..cases.holds import Holds
    from ..cases.lapsed import LapsedHolds
    from ..cases.repository import CaseRepository
    from ..cases.retention import Retention
    from ..cases.service import CaseWorkflow
    from ..city.map import CityMap
    from ..city.pins import PinRepository
    from ..city.service import CityWatch
    from ..household.service import HouseholdService
    from ..hub_link.inbox import Inbox
    from ..hub_link.link import HubLink
    from ..notifications.phones import PhoneRepository
    from ..notifications.service import Notifier
    from ..outbox.asking import Asking
    from ..outbox.receipt_book import ReceiptRepository
    from ..outbox.worker import Outbox
    from ..own_clips.service import OwnCuts
    from ..processes.executor import RunBlocking
    from ..processes.supervise import Run
    from ..review.service import ClipCutter
    from ..review.shown import Shown
    from ..storage.database import HomeDatabase
    from ..storage.health import StorageHealth
    from ..storage.private_folder import PrivateFolder
    from .footage import HomeSources
    from .judgment import Judgment
    from .recording import Recording
    from .scheduler import Scheduler


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """The coordinator's methods that services call."""

    on_new_request: Callable[[], None]
    on_change: Callable[[], None]
    on_refused: Callable[[], None]
    keep: Callable[[Run, str], asyncio.Task[None]]
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services of one enrollment. No service takes them all: they are for the code that starts and wires them."""

    scheduler: Scheduler
    judgment: Judgment
    recording: Recording
    footage: HomeSources
    run_blocking: RunBlocking
    database: HomeDatabase
    folder: PrivateFolder
    health: StorageHealth
    link: HubLink
    inbox: Inbox
    pins: PinRepository
    city: CityWatch
    map: CityMap
    cameras: CameraService
    clocks: CameraClocks
    approvers: ApproverService
    attempts: AttemptRepository
    household: HouseholdService
    phones: PhoneRepository
    notifier: Notifier
    book: CaseRepository
    door_codes: DoorCodes
    holds: Holds
    workflow: CaseWorkflow
    lapsed: LapsedHolds
    retention: Retention
    cutter: ClipCutter
    shown: Shown
    own: OwnCuts
    outbox: Outbox
    asking: Asking
    receipts: ReceiptRepository
