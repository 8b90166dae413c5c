"""Law 3: what an officer opens has no frame and no sound outside the approved range, and no word of the home.

The cutter's own tests (tests/clips) try every codec and cut; this one opens what really arrived.
"""

from __future__ import annotations

import io
import json
from base64 import b64decode
from datetime import timedelta
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from tests.milton_share.conftest import CAMERA
from tests.simulators.city import AREA, age_identity

if TYPE_CHECKING:
    from datetime import datetime

    from tests.milton_share.conftest import Home

FRAMES_A_SECOND = 15
GROUP_S = 1  # a key frame a second


@pytest.mark.parametrize(("from_s", "until_s"), [(2.4, 12.7), (0.0, 1.0), (9.95, 20.05)])
async def test_what_arrived_holds_the_approved_frames_and_nothing_else(
    home: Home, recorded: datetime, from_s: float, until_s: float
) -> None:
    """Cut off the key frames: as many packets as frames in the range, all decodable, no hidden lead, no tags."""
    await home.place_camera()
    case = await home.held()
    start, until = recorded + timedelta(seconds=from_s), recorded + timedelta(seconds=until_s)
    await home.panel.review.look(home.owner.session, case.case_id, start, until, audio=False)
    share_id = await home.approve(home.case(case.request_id))
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    clip = open_sealed(home.hub.file(share_id, "clip"), age_identity("key-of-officer-1"))
    wanted = [number for number in range(30 * FRAMES_A_SECOND) if from_s <= number / FRAMES_A_SECOND < until_s]
    with av.open(io.BytesIO(clip), format="mp4") as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert dict(container.metadata).keys() <= {"major_brand", "minor_version", "compatible_brands"}
        packets = [packet for packet in container.demux(video=0) if packet.size]
    with av.open(io.BytesIO(clip), format="mp4") as container:
        frames = list(container.decode(video=0))
    assert len(packets) == len(frames) == len(wanted)
    assert b"elst" not in clip
    for word in (b"Front door", CAMERA.encode(), b"Lavf", b"x264", b"milton", str(AREA.center.lat_e7).encode()):
        assert word not in clip, word
    envelope = open_sealed(home.hub.file(share_id, "manifest"), age_identity("key-of-officer-1"))
    text = b64decode(json.loads(envelope)["payload"]).decode()
    assert json.loads(text)["predicate"]["camera"] == {"label": "Camera 1", "view": None}
    for word in ("Front door", CAMERA, "olivia", str(AREA.center.lat_e7), home.entry.data["home_id"]):
        assert word not in text, word
