"""Law 9: what a home signs and shows is UTC with its uncertainty, and a gap is stated, never bridged."""

from __future__ import annotations

import io
import json
import re
from base64 import b64decode
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.panel.websocket.encode import to_json
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from custom_components.milton_share.shared.milton_protocol.times import format_time_ms
from custom_components.milton_share.storage.paths import private_folder
from tests.milton_share.conftest import PIN, Stamped, keep_segments
from tests.simulators.city import age_identity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home

FRAMES_A_SECOND = 15
UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
ANY_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d|\d\d:\d\d:\d\d")


@pytest.fixture
def with_a_gap(hass: HomeAssistant, segment_file: Path) -> datetime:
    """Record ten seconds, nothing for ten, and ten more, timed by two clocks, one worse than the other."""
    return keep_segments(
        private_folder(hass),
        segment_file,
        {
            0: Stamped(method="rtcp", uncertainty_ms=85, offset_ms=-1_500),
            2: Stamped(method="arrival", uncertainty_ms=420, offset_ms=-1_500),
        },
    )


async def test_what_is_signed_says_utc_its_uncertainty_and_the_gap(home: Home, with_a_gap: datetime) -> None:
    """In a home whose clock on the wall is New York's: the worst clock is told, and the pictures leave the gap open."""
    await home.hass.config.async_set_time_zone("America/New_York")
    await home.place_camera()
    case = await home.held()
    start, until = with_a_gap + timedelta(seconds=2), with_a_gap + timedelta(seconds=28)
    await home.panel.review.look(home.owner.session, case.case_id, start, until, audio=False)
    shown = [text for text in texts(to_json(home.state())) if ANY_TIME.search(text)]
    share_id = await home.approve(home.case(case.request_id), named=True)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: home.hub.withdrawn)
    envelope = open_sealed(home.hub.file(share_id, "manifest"), age_identity("custodian-1"))
    signed = json.loads(b64decode(json.loads(envelope)["payload"]))
    predicate = signed["predicate"]
    clock = {"offset_ms": -1_500, "uncertainty_ms": 420, "method": "arrival", "was_put": False}
    assert predicate["clock"] == clock
    (part,) = predicate["ranges"]
    assert (part["from"], part["until"], part["stored_ms"]) == (format_time_ms(start), format_time_ms(until), 0)
    gap = {"from": with_a_gap + timedelta(seconds=10), "until": with_a_gap + timedelta(seconds=20)}
    assert predicate["gaps"] == [{name: format_time_ms(moment) for name, moment in gap.items()}]
    withdrawal = next(call.body for call in home.hub.calls if call.path == "/v1/withdrawals")
    said = [signed, json.loads(b64decode(json.loads(withdrawal)["payload"]))]
    times = [text for text in texts(said) if ANY_TIME.search(text)] + shown
    assert len(times) > 10
    assert [text for text in times if not UTC_TIME.fullmatch(text)] == []

    clip = open_sealed(home.hub.file(share_id, "clip"), age_identity("custodian-1"))
    moments = frame_times(clip, start)
    assert len(moments) == 16 * FRAMES_A_SECOND
    assert not [moment for moment in moments if gap["from"] <= moment < gap["until"]]
    assert moments[0] == start
    assert until - timedelta(seconds=0.1) < moments[-1] < until


def frame_times(clip: bytes, start: datetime) -> list[datetime]:
    """Return the wall time of every picture that is in the file."""
    with av.open(io.BytesIO(clip), format="mp4") as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        pts = [frame.pts for frame in container.decode(stream) if frame.pts is not None]
        return [start + timedelta(seconds=float((each - pts[0]) * stream.time_base)) for each in pts]


def texts(value: object) -> Iterator[str]:
    """Return every text in a JSON value."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value
