"""No log line of the integration has a secret, a name, a place, a case or a camera in it, however talkative it is.

Home Assistant's own loggers are its own: at DEBUG its WebSocket API repeats every message, a PIN too.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.errors import MiltonShareError
from tests.milton_share.conftest import CAMERA, PASSWORD, PIN, Home, Owner, join
from tests.simulators.hub import CODE, TOKEN, HubSimulator

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

OURS = ("custom_components", "milton", "aiohttp", "aiomqtt", "mqtt")
REASON = "Alma Teague of 12 Hollow Oak Lane saw a man leave in a truck with the plate QRV 4471."


async def go_wrong(home: Home) -> None:
    """Let the hub answer wrongly in every way while a share is on its way; restart; leave."""
    hub = home.hub
    for path in ("/v1/feed", "/v1/shares", "/v1/uploads/", "/v1/withdrawals", "/v1/log/"):
        hub.answers[path] = [(500, "bug"), (403, "not_allowed"), (503, "busy")]
    hub.piece_max_bytes = 1_000
    hub.put("live", b"nothing")
    hub.put("directory", b"{}")
    hub.put(f"requests/{'0' * 64}", REASON.encode())
    await home.until(lambda: home.state().snapshot.trust_rule is not None)
    hub.publish()
    hub.put("live", None)
    hub.publish()


@pytest.mark.usefixtures("recorded")
async def test_nothing_that_must_stay_unsaid_is_logged(
    hass: HomeAssistant, hub: HubSimulator, owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    """Enrol, receive, look, guess a PIN, share by name, be refused, withdraw, restart, leave."""
    caplog.set_level(logging.DEBUG)
    hass.states.async_set(CAMERA, "idle", {"friendly_name": "Front door", "supported_features": 2})
    entry = await join(hass, hub)
    home = Home(hass=hass, hub=hub, entry=entry, owner=owner)
    device_key = entry.data["device_key"]
    await home.place_camera()
    case = await home.held(reason=REASON)
    assert case.footage_from is not None
    start = case.footage_from + timedelta(seconds=2)
    await home.panel.review.look(owner.session, case.case_id, start, start + timedelta(seconds=5), audio=False)
    case = home.case(case.request_id)
    with pytest.raises(MiltonShareError):
        await home.approve(case, pin="314159")
    await go_wrong(home)
    await home.until(lambda: home.state().snapshot.trust_rule is None)
    share_id = await home.approve(case, named=True)
    await home.until(lambda: home.case(case.request_id).state == "receipted", 30)
    await home.panel.shares.withdraw(owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "withdrawn", 30)
    database = home.services.database
    secrets = await database.read(
        lambda connection: [
            *connection.execute("SELECT one_time_key, receipt_identity FROM shares").fetchone(),
            *connection.execute("SELECT salt, digest FROM approvers").fetchone(),
        ]
    )
    await home.restart()
    await hass.config_entries.async_remove(entry.entry_id)
    told = "\n".join(
        logging.Formatter("%(name)s %(message)s").format(each) for each in caplog.records if each.name.startswith(OURS)
    )
    assert "custom_components.milton_share" in told
    words = [
        *(TOKEN, CODE, PIN, "314159", PASSWORD, device_key, entry.data["home_id"]),
        *(REASON, "Teague", "Hollow Oak", "QRV 4471", "26-1120-07", "B-101", "burglary", "555 0100"),
        *("Front door", "341320000", "34.132", "olivia", owner.user.id),
        *(text if isinstance(text, str) else text.hex() for text in secrets),
        *(repr(text) for text in secrets if isinstance(text, bytes)),
    ]
    assert [word for word in words if word in told] == []
