"""The way of a request through a home, from the feed to the receipt."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.shared.milton_protocol import dsse
from custom_components.milton_share.shared.milton_protocol.messages.manifest import Manifest
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from tests.simulators.city import age_identity

from .conftest import FAR_AWAY

if TYPE_CHECKING:
    from .conftest import Home


@pytest.mark.usefixtures("recorded")
async def test_an_approved_clip_reaches_the_hub_and_its_receipt_comes_back(home: Home) -> None:
    """Match, hold, look, approve, seal, upload, receipt; and the custodian opens the very bytes that were looked at."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")

    clip = open_sealed(home.hub.file(share_id, "clip"), age_identity("custodian-1"))
    assert hashlib.sha256(clip).hexdigest() == case.clip.clip_sha256
    envelope = open_sealed(home.hub.file(share_id, "manifest"), age_identity("key-of-officer-1"))
    manifest = Manifest.from_bytes(
        dsse.open_envelope(envelope, Manifest.PAYLOAD_TYPE, [home.hub.shares[share_id].one_time_key], required=1)
    )
    assert manifest.clip_sha256 == case.clip.clip_sha256
    assert manifest.request_id == case.request_id
    assert manifest.range.until - manifest.range.from_ == timedelta(seconds=12)
    assert len(manifest.segments) == 2
    assert manifest.camera.label == "Camera 1"
    assert manifest.camera.view is None
    share = home.case(case.request_id).share
    assert share is not None
    assert [receipt.event for receipt in share.receipts] == ["received"]
    assert share.sent_bytes == share.size_bytes > 0


@pytest.mark.usefixtures("recorded")
async def test_a_camera_that_looks_elsewhere_has_no_case(home: Home) -> None:
    """A match is a view that reaches into the area."""
    await home.place_camera(position=FAR_AWAY)
    request_id = await home.receive()
    request = home.request(request_id)
    assert request is not None
    assert request.refused is None
    assert request.cases == ()
