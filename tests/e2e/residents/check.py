"""The whole check of the residents' way, from what it left behind and none of the project's code."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import segno

from tests.e2e.check import check_receipt, check_sealed
from tests.e2e.evidence import EvidenceError, check_frames, dsse_payload, need, unb64
from tests.e2e.media import frames_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.city import City
    from tests.e2e.residents.journey import Registered
    from tests.e2e.steps import Steps

ROW_E7, ROWS_PER_DEGREE, CELL_M2 = 25_000, 400, 64_750  # docs/protocol.md section 14
EARTH_RADIUS_M = 6_371_008.8  # and section 4
M_PER_E7 = math.radians(1e-7) * EARTH_RADIUS_M


def check_residents(kept: Registered, city: City, steps: Steps) -> None:
    """Raise EvidenceError with the first difference; the city record is beside ``kept``, checked before."""
    with steps.step("check: both entries by their own keys; an area is a square of the grid and nothing more"):
        point = check_entries(kept)
    with steps.step("check: the look-up names the pin, is on the trail, and its owner was told badge and case"):
        check_look_up(kept, city.folder, point)
    with steps.step("check: the door code opens the request that the officer signed, and the QR leads there"):
        check_door(kept, city.residents_url)
    with steps.step("check: the answer is the recorder's very file, its times are true, and the hub signed its end"):
        check_answer(kept)
    with steps.step("check: the hub signed the erasure, and no file of the city has anything of the account"):
        check_erasure(kept)
        check_gone(kept, city.folder)


def check_entries(kept: Registered) -> list[int]:
    """Check what the browser sent; return the pin's point in units of 1e-7 degree."""
    square, pin = (_entry(kept, number) for number in (1, 2))
    point: list[int] = pin["place"]["point"]
    need(square["place"] == {"kind": "area", "cell": cell_of(point)}, f"of an area was sent {square['place']}")
    need(pin["place"] == {"kind": "exact", "point": point, "heading_deg": 90, "field_of_view_deg": 90}, "the pin")
    need(square["entry_key"] != pin["entry_key"], "both entries have one key")
    area = _request(kept)["area"]
    (latitude, longitude), radius_m = area["center"], area["radius_m"]
    north_m, east_m = (point[0] - latitude) * M_PER_E7, (point[1] - longitude) * M_PER_E7
    apart_m = math.hypot(north_m, east_m * math.cos(math.radians(latitude * 1e-7)))
    need(apart_m < radius_m, "the pin isn't where the officer asks")
    return point


def _entry(kept: Registered, number: int) -> dict[str, Any]:
    envelope = (kept.folder / f"entry-{number}.json").read_bytes()
    key = unb64(json.loads(base64.b64decode(json.loads(envelope)["payload"]))["entry_key"])
    entry: dict[str, Any] = json.loads(dsse_payload(envelope, [key]))
    need(hashlib.sha256(key).hexdigest()[:32] == kept.entry_ids[number - 1], "an entry's id isn't its key's")
    return entry


def cell_of(point: list[int]) -> str:
    """Return the square of the grid that a point north of the equator is in, by the rule behind the table."""
    row = point[0] // ROW_E7
    poleward = math.radians(row // ROWS_PER_DEGREE + 1)
    width = math.ceil(CELL_M2 / (ROW_E7 * M_PER_E7 * M_PER_E7 * math.cos(poleward)))
    return f"{row}.{point[1] // width}"


def check_look_up(kept: Registered, folder: Path, point: list[int]) -> None:
    """Check what the officer saw, what the trail has of it, and what the owner read."""
    place = f"{point[0] / 1e7:.6f}, {point[1] / 1e7:.6f}"
    need(len(kept.found) == 2, f"the look-up found {kept.found[1:]}")
    need(kept.found[1].split("\t")[1].endswith(place), f"the look-up says {kept.found[1]}, not {place}")
    need(kept.found[1].split("\t")[2:4] == ["To the east, 90° wide", "14 days"], f"the pin: {kept.found[1]}")
    case, badge = _request(kept)["case_number"], _request(kept)["officer"]["badge"]
    need([each.rpartition(case)[0] for each in kept.looks] == [f"Camera 2: badge {badge}, case "], str(kept.looks))
    (told,) = kept.told
    need((told["entry_number"], told["badge"], told["case_number"]) == (2, badge, case), f"the owner was told {told}")
    trail = "select at, actor from audit where action = 'registry.looked_up' order by number"
    with closing(sqlite3.connect(f"file:{folder / 'hub' / 'hub.sqlite'}?mode=ro", uri=True)) as database:
        rows = database.execute(trail).fetchall()
    need(len(rows) == 2, f"the trail has {len(rows)} look-ups")  # the second after the erasure
    at = datetime.fromisoformat(rows[0][0]).replace(tzinfo=UTC)
    need(at.replace(microsecond=0) <= datetime.fromisoformat(told["at"]), "the owner was told before the trail")
    need(_request(kept)["officer"]["person_id"] in rows[0][1], f"the trail names {rows[0][1]}")


def _request(kept: Registered) -> dict[str, Any]:
    request: dict[str, Any] = json.loads((kept.folder / "request.json").read_bytes())
    return request


def check_door(kept: Registered, residents_url: str) -> None:
    """Check the door sheet's code and QR against the request that was signed."""
    payload = (kept.folder / "request.json").read_bytes()
    need(hashlib.sha256(payload).hexdigest() == kept.request_id, "the request is another")
    if kept.sheet is None:
        message = "no door sheet was printed"
        raise EvidenceError(message)
    code = kept.sheet.code
    hashed = hashlib.sha256(b"milton/door-code/v1\n" + code.removeprefix("MD").replace("-", "").encode()).hexdigest()
    need(json.loads(payload)["audience"] == {"kind": "code", "code_sha256": hashed}, "the code is another request's")
    qr = segno.make(f"{residents_url}/requests#{code}", error="m", micro=False)
    drawn = re.findall(r' d="([^"]+)"', qr.svg_inline(border=4, light="#fff"))
    need(re.findall(r' d="([^"]+)"', kept.sheet.qr) == drawn, "the QR leads elsewhere")


def check_answer(kept: Registered) -> None:
    """Check what arrived against what the recorder gave, and that it was taken back."""
    record, folder = _record(kept), kept.answer.folder
    manifest, share_sha256 = check_sealed(kept.answer, record)
    frames = frames_of(folder / "clip.mp4")
    (whole,) = manifest["ranges"]
    from_ms, until_ms = (round(datetime.fromisoformat(whole[end]).timestamp() * 1000) for end in ("from", "until"))
    check_frames(frames, from_ms, until_ms, manifest["clock"]["uncertainty_ms"], len(manifest["gaps"]))
    need(sum(run["count"] for run in manifest["frames"]) == len(frames), "the manifest counts other frames")
    check_receipt(folder / "withdrawn.json", "withdrawn", share_sha256, record)
    need(kept.refused == "withdrawn", f"an officer who asks for it is told: {kept.refused}")


def _record(kept: Registered) -> dict[str, Any]:
    envelope = json.loads((kept.folder.parent / "city-record.json").read_bytes())
    return dict(json.loads(base64.b64decode(envelope["payload"])))


def check_erasure(kept: Registered) -> None:
    """Check the hub's word on the erasure."""
    record = _record(kept)
    word = json.loads(dsse_payload((kept.folder / "erasure.json").read_bytes(), [unb64(record["hub_key"])]))
    need((word["type"], word["home_id"]) == ("milton/erasure", kept.account_id), "the erasure is of somebody else")


def check_gone(kept: Registered, folder: Path) -> None:
    """Check that no file of the city names the account, its keys, or an entry; its neighbors' entries are there."""
    key, receipt_key = (each[2:].replace("-", "") for each in (kept.key, kept.receipt_key))
    keys = [kept.key, key, kept.receipt_key, receipt_key]
    marks = [*keys, hashlib.sha256(key.encode()).hexdigest(), kept.account_id, *kept.entry_ids]
    contents = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for path, content in contents.items():
        left = [number for number, mark in enumerate(marks) if mark.encode() in content]
        need(not left, f"{path.name} still has {left} of the account")
    everything = b"".join(contents.values())
    need(all(each.encode() in everything for each in kept.neighbors), "a neighbor's camera is gone too")
