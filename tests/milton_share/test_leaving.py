"""Taking back and leaving, also when the hub is not there; and what anybody may claim before joining."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from homeassistant.config_entries import SOURCE_ZEROCONF
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from custom_components.milton_share.const import DOMAIN
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.verdicts import claimed_number

from .conftest import PIN, join

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from tests.simulators.hub import HubSimulator

    from .conftest import Home


@pytest.mark.usefixtures("recorded")
async def test_a_share_is_taken_back_once(home: Home) -> None:
    """A second time there is nothing to take back; what was never shared is unknown."""
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    with pytest.raises(MiltonShareError, match="unknown_share"):
        await home.desk.withdraw(home.owner.session, "0" * 32, PIN)
    await home.desk.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")
    with pytest.raises(MiltonShareError, match="nothing_shared"):
        await home.desk.withdraw(home.owner.session, share_id, PIN)
    assert home.hub.withdrawn == [share_id]


@pytest.mark.usefixtures("owner")
async def test_a_home_leaves_also_when_the_hub_does_not_answer(
    hass: HomeAssistant, hub: HubSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """What was kept here is wiped all the same, and the log says that the hub was not told."""
    entry = await join(hass, hub)
    hub.away = True
    assert await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert not hub.left
    assert "was not told" in caplog.text
    assert await hass.async_add_executor_job(lambda: [*Path(hass.config.config_dir).rglob("*milton*")]) == []


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "http://hub.example",
        "ftp://hub.example",
        "https://olivia@hub.example",
        "https://[::1",
        "https://hub.example:0",
        "https://hub.example:99999",
        "//",
    ],
)
async def test_what_announces_itself_with_no_address_of_a_hub_is_not_offered(hass: HomeAssistant, url: str) -> None:
    """Anybody on the network can announce anything."""
    seen = ZeroconfServiceInfo(
        ip_address=ip_address("192.0.2.1"),
        ip_addresses=[ip_address("192.0.2.1")],
        port=443,
        hostname="hub.local.",
        type="_milton-hub._tcp.local.",
        name="Milton._milton-hub._tcp.local.",
        properties={"home_url": url},
    )
    ended = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_ZEROCONF}, data=seen)
    assert (ended["type"], ended["reason"]) == (FlowResultType.ABORT, "not_a_hub")


@pytest.mark.parametrize(
    "envelope", [b"", b"[]", b"{}", b'{"payload":"!"}', b'{"payload":"e30="}', b'{"payload":"W10="}']
)
def test_what_claims_no_number_claims_none(envelope: bytes) -> None:
    """Read before any signature was checked, so it must bear anything."""
    assert claimed_number(envelope, "serial") is None
