"""The journey of one request, by public interfaces only: the officer's calls, the owner's calls."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .evidence import identity_in, need, open_sealed, sha256, unb64
from .owner import PIN
from .processes import until
from .town import CELL, HOME_LATITUDE_E7, HOME_LONGITUDE_E7

if TYPE_CHECKING:
    from pathlib import Path

    from .officer_browser import OfficerBrowser
    from .officer_calls import OfficerCalls
    from .owner import Owner
    from .owner_browser import OwnerBrowser
    from .steps import Steps
    from .town import Town

type Officer = OfficerCalls | OfficerBrowser

RECORD_S = 32  # long enough for three segments of the recorder
CLIP_LEAD_S, CLIP_S = 6, 15
RECEIPT_WITHIN_S = 60.0
LINKED_WITHIN_S = 30.0
MAY_BE_DELAY = ("not_live", "log_not_followed")  # rules: the hub's documents come one by one
RADIUS_M = 200  # 0.049 square miles, within an officer's own limit


def stamp(at: datetime) -> str:
    """Write a time with milliseconds, as the home's commands take it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def moment(text: str) -> datetime:
    """Read a time of the protocol or of the home's commands."""
    return datetime.fromisoformat(text)


@dataclass(slots=True, kw_only=True)
class Found:
    """What the journey leaves behind for the check: files in ``folder`` and the facts that name them."""

    folder: Path
    request_id: str = ""
    share_id: str = ""
    from_: datetime | None = None
    until: datetime | None = None
    approved_sha256: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)

    def keep(self, name: str, data: bytes) -> None:
        """Write one file."""
        (self.folder / name).write_bytes(data)


def draft(now: datetime) -> dict[str, Any]:
    """Return what the officer's page sends for a burglary a few minutes ago."""
    return {
        "draft_id": secrets.token_hex(16),
        "case_number": "26-018452",
        "contact": "678-555-0142",
        "offence_code": "16-7-1",
        "reason": "Two people left a house on foot with a bag, seen by a neighbor.",
        "why_larger": "",
        "urgency": "routine",
        "drill": False,
        "by_code": False,
        "area": {"kind": "circle", "center": [HOME_LATITUDE_E7 - 3_000, HOME_LONGITUDE_E7], "radius_m": RADIUS_M},
        "from": (now - timedelta(minutes=20)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "until": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "expires_in_h": 24,
    }


async def join(town: Town, owner: Owner, steps: Steps) -> None:
    """Enrol the home, and let its camera be asked."""
    with steps.step("the home joins the city, its eight words compared"):
        code, words = await town.city.enrollment_code(CELL)
        await owner.enrol(code, town.city.homes_url, words)
    await hear(town, owner, steps)
    with steps.step("the doorbell is a camera in Home Assistant, and may be asked"):
        await town.home.add_camera(town.doorbell)
        await owner.offer_camera((HOME_LATITUDE_E7, HOME_LONGITUDE_E7))


async def hear(town: Town, owner: Owner, steps: Steps) -> None:
    """Wait until a home that joined is linked to the hub and has the city's map."""
    way = "mqtt" if town.city.broker else "feed"

    async def linked() -> bool:
        return bool((await owner.state())["snapshot"]["link"] == way)

    with steps.step(f"the home hears the city by {'MQTT' if town.city.broker else 'the HTTPS feed'}"):
        await until(linked, LINKED_WITHIN_S, f"the home is not linked by {way}")

    async def mapped() -> bool:
        return bool((await owner.state())["map"]["sha256"])

    with steps.step("the home has the city's map of streets, as the city's root named it"):
        await until(mapped, LINKED_WITHIN_S, "the map does not come")


async def ask(officer: Officer, found: Found, steps: Steps) -> None:
    """Draft, sign and publish a request."""
    with steps.step("the officer drafts, signs with the signing key and publishes"):
        found.request_id = await officer.ask(draft(datetime.now(UTC)))


async def decide(owner: Owner, page: OwnerBrowser | None, found: Found, steps: Steps, *, audio: bool) -> None:
    """Find the request at home, look at the exact clip, and share it: on ``page``, else by the calls it makes."""
    with steps.step("the home verifies it and finds that the doorbell covers it"):
        request = await owner.request(
            found.request_id,
            lambda each: bool(each["cases"] or each["refused"] not in {None, *MAY_BE_DELAY}),
            "the request did not reach the home",
        )
        need(request["refused"] is None, f"the home refused it: {request['refused']} {request['refused_detail']}")
        held = await owner.request(
            found.request_id, lambda each: each["cases"][0]["footage_until"] is not None, "no footage is held"
        )
    case_id = held["cases"][0]["case_id"]
    with steps.step("the owner looks at some seconds, cut exactly"):
        if page is not None:
            await page.look(found.request_id, audio=audio)
        else:
            await look(owner, held["cases"][0], audio=audio)
        shown = await owner.request(found.request_id, lambda each: each["cases"][0]["clip"] is not None, "no clip")
        clip = shown["cases"][0]["clip"]
        found.from_, found.until = moment(clip["from"]), moment(clip["until"])
        found.approved_sha256 = clip["clip_sha256"]
        found.keep("preview.mp4", await owner.preview(case_id, clip["preview_sha256"] or clip["clip_sha256"]))
    with steps.step("the owner approves with the PIN; the home seals, uploads and gets a receipt"):
        if page is not None:
            await page.share()
        else:
            await approve(owner, case_id, clip["clip_sha256"], held["recipients_sha256"])
        await receipt(owner, found, "received")


async def look(owner: Owner, case: dict[str, Any], *, audio: bool, length_s: float = CLIP_S) -> None:
    """Have the last seconds of the footage cut, by the call that the page makes."""
    until_ = _whole_ms(moment(case["footage_until"]) - timedelta(seconds=CLIP_LEAD_S))
    from_ = _whole_ms(max(until_ - timedelta(seconds=length_s), moment(case["footage_from"]) + timedelta(seconds=1)))
    times = {"from": stamp(from_), "until": stamp(until_)}
    await owner.command("look", case_id=case["case_id"], **times, audio=audio)


def _whole_ms(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


async def approve(owner: Owner, case_id: str, clip_sha256: str, recipients_sha256: str) -> None:
    """Approve exactly this clip, by the call that the page makes."""
    await owner.command(
        "approve",
        case_id=case_id,
        clip_sha256=clip_sha256,
        recipients_sha256=recipients_sha256,
        pin=PIN,
        named=False,
        keep_sources=True,
    )


async def receipt(owner: Owner, found: Found, event: str) -> None:
    """Wait until the home holds a checked receipt of ``event``."""

    def has(request: dict[str, Any]) -> bool:
        shares = [case["share"] for case in request["cases"] if case["share"] is not None]
        return any(each["event"] == event for share in shares for each in share["receipts"])

    request = await owner.request(found.request_id, has, f"the receipt '{event}' did not come", RECEIPT_WITHIN_S)
    found.share_id = request["cases"][0]["share"]["share_id"]
    found.evidence = await owner.command("evidence", request_id=found.request_id)
    found.keep("map.json", (await owner.command("map"))["pack"].encode())
    for name in ("city_record", "directory", "live", "bundle"):
        found.keep(f"{name.replace('_', '-')}.json", base64.b64decode(found.evidence[name]))


async def open_share(officer: Officer, found: Found, identity: Path, steps: Steps) -> None:
    """Let the officer open what arrived, and keep every byte."""

    async def arrived() -> list[dict[str, Any]]:
        return list((await officer.call("GET", f"/api/shares?request={found.request_id}"))["shares"])

    with steps.step("the officer opens it with a key that the hub has never seen"):
        shares = await until(arrived, RECEIPT_WITHIN_S, "the share is not on the officer's list")
        share_id = shares[0]["share_id"]
        found.keep("clip.mp4", await officer.open(share_id, identity))
    details = await officer.call("GET", f"/api/shares/{share_id}")
    found.keep("share.json", base64.b64decode(details["envelope"]))
    for each in details["receipts"]:
        found.keep(f"receipt-{each['sequence']}.json", base64.b64decode(each["envelope"]))
    for part in details["parts"]:
        name, header = part["name"], unb64(part["header"])
        body = await officer.call("GET", f"/api/shares/{share_id}/parts/{name}/body")
        found.keep(f"{name}.header", header)
        found.keep(f"{name}.body", body)
        plain = await asyncio.to_thread(open_sealed, header, body, identity_in(identity))
        if name == "clip":
            need(hashlib.sha256(plain).hexdigest() == sha256(found.folder / "clip.mp4"), "the page saved another clip")
        else:
            found.keep(f"{name}.json", plain)
