"""``scripts/demo``: start the town, and show it or check the whole journey."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from playwright.async_api import Error as PageError

from .check import check_journey
from .evidence import EvidenceError
from .from_frigate import frigate_beside, share_from_frigate
from .home_assistant import OWNER_NAME, OWNER_PASSWORD
from .journey import RADIUS_M, RECORD_S, Found, ask, decide, draft, join, open_share, receipt
from .officer_browser import ZONE, OfficerBrowser, chromium
from .officer_calls import OfficerCalls
from .owner import PIN, Owner
from .owner_browser import OwnerBrowser
from .processes import StepError
from .quiet import need_quiet
from .residents.check import check_residents
from .residents.journey import Registered, begins, record_clip, walk
from .steps import Steps
from .town import Town, running

PERSON = "officer"
CASE, PHONE = "26-104417", "678-555-0100"
FAILURES = (StepError, EvidenceError, TimeoutError, PageError)


def main() -> int:
    """Run; 0 when everything came out as it must."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--home-environment", type=Path, required=True)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    steps = Steps()
    try:
        with tempfile.TemporaryDirectory(prefix="milton-") as scratch:
            kept = arguments.keep or Path(scratch) / "kept"
            kept.mkdir(parents=True, exist_ok=True)
            asyncio.run(_run(arguments, Path(scratch), kept, steps))
    except (*FAILURES, ExceptionGroup) as error:
        steps.say(f"\nNOT AS IT MUST BE: {error}")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        steps.say("\nThe town is stopped.")
    return 0


async def _run(arguments: argparse.Namespace, folder: Path, kept: Path, steps: Steps) -> None:
    _end_in_order()
    try:
        async with running(folder, arguments.home_environment, steps) as town:
            if arguments.check:
                await _check(town, Found(folder=kept), steps)
            else:
                await _show(town, steps)
    except FAILURES:
        _say_logs(folder, steps)
        raise


async def _check(town: Town, found: Found, steps: Steps) -> None:
    owner = Owner(town.home)
    async with AsyncExitStack() as stack:
        frigate = await stack.enter_async_context(frigate_beside(town))
        await join(town, owner, steps)
        officer, page = await _people(town, stack)
        began = steps.elapsed_s
        with steps.step("an officer registers a device; both directory keys sign"):
            await officer.register(await town.city.invitation(PERSON))
            await town.city.sign_directory()
            await officer.sign_in()
        residents = found.folder / "residents"
        registered = Registered(folder=residents, answer=Found(folder=residents / "answer"))
        if isinstance(officer, OfficerBrowser):  # residents have no way without a browser
            await walk(town, officer, registered, steps)
        with steps.step(f"the doorbell is recorded for {RECORD_S} s"):
            await asyncio.sleep(max(0.0, RECORD_S - (steps.elapsed_s - began)))
        await ask(officer, found, steps)
        if page is not None:
            with steps.step("a card on a dashboard says that it waits, and leads to it"):
                await page.meet_card(town.home, found.request_id)
        await decide(owner, page, found, steps, audio=True)
        await open_share(officer, found, town.city.identity_file(PERSON), steps)
        with steps.step("the owner learns that it was fetched"):
            await receipt(owner, found, "fetched")
        check_journey(found, steps, audio=True)
        if isinstance(officer, OfficerBrowser):
            check_residents(registered, town.city, steps)
        (found.folder / "frigate").mkdir(exist_ok=True)
        second = Found(folder=found.folder / "frigate")
        await share_from_frigate(town, owner, officer, second, steps, frigate=frigate)
        with steps.step("neither log holds a warning of ours, and no repair waits"):
            await need_quiet(town)
    steps.say(f"\nThe journey is complete: {steps.elapsed_s:.0f} s in all.")


async def _people(town: Town, stack: AsyncExitStack) -> tuple[OfficerCalls | OfficerBrowser, OwnerBrowser | None]:
    """Put both in front of their pages where there is a Chromium, else let both make the pages' calls."""
    if town.chromium is None:
        jar = aiohttp.CookieJar(unsafe=True)
        return OfficerCalls(town.city, await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))), None
    browser = await stack.enter_async_context(chromium(town.chromium))
    return await OfficerBrowser.at(town.city, browser), await OwnerBrowser.at(town.home, browser)


def _end_in_order() -> None:
    """Let a closed terminal and a ``kill`` end the town as Ctrl+C does: nothing is left running."""
    task = asyncio.current_task()
    if task is not None:
        for each in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(each, task.cancel)


async def _show(town: Town, steps: Steps) -> None:
    owner = Owner(town.home)
    await join(town, owner, steps)
    invitation = await town.city.invitation(PERSON)
    (letter,) = await town.city.letters(1)
    key = town.city.identity_file(PERSON)
    clip = town.folder / "recorded.mp4"
    with steps.step("a recorder without Home Assistant saves a clip of the doorbell"):
        await record_clip(town.doorbell, clip)
    began = begins(clip).astimezone(ZONE)
    steps.say(
        f"""
All of it is on this machine, for Chrome or Chromium on this machine. Three people use it:

 1. The officer. Open
      {invitation}
    Name the device, make the passkey; the signer's page opens by itself: make the signing key there.
    (A demonstration offers a software key where the browser has no passkeys: leave the box ticked.)
    You land on My keys. The two administrators sign every few seconds by themselves here: reload until your
    signing key is "In the directory".
 2. Still the officer. New request:
      case {CASE}, any offense, a reason of a sentence, phone {PHONE}
      from 20 minutes ago to the present minute (not later: a request never asks for the future)
      Points, put in "{_circle()}", Put on the map
    Sign and publish, then Sign with my key on the signer's page. The request is open.
 3. The owner. Open
      {town.home.url}/milton-share
    and sign in as {OWNER_NAME}, password {OWNER_PASSWORD}. Look at it; Show this part; Share; the PIN is {PIN}.
 4. The officer again. Requests, Open, the share; its key file is
      {key}
    Open and check. The owner's page then says who viewed it.
 5. A resident without Home Assistant, in a window as narrow as a phone. Open
      {town.city.residents_url}/join
    and give the letter's code {letter}. Join; Print the key, or copy it; Go to my cameras; Put a camera on
    the map: take the street Sorrel Run, tap its left third, choose Exact pin. Put it on the map.
 6. The officer, on the request's page: the case, Look up cameras, the same points, Look up cameras.
    The pin is on the list; under Who looked the resident reads badge and case. A further request with the box By door
    code has a door sheet to print.
 7. The resident again. Requests ({town.city.residents_url}/requests), Look and answer, or first the code of the
    door sheet. The video file is
      {clip}
    a clip of the porch from {began:%Y-%m-%d %H:%M:%S}, New York time. Play it to its end, Share: the receipt comes, by
    which it can be taken back. The officer opens it as before.

The officers' page is {town.city.officers_url}, the residents' {town.city.residents_url}.
Ctrl+C ends everything and deletes it."""
    )
    while True:
        await asyncio.sleep(5)
        if await town.city.proposals_wait():
            await town.city.sign_directory()


def _circle() -> str:
    """Return the area of the request that is shown, as the map's list of points takes it."""
    latitude, longitude = draft(datetime.now(UTC))["area"]["center"]
    return f"circle {latitude / 1e7:.6f}, {longitude / 1e7:.6f} {RADIUS_M} m"


def _say_logs(folder: Path, steps: Steps) -> None:
    for log in sorted(folder.glob("*/*.log")) + sorted(folder.glob("*.log")):
        text = log.read_text(errors="replace")
        lines = [line for line in text.splitlines() if "WARNING" in line or "ERROR" in line or "Traceback" in line]
        steps.say(f"--- {log.relative_to(folder)}: {len(lines)} warnings; its end:")
        steps.say(text[-2500:])


if __name__ == "__main__":
    sys.exit(main())
