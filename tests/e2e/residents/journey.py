"""The way of residents without Home Assistant: from a clerk's letters to an erased account."""

from __future__ import annotations

import asyncio
import base64
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp

from milton_protocol.geometry import Point
from milton_protocol.geometry.cells import cell_at
from milton_protocol.messages.homes.camera_entry import AreaPlace
from tests.e2e.evidence import need, sha256, unb64
from tests.e2e.journey import Found, draft, open_share
from tests.e2e.media import frames_of
from tests.e2e.processes import StepError, run
from tests.e2e.residents.browser import ResidentBrowser
from tests.e2e.town import HOME_LATITUDE_E7, HOME_LONGITUDE_E7
from tests.simulators.registered import Camera

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.city import City
    from tests.e2e.officer_browser import DoorSheet, OfficerBrowser
    from tests.e2e.steps import Steps
    from tests.e2e.town import Town

PERSON = "officer"
CASE = "26-018454"
CLIP_S = 6
NEIGHBORS = 4  # with the resident five: the fewest that are told


@dataclass(slots=True, kw_only=True)
class Registered:
    """What the residents' way leaves behind for the check: files in ``folder``, and the facts beside them."""

    folder: Path
    key: str = ""
    account_id: str = ""
    entry_ids: list[str] = field(default_factory=list)
    neighbors: list[str] = field(default_factory=list)  # their cameras' ids
    request_id: str = ""
    area: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    sheet: DoorSheet | None = None
    answer: Found
    receipt_key: str = ""
    refused: str = ""  # what an officer was told who asked for it after that
    looks: list[str] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)

    def keep(self, name: str, data: bytes) -> None:
        """Write one file."""
        (self.folder / name).write_bytes(data)

    @property
    def recorded(self) -> Path:
        """What the recorder gave."""
        return self.folder / "recorded.mp4"


async def walk(town: Town, officer: OfficerBrowser, kept: Registered, steps: Steps) -> None:
    """Go the whole way, with a phone of its own in the browser of ``officer``, who is signed in."""
    city = town.city
    resident = await ResidentBrowser.at(city, officer.browser)
    kept.answer.folder.mkdir(parents=True)
    async with asyncio.TaskGroup() as at_once:
        at_once.create_task(record_clip(town.doorbell, kept.recorded))
        await register(city, resident, kept, steps)
    await ask_at_doors(officer, kept, steps)
    await answer(city, officer, resident, kept, steps)
    await leave(city, officer, resident, kept, steps)


async def record_clip(stream: str, path: Path) -> None:
    """Record some seconds of a camera, unchanged, as a recorder without Home Assistant saves them."""
    options = ["-t", str(CLIP_S), "-c", "copy", "-use_editlist", "0", "-movflags", "+faststart"]
    await run(["ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-i", stream, *options, str(path)])


def begins(clip: Path) -> datetime:
    """Return when a clip begins, by the clock in its first picture."""
    return datetime.fromtimestamp(frames_of(clip)[0].epoch_ms // 1000, UTC)


async def register(city: City, resident: ResidentBrowser, kept: Registered, steps: Steps) -> None:
    """Join by a letter, and put cameras on the map; neighbors do, too, until the square is told."""
    with steps.step("a resident joins with the clerk's letter, on a phone, and keeps the printed key"):
        code, *further = await city.letters(1 + NEIGHBORS)
        kept.key = await resident.join(code)
        kept.account_id = await resident.account_id()
    with steps.step("one camera is put on the map as its area, one as an exact pin"):
        said = [(await resident.place_camera(kind))[0] for kind in ("area", "exact")]
        need(said[0].startswith("One more camera in the blue square"), f"of an area the page says: {said[0]}")
        need(said[1].startswith("The pin, facing east"), f"of a pin the page says: {said[1]}")
        for each in await resident.entries():
            kept.entry_ids.append(each["id"])
            kept.keep(f"entry-{each['number']}.json", base64.b64decode(each["envelope"]))
    with steps.step(f"{NEIGHBORS} neighbors put a camera into the same square, and the night counts"):
        kept.neighbors = [await put_neighbor(city, each) for each in further]
        await city.count_cameras()


async def put_neighbor(city: City, code: str) -> str:
    """Join and put one camera by the calls that the pages make; return the camera's id."""
    camera = Camera(place=AreaPlace(cell=cell_at(Point(HOME_LATITUDE_E7, HOME_LONGITUDE_E7))))
    account = {"account_id": secrets.token_hex(16), "key_sha256": secrets.token_hex(32), "language": "en"}
    headers = {"Origin": city.residents_url}
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(
        f"http://127.0.0.1:{city.residents_port}", headers=headers, cookie_jar=jar
    ) as http:
        async with http.post("/api/join", json={"code": code, **account}) as answer:
            need(answer.ok, f"a neighbor can't join: {await answer.text()}")
        async with http.put(camera.path, json=camera.body()) as answer:
            need(answer.ok, f"a neighbor's camera is refused: {await answer.text()}")
    return camera.id


async def ask_at_doors(officer: OfficerBrowser, kept: Registered, steps: Steps) -> None:
    """See the square, ask by door code, look up for the case, print the sheet."""
    with steps.step("the officer's draft shows how many are registered in the square, as 5\N{EN DASH}9"):
        told = await officer.registered()
        need(told[0].startswith("0 squares with 10+, 1 square with 5\N{EN DASH}9"), f"the draft says: {told[0]}")
        need(told[1:] == ["5\N{EN DASH}9"], f"the map says: {told[1:]}")
    asked = {**draft(datetime.now(UTC)), "case_number": CASE, "by_code": True}
    kept.area = asked["area"]
    with steps.step("the officer asks by door code, and with the case number sees the pin"):
        kept.request_id = await officer.ask(asked)
        request = await officer.call("GET", f"/api/requests/{kept.request_id}")
        kept.keep("request.json", unb64(request["payload"]))
        kept.found = await officer.look_up(kept.request_id, kept.area)
    with steps.step("the door sheet has the request's code, to type and as QR"):
        kept.sheet = await officer.door_sheet()
        kept.keep("door-sheet.pdf", kept.sheet.pdf)


async def answer(
    city: City, officer: OfficerBrowser, resident: ResidentBrowser, kept: Registered, steps: Steps
) -> None:
    """Answer by the door sheet with a recorder's file, until it's opened; then take it back."""
    kept.answer.request_id, kept.answer.approved_sha256 = kept.request_id, sha256(kept.recorded)
    with steps.step("the resident opens the request by the sheet's QR, proven on the phone, and looks at a whole clip"):
        if kept.sheet is None:
            message = "no door sheet was printed"
            raise StepError(message)
        await resident.open_request(kept.sheet.code, CASE)
        kept.answer.from_ = await asyncio.to_thread(begins, kept.recorded)
        await resident.choose(kept.recorded, kept.answer.from_)
    with steps.step("the phone seals it and sends it over a line that is cut twice; the receipt comes"):
        kept.answer.share_id, kept.receipt_key = await resident.share()
    await open_share(officer, kept.answer, city.identity_file(PERSON), steps)
    with steps.step("the resident takes it back; the officer gets no byte of it any more"):
        await resident.withdraw()
        path = f"/api/shares/{kept.answer.share_id}"
        receipts = [each["envelope"] for each in (await officer.call("GET", path))["receipts"]]
        kept.answer.keep("withdrawn.json", base64.b64decode(receipts[-1]))
        kept.refused = await officer.refusal(f"{path}/parts/clip/body")


async def leave(city: City, officer: OfficerBrowser, resident: ResidentBrowser, kept: Registered, steps: Steps) -> None:
    """Read who looked, be erased; the officer finds nothing of it any more."""
    with steps.step("the resident comes back with the printed key and reads who looked, by badge and case"):
        await resident.come_back(kept.key)
        kept.looks, kept.told = await resident.looks(), await resident.told()
    with steps.step("the resident is erased; the officer's look-up finds nothing, and the square is no longer told"):
        kept.keep("erasure.json", await resident.erase())
        found = await officer.look_up(kept.request_id, kept.area)
        need(len(found) == 1, f"the look-up still has {found[1:]}")
        need(found[0].startswith("No owner here lets police see"), f"the look-up says: {found[0]}")
        await city.count_cameras()
        told = await officer.registered()
        need(told == ["Each square has fewer than 5."], f"the draft says: {told}")
