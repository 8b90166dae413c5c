"""The composition root of one enrolment: what is made of what."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import __version__ as home_assistant_version
from homeassistant.core import CoreState
from homeassistant.loader import async_get_integration
from homeassistant.util import dt as dt_util
from homeassistant.util.ssl import get_default_context

from .approvers import ApproverBook
from .attempts import AttemptBook
from .camera_clocks import CameraClocks
from .camera_folders import FolderBook
from .cameras import CameraBook
from .casebook import CaseBook
from .city import CityWatch
from .city_map import CityMap
from .const import (
    CONF_AGENCY_ID,
    CONF_DEMO,
    CONF_DEVICE_KEY,
    CONF_HOME_TOKEN,
    CONF_HOME_URL,
    CONF_MQTT,
    CONF_ROOT_PUBLIC_KEY,
    DOMAIN,
)
from .cutter_queue import CutterQueue
from .file_book import FileBook
from .frigate_link import FrigateLink
from .happenings import Happenings
from .home_files import database_path, private_folder
from .household_book import HouseholdBook
from .hub_link.client import HubClient
from .hub_link.feed import Feed
from .hub_link.inbox import Inbox
from .hub_link.link import HubLink
from .hub_link.mqtt import MqttReader
from .hub_session import hub_session
from .journey import Journey
from .notifications import Messenger
from .notifier import Notifier
from .outbox.receipt_book import ReceiptBook
from .outbox.sending import Sender
from .outbox.worker import Outbox
from .own_cuts import OWN_HOLD, TRIAL_HOLD, OwnCuts
from .own_files import OwnShelf
from .paper_trail import PaperTrail
from .phones import PhoneBook
from .picturing import StillsBook
from .recorder_links import RecorderLinks
from .refusal_log import RefusalLog
from .restreams import Restreams
from .rough import RoughBook
from .settling import Settling
from .shared.milton_protocol.limits import LOOK_BACK_ORDINARY
from .sources.copied import CopiedSource
from .sources.hold_room import HoldBudget
from .sources.home_clock import HomeClock
from .sources.media_folder import NestFolder
from .sources.recorder import Limits, Recorder
from .sources.recorder.ring import GIB
from .sources.router import Router
from .sources.upload import UploadSource, is_file
from .storage_health import StorageHealth
from .store.database import HomeDatabase

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from .blocking import RunBlocking
    from .coordinator import MiltonCoordinator
    from .hub_link.feed import Uniform
    from .outbox.files import PrivateFolder
    from .outbox.worker import Standing
    from .sources.model import FootageSource
    from .supervise import Run

type MiltonShareConfigEntry = ConfigEntry[MiltonCoordinator]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What the parts call: each is one of the coordinator's methods."""

    on_message: Callable[[], None]
    on_change: Callable[[], None]
    on_footage: Callable[[], None]
    on_refused: Callable[[], None]
    standing: Callable[[str], Standing]
    keep: Callable[[Run, str], asyncio.Task[None]]
    now: Callable[[], datetime]


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
    journey: Journey
    stills: StillsBook
    rough: RoughBook
    refusals: RefusalLog
    settling: Settling
    outbox: Outbox
    receipts: ReceiptBook
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
    uniform: Uniform

    async def open(self) -> None:
        """Open, read what was kept, wipe what a sudden end left; raise OSError, sqlite3.Error, RecorderError."""
        await self.run_blocking(self.folder.make)
        await self.database.open()
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
        """Take as much of the disk as the household gives."""
        limits = limits_of(self.household.settings.storage_gb)
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
            await self.journey.stop()
            await self.own.stop()
            await self.trial.stop()


def hub_client(hass: HomeAssistant, entry: MiltonShareConfigEntry) -> HubClient:
    """Return the hub as this home reaches it."""
    return HubClient(hub_session(hass), entry.data[CONF_HOME_URL], entry.data[CONF_HOME_TOKEN])


async def assemble(hass: HomeAssistant, entry: MiltonShareConfigEntry, hooks: Hooks) -> Parts:
    """Make all parts; nothing is read, opened or started yet."""
    run_blocking: RunBlocking = hass.async_add_executor_job
    uniform = random.SystemRandom().uniform
    database = HomeDatabase(database_path(hass), run_blocking)
    health = StorageHealth(hooks.on_change)
    folder = private_folder(hass)
    client = hub_client(hass, entry)
    trail = PaperTrail(database)
    book = CaseBook(database, hooks.on_change)
    inbox = Inbox(
        database,
        entry.data[CONF_AGENCY_ID],
        is_older=trail.is_older,
        is_own_share=lambda share_id: share_id in book.shares,
        on_change=hooks.on_message,
        health=health,
    )
    household = HouseholdBook(database)
    approvers = ApproverBook(database, run_blocking, hooks.now)
    phones = PhoneBook(hass, household, approvers)
    limits = limits_of(household.settings.storage_gb)
    home_clock = HomeClock()
    kept = HoldBudget(limits.hold_bytes)
    recorder = Recorder(
        folder.recordings,
        limits,
        on_status=lambda _camera_id, _status: hooks.on_change(),
        home_clock=home_clock,
        room=kept.room(),
        asked=lambda camera_id: clocks.asked(camera_id),  # noqa: PLW0108  made below, of the cameras
    )
    folders = FolderBook(hass, database)
    links = RecorderLinks(hass, folders)
    copied = CopiedSource(
        folder.copies,
        kept.room(),
        cameras=links.cameras,
        peer=links.peer,
        on_change=hooks.on_footage,
        home_doubt_s=lambda: home_clock.look().doubt_s,
    )
    files = FileBook(database, book, dt_util.get_default_time_zone)
    added = UploadSource(folder.added, kept.room(), files)

    def own_source(camera_id: str) -> int:
        standing = copied.standing(camera_id)
        is_elsewhere = standing is not None and standing.kind != NestFolder.kind  # of events only: the recorder first
        return 2 if is_file(camera_id) else int(is_elsewhere)

    city = CityWatch(
        root_public_key=bytes.fromhex(entry.data[CONF_ROOT_PUBLIC_KEY]),
        agency_id=entry.data[CONF_AGENCY_ID],
        database=database,
        inbox=inbox,
        trail=trail,
        client=client,
        run_blocking=run_blocking,
    )
    city_map = CityMap(
        client=client,
        database=database,
        record=lambda: city.record(hooks.now()),
        run_blocking=run_blocking,
        health=health,
        on_change=hooks.on_change,
    )
    queue = CutterQueue()
    sources = Router(recorder, copied, added, prefer=own_source)
    integration = await async_get_integration(hass, DOMAIN)
    cameras = CameraBook(hass, database, copied.standing, recorder.room, Restreams(hass, FrigateLink(hass)))
    clocks = CameraClocks(hass, cameras.recorded)

    def cuts(hold_id: str, shelf: Path) -> OwnCuts:
        return OwnCuts(
            hold_id=hold_id,
            shelf=OwnShelf(shelf),
            source=sources,
            queue=queue,
            zone=dt_util.get_default_time_zone,
            run_blocking=run_blocking,
            now=hooks.now,
            on_change=hooks.on_change,
        )

    return Parts(
        run_blocking=run_blocking,
        database=database,
        folder=folder,
        inbox=inbox,
        trail=trail,
        city=city,
        map=city_map,
        link=HubLink(
            feed=Feed(client, database, inbox),
            after_read=city_map.follow,
            demo=entry.data[CONF_DEMO],
            make_mqtt=partial(_mqtt, entry, inbox, uniform),
            now=hooks.now,
            uniform=uniform,
            keep=hooks.keep,
            on_change=hooks.on_change,
            on_refused=hooks.on_refused,
        ),
        cameras=cameras,
        clocks=clocks,
        approvers=approvers,
        attempts=AttemptBook(database, hooks.now, hooks.on_change),
        household=household,
        phones=phones,
        notifier=Notifier(
            database,
            household,
            tell=Messenger(hass, phones).tell,
            zone=dt_util.get_default_time_zone,
            is_ready=lambda: hass.state is CoreState.running,
        ),
        hold_budget=kept,
        book=book,
        journey=Journey(
            book=book,
            folder=folder,
            source=sources,
            queue=queue,
            device_key=Ed25519PrivateKey.from_private_bytes(bytes.fromhex(entry.data[CONF_DEVICE_KEY])),
            software={"milton_share": str(integration.version), "home_assistant": home_assistant_version},
            run_blocking=run_blocking,
            now=hooks.now,
            on_change=hooks.on_change,
        ),
        stills=StillsBook(),
        rough=RoughBook(),
        refusals=RefusalLog(database),
        settling=Settling(book=book, folder=folder, source=sources, run_blocking=run_blocking, now=hooks.now),
        outbox=Outbox(
            book=book,
            folder=folder,
            client=client,
            sender=Sender(book=book, folder=folder, client=client, run_blocking=run_blocking),
            standing=hooks.standing,
            run_blocking=run_blocking,
            uniform=uniform,
            now=hooks.now,
            on_change=hooks.on_change,
        ),
        receipts=ReceiptBook(book=book, folder=folder, run_blocking=run_blocking, on_change=hooks.on_change),
        health=health,
        recorder=recorder,
        happenings=Happenings(hass, recorder),
        recording=asyncio.Lock(),
        copied=copied,
        folders=folders,
        files=files,
        added=added,
        own=cuts(OWN_HOLD, folder.own),
        trial=cuts(TRIAL_HOLD, folder.trial),
        source=sources,
        uniform=uniform,
    )


def limits_of(storage_gb: int) -> Limits:
    """Return what the recorder may take of a household's disk."""
    storage_bytes = storage_gb * GIB
    return Limits(
        camera_bytes=storage_bytes,
        total_bytes=storage_bytes,
        age=LOOK_BACK_ORDINARY,
        hold_bytes=max(Limits().hold_bytes, storage_bytes),  # who gives more to recordings gives more to what is kept
    )


def _mqtt(
    entry: MiltonShareConfigEntry, inbox: Inbox, uniform: Uniform, url: str, on_connected: Callable[[bool], None]
) -> MqttReader | None:
    """Return the reader of a broker that this home has a name at, or None."""
    access: dict[str, str] | None = entry.data[CONF_MQTT]
    if access is None:
        return None
    return MqttReader(
        url=url,
        username=access["username"],
        password=access["password"],
        agency_id=entry.data[CONF_AGENCY_ID],
        tls=get_default_context(),
        inbox=inbox,
        on_connected=on_connected,
        uniform=uniform,
    )
