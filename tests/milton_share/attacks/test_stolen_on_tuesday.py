"""The hub was stolen on Tuesday: the runbook of docs/operations.md, with a real hub and a real home."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.errors import MiltonShareError
from tests.milton_share.conftest import PIN, EnrolledHome, join
from tests.simulators.city import ed25519, public
from tests.simulators.hub_beside_home import HUB_PYTHON, stolen_hub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home, Owner

PATIENCE_S = 60
POISONED_SIZE = 2**40

pytestmark = pytest.mark.skipif(not HUB_PYTHON.exists(), reason="the hub's environment is not installed")


async def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110  what is waited for has no event
            await asyncio.sleep(0.1)


def is_offered(home: EnrolledHome, request_id: str) -> bool:
    """Whether the owner could answer a request now."""
    request = home.request(request_id)
    return request is not None and request.refused is None


async def test_a_home_recovers_from_a_stolen_hub_without_enrolling_again(
    hass: HomeAssistant, owner: Owner, tmp_path: Path
) -> None:
    """The thief's numbers bind nobody; the new log waits for the owner's consent; requests that were open come back."""
    async with stolen_hub(tmp_path / "city") as hub:
        home = EnrolledHome(hass=hass, entry=await join(hass, hub, hub.code), owner=owner)
        await until(lambda: home.state().snapshot.trust_rule is None)
        await hub.have("backup")
        old_words = bytes.fromhex(await hub.have("poison"))
        pins = home.services.pins
        await until(lambda: pins.seen.log_size == POISONED_SIZE)

        origin = await hub.have("recover")
        await until(lambda: home.state().snapshot.trust_rule == "log_replaced")
        new = home.state().new_log
        assert new is not None
        assert (new.origin, new.known_size) == (origin, POISONED_SIZE)
        await until(lambda: home.state().new_log is not None and home.state().new_log.continues is False)
        request_id = await hub.have("publish")
        await until(lambda: home.request(request_id) is not None)
        assert home.request(request_id).refused == "log_replaced"

        with pytest.raises(MiltonShareError, match="log_changed"):
            await home.panel.settings.accept_log(owner.session, "log-3.milton.example", new.public_key, PIN)
        with pytest.raises(MiltonShareError, match="wrong_pin"):
            await home.panel.settings.accept_log(owner.session, new.origin, new.public_key, "000000")
        await home.panel.settings.accept_log(owner.session, new.origin, new.public_key, PIN)
        await until(lambda: is_offered(home, request_id))
        assert home.state().new_log is None

        prefix = f"milton/v1/{home.entry.data['agency_id']}"
        await home.services.inbox.deliver([(f"{prefix}/live", old_words)])
        later = await hub.have("publish")
        await until(lambda: is_offered(home, later))
        await home.restart()
        await until(lambda: is_offered(home, later) and is_offered(home, request_id))
        await hass.config_entries.async_unload(home.entry.entry_id)


async def test_what_was_open_when_the_hub_was_stolen_is_offered_again_from_the_new_log(
    hass: HomeAssistant, owner: Owner, tmp_path: Path
) -> None:
    """The new log has all that the home saw of the one before, and the owner reads that before accepting it."""
    async with stolen_hub(tmp_path / "city") as hub:
        home = EnrolledHome(hass=hass, entry=await join(hass, hub, hub.code), owner=owner)
        open_one = await hub.have("publish")
        await until(lambda: is_offered(home, open_one))
        await hub.have("backup")
        await hub.have("recover")
        await until(lambda: home.state().new_log is not None and home.state().new_log.continues is True)
        new = home.state().new_log
        with pytest.raises(MiltonShareError, match="log_replaced"):
            await home.scheduler.verified(open_one)  # what every act on it asks first
        assert not is_offered(home, open_one)
        await home.panel.settings.accept_log(owner.session, new.origin, new.public_key, PIN)
        await until(lambda: is_offered(home, open_one))
        await hass.config_entries.async_unload(home.entry.entry_id)


@pytest.mark.usefixtures("recorded")
async def test_shares_and_receipts_stay_valid_when_the_hubs_key_is_replaced(home: Home) -> None:
    """What the stolen key signed meanwhile gives way; the chain goes on under the key that the root names now."""
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")

    def events() -> list[str]:
        return [one.event for one in home.case(case.request_id).share.receipts]

    hub, city = home.hub, home.hub.city
    honest = list(hub.receipts[share_id])
    hub.give_receipt(share_id, "deleted")
    await home.until(lambda: events() == ["received", "deleted"])  # the thief's word, by the stolen key
    city.hub_key = ed25519("hub 2")
    city.record = replace(city.record, serial=2, hub_key=public(city.hub_key))
    hub.publish()
    hub.receipts[share_id] = honest
    hub.give_receipt(share_id, "fetched")
    await home.until(lambda: events() == ["received", "fetched"])
    city.hub_key = ed25519("hub")
    hub.give_receipt(share_id, "exported")  # the stolen key again
    city.hub_key = ed25519("hub 2")
    await home.receive(reason="Another dwelling was entered the same night.")
    assert events() == ["received", "fetched"]
    await home.restart()
    await home.until(lambda: events() == ["received", "fetched"])
