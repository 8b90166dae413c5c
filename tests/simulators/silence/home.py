"""One real home through many hours: the city publishes by its script, the owner acts by theirs, all is recorded.

Its hub is a real one too (`hub_life`), with its broker.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import bcrypt
from aiohttp import connector
from homeassistant.auth.providers.homeassistant import HassAuthProvider
from homeassistant.const import MATCH_ALL
from homeassistant.helpers import frame
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

import custom_components  # noqa: F401  before the test kit's folder of that name
from custom_components.milton_share.approvers import rules
from custom_components.milton_share.const import CONF_DEMO
from custom_components.milton_share.notifications.messages import MESSAGES
from custom_components.milton_share.runtime import build, scheduler
from custom_components.milton_share.sources.recorder import Limits
from custom_components.milton_share.sources.recorder.store.library import Library
from custom_components.milton_share.storage.paths import private_folder
from tests.milton_share.conftest import (
    CAMERA,
    FAR_AWAY,
    SEGMENT_S,
    SEGMENTS,
    STAMPED,
    EnrolledHome,
    join,
    sign_in,
    write_segment,
)
from tests.simulators.ports import free_port

from .clock import CountingExecutor, JumpingClock
from .life import PRESSED, Life, Log, watch, watch_no_more
from .peer import a_hub
from .script import HOUR_S, NEW_MAP_WITH, plan
from .simulation import TICK_S, Simulation
from .trace import Behaviour, Seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path

    from homeassistant.core import Event, HomeAssistant, ServiceCall

    from .peer import Peer
    from .trace import Trace

CHEAP_SALT = bcrypt.gensalt(4)
FOOTAGE_BEFORE = timedelta(hours=2, minutes=30)
NOTED = "noted"


@asynccontextmanager
async def core(folder: Path) -> AsyncIterator[HomeAssistant]:
    """Run a Home Assistant core in ``folder``."""
    (folder / ".storage").mkdir(parents=True)
    async with async_test_home_assistant(asyncio.get_running_loop(), config_dir=str(folder)) as hass:
        frame.async_setup(hass)
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        hass.http = None  # nobody asks this core by HTTP; a newer one takes its port while it is set up
        http = {"server_host": ["127.0.0.1"], "server_port": free_port()}
        assert await async_setup_component(hass, "http", {"http": http})
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
    rows = []
    for published_s in life.trace.published_s:
        start = life.clock.moment(published_s).replace(microsecond=0) - FOOTAGE_BEFORE
        begins = (start + timedelta(seconds=SEGMENT_S * number) for number in range(SEGMENTS))
        rows += [write_segment(library, film, at, STAMPED, CAMERA) for at in begins]
    library.enter(rows, round(time.time() * 1000))
    library.close()


def begin_life(trace: Trace, begins_at: datetime) -> Life:
    """Put the clock and the chance that are known here where this process has its own."""
    loop, executor, clock = asyncio.get_running_loop(), CountingExecutor(), JumpingClock(begins_at)
    loop.time = clock.monotonic  # type: ignore[method-assign]
    dt_util.utcnow = clock.utcnow  # type: ignore[assignment]
    connector.monotonic = clock.monotonic
    loop.set_default_executor(executor)
    scheduler.EVERY_S = TICK_S
    rules.SCRYPT_COST = 2**5  # the price of a PIN, and of a password, alone
    bcrypt.gensalt = lambda **_rounds: CHEAP_SALT
    life = Life(clock=clock, executor=executor, trace=trace)
    assert hasattr(build, "random"), "a home's chance is drawn elsewhere: the clock would jump over its pauses"
    build.random = life.chance(trace.seed)  # type: ignore[assignment]
    return life


async def live(folder: Path, film: bytes, trace: Trace, begins_at: datetime, hubs: Path) -> None:
    """Let one home live through its hours with one of the ``hubs``; ``trace`` has all that was seen of both."""
    life = begin_life(trace, begins_at)

    def note(at_s: float, who: Seen, text: str, size_bytes: int) -> None:
        life.see_at(at_s, who, NOTED, size_bytes=size_bytes, text=text)

    async with AsyncExitStack() as stack:
        peer = await stack.enter_async_context(a_hub(hubs, life.clock, note))
        lines = {life.tap(peer.ports["hub"], Seen.HUB): peer.ports["home"]}
        if trace.mqtt:
            lines[life.tap(peer.ports["broker"], Seen.BROKER)] = peer.ports["mqtt"]
        for line, port in lines.items():
            await line.start(port)
            stack.push_async_callback(line.stop)
        simulation = Simulation(life, peer, tuple(lines))
        hass = await stack.enter_async_context(core(folder))
        await _settle_in(hass, film, life, simulation, peer)
        watch(life, set(peer.ports.values()))
        await _through(simulation, life)
        life.recording = False
        watch_no_more()
        trace.sights.sort(key=lambda sight: sight.at_s)


async def _settle_in(hass: HomeAssistant, film: bytes, life: Life, simulation: Simulation, peer: Peer) -> None:
    """Enrol, place the camera, and begin the recording with a restart."""
    await asyncio.to_thread(keep_footage, hass, film, life)
    hass.states.async_set(CAMERA, "idle", {"friendly_name": "Front door", "supported_features": 2})
    owner = await owner_of(hass)
    entry = await join(hass, peer, peer.code)
    home = EnrolledHome(hass=hass, entry=entry, owner=owner)
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
    logging.getLogger().addHandler(Log(life))
    await peer.tell("stand")
    life.recording = True
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    simulation.home = home


async def _through(simulation: Simulation, life: Life) -> None:
    ids: list[str] = []
    for at_s, what, number in plan(life.trace):
        await simulation.until(at_s)
        if what == "word":
            await simulation.city("word", at_s, hour=number)
        elif what == "expire":
            await simulation.city("expire", at_s)
        elif what == "publish":
            ids.append((await simulation.city("publish", at_s))["request_id"])
            if len(ids) == NEW_MAP_WITH:
                await simulation.city("draw", at_s, credit=f"Map {number}")
        else:
            await simulation.act(what, ids[number])
        if what == "approve":
            return
    await simulation.until(life.trace.hours * HOUR_S)
