"""What reaches a home: from its hub, from its own page, from the city's paper, from a child, from Frigate."""

from __future__ import annotations

import asyncio
import base64
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import voluptuous as vol
from homeassistant.util.json import json_loads

from custom_components.milton_share.cameras.discovery.found import NAME_MAX_CHARS
from custom_components.milton_share.cameras.discovery.ws_discovery import NotAnAnswerError, read
from custom_components.milton_share.city.verdicts import claimed_number, other_root
from custom_components.milton_share.clips.expert.statement import NotAManifestError, read_statement
from custom_components.milton_share.clips.job import Job
from custom_components.milton_share.clips.pictures.model import NotPicturesError, read_rough, read_stills
from custom_components.milton_share.clips.refusal import ClipRefused
from custom_components.milton_share.clips.result import read_answer, read_progress
from custom_components.milton_share.enrollment.client import ask_city, enrol, parse_hub_url, parse_invitation
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.hub_link import inbox as inboxes
from custom_components.milton_share.hub_link.inbox import Inbox
from custom_components.milton_share.panel.websocket import COMMANDS
from custom_components.milton_share.shared.milton_protocol.errors import ProtocolError
from custom_components.milton_share.shared.milton_protocol.limits import FINGERPRINT_WORDS, RECORD_SIZE_MAX_BYTES
from custom_components.milton_share.shared.milton_protocol.messages.homes.enrollment import CityAnswer, EnrolAnswer
from custom_components.milton_share.shared.milton_protocol.messages.homes.feed import FeedMessage, FeedPage
from custom_components.milton_share.shared.milton_protocol.words import digest_words
from custom_components.milton_share.sources.frigate.answers import read_recording_cameras, read_recordings, read_version
from custom_components.milton_share.sources.go2rtc import read_streams
from custom_components.milton_share.sources.onvif import NoTimeError, read_time
from custom_components.milton_share.sources.recorder_clients.clock.offset import window
from custom_components.milton_share.sources.recorder_clients.errors import CopyError
from custom_components.milton_share.storage import schema
from tests.fuzz.short import json_bytes, short_target
from tests.fuzz.target import Shape
from tests.simulators.city import AGENCY_ID, NOW, City
from tests.simulators.network_camera import answer_to, time_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

CITY = City()
CITY.publish()
MESSAGE_ID = "urn:uuid:0"
OUT = Path("/clips/out.mp4")
CALLS = {command.type: command.message_schema() for command in COMMANDS}


def _wait[T](work: Coroutine[Any, Any, T]) -> T:
    """Run to the end what only looks as if it could wait."""
    return _LOOP.run_until_complete(work)


_LOOP = asyncio.new_event_loop()


class _Database:
    """The home's database, in memory."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:")
        for statement in (statement for step in schema.STEPS for statement in step):
            self.connection.execute(statement)

    async def run(self, *work: Any) -> Any:  # noqa: ANN401 - whatever the work returns
        return work[-1](self.connection)

    read = run


DATABASE = _Database()


class _Hub:
    """A hub that answers one body."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def get(self, _path: str, **_more: object) -> tuple[bytes, None]:
        return self._body, None

    async def post(self, _path: str, _body: bytes, **_more: object) -> bytes:
        return self._body


def _feed(data: bytes) -> object:
    """Deliver a page to an inbox: only known topics, within their bounds, come through."""
    page = FeedPage.from_bytes(data)
    taken = Inbox(
        DATABASE,  # type: ignore[arg-type] - the same calls
        AGENCY_ID,
        claims=lambda _topic, payload: claimed_number(payload, "serial"),
        believed=lambda _topic: 1,
        on_change=lambda: None,
        run_blocking=_at_once,
    )
    _wait(taken.deliver([(message.topic, message.payload) for message in page.messages]))
    inside = taken.under("") | {inboxes.REQUESTS + id_: payload for id_, payload in taken.under("requests/").items()}
    assert all(inboxes._FORM.fullmatch(topic) for topic in inside)  # noqa: SLF001 - the form is what is checked
    assert sum(map(len, inside.values())) <= inboxes.REQUESTS_MAX_BYTES + 3 * RECORD_SIZE_MAX_BYTES
    DATABASE.connection.execute("DELETE FROM topics")
    return inside


async def _at_once[T](work: Callable[[], T]) -> T:
    return work()


def _claimed(data: bytes) -> object:
    named = other_root(data, CITY.root_public_key)
    assert named is None or len(digest_words(bytes.fromhex(named))) == FINGERPRINT_WORDS, "shown as words"
    return claimed_number(data, "serial"), claimed_number(data, "sequence"), named


def _message(data: bytes) -> object:
    """Judge a command's fields as Home Assistant does before it is run."""
    try:
        value = json_loads(data)
    except ValueError:  # Home Assistant's to refuse
        return None
    kind = value.get("type") if isinstance(value, dict) else None
    return CALLS[kind](value) if isinstance(kind, str) and kind in CALLS else None


def _invitation(data: bytes) -> object:
    invitation = parse_invitation(data.decode(errors="replace"))
    assert len(invitation.code) == len("MS-0123-4567-89AB")
    return invitation


def _hub_url(data: bytes) -> object:
    url = parse_hub_url(data.decode(errors="replace"))
    assert url.startswith(("https://", "http://"))
    assert "@" not in url
    assert "#" not in url
    return url


def _city(data: bytes) -> object:
    city = _wait(ask_city(_Hub(data), NOW))  # type: ignore[arg-type] - the same calls
    assert city.root_public_key == CITY.root_public_key, "a city record that nobody signed"
    return city


def _enrol(data: bytes) -> object:
    return _wait(enrol(_Hub(data), "MS-0123-4567-89AB", "0" * 32, bytes(32)))  # type: ignore[arg-type] - as above


def _cut_answer(data: bytes) -> object:
    share = read_progress(data)
    assert share is None or 0 <= share <= 1
    return share, read_answer(data, OUT)


def _job(data: bytes) -> object:
    return Job.from_json(data)


ROUGH = {"rough": [{"at_ms": 1_760_000_000_000, "jpeg": "/9j/4AAQ"}, {"at_ms": 1_760_000_005_000, "jpeg": "/9j/4AAQ"}]}
STILLS = {
    "stills": {
        **dict.fromkeys(("poster", "sheet", "strip"), "/9j/4AAQ"), "tile_width": 160, "tile_height": 90, "at_ms": [0, 5]
    }
}  # fmt: skip


def _onvif_time(data: bytes) -> object:
    said_s = read_time(data)
    assert said_s == int(said_s)
    return said_s


def _onvif(data: bytes) -> object:
    found = read(data, MESSAGE_ID, "192.0.2.7")
    assert found.address == "192.0.2.7"
    assert len(found.name) <= NAME_MAX_CHARS
    assert found.name.isprintable()
    return found


def _frigate_date(data: bytes) -> object:
    return window(data.decode("latin-1"), 1_760_000_000.0, 1_760_000_001.0)


DIGEST, SHORT, MOMENT = "a" * 64, "b" * 32, "2026-11-10T07:10:00.000Z"
FILLED: dict[str, dict[str, object]] = {
    "preview_path": {"case_id": SHORT, "sha256": DIGEST},
    "stills": {"case_id": SHORT, "sha256": DIGEST},
    "rough": {"case_id": SHORT},
    "marks": {"case_id": SHORT},
    "evidence": {"request_id": DIGEST},
    "look": {
        "case_id": SHORT, "from": MOMENT, "until": "2026-11-10T07:10:00Z", "audio": False,
        "masks": [{"keys": [{"at": MOMENT, "corners": [[0, 0], [5000, 0], [0, 9]]}]}],
        "further": [{"from": MOMENT, "until": MOMENT}],
    },
    "look/cancel": {"case_id": SHORT},
    "approve": {
        "case_id": SHORT, "clip_sha256": DIGEST, "recipients_sha256": DIGEST, "pin": "482917", "named": True,
        "keep_sources": False,
    },
    "door_code/enter": {"code": "MD-0000-0000-0000-0000"},
    "not_this_time": {"request_id": DIGEST},
    "held/wipe": {"request_id": DIGEST},
    "folder/look": {"folder": "/media/front", "zone": None},
    "folder/set": {"camera_id": "camera.door", "folder": "/media/front", "zone": "UTC"},
    "own/recorded": {"from": MOMENT, "until": "2026-11-10T07:10:00Z"},
    "own/cut": {
        "camera_ids": ["camera.door"], "from": MOMENT, "until": "2026-11-10T07:10:00Z", "audio": True,
        "masks": [
            {"camera_id": "camera.door", "masks": [{"keys": [{"at": MOMENT, "corners": [[0, 0], [5000, 0], [0, 9]]}]}]}
        ],
    },
    "own/path": {"clip_id": SHORT, "kind": "preview"},
    "own/save": {"clip_id": SHORT},
    "file/check": {"request_id": DIGEST},
    "file/picture_path": {"case_id": SHORT},
    "file/confirm": {"case_id": SHORT, "at": MOMENT, "uncertainty_s": 60, "camera_id": None},
    "file/remove": {"case_id": SHORT},
    "withdraw": {"share_id": SHORT, "pin": "482917"},
    "flag": {"share_id": SHORT, "pin": "482917"},
    "agree_early": {"share_id": SHORT, "pin": "482917"},
    "passing/say": {"share_id": SHORT, "question": 3, "agrees": True, "pin": "482917"},
    "sources/give_up": {"share_id": SHORT, "pin": "482917"},
    "camera/set": {
        "camera_id": "camera.door", "placing": "outdoor", "eligible": True, "position": [341_320_000, -843_000_000],
        "heading_deg": 0, "field_of_view_deg": 120, "range_m": 20,
        "recording": "events", "on_battery": False, "record_also": False,
        "also_told_by": [], "source": "here",
    },
    "pin/set": {"pin": "482917", "old_pin": None},
    "approver/name": {"user_id": "u", "pin": "482917"},
    "approver/remove": {"user_id": "u", "pin": "482917"},
    "log/accept": {"origin": "log.milton.example/2", "public_key": "5a" * 32, "pin": "482917"},
    "witnesses/set": {"quorum": 1, "witnesses": [CITY.witness_key("university").format()], "pin": "482917"},
    "household/set": {
        "phones": ["mobile_app_door"], "quiet": {"from": "21:00", "until": "07:00"}, "urgent_breaks_quiet": False,
        "weekly_cap": 3, "reminder": "last_day", "audio": False, "named": False, "storage_gb": 10, "keep_days": 3,
        "pause": {"until": "2026-11-10T07:10:00Z"},
    },
    "leave": {"pin": "482917"},
}  # fmt: skip
"""The fields of each command that has some."""
MESSAGES = tuple({"id": 1, "type": command.type, **FILLED.get(command.name, {})} for command in COMMANDS)
PAGE = FeedPage(
    epoch="0" * 32,
    next=4,
    more=False,
    messages=(
        *(FeedMessage(topic=topic, payload=payload) for topic, payload in CITY.topics().items()),
        FeedMessage(topic=f"milton/v1/{AGENCY_ID}/receipts/{'0' * 32}", payload=b"x"),
        FeedMessage(topic="milton/v1/other-pd/live", payload=b"x"),
        FeedMessage(topic=f"milton/v1/{AGENCY_ID}/requests/{'0' * 64}", payload=None),
    ),
).to_bytes()
ANSWER = {
    "result": {
        "clip": {"path": str(OUT), "sha256": DIGEST, "size_bytes": 9},
        "preview": None, "codec": "h264", "width": 1920, "height": 1080,
        "ranges": [{
            "from_ms": 1, "until_ms": 2, "first_frame_ms": 1, "last_frame_ms": 2, "stored_ms": 0,
            "gaps": [{"from_ms": 1, "until_ms": 2}],
        }],
        "frames": [{"first": 0, "count": 2, "kind": "copied", "slices_sha256": DIGEST}],
        "audio": "kept", "software": {"av": "16"}, "resized_ms": [1],
    }
}  # fmt: skip
STATEMENT = {
    "subject": [{"name": "clip.mp4", "digest": {"sha256": DIGEST}}],
    "predicate": {
        "preview_sha256": None, "edits": {"audio": "kept", "masks": []},
        "ranges": [{"from": MOMENT, "until": MOMENT, "first_frame": MOMENT, "stored_ms": 0}],
        "frames": [{"first": 0, "count": 2, "kind": "copied", "slices_sha256": DIGEST}],
        "segments": [{"sha256": DIGEST, "from": MOMENT, "until": MOMENT}],
    },
}  # fmt: skip
JOB = {
    "version": 1,
    "segments": [{"path": "/a.mp4", "from_ms": 1.5, "until_ms": 2, "uncertainty_ms": 3}],
    "from_ms": 1, "until_ms": 2, "further": [{"from_ms": 5, "until_ms": 6}], "audio": True,
    "masks": [{"keys": [{"at_ms": 1, "corners": [[0, 0], [9, 0], [0, 9]]}]}],
    "out": str(OUT), "preview": False,
    "limits": {"memory_bytes": 2**30, "cpu_s": 1, "file_size_bytes": 1, "open_files": 64},
}  # fmt: skip
FRIGATE = [{"start_time": 100.5, "end_time": 110.0, "id": "x"}, {"start_time": 111, "end_time": 120}]
TARGETS = (
    short_target("home.feed", _feed, PAGE, refusals=(ProtocolError,), size_max_bytes=16_384),
    short_target(
        "home.claimed_number",
        _claimed,
        CITY.directory_envelope(),
        CITY.live_envelope(),
        CITY.city_record_envelope(),
        size_max_bytes=8_192,
    ),
    short_target("home.websocket", _message, *map(json_bytes, MESSAGES), refusals=(vol.Invalid,)),
    short_target(
        "home.invitation",
        _invitation,
        b"MS-0123-4567-89AB",
        b"https://hub.example/join#code=ms-oil3-4567-89ab",
        refusals=(MiltonShareError,),
        shape=Shape.TEXT,
    ),
    short_target(
        "home.hub_url",
        _hub_url,
        b"hub.example",
        b"http://[::1]:80/x",
        b"https://a@b",
        refusals=(MiltonShareError,),
        shape=Shape.TEXT,
    ),
    short_target(
        "home.ask_city",
        _city,
        CityAnswer(
            root_public_key=CITY.root_public_key, city_record=CITY.city_record_envelope(), versions=(1,)
        ).to_bytes(),
        refusals=(MiltonShareError,),
        size_max_bytes=8_192,
    ),
    short_target(
        "home.enrol",
        _enrol,
        EnrolAnswer(home_token="t", mqtt=None, receipts_keep_days=9).to_bytes(),
        refusals=(MiltonShareError,),
    ),
    short_target(
        "home.cut_answer",
        _cut_answer,
        json_bytes(ANSWER),
        b'{"progress":0.5}',
        b'{"refused":"no_space"}',
        refusals=(ClipRefused,),
    ),
    short_target(
        "home.clip_statement",
        read_statement,
        json_bytes(STATEMENT),
        json_bytes({"payload": base64.b64encode(json_bytes(STATEMENT)).decode()}),
        refusals=(NotAManifestError,),
    ),
    short_target("home.clip_job", _job, json_bytes(JOB), refusals=(ClipRefused,)),
    short_target(
        "home.go2rtc.streams",
        read_streams,
        json_bytes({"door": {"producers": [{"url": "rtsp://10.0.0.7:554/live#video=copy"}], "consumers": []}}),
        refusals=(CopyError,),
    ),
    short_target("home.frigate.version", read_version, b"0.16.1-abc\n", refusals=(CopyError,), shape=Shape.TEXT),
    short_target(
        "home.frigate.cameras",
        read_recording_cameras,
        json_bytes({"cameras": {"door": {"record": {"enabled": True}}}}),
        refusals=(CopyError,),
    ),
    short_target(
        "home.frigate.recordings",
        lambda data: read_recordings(data, 90.0, 130.0),
        json_bytes(FRIGATE),
        refusals=(CopyError,),
    ),
    short_target("home.onvif", _onvif, answer_to(MESSAGE_ID), refusals=(NotAnAnswerError,), shape=Shape.TEXT),
    short_target("home.stills", read_stills, json_bytes(STILLS), refusals=(NotPicturesError,)),
    short_target("home.rough", read_rough, json_bytes(ROUGH), refusals=(NotPicturesError,)),
    short_target("home.onvif.time", _onvif_time, time_answer(1_795_000_000), refusals=(NoTimeError,), shape=Shape.TEXT),
    short_target("home.frigate.date", _frigate_date, b"Mon, 23 Nov 2026 12:00:00 GMT", shape=Shape.TEXT),
)
