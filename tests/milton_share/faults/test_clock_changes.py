"""The night on which clocks are changed: a range over the change is held, cut, shown and signed right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from homeassistant.util import dt as dt_util

from custom_components.milton_share.panel.websocket.encode import to_json
from custom_components.milton_share.shared.milton_protocol import dsse
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest import Manifest
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from custom_components.milton_share.storage.paths import private_folder
from tests.milton_share.conftest import SEGMENT_S, SEGMENTS, Stamped, keep_segments
from tests.simulators.city import City, age_identity
from tests.simulators.hub import HubSimulator, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home

NIGHTS = {
    "Berlin, spring": ("Europe/Berlin", datetime(2027, 3, 28, 1, tzinfo=UTC)),
    "Berlin, autumn": ("Europe/Berlin", datetime(2027, 10, 31, 1, tzinfo=UTC)),
    "New York, spring": ("America/New_York", datetime(2027, 3, 14, 7, tzinfo=UTC)),
    "New York, autumn": ("America/New_York", datetime(2027, 11, 7, 6, tzinfo=UTC)),
}
BEFORE, AFTER = timedelta(seconds=7), timedelta(seconds=5)
RECORDED_AGO = timedelta(hours=2, minutes=30)  # what `keep_segments` puts into the past


@pytest.fixture(params=NIGHTS)
def night(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, datetime]:
    """Let it be two and a half hours after the change; footage lies around it."""
    zone, change = NIGHTS[request.param]
    ahead = change + RECORDED_AGO - timedelta(seconds=SEGMENT_S * SEGMENTS / 2) - datetime.now(UTC)
    monkeypatch.setattr(dt_util, "utcnow", lambda: datetime.now(UTC) + ahead)
    return zone, change


@pytest.fixture
async def hub(night: tuple[str, datetime]) -> AsyncIterator[HubSimulator]:
    """Run a hub whose city lives in that night too."""
    assert night
    async for one in running(HubSimulator(city=City(now=dt_util.utcnow().replace(microsecond=0)))):
        yield one


@pytest.fixture
def recorded(hass: HomeAssistant, segment_file: Path, night: tuple[str, datetime]) -> datetime:
    """Put half a minute of footage around the change."""
    assert night
    stamp = Stamped(method="arrival", uncertainty_ms=150, offset_ms=0)
    return keep_segments(private_folder(hass), segment_file, dict.fromkeys(range(SEGMENTS), stamp))


async def test_a_range_over_a_change_of_clocks_is_twelve_seconds_long(
    home: Home, night: tuple[str, datetime], recorded: datetime
) -> None:
    """The local hour is missing or comes twice; the clip's time is neither, and is said in UTC."""
    zone, change = night
    assert recorded < change < recorded + timedelta(seconds=SEGMENT_S * SEGMENTS)
    await home.hass.config.async_set_time_zone(zone)
    offsets = {(change + by).astimezone(ZoneInfo(zone)).utcoffset() for by in (-BEFORE, AFTER)}
    assert len(offsets) == 2
    await home.place_camera()
    case = await home.held()
    assert case.footage_from == recorded
    from_, until = change - BEFORE, change + AFTER
    clip = await home.panel.review.look(home.owner.session, case.case_id, from_, until, audio=False)
    assert (clip.from_, clip.until, clip.gaps) == (from_, until, ())
    shown = to_json(clip)
    assert isinstance(shown, dict)
    assert shown["from"] == f"{from_:%Y-%m-%dT%H:%M:%S}.000Z"
    share_id = await home.approve(home.case(case.request_id))
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    envelope = open_sealed(home.hub.file(share_id, "manifest"), age_identity("custodian-1"))
    keys = [home.hub.shares[share_id].one_time_key]
    manifest = Manifest.from_bytes(dsse.open_envelope(envelope, Manifest.PAYLOAD_TYPE, keys, required=1))
    assert (manifest.range.from_, manifest.range.until) == (from_, until)
    assert sum(part.count for part in manifest.frames) == 12 * 15
