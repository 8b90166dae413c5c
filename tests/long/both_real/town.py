"""The town: real processes, and what starts each of them again, in the same folder and on the same ports."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import signal
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import aiohttp

from tests.e2e import town as demo
from tests.e2e.city import City
from tests.e2e.home_assistant import HOUSE, ONBOARDING
from tests.e2e.journey import join
from tests.e2e.officer_calls import OfficerCalls
from tests.e2e.owner import Owner
from tests.e2e.processes import StepError, children_of, command_of, kill_if, until
from tests.simulators.bad_network import BadLine
from tests.simulators.mortal_hub import DiedError, Mortals
from tests.simulators.nursery import ROOT, ForkedHome, Nursery
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.e2e.steps import Steps
    from tests.simulators.mortal_hub import Mortal

HOME_PYTHON = ROOT / ".venv" / "default" / "bin" / "python"
HUB = "tests.simulators.dying_hub"  # in the command of each hub
PICTURE = "640x360"
RECORD_S = 32.0  # before anybody is killed: what is shared is of this time
AWAY_S = (0.0, 2.0)  # from a death to the next start
HEARS_WITHIN_S = 120.0
FEED_EVERY_S = (14_400.0, 28_800.0)  # as where there is a broker: what that does not bring is missed
MQTT_AGAIN_S = (0.2, 1.0)  # else homes wait longer and longer for a broker that is killed again and again
CONFIGURATION = (
    HOUSE
    + """\
config:
camera:
stream:
ffmpeg:
  ffmpeg_bin: {ffmpeg}
logger:
  default: warning
"""
)


class Victim(StrEnum):
    """Who is killed."""

    HOME = "home"
    HUB = "hub"
    BROKER = "broker"
    CUTTER = "cutting child"


class RealHome(ForkedHome):
    """One Home Assistant process after the other, with its owner signed in."""

    def __init__(self, config: Path, http: aiohttp.ClientSession, nursery: Nursery, ffmpeg: str) -> None:
        """Write the configuration; nothing is started."""
        port = free_port()
        super().__init__(config, port, http, nursery)
        self.doom = config / "doom.txt"
        (config / ".storage").mkdir(parents=True)
        (config / "configuration.yaml").write_text(CONFIGURATION.format(port=port, ffmpeg=ffmpeg))
        (config / ".storage" / "onboarding").write_text(json.dumps(ONBOARDING))

    async def begin(self) -> None:
        """Start a process, and return at once."""
        await self.fork(doom=str(self.doom), feed_every_s=FEED_EVERY_S, mqtt_again_s=MQTT_AGAIN_S)

    async def renew(self) -> None:
        """Get another access token; one lives for half an hour."""
        words = {"grant_type": "refresh_token", "refresh_token": self._tokens["refresh_token"]}
        words["client_id"] = f"{self.url}/"
        async with self._http.post(f"{self.url}/auth/token", data=words) as answer:
            self._tokens |= await answer.json()


@dataclass(slots=True, kw_only=True)
class RealCity(City):
    """A city whose hub's process is forked, and may be told where it dies; homes reach it by a line."""

    mortals: Mortals
    line: BadLine
    hub: Mortal | None = None
    earlier: list[Mortal] = field(default_factory=list)

    @property
    def homes_url(self) -> str:
        """Where homes reach the hub."""
        return self.line.url

    @property
    def doom(self) -> Path:
        """The file in which the hub finds its end."""
        return self.folder / "doom.json"

    async def serve(self) -> None:
        """Start the hub and wait until it says that it is ready."""
        if self.hub is not None:
            self.earlier.append(self.hub)
        self.hub = self.mortals.start("serve", self.folder, tells=True, doom=self.doom)
        await self.hub.until_ready()

    @property
    def pid(self) -> int:
        """Process id of the hub; 0 while none runs."""
        return 0 if self.serving.ended.is_set() else self.serving.pid

    @property
    def serving(self) -> Mortal:
        """The process that serves now, or did last."""
        assert self.hub is not None
        return self.hub

    def said(self) -> list[str]:
        """Return every line that any of its processes said."""
        return [line for each in (*self.earlier, self.serving) for line in each.lines]

    async def stop(self) -> None:
        """End the hub in order."""
        if self.hub is not None:
            await self.hub.signal(signal.SIGTERM)


@dataclass(kw_only=True)
class RealTown:
    """What the campaign needs to know, and who was killed so far."""

    folder: Path
    city: RealCity
    home: RealHome
    owner: Owner
    officer: OfficerCalls
    chance: random.Random
    filmed: tuple[datetime, datetime]

    async def keep_home(self) -> None:
        """Start Home Assistant again whenever it was killed, until canceled."""
        while True:
            code = await self.home.died()
            assert code == -signal.SIGKILL, f"Home Assistant ended with {code}:\n{self.home.said()}"
            await asyncio.sleep(self.chance.uniform(*AWAY_S))
            await self.home.begin()

    async def keep_hub(self) -> None:
        """Start the hub again whenever it was killed, until canceled."""
        while True:
            hub = self.city.serving
            await hub.ended.wait()
            assert hub.code is None, "\n".join(hub.lines[-20:])
            await asyncio.sleep(self.chance.uniform(*AWAY_S))
            with suppress(DiedError):  # killed while it started
                await self.city.serve()

    async def is_up(self) -> None:
        """Wait until the home is up and hears the hub by its broker."""

        async def hears() -> bool:
            with suppress(aiohttp.ClientError, aiohttp.WSMessageTypeError, StepError):
                await self.home.renew()
                return bool((await self.owner.state())["snapshot"]["link"] == "mqtt")
            return False

        await until(hears, HEARS_WITHIN_S, "the home does not hear the hub by MQTT again")

    def cutter_pid(self) -> int:
        """Process id of a child that cuts a clip, 0 while there is none."""
        return next(filter(self._is_cutter, children_of(self.home.pid)), 0)

    def kill(self, victim: Victim) -> bool:
        """Send SIGKILL; say whether there was anybody."""
        match victim:
            case Victim.HOME:
                return self.home.kill_now()
            case Victim.HUB:
                return kill_if(self.city.pid, lambda pid: HUB in command_of(pid))
            case Victim.BROKER:
                return self.city.kill_broker()
            case Victim.CUTTER:
                return kill_if(self.cutter_pid(), self._is_cutter)

    def _is_cutter(self, pid: int) -> bool:
        return str(self.home.child_file) in command_of(pid)  # which is in the program of each


@asynccontextmanager
async def running(folder: Path, steps: Steps, seed: int) -> AsyncIterator[RealTown]:
    """Found the city, join the home, film for a while; end all of it at the end."""
    ffmpeg = shutil.which("ffmpeg")
    assert ffmpeg is not None
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(force_close=True)  # an idle connection may be one to who was killed
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        doorbell, stream = await demo.film(folder, HOME_PYTHON, PICTURE)
        stack.push_async_callback(doorbell.stop)
        city = await _city(folder / "city", stack)
        nursery = Nursery(python=HOME_PYTHON)
        stack.callback(nursery.close)
        home = RealHome(folder / "home", http, nursery, ffmpeg)
        stack.push_async_callback(home.close)
        await home.begin()
        await home.up()
        await home.make_owner()
        await home.wait_until_running()
        owner = Owner(home)
        await join(demo.Town(folder=folder, city=city, home=home, doorbell=stream, chromium=None), owner, steps)
        officer = await _officer(city, stack)
        await home.quit()  # so that all that Home Assistant writes at its leisure is on the disk
        await home.begin()
        await home.up()
        began = datetime.now(UTC) + timedelta(seconds=5)
        with steps.step(f"the doorbell is recorded for {RECORD_S:.0f} s"):
            await asyncio.sleep(RECORD_S)
        yield RealTown(
            folder=folder,
            city=city,
            home=home,
            owner=owner,
            officer=officer,
            chance=random.Random(seed),  # noqa: S311 - the same moments in each run
            filmed=(began, datetime.now(UTC) - timedelta(seconds=12)),
        )


async def _city(folder: Path, stack: AsyncExitStack) -> RealCity:
    mortals, homes_port = Mortals(), free_port()
    stack.callback(mortals.close)
    line = BadLine(host="127.0.0.1", port=homes_port)
    await line.start()
    stack.push_async_callback(line.stop)
    ports = {name: free_port() for name in ("officers_port", "signer_port", "mqtt_port")}
    city = RealCity(folder=folder, broker=True, homes_port=homes_port, mortals=mortals, line=line, **ports)
    await city.found()
    stack.push_async_callback(city.stop)
    await city.serve()
    return city


async def _officer(city: RealCity, stack: AsyncExitStack) -> OfficerCalls:
    connector, jar = aiohttp.TCPConnector(force_close=True), aiohttp.CookieJar(unsafe=True)
    session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector, cookie_jar=jar))
    officer = OfficerCalls(city, session)
    await officer.register(await city.invitation("officer"))
    await city.sign_directory()
    await officer.sign_in()
    return officer
