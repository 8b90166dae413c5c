"""A real home beside a real hub whose log has witnesses: the whole way from a cosignature to what the owner reads."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custom_components.milton_share.shared.milton_protocol.translog.verifier_key import SignatureType, VerifierKey
from tests.milton_share.conftest import PIN, EnrolledHome, join
from tests.simulators.hub_beside_home import HUB_PYTHON, hub_process

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from custom_components.milton_share.panel.models.request import RequestView
    from tests.milton_share.conftest import Owner

PATIENCE_S = 60

pytestmark = pytest.mark.skipif(not HUB_PYTHON.exists(), reason="the hub's environment is not installed")


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedHub:
    """A running hub, and what it said of itself."""

    process: asyncio.subprocess.Process
    url: str
    code: str
    vkeys: list[str]

    async def publish(self) -> str:
        """Have a request published; return its id."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"publish\n")
        return (await self.process.stdout.readline()).decode().strip()


@asynccontextmanager
async def witnessed_hub(folder: Path) -> AsyncGenerator[WitnessedHub]:
    """Run one until the block ends."""
    async with hub_process("tests.simulators.witnessed_beside", folder) as (process, said):
        yield WitnessedHub(process=process, **said)


async def shown(home: EnrolledHome, request_id: str) -> RequestView:
    """Wait until a request is here; return it as the owner reads it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            request = home.request(request_id)
            if request is not None:
                return request
            await asyncio.sleep(0.1)


async def test_a_home_verifies_what_a_real_hub_published_under_the_citys_quorum_and_its_own(
    hass: HomeAssistant, owner: Owner, tmp_path: Path
) -> None:
    """The owner reads who has seen the log and when; whose witnesses have not seen it is offered nothing."""
    async with witnessed_hub(tmp_path / "city") as hub:
        entry = await join(hass, hub, hub.code)
        home = EnrolledHome(hass=hass, entry=entry, owner=owner)
        unknown = await shown(home, await hub.publish())
        assert unknown.refused == "not_witnessed"  # the city asks for one, and this home knows none yet
        await home.panel.settings.set_witnesses(owner.session, 1, hub.vkeys, PIN)
        seen = await shown(home, await hub.publish())
        assert seen.refused is None
        assert "no_witness" not in seen.notices
        assert seen.logged is not None
        assert [(one.name, one.vkey) for one in seen.logged.witnesses] == [
            ("university.example", hub.vkeys[0]),
            ("press.example", hub.vkeys[1]),
        ]
        assert all(abs(datetime.now(UTC) - one.at) < timedelta(minutes=2) for one in seen.logged.witnesses)
        stranger = VerifierKey.of("stranger.example", Ed25519PrivateKey.generate(), SignatureType.COSIGNATURE).format()
        await home.panel.settings.set_witnesses(owner.session, 1, [stranger], PIN)
        assert (await shown(home, await hub.publish())).refused == "not_witnessed"
        await hass.config_entries.async_unload(entry.entry_id)
