"""Everything that runs in the demonstration: a city, a home and a doorbell in one street of Milton."""

from __future__ import annotations

import shutil
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from tests.simulators.ports import free_port

from .city import City
from .home_assistant import HomeAssistant
from .processes import Child, StepError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .steps import Steps

ROOT = Path(__file__).parents[2]
HOME_LATITUDE_E7, HOME_LONGITUDE_E7 = 341_450_000, -843_000_000  # a front door at the middle of the invented streets
CELL = "3414,-8430"
SIZE, FRAMES_PER_S, GOP = "1280x720", 15, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """What a journey needs to know of the running processes."""

    folder: Path
    city: City
    home: HomeAssistant
    doorbell: str
    chromium: str | None


async def film(folder: Path, python: Path, size: str) -> tuple[Child, str]:
    """Start the doorbell; return its process and the address of its stream."""
    command = [str(python), "-m", "tests.simulators.doorbell", "serve"]
    options = ["--size", size, "--fps", str(FRAMES_PER_S), "--gop", str(GOP)]
    child = await Child.start("the doorbell", [*command, *options], log=folder / "doorbell.log")
    said = await child.json_line()
    streams = said["rtsp"]
    if not isinstance(streams, list):
        message = f"the doorbell names no stream: {said}"
        raise StepError(message)
    return child, str(streams[0])


@asynccontextmanager
async def running(folder: Path, environment: Path, steps: Steps, size: str = SIZE) -> AsyncIterator[Town]:
    """Start the town in ``folder``, with the Home Assistant of ``environment``; end all of it at the end.

    What goes wrong in it is followed by what both logs had to say until then.
    """
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        message = "there is no ffmpeg: scripts/setup default brings one"
        raise StepError(message)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        with steps.step("the doorbell films"):
            child, stream = await film(folder, environment / "bin" / "python", size)
            stack.push_async_callback(child.stop)
        broker = shutil.which("mosquitto") is not None
        city = City(folder=folder / "city", broker=broker)
        with steps.step("the city is founded and its hub serves" + ("" if broker else " (no broker: HTTPS feed)")):
            await city.found()
            stack.push_async_callback(city.stop)
            await city.serve()
        home = HomeAssistant(folder / "home", free_port(), http)
        with steps.step("Home Assistant starts and has an owner"):
            home.write_configuration(ffmpeg, ROOT / "custom_components", ROOT / "tests" / "e2e" / "components")
            stack.push_async_callback(home.stop)
            await home.start(environment / "bin" / "hass")
            await home.make_owner()
            await home.wait_until_running()
        try:
            yield Town(folder=folder, city=city, home=home, doorbell=stream, chromium=shutil.which("chromium"))
        except BaseException:
            for record in [*home.log_records("milton_share"), *city.log_records()]:
                steps.say(record)
            raise
