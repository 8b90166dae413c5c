"""One real home through many hours: the city publishes by its script, the owner acts by theirs, all is recorded."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
import sys
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aiomqtt
from aiohttp import connector
from homeassistant.auth.providers.homeassistant import HassAuthProvider
from homeassistant.const import MATCH_ALL
from homeassistant.helpers import frame
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

import custom_components  # noqa: F401  before the test kit's folder of that name
from custom_components.milton_share import assembly, rounds
from custom_components.milton_share.const import CONF_DEMO
from custom_components.milton_share.home_files import private_folder
from custom_components.milton_share.household import Pause
from custom_components.milton_share.notifications import LATER, MESSAGES
from custom_components.milton_share.shared.milton_protocol.messages.enrolment import MqttAccess
from custom_components.milton_share.sources.recorder import Limits
from custom_components.milton_share.sources.recorder.index import Row
from custom_components.milton_share.sources.recorder.library import Library
from tests.milton_share.conftest import CAMERA, FAR_AWAY, Home, join, sign_in
from tests.simulators.city import City
from tests.simulators.hub import HubSimulator
from tests.simulators.maps import town

from .clock import CountingExecutor, JumpingClock, settled
from .trace import Behaviour, Seen, Sight, Trace
from .wiretap import CLOSE, OPEN, Wiretap

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from homeassistant.core import Event, HomeAssistant, ServiceCall

HOUR_S = 3_600.0
NEW_MAP_WITH = 3  # requests: the city draws itself anew while owners decide
TICK_S = 1_800.0  # how often a home judges anew without a word of the hub: it shows nowhere, and costs most
SEGMENT_S = 10
SEGMENTS = 3
FOOTAGE_BEFORE = timedelta(hours=2, minutes=30)
DECISION_S = 6 * HOUR_S  # each owner has acted within this after a request, or doesn't act
PRESSED = "mobile_app_notification_action"  # what Home Assistant fires when an app's button was pressed
PATIENCE_TURNS = 5_000  # of a millisecond or more each: a broker that doesn't answer then is a failure


@dataclass(frozen=True, slots=True, kw_only=True)
class City200:
    """What the city does, the same for every home."""

    hours: float
    published_s: tuple[float, ...]

    @classmethod
    def of(cls, hours: float, requests: int, seed: str) -> City200:
        """Publish at random times, one in each of equal parts of the time, the last long enough before the end."""
        chance = random.Random(seed)  # noqa: S311  a script that can be repeated
        part_s = (hours - 9) * HOUR_S / requests
        times = (HOUR_S + number * part_s + chance.uniform(0, part_s) for number in range(requests))
        return cls(hours=hours, published_s=tuple(times))


@dataclass(kw_only=True)
class Life:
    """One home's recording while it is made."""

    clock: JumpingClock
    executor: CountingExecutor
    trace: Trace
    deadlines: list[float] = field(default_factory=list)
    recording: bool = False

    def see(self, who: Seen, kind: str, *, connection: int = 0, size_bytes: int = 0, text: str = "") -> None:
        """Note one sight, once the recording has begun."""
        if self.recording:
            self.trace.sights.append(
                Sight(
                    at_s=self.clock.passed_s(),
                    who=who,
                    kind=kind,
                    connection=connection,
                    size_bytes=size_bytes,
                    text=text,
                )
            )

    def tap(self, port: int, who: Seen) -> Wiretap:
        """Make a line to ``port`` that is recorded."""

        def note(kind: str, number: int, data: bytes) -> None:
            text = "" if kind in {OPEN, CLOSE} or (kind == "down" and who is Seen.HUB) else data.decode("latin-1")
            self.see(who, kind, connection=number, size_bytes=len(data), text=text)

        return Wiretap(port, note, mqtt=who is Seen.BROKER)

    def chance(self, seed: int) -> SimpleNamespace:
        """Return what the integration has instead of the system's chance: seeded, and its pauses are known here."""
        source = random.Random(seed)  # noqa: S311  as above

        def uniform(low: float, high: float) -> float:
            value = source.uniform(low, high)
            self.deadlines.append(self.clock.passed_s() + value)
            return value

        return SimpleNamespace(SystemRandom=lambda: SimpleNamespace(uniform=uniform))


_ON_REAL_TIME = "The address of a camera's stream could not be had: %s"


class _Log(logging.Handler):
    """Notes who logged which words, not the values in them.

    But for one line: there is no camera to record here, and the recorder asks for one by the loop's own clock, which
    runs on while somebody acts and does not jump with the simulated one. How often says how long the simulation took.
    """

    def __init__(self, life: Life) -> None:
        super().__init__(logging.DEBUG)
        self._life = life

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "aiohttp.access":  # the simulated hub's own
            return
        if PRESSED in record.getMessage():
            return  # Home Assistant's own word, at DEBUG, that a phone's button was pressed
        if record.msg != _ON_REAL_TIME:
            self._life.see(Seen.LOG, record.levelname, text=f"{record.name}: {record.msg}")


_lives: list[Life] = []
_allowed_ports: set[int] = set()


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """See every connection, datagram and look-up of a name of this process that is not to this home's two lines."""
    if not _lives or not event.startswith("socket."):
        return
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple) and address[1] not in _allowed_ports:
            _lives[-1].see(Seen.ELSEWHERE, event, text=str(address[:2]))
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and arguments[0] not in {"127.0.0.1", None}:
        _lives[-1].see(Seen.ELSEWHERE, event, text=str(arguments[0]))


@asynccontextmanager
async def core(folder: Path) -> AsyncIterator[HomeAssistant]:
    """Run a Home Assistant core in ``folder``."""
    (folder / ".storage").mkdir(parents=True)
    async with async_test_home_assistant(asyncio.get_running_loop(), config_dir=str(folder)) as hass:
        frame.async_setup(hass)
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        hass.http = None  # nobody asks this core by HTTP
        yield hass
        for entry in hass.config_entries.async_entries():
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_stop(force=True)


async def owner_of(hass: HomeAssistant) -> Any:  # noqa: ANN401
    """Sign the owner in."""
    hass.auth._providers.clear()  # noqa: SLF001  the kit's insecure example would be found first
    provider = HassAuthProvider(hass, hass.auth._store, {"type": "homeassistant"})  # noqa: SLF001
    await provider.async_initialize()
    hass.auth._providers[("homeassistant", None)] = provider  # noqa: SLF001
    return await sign_in(hass, provider, "olivia", is_owner=True)


def keep_footage(hass: HomeAssistant, film: bytes, life: Life) -> None:
    """Put half a minute of recordings into the time that each request will ask for."""
    folder = private_folder(hass)
    folder.make()
    library = Library(folder.recordings, Limits())
    camera, rows = library.folder(CAMERA), []
    for published_s in life.trace.published_s:
        start = life.clock.moment(published_s).replace(microsecond=0) - FOOTAGE_BEFORE
        for number in range(SEGMENTS):
            from_ms = round((start + timedelta(seconds=SEGMENT_S * number)).timestamp() * 1000)
            path = camera / f"{from_ms:013}-000000.mp4"
            path.write_bytes(film)
            rows.append(
                Row(
                    name=f"{camera.name}/{path.name}",
                    camera_id=CAMERA,
                    from_ms=from_ms,
                    until_ms=from_ms + SEGMENT_S * 1000,
                    size_bytes=len(film),
                    sha256=hashlib.sha256(film).hexdigest(),
                    media_start_s=0.0,
                    offset_ms=0,
                    uncertainty_ms=150,
                    method="arrival",
                )
            )
    library.enter(rows, round(time.time() * 1000))
    library.close()


class Simulation:
    """Drives one home."""

    def __init__(
        self, life: Life, hub: HubSimulator, lines: tuple[Wiretap, ...], publisher: aiomqtt.Client | None
    ) -> None:
        """Keep what is driven."""
        self._life, self._hub, self._lines, self._publisher = life, hub, lines, publisher
        self._on_broker: dict[str, bytes] = {}
        self.tags: list[str] = []  # of each request's first message, as the owner's phone has it
        self.home: Home | None = None

    async def settle(self) -> None:
        """Wait until nobody does anything."""
        await settled(
            lambda: self._life.executor.at_work > 0 or any(line.is_owed for line in self._lines),
            lambda: sum(line.moved for line in self._lines),
        )

    async def publish(self) -> None:
        """Publish what the city says now, by the feed and to the broker."""
        self._hub.city.now = self._life.clock.utcnow().replace(microsecond=0)
        self._hub.publish()
        if self._publisher is None:
            return
        topics = self._hub.city.topics()
        news = {topic: data for topic, data in topics.items() if self._on_broker.get(topic) != data}
        self._on_broker |= news
        wanted = self._lines[1].published + len(news)
        for topic in sorted(news, key=lambda name: name.endswith("/live")):
            await self._publisher.publish(topic, news[topic], qos=1, retain=True)
        if self.home is None:
            return
        patience = PATIENCE_TURNS
        while self._lines[1].published < wanted:
            await asyncio.sleep(0.001)
            patience -= 1
            assert patience, (self._lines[1].published, wanted, self.home.state().snapshot)

    async def until(self, passed_s: float) -> None:
        """Go through all that is due until then."""
        clock, life = self._life.clock, self._life
        while True:
            await self.settle()
            now_s = clock.passed_s()
            life.deadlines = [due for due in life.deadlines if due > now_s - 0.001]
            next_tick = (now_s // TICK_S + 1) * TICK_S
            goal = min([passed_s, next_tick, *(due + 0.0005 for due in life.deadlines), *self._closings(now_s)])
            if goal > now_s:
                clock.jump_to(goal)
            else:
                life.deadlines = [due for due in life.deadlines if due > now_s]
            if goal >= passed_s:
                await self.settle()
                return

    def _closings(self, now_s: float) -> list[float]:
        """Return when idle connections will be closed."""
        loop = asyncio.get_running_loop()
        ahead = now_s - loop.time()
        return [
            handle.when() + ahead + 0.0005
            for handle in loop._scheduled  # type: ignore[attr-defined]  # noqa: SLF001  there is no other way to ask
            if not handle.cancelled() and getattr(handle._callback, "__name__", "") == "_weakref_handle"  # noqa: SLF001
        ]

    async def act(self, what: str, request_id: str) -> None:
        """Let the owner do one thing; the longest time that the loop was held up by it is kept."""
        home, life = self.home, self._life
        assert home is not None
        life.trace.acts.append((life.clock.passed_s(), what))
        beat = asyncio.create_task(self._beat())
        try:
            await getattr(self, f"_{what}")(home, request_id)
        finally:
            beat.cancel()
            with suppress(asyncio.CancelledError):
                await beat
        await self.settle()

    async def _beat(self) -> None:
        while True:
            before_s = time.monotonic()
            await asyncio.sleep(0)
            self._life.trace.longest_turn_s = max(self._life.trace.longest_turn_s, time.monotonic() - before_s)
            await asyncio.sleep(0.002)

    async def _look(self, home: Home, request_id: str) -> None:
        case = home.case(request_id)
        assert case.footage_from is not None, case
        start = case.footage_from + timedelta(seconds=2)
        await home.desk.look(home.owner.session, case.case_id, start, start + timedelta(seconds=8), audio=False)

    async def _later(self, home: Home, _request_id: str) -> None:
        """Press "remind me later" on the newest message: the app tells Home Assistant, not the relay."""
        if self.tags:  # by the feed alone the first may not have come yet
            home.hass.bus.async_fire(PRESSED, {"action": f"{LATER}{self.tags[-1]}"})

    async def _pause(self, home: Home, _request_id: str) -> None:
        await home.desk.household.set(home.owner.session, pause=Pause(until=None))

    async def _resume(self, home: Home, _request_id: str) -> None:
        await home.desk.household.set(home.owner.session, pause=None)

    async def _decline(self, home: Home, request_id: str) -> None:
        await home.desk.not_this_time(home.owner.session, request_id)

    async def _approve(self, home: Home, request_id: str) -> None:
        self._life.trace.approved_s = self._life.clock.passed_s()
        await home.approve(home.case(request_id))
        async with asyncio.timeout(60):
            while not self._hub.receipts:  # noqa: ASYNC110  what is waited for has no event
                await asyncio.sleep(0.01)


def plan(trace: Trace) -> list[tuple[float, str, int]]:
    """Return when what happens: the city's word each hour, its requests, and the owner's acts on them."""
    chance = random.Random(f"owner {trace.seed}")  # noqa: S311  as above
    events = [(number * HOUR_S + 1, "live", -1) for number in range(1, int(trace.hours))]
    for number, published_s in enumerate(trace.published_s):
        events.append((published_s, "publish", number))
        first_s = published_s + chance.uniform(0.5 * HOUR_S, 4 * HOUR_S)
        second_s = first_s + chance.uniform(60, HOUR_S)
        looks, again = chance.random() < 0.5, chance.random() < 0.5
        if trace.behaviour in {Behaviour.LOOKS, Behaviour.SHARES}:
            events.append((published_s + chance.uniform(120, 0.4 * HOUR_S), "later", number))
            events.append((first_s, "look", number))
            events.extend([(second_s, "look", number)] if again else [])
        if trace.behaviour == Behaviour.IGNORES and number % 2:  # of what it ignores it doesn't even look at half
            events.append((published_s - 300, "pause", number - 1))
            events.append((second_s, "resume", number))
        if trace.behaviour == Behaviour.DECLINES:
            events.extend([(first_s, "look", number)] if looks else [])
            events.append((second_s, "decline", number))
    if trace.behaviour == Behaviour.SHARES:
        events.append((trace.published_s[-1] + 7 * HOUR_S, "approve", len(trace.published_s) - 1))
    return sorted(events)


async def live(folder: Path, film: bytes, trace: Trace, broker_port: int | None) -> None:
    """Let one home live through its hours; ``trace`` has all that was seen of it."""
    loop, executor = asyncio.get_running_loop(), CountingExecutor()
    clock = JumpingClock()
    loop.time = clock.monotonic  # type: ignore[method-assign]
    dt_util.utcnow = clock.utcnow  # type: ignore[assignment]
    connector.monotonic = clock.monotonic
    loop.set_default_executor(executor)
    rounds.EVERY_S = TICK_S
    life = Life(clock=clock, executor=executor, trace=trace)
    assert hasattr(assembly, "random"), "a home's chance is drawn elsewhere: the clock would jump over its pauses"
    assembly.random = life.chance(trace.seed)  # type: ignore[assignment]
    async with AsyncExitStack() as stack:
        hub = HubSimulator()
        await hub.start()
        stack.push_async_callback(hub.stop)
        lines = [life.tap(int(hub.url.rpartition(":")[2]), Seen.HUB)]
        publisher = None
        if broker_port is not None:
            lines.append(life.tap(broker_port, Seen.BROKER))
            publisher = await stack.enter_async_context(aiomqtt.Client("127.0.0.1", broker_port, keepalive=0))
            hub.mqtt = MqttAccess(username=f"home-{trace.seed}", password="secret")
        for line in lines:
            await line.start()
            stack.push_async_callback(line.stop)
        hub.url = f"http://127.0.0.1:{lines[0].port}"
        hub.city = City(now=clock.utcnow().replace(microsecond=0), home_url=hub.url)
        if broker_port is not None:
            addresses = replace(hub.city.record.hub, mqtt_url=f"mqtt://127.0.0.1:{lines[1].port}")
            hub.city.record = replace(hub.city.record, hub=addresses)
        _allowed_ports.clear()
        _allowed_ports.update({*(line.port for line in lines), *(line._upstream for line in lines)})  # noqa: SLF001
        hub.give_map(town())
        simulation = Simulation(life, hub, tuple(lines), publisher)
        await simulation.publish()
        hass = await stack.enter_async_context(core(folder))
        await _settle_in(hass, film, life, simulation, hub)
        _lives.append(life)
        await _through(simulation, hub, life)
        life.recording = False
        _lives.pop()


async def _settle_in(hass: HomeAssistant, film: bytes, life: Life, simulation: Simulation, hub: HubSimulator) -> None:
    """Enrol, place the camera, and begin the recording with a restart."""
    await asyncio.to_thread(keep_footage, hass, film, life)
    hass.states.async_set(CAMERA, "idle", {"friendly_name": "Front door", "supported_features": 2})
    owner = await owner_of(hass)
    entry = await join(hass, hub)
    home = Home(hass=hass, hub=hub, entry=entry, owner=owner)
    away = life.trace.behaviour == Behaviour.NO_MATCH
    await home.place_camera(**({"position": FAR_AWAY} if away else {}))

    def relay(call: ServiceCall) -> None:
        life.see(Seen.RELAY, call.service, text=str(dict(call.data)), size_bytes=len(str(dict(call.data))))
        if call.data["message"] == MESSAGES["en"]:
            simulation.tags.append(call.data["data"]["tag"])

    def bus(event: Event) -> None:
        if event.event_type == PRESSED:  # what the owner's phone said, by no relay
            return
        state = event.data.get("new_state")
        words = f"{state.entity_id} {sorted(state.attributes)}" if state else ""
        life.see(Seen.BUS, event.event_type, text=words)

    hass.services.async_register("notify", "mobile_app_olivia", relay)
    phone = {"device_name": "Olivia", "user_id": owner.user.id}
    MockConfigEntry(domain="mobile_app", data=phone).add_to_hass(hass)
    await home.tell_phones()
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_DEMO: False})
    hass.bus.async_listen(MATCH_ALL, bus)
    logging.getLogger().addHandler(_Log(life))
    life.recording = True
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    simulation.home = home


async def _through(simulation: Simulation, hub: HubSimulator, life: Life) -> None:
    ids: list[str] = []
    for at_s, what, number in plan(life.trace):
        await simulation.until(at_s)
        if what == "live":
            await simulation.publish()
        elif what == "publish":
            known = set(hub.city.bundles)
            hub.city.now = life.clock.utcnow().replace(microsecond=0)
            hub.city.publish()
            ids.extend(set(hub.city.bundles) - known)
            if len(ids) == NEW_MAP_WITH:
                hub.give_map(town(credit=f"Map {number}"))
            await simulation.publish()
        else:
            await simulation.act(what, ids[number])
        if what == "approve":
            return
    await simulation.until(life.trace.hours * HOUR_S)


sys.addaudithook(_audit)
