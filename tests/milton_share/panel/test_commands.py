"""The whole way of a request through the page's own commands, and what each refuses."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.milton_share.cameras.service import CameraService
from custom_components.milton_share.panel.http.views import preview_url
from custom_components.milton_share.panel.websocket.encode import to_json
from custom_components.milton_share.panel.websocket.forms import time
from custom_components.milton_share.shared.milton_protocol import dsse
from custom_components.milton_share.shared.milton_protocol.messages.city.record import CityRecord
from custom_components.milton_share.shared.milton_protocol.messages.requests.bundle import Bundle
from custom_components.milton_share.shared.milton_protocol.messages.shares.receipt import Receipt
from tests.milton_share.conftest import CAMERA, PIN, Home
from tests.simulators.city import AREA

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from custom_components.milton_share.cameras.model import CameraView

    from .conftest import Line

CLIP_S = 12
PLACED = {
    "camera_id": CAMERA,
    "placing": "outdoor",
    "eligible": True,
    "position": [AREA.center.lat_e7, AREA.center.lon_e7],
    "heading_deg": 90,
    "field_of_view_deg": 90,
    "range_m": 30,
    "recording": "events",
    "on_battery": False,
    "record_also": False,
    "also_told_by": [],
}


async def state_where(line: Line, request_id: str, reached: Any) -> dict[str, Any]:  # noqa: ANN401
    """Read events until the only case of a request is what is waited for, and return the request."""
    while True:
        event = await line.event()
        for request in event["state"]["requests"]:
            if request["request_id"] == request_id and request["cases"] and reached(request["cases"][0]):
                return request


def opened(envelope: str, payload_type: str, key: bytes | None = None) -> bytes:
    """Return what is in an envelope, checked where a key is given."""
    data = base64.b64decode(envelope)
    if key is not None:
        return dsse.open_envelope(data, payload_type, [key], required=1)
    return base64.b64decode(json.loads(data)["payload"])


LOOK = {"case_id": "0" * 32, "from": "2026-11-10T07:10:00Z", "until": "2026-11-10T07:11:00Z", "audio": False}
KEY = {"at": "2026-11-10T07:10:00Z", "corners": [[0, 0], [10_000, 0], [0, 10_000]]}
WRONG_MASKS: tuple[list[dict[str, Any]], ...] = (
    [{"keys": []}],
    [{"keys": [KEY]}] * 33,
    [{"keys": [KEY, KEY]}],  # one moment twice
    [{"keys": [KEY], "color": "white"}],
    [{"keys": [KEY | {"corners": [[0, 0], [1, 1]]}]}],
    [{"keys": [KEY | {"corners": [[0, 0], [1, 1], [0, 10_001]]}]}],
    [{"keys": [KEY | {"corners": [[0, 0], [1, 1], [0, True]]}]}],
    [{"keys": [KEY | {"at": "yesterday"}]}],
)


def later(text: str, seconds: float) -> str:
    """Return a time in the page's form, some seconds later."""
    return to_json(datetime.fromisoformat(text) + timedelta(seconds=seconds))


@pytest.mark.usefixtures("recorded")
async def test_the_owner_goes_the_whole_way_by_websocket(
    home: Home, line: Line, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Place a camera, look, play the very bytes in ranges, approve, read the receipt, take the documents, withdraw."""
    await line.result("camera/set", **PLACED)
    await line.result("subscribe")
    first = await line.event()
    assert first["panel_version"]
    assert first["retention"] == {"storage_gb": 10, "hold_after_expiry_s": 259_200}
    request_id = await home.receive()
    held = (await state_where(line, request_id, lambda case: case["state"] == "held"))["cases"][0]

    start = later(held["footage_from"], 2)
    clip = await line.result(
        "look", case_id=held["case_id"], **{"from": start, "until": later(start, CLIP_S)}, audio=False
    )
    assert (clip["from"], clip["until"], clip["audio"]) == (start, later(start, CLIP_S), "absent")

    signed = await line.result("preview_path", case_id=held["case_id"], sha256=clip["clip_sha256"])
    client = await hass_client_no_auth()
    answer = await client.get(signed["path"])
    assert (answer.status, answer.headers["Cache-Control"], answer.content_type) == (200, "no-store", "video/mp4")
    data = await answer.read()
    assert hashlib.sha256(data).hexdigest() == clip["clip_sha256"]
    part = await client.get(signed["path"], headers={"Range": "bytes=100-199"})
    assert (part.status, await part.read()) == (206, data[100:200])

    request = await state_where(line, request_id, lambda case: case["state"] == "reviewing")
    choice = {
        "case_id": held["case_id"],
        "clip_sha256": clip["clip_sha256"],
        "recipients_sha256": request["recipients_sha256"],
        "named": False,
        "keep_sources": False,
    }
    assert await line.refusal("approve", **choice, pin="161803") == "wrong_pin"
    assert await line.refusal("approve", **choice | {"clip_sha256": "0" * 64}, pin=PIN) == "other_clip"
    assert await line.refusal("approve", **choice | {"recipients_sha256": "0" * 64}, pin=PIN) == "other_recipients"
    share_id = (await line.result("approve", **choice, pin=PIN))["share_id"]

    share = (await state_where(line, request_id, lambda case: case["state"] == "receipted"))["cases"][0]["share"]
    assert (share["share_id"], [receipt["event"] for receipt in share["receipts"]]) == (share_id, ["received"])

    documents = await line.result("evidence", request_id=request_id)
    bundle = Bundle.from_bytes(base64.b64decode(documents["bundle"]))
    assert hashlib.sha256(bundle.payload).hexdigest() == request_id
    (shared,) = documents["shares"]
    assert shared["share_id"] == share_id
    hub_key = CityRecord.from_bytes(opened(documents["city_record"], CityRecord.PAYLOAD_TYPE)).hub_key
    signed_word = opened(shared["receipt_envelopes"][0], Receipt.PAYLOAD_TYPE, hub_key)
    assert Receipt.from_bytes(signed_word).event == "received"
    await line.result("withdraw", share_id=share_id, pin=PIN)


@pytest.mark.usefixtures("recorded")
async def test_not_this_time_takes_one_command_and_no_reason(home: Home, line: Line) -> None:
    """The case is declined, its clip and its hold are gone."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    await line.result("not_this_time", request_id=case.request_id)
    assert home.case(case.request_id).state == "declined"
    gone = await line.refusal("preview_path", case_id=case.case_id, sha256=case.clip.clip_sha256)
    assert gone == "other_clip"


@pytest.mark.usefixtures("recorded")
async def test_the_registries_are_read_once_for_a_state_with_many_cases(
    home: Home, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each case has its camera's name, and a subscription begins with one state; a camera that is gone has its id."""
    await home.place_camera()
    await home.held()
    await home.held(reason="Another dwelling was entered the same night.")
    read = []
    views = CameraService.views

    def counted(book: CameraService) -> tuple[CameraView, ...]:
        read.append(book)
        return views(book)

    monkeypatch.setattr(CameraService, "views", counted)
    names = [case.camera_name for request in home.state().requests for case in request.cases]
    assert (names, len(read)) == (["Front door", "Front door"], 1)
    await home.round()
    await asyncio.sleep(0.2)
    read.clear()
    await line.result("subscribe")
    state = (await line.event())["state"]
    assert (len(state["requests"]), len(read)) == (2, 1)
    home.hass.states.async_remove(CAMERA)
    assert home.state().requests[0].cases[0].camera_name == CAMERA


async def test_a_refusal_is_a_rule_and_a_sentence(line: Line) -> None:
    """The page translates the rule; everybody else can read the sentence."""
    answer = await line.ask("not_this_time", request_id="0" * 64)
    error = answer["error"] if not answer["success"] else None
    look = await line.ask(
        "look", case_id="0" * 32, **{"from": "2026-11-10T07:10:00Z", "until": "2026-11-10T07:11:00Z"}, audio=True
    )
    assert error is None or error["code"] == "unknown_request"
    assert look["error"]["code"] == "unknown_case"
    assert " " in look["error"]["message"]


@pytest.mark.usefixtures("recorded")
async def test_storage_that_fails_is_a_refusal_in_words(
    home: Home, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk, a database or a recorder that fails is said so; the log has its kind once and no path; then it works."""
    await home.place_camera()
    case = await home.held()
    wish = {"case_id": case.case_id, "from": to_json(case.footage_from), "audio": False}
    wish["until"] = later(wish["from"], 5)
    clips = home.services.folder.clips(case.case_id).parent
    away = clips.with_name("away")
    await asyncio.to_thread(clips.rename, away)
    await asyncio.to_thread(clips.write_bytes, b"no folder")
    for _ in range(2):
        answer = await line.ask("look", **wish)
        assert answer["error"]["code"] == "storage_failed"
        assert answer["error"]["message"] == "This home's own storage can't be used"
    said = [record.getMessage() for record in caplog.records if "milton_share/look" in record.getMessage()]
    assert said == ["This home's own storage failed at milton_share/look: NotADirectoryError"]
    await asyncio.to_thread(clips.unlink)
    await asyncio.to_thread(away.rename, clips)
    clip = await line.result("look", **wish)

    request = home.request(case.request_id)
    assert request is not None
    home.play(home.case(case.request_id))
    await home.services.database.close()
    choice = {
        "case_id": case.case_id,
        "clip_sha256": clip["clip_sha256"],
        "recipients_sha256": request.recipients_sha256,
        "named": False,
        "keep_sources": False,
    }
    assert await line.refusal("approve", **choice, pin=PIN) == "storage_failed"
    assert await line.refusal("not_this_time", request_id=case.request_id) == "storage_failed"
    assert str(clips.parent) not in caplog.text


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("look", {"case_id": "0" * 32, "from": "yesterday", "until": "2026-11-10T07:11:00Z", "audio": False}),
        (
            "look",
            {
                "case_id": "../../etc/passwd",
                "from": "2026-11-10T07:10:00Z",
                "until": "2026-11-10T07:11:00Z",
                "audio": False,
            },
        ),
        *(("look", LOOK | {"masks": masks}) for masks in WRONG_MASKS),
        ("look", LOOK | {"further": [{"from": LOOK["from"]}]}),
        ("look", LOOK | {"further": [{"from": LOOK["from"], "until": LOOK["until"]}] * 16}),
        ("preview_path", {"case_id": "0" * 32, "sha256": "0" * 64 + "\n"}),
        ("camera/set", PLACED | {"position": [341_338_000.5, 0]}),
        ("camera/set", PLACED | {"position": [2_000_000_000, 0]}),
        ("camera/set", PLACED | {"heading_deg": 360}),
        ("camera/set", PLACED | {"placing": "anywhere"}),
        ("camera/set", PLACED | {"source": "the cloud"}),
        ("camera/set", PLACED | {"also_told_by": [f"event.bell_{number}" for number in range(13)]}),
        ("withdraw", {"share_id": "0" * 32, "pin": "1" * 65}),
    ],
)
async def test_a_message_out_of_form_is_refused_before_anything_is_done(
    line: Line, command: str, fields: dict[str, Any]
) -> None:
    """By Home Assistant's own check of the command's fields."""
    assert await line.refusal(command, **fields) == "invalid_format"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"placing": "indoor"}, "never_eligible"),
        ({"placing": "unclassified"}, "never_eligible"),
        ({"position": None}, "no_position"),
        ({"camera_id": "camera.gone"}, "unknown_camera"),
        ({"also_told_by": ["sun.sun"]}, "tells_nothing"),
    ],
)
async def test_only_an_outdoor_camera_with_a_place_can_be_asked(line: Line, change: dict[str, Any], rule: str) -> None:
    """Whatever the page sends."""
    assert await line.refusal("camera/set", **PLACED | change) == rule


async def test_after_the_enrollment_ended_every_command_says_so(home: Home, line: Line) -> None:
    """Commands outlive an enrollment: Home Assistant can't take them back."""
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    assert await line.refusal("whoami") == "not_enrolled"
    assert await line.refusal("subscribe") == "not_enrolled"


def test_what_no_view_holds_is_never_sent() -> None:
    """A path or a key that slipped into a view would be an error, not an answer."""
    with pytest.raises(TypeError):
        to_json({"clip": Path("/config/secret")})


def test_a_time_is_read_with_and_without_a_fraction() -> None:
    """And written with milliseconds."""
    assert to_json(time("2026-11-10T07:10:00Z")) == "2026-11-10T07:10:00.000Z"
    assert to_json(time("2026-11-10T07:10:00.250Z")) == "2026-11-10T07:10:00.250Z"


def test_a_preview_has_one_path() -> None:
    """Named by case and digest."""
    assert preview_url("a" * 32, "b" * 64) == f"/api/milton_share/preview/{'a' * 32}/{'b' * 64}"


async def test_a_picked_source_is_kept_and_a_page_without_a_word_of_it_changes_nothing(home: Home, line: Line) -> None:
    """As one that an update left open."""
    for words, kept in (({}, None), ({"source": "here"}, "here"), ({}, "here"), ({"source": None}, None)):
        await line.result("camera/set", **PLACED, **words)
        assert home.services.cameras.picked(CAMERA) == kept
