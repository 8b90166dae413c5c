"""What an approver has taken out of a clip: shown before, bound by the approval, told to the police."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import av
import pytest

from custom_components.milton_share.panel.websocket.encode import to_json
from custom_components.milton_share.shared.milton_protocol import dsse
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest import Manifest
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from tests.milton_share.conftest import PIN
from tests.simulators.city import age_identity

from .test_commands import later, state_where

if TYPE_CHECKING:
    from datetime import datetime

    from tests.milton_share.conftest import Home

    from .conftest import Line

FRAMES_A_SECOND = 15
DARKEST = 40  # 16 is black; the encoder may ripple


@pytest.mark.usefixtures("recorded")
async def test_a_masked_clip_is_shown_approved_and_told_as_what_it_is(home: Home, line: Line) -> None:
    """The clip without masks can't be approved any more; the manifest lists the masks as they were asked for."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    whole = case.clip.clip_sha256
    start = text_of(case.clip.from_)
    masks = [
        {"keys": [{"at": start, "corners": [[0, 0], [5_000, 0], [5_000, 10_000], [0, 10_000]]}]},
        {
            "keys": [
                {"at": start, "corners": [[6_000, 0], [7_000, 0], [6_000, 1_000]]},
                {"at": later(start, 2), "corners": [[8_000, 0], [9_000, 0], [8_000, 1_000]]},
            ]
        },
    ]
    wish = {"case_id": case.case_id, "from": start, "until": later(start, 2), "audio": False, "masks": masks}
    clip = await line.result("look", **wish)
    assert clip["masks"] == masks
    assert clip["clip_sha256"] != whole
    await line.result("subscribe")
    request = await state_where(line, case.request_id, lambda case: case["state"] == "reviewing")
    assert request["cases"][0]["clip"]["masks"] == masks

    choice: dict[str, Any] = {
        "case_id": case.case_id,
        "recipients_sha256": request["recipients_sha256"],
        "named": False,
        "keep_sources": False,
        "pin": PIN,
    }
    home.play(home.case(case.request_id))
    assert await line.refusal("approve", **choice, clip_sha256=whole) == "other_clip"
    share_id = (await line.result("approve", **choice, clip_sha256=clip["clip_sha256"]))["share_id"]
    await home.until(lambda: home.case(case.request_id).state == "receipted")

    manifest = sent_manifest(home, share_id)
    assert to_json(manifest.edits.masks) == masks
    assert {run.kind for run in manifest.frames} == {"encoded"}
    sent = open_sealed(home.hub.file(share_id, "clip"), age_identity("key-of-officer-1"))
    with av.open(io.BytesIO(sent), format="mp4") as container:
        for frame in container.decode(video=0):
            assert isinstance(frame, av.VideoFrame)
            assert left_half_is_black(frame)


async def test_several_ranges_are_one_clip_and_what_lies_between_stays_home(
    home: Home, line: Line, recorded: datetime
) -> None:
    """Two seconds, then three, eight seconds later: as many frames, and the manifest says where each part is."""
    await home.place_camera()
    case = await home.held()
    start = text_of(recorded)
    first = {"from": later(start, 2), "until": later(start, 4)}
    second = {"from": later(start, 12), "until": later(start, 15)}
    wish = {"case_id": case.case_id, "audio": False}
    assert await line.refusal("look", **wish, **second, further=[first]) == "ranges_overlap"
    short = {"from": later(start, 12), "until": later(start, 12.5)}
    assert await line.refusal("look", **wish, **first, further=[short]) == "too_short"
    beyond = {"from": later(start, 12), "until": later(start, 40_000)}
    assert await line.refusal("look", **wish, **first, further=[beyond]) == "outside_request"

    clip = await line.result("look", **wish, **first, further=[second])
    assert (clip["from"], clip["until"], clip["gaps"]) == (first["from"], second["until"], [])
    assert [(part["from"], part["until"], part["stored_ms"]) for part in clip["ranges"]] == [
        (first["from"], first["until"], 0),
        (second["from"], second["until"], 2_000),
    ]
    share_id = await home.approve(home.case(case.request_id))
    await home.until(lambda: home.case(case.request_id).state == "receipted")

    manifest = sent_manifest(home, share_id)
    assert to_json(manifest.ranges) == clip["ranges"]
    sent = open_sealed(home.hub.file(share_id, "clip"), age_identity("key-of-officer-1"))
    with av.open(io.BytesIO(sent), format="mp4") as container:
        count = sum(1 for packet in container.demux(video=0) if packet.size)
    assert count == sum(run.count for run in manifest.frames) == 5 * FRAMES_A_SECOND


def text_of(moment: datetime) -> str:
    """Return a time in the page's form."""
    return str(to_json(moment))


def sent_manifest(home: Home, share_id: str) -> Manifest:
    """Open the manifest that reached the hub."""
    envelope = open_sealed(home.hub.file(share_id, "manifest"), age_identity("key-of-officer-1"))
    keys = [home.hub.shares[share_id].one_time_key]
    return Manifest.from_bytes(dsse.open_envelope(envelope, Manifest.PAYLOAD_TYPE, keys, required=1))


def left_half_is_black(frame: av.VideoFrame) -> bool:
    """Look at all lines but what lies beside the edge."""
    plane = frame.planes[0]
    data, until = bytes(plane), plane.width // 2 - 8
    return all(max(data[y * plane.line_size : y * plane.line_size + until]) <= DARKEST for y in range(plane.height))
