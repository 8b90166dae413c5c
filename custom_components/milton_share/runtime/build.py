"""The composition root of one enrollment: makes all services."""

from __future__ import annotations

import random
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from homeassistant.const import __version__ as home_assistant_version
from homeassistant.core import CoreState
from homeassistant.loader import async_get_integration
from homeassistant.util import dt as dt_util
from homeassistant.util.ssl import get_default_context

from ..approvers.refused_acts import AttemptRepository
from ..approvers.service import ApproverService
from ..cameras.clocks import CameraClocks
from ..cameras.links.frigate import FrigateLink
from ..cameras.links.go2rtc import Restreams
from ..cameras.service import CameraService
from ..cameras.sources import Elsewhere
from ..cameras.trigger_listener import Happenings
from ..cases.door_codes import DoorCodes
from ..cases.holds import Holds
from ..cases.lapsed import LapsedHolds
from ..cases.repository import CaseRepository
from ..cases.retention import Retention
from ..cases.service import CaseWorkflow
from ..city.freshness import Freshness
from ..city.map import CityMap
from ..city.pins import PinRepository
from ..city.refusal_log import RefusalLog
from ..city.service import CityWatch
from ..const import (
    CONF_AGENCY_ID,
    CONF_DEMO,
    CONF_DEVICE_KEY,
    CONF_HOME_TOKEN,
    CONF_HOME_URL,
    CONF_MQTT,
    CONF_ROOT_PUBLIC_KEY,
    DOMAIN,
)
from ..household.service import HouseholdService
from ..hub_link.client import HubClient
from ..hub_link.feed import Feed
from ..hub_link.inbox import Inbox
from ..hub_link.link import HubLink
from ..hub_link.mqtt import MqttReader
from ..hub_link.session import hub_session
from ..notifications.messages import Messenger
from ..notifications.phones import PhoneRepository
from ..notifications.service import Notifier
from ..outbox.asking import Asking
from ..outbox.receipt_book import ReceiptRepository
from ..outbox.sending import Sender
from ..outbox.statements import OwnerStatements
from ..outbox.worker import Outbox
from ..own_clips.cutter import OwnCutter
from ..own_clips.files import OwnShelf
from ..own_clips.service import OwnCuts
from ..review.queue import CutterQueue
from ..review.service import ClipCutter
from ..review.shown import Shown
from ..storage.database import HomeDatabase
from ..storage.health import StorageHealth
from ..storage.paths import brought_along, database_path
from .follow_up import FollowUp
from .footage import home_sources
from .judgment import Judgment
from .recording import Recording
from .scheduler import GATHER_IN_DEMO_S, GATHER_S, Scheduler
from .services import Services

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant

    from ..cameras.model import Source
    from ..hub_link.feed import Uniform
    from ..outbox.worker import RequestStanding
    from ..processes.executor import RunBlocking
    from ..sources.bounds import ClockAnswer
    from .services import Hooks


def hub_client(hass: HomeAssistant, entry: ConfigEntry) -> HubClient:
    """Return the client of this home's hub."""
    return HubClient(hub_session(hass), entry.data[CONF_HOME_URL], entry.data[CONF_HOME_TOKEN])


async def assemble(hass: HomeAssistant, entry: ConfigEntry, hooks: Hooks) -> Services:
    """Make all services; reads, opens, and starts nothing yet, but moves the private folder to its place."""
    run_blocking: RunBlocking = hass.async_add_executor_job
    uniform = random.SystemRandom().uniform
    database = HomeDatabase(database_path(hass), run_blocking)
    health = StorageHealth(hooks.on_change)
    folder = await run_blocking(partial(brought_along, hass))
    client = hub_client(hass, entry)
    nobody = HubClient(hub_session(hass), entry.data[CONF_HOME_URL])  # what a share's own key says needs no token
    pins = PinRepository(database)

    def came() -> None:
        link.contact()  # made below, of the inbox
        scheduler.hub_spoke()

    def look_again() -> None:
        """Act on new receipts, or on a recorder that was copied from, came back, or records other cameras."""
        scheduler.owner_spoke()
        hooks.on_change()

    def book_changed() -> None:
        asking.wake()  # made below, of the book
        hooks.on_change()

    book = CaseRepository(database, book_changed)
    receipts = ReceiptRepository(
        book=book,
        folder=folder,
        run_blocking=run_blocking,
        on_change=look_again,
        earlier_keys=lambda: pins.seen.earlier_keys,
    )
    asking = Asking(
        book=book,
        receipts=receipts,
        client=nobody,
        hub_key=lambda: judgment.hub_key,
        demo=entry.data[CONF_DEMO],
        now=hooks.now,
        uniform=uniform,
        health=health,
    )
    inbox = Inbox(
        database,
        entry.data[CONF_AGENCY_ID],
        claims=pins.claims,
        believed=pins.believed,
        on_change=came,
        run_blocking=run_blocking,
        health=health,
    )
    household = HouseholdService(database)
    approvers = ApproverService(database, run_blocking, hooks.now)
    phones = PhoneRepository(hass, household, approvers)

    def clock_of(camera_id: str) -> ClockAnswer | None:
        return clocks.asked(camera_id)  # made below, of the cameras

    def source_of(camera_id: str) -> Source | None:
        return cameras.picked(camera_id)  # made below, of the sources

    footage = home_sources(
        hass,
        database,
        folder,
        book,
        household=household.settings,
        asked=clock_of,
        picked=source_of,
        on_change=hooks.on_change,
        on_footage=look_again,
    )
    city = CityWatch(
        root_public_key=bytes.fromhex(entry.data[CONF_ROOT_PUBLIC_KEY]),
        agency_id=entry.data[CONF_AGENCY_ID],
        database=database,
        inbox=inbox,
        pins=pins,
        client=client,
        run_blocking=run_blocking,
        freshness=Freshness(),
    )
    city_map = CityMap(
        client=client,
        database=database,
        record=lambda: city.record(hooks.now()),
        run_blocking=run_blocking,
        health=health,
        on_change=hooks.on_change,
    )
    integration = await async_get_integration(hass, DOMAIN)
    cameras = CameraService(
        hass,
        database,
        Elsewhere(standing=footage.copied.standing, linked=footage.links.linked),
        footage.recorder,
        Restreams(hass, FrigateLink(hass)),
    )
    clocks = CameraClocks(hass, cameras.awake)

    holds = Holds(book=book, source=footage.source, on_change=hooks.on_change)
    queue = CutterQueue()
    cutter = ClipCutter(
        book=book,
        folder=folder,
        holds=holds,
        queue=queue,
        software={"milton_share": str(integration.version), "home_assistant": home_assistant_version},
        run_blocking=run_blocking,
        on_change=hooks.on_change,
    )

    shelf = OwnShelf(folder.own)
    notifier = Notifier(
        database,
        household,
        tell=Messenger(hass, phones).tell,
        zone=dt_util.get_default_time_zone,
        is_ready=lambda: hass.state is CoreState.running,
    )
    recording = Recording(
        cameras=cameras,
        household=household,
        recorder=footage.recorder,
        hold_budget=footage.hold_budget,
        happenings=Happenings(hass, footage.recorder),
    )

    shown = Shown(book=book, folder=folder)

    def standing(request_id: str) -> RequestStanding:
        return judgment.standing(request_id)  # made below, of the outbox

    door_codes = DoorCodes(database)
    workflow = CaseWorkflow(
        book=book,
        door_codes=door_codes,
        folder=folder,
        holds=holds,
        wipe_clips=cutter.wipe,
        device_key=Ed25519PrivateKey.from_private_bytes(bytes.fromhex(entry.data[CONF_DEVICE_KEY])),
        run_blocking=run_blocking,
    )
    lapsed = LapsedHolds(book, footage.source, hooks.on_change)
    retention = Retention(book=book, folder=folder, source=footage.source, run_blocking=run_blocking, now=hooks.now)
    outbox = Outbox(
        book=book,
        folder=folder,
        statements=OwnerStatements(book, nobody),
        sender=Sender(book=book, folder=folder, client=client, run_blocking=run_blocking),
        standing=standing,
        run_blocking=run_blocking,
        uniform=uniform,
        now=hooks.now,
        on_change=hooks.on_change,
    )
    link = HubLink(
        feed=Feed(client, inbox, monotonic),
        after_read=city_map.follow,
        demo=entry.data[CONF_DEMO],
        make_mqtt=partial(_mqtt, entry, inbox, uniform),
        now=hooks.now,
        uniform=uniform,
        keep=hooks.keep,
        on_change=hooks.on_change,
        on_refused=hooks.on_refused,
    )

    judgment = Judgment(
        city=city,
        refusals=RefusalLog(database),
        notifier=notifier,
        outbox=outbox,
        link=link,
        asking=asking,
        now=hooks.now,
        is_clock_set=footage.is_clock_set,
        on_new=hooks.on_new_request,
    )
    scheduler = Scheduler(
        judgment=judgment,
        follow_up=FollowUp(
            judgment=judgment,
            recording=recording,
            cameras=cameras,
            door_codes=door_codes,
            workflow=workflow,
            retention=retention,
            lapsed=lapsed,
            shown=shown,
            is_paused=lambda now: household.settings.paused(now) is not None,
            keep_until=city.keep_until,
        ),
        city=city,
        notifier=notifier,
        outbox=outbox,
        health=health,
        now=hooks.now,
        gather_s=partial(uniform, *(GATHER_IN_DEMO_S if entry.data[CONF_DEMO] else GATHER_S)),
        on_change=hooks.on_change,
    )
    return Services(
        scheduler=scheduler,
        judgment=judgment,
        recording=recording,
        footage=footage,
        run_blocking=run_blocking,
        database=database,
        folder=folder,
        health=health,
        link=link,
        inbox=inbox,
        pins=pins,
        city=city,
        map=city_map,
        cameras=cameras,
        clocks=clocks,
        approvers=approvers,
        attempts=AttemptRepository(database, hooks.now, hooks.on_change),
        household=household,
        phones=phones,
        notifier=notifier,
        book=book,
        door_codes=door_codes,
        holds=holds,
        workflow=workflow,
        lapsed=lapsed,
        retention=retention,
        cutter=cutter,
        shown=shown,
        own=OwnCuts(
            cutter=OwnCutter(shelf=shelf, source=footage.source, queue=queue, run_blocking=run_blocking, now=hooks.now),
            shelf=shelf,
            zone=dt_util.get_default_time_zone,
            run_blocking=run_blocking,
            now=hooks.now,
            on_change=hooks.on_change,
        ),
        outbox=outbox,
        asking=asking,
        receipts=receipts,
    )


def _mqtt(
    entry: ConfigEntry, inbox: Inbox, uniform: Uniform, url: str, on_connected: Callable[[bool], None]
) -> MqttReader | None:
    """Return the reader of the MQTT broker, or None for a home without a login there."""
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
