"""The city's map over Home Assistant's own WebSocket: whole, as large as it may be, and for approvers alone."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from custom_components.milton_share.shared.milton_protocol.limits import MAP_PACK_SIZE_MAX_BYTES
from tests.milton_share.panel.conftest import token_of
from tests.simulators.maps import shape, town

if TYPE_CHECKING:
    from tests.milton_share.conftest import Home, Owner
    from tests.milton_share.panel.conftest import Connect, Line


async def test_the_largest_map_is_handed_over_whole_and_changes_nothing(home: Home, line: Line) -> None:
    """The state names it by its digest; whoever asks again gets the same."""
    street = shape("street", *((number % 97, number) for number in range(4_000)), name="Long Way")
    pack = town(*(street,) * 128)
    assert 0.95 * MAP_PACK_SIZE_MAX_BYTES < len(pack) <= MAP_PACK_SIZE_MAX_BYTES
    home.hub.give_map(pack)
    sha256 = hashlib.sha256(pack).hexdigest()
    await home.until(lambda: home.state().map.sha256 == sha256)
    for _ in range(2):
        handed = await line.result("map")
        assert (handed["sha256"], handed["pack"].encode()) == (sha256, pack)
    await line.socket.send_json_auto_id({"type": "milton_share/subscribe"})
    assert (await line.event())["state"]["map"] == {"sha256": sha256, "named": True, "refused": None}


async def test_whoever_is_no_approver_gets_no_map(home: Home, administrator: Owner, connect: Connect) -> None:
    """It is public, but this home's answers are its approvers'."""
    home.hub.give_map(town())
    await home.until(lambda: home.state().map.sha256 is not None)
    stranger = await connect(token_of(administrator.user))
    assert await stranger.refusal("map") == "not_approver"
