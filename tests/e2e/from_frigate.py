"""The second leg: the same doorbell, recorded by a Frigate, and the home shares out of Frigate's recordings."""

from __future__ import annotations

import hashlib
import json
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp

from .check import check_journey
from .evidence import need, unb64
from .journey import Found, decide, draft, open_share
from .processes import Child
from .town import HOME_LATITUDE_E7, HOME_LONGITUDE_E7

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .journey import Officer
    from .owner import Owner
    from .steps import Steps
    from .town import Town

CAMERA = "street_side"
CASE = "26-018453"
KNOWN_TO_MS = 2_000  # Frigate names a file by the second it was opened in
PERSON = "officer"


@asynccontextmanager
async def frigate_beside(town: Town) -> AsyncIterator[str]:
    """Let a Frigate record the doorbell too; give its address."""
    command = [sys.executable, "-m", "tests.simulators.frigate", "--camera", f"{CAMERA}={town.doorbell}"]
    child = await Child.start("Frigate", command, log=town.folder / "frigate.log")
    try:
        yield str((await child.json_line())["url"])
    finally:
        await child.stop()


async def share_from_frigate(
    town: Town, owner: Owner, officer: Officer, found: Found, steps: Steps, *, frigate: str
) -> None:
    """Ask, share and check as before, with Frigate's camera in the other's place; hold it against Frigate's files."""
    position = (HOME_LATITUDE_E7, HOME_LONGITUDE_E7)
    with steps.step("a second camera has its own recordings, by Frigate, and may be asked in place of the first"):
        await town.home.add_frigate(frigate)
        await owner.offer_camera(position, "frigate")
        await owner.offer_camera(position, "here", eligible=False)
    with steps.step("the officer asks again"):
        found.request_id = await officer.ask({**draft(datetime.now(UTC)), "case_number": CASE})
    await decide(owner, None, found, steps, audio=True)
    await open_share(officer, found, town.city.identity_file(PERSON), steps)
    check_journey(found, steps, audio=True, known_to_ms=KNOWN_TO_MS)
    with steps.step("check: the clip was cut from the very files that Frigate has, and says so"):
        manifest = json.loads(unb64(json.loads((found.folder / "manifest.json").read_bytes())["payload"]))["predicate"]
        need(manifest["software"].get("frigate"), "the manifest doesn't say that Frigate recorded it")
        need(manifest["clock"]["method"] == "source", "the manifest names another clock")
        theirs = await frigates_files(frigate)
        cut_from = {each["sha256"] for each in manifest["segments"]}
        need(cut_from, "the manifest names no recording")
        need(cut_from <= theirs, f"{len(cut_from - theirs)} of {len(cut_from)} recordings are not Frigate's")


async def frigates_files(url: str) -> set[str]:
    """Return the digests of all that Frigate gives out now."""
    digests = set()
    async with aiohttp.ClientSession(url) as session:
        query = {"after": "0", "before": "9999999999"}
        async with session.get(f"/api/{CAMERA}/recordings", params=query) as answer:
            listing: list[dict[str, Any]] = await answer.json()
        for each in listing:
            began = datetime.fromtimestamp(each["start_time"], UTC)
            async with session.get(f"/recordings/{began:%Y-%m-%d/%H}/{CAMERA}/{began:%M.%S}.mp4") as answer:
                digests.add(hashlib.sha256(await answer.read()).hexdigest())
    return digests
