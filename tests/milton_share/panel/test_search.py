"""The add-camera step: what an approver finds on the home's own network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from homeassistant.components.network.network import async_get_network
from homeassistant.components.zeroconf.const import DOMAIN as ZEROCONF
from homeassistant.generated.config_flows import FLOWS
from homeassistant.loader import async_get_integration
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milton_share.cameras.discovery import search
from custom_components.milton_share.cameras.discovery.announced import DOORBIRD, KINDS
from custom_components.milton_share.cameras.discovery.found import ADDED_WITH
from tests.milton_share.panel.conftest import token_of
from tests.simulators.network_camera import CAMERA, GROUP, LOOPBACK, announcing, answer_to, answering

if TYPE_CHECKING:
    from homeassistant.components.network.models import Adapter

    from tests.milton_share.conftest import Home, Owner
    from tests.milton_share.panel.conftest import Connect, Line

OPENED = {"device", "hub", "service"}  # kinds of integrations that the frontend's page of integrations adds


@pytest.fixture(autouse=True)
async def _loopback_only(home: Home, unused_udp_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Home Assistant be on the loopback alone, and the group's port be one of this test."""
    adapter: Adapter = {
        "name": "lo",
        "index": 1,
        "enabled": True,
        "auto": False,
        "default": False,
        "ipv4": [{"address": LOOPBACK, "network_prefix": 8}],
        "ipv6": [],
    }
    (await async_get_network(home.hass)).adapters = [adapter]
    monkeypatch.setattr(search, "GROUP", (GROUP, unused_udp_port))
    monkeypatch.setattr(search, "LISTEN_S", 2.0)


async def test_an_approver_finds_what_home_assistant_does_not_have(
    home: Home, line: Line, unused_udp_port: int
) -> None:
    """By both ways at once; the one that is set up already is not listed. Nobody but them hears of it."""
    MockConfigEntry(domain="axis", data={"host": "127.0.0.11"}).add_to_hass(home.hass)
    sent = len(home.hub.calls)
    async with (
        answering(unused_udp_port, lambda question: [answer_to(question)]),
        announcing(
            ("_hap._tcp.local.", "Porch Bell", {"ci": "18"}),
            ("_axis-video._tcp.local.", "AXIS M1", {"macaddress": "ACCC8E000001"}),
        ) as shared,
    ):
        home.hass.data[ZEROCONF] = shared
        home.hass.config.components.add(ZEROCONF)
        found = await line.result("cameras/search")
    assert found == [
        {"address": CAMERA, "name": "Front Doorbell", "doorbell": True, "add_with": "onvif"},
        {"address": "127.0.0.10", "name": "Porch Bell", "doorbell": True, "add_with": "homekit_controller"},
    ]
    assert {call.path for call in home.hub.calls[sent:]} <= {"/v1/feed"}


async def test_without_zeroconf_onvif_alone_is_asked(line: Line, unused_udp_port: int) -> None:
    """Some take it out of their configuration."""
    async with answering(unused_udp_port, lambda question: [answer_to(question)]):
        assert [each["address"] for each in await line.result("cameras/search")] == [CAMERA]


async def test_nobody_else_may_look_around(administrator: Owner, connect: Connect) -> None:
    """An administrator whom nobody named has other ways to, and this is none."""
    stranger = await connect(token_of(administrator.user))
    assert await stranger.refusal("cameras/search") == "not_approver"


async def test_home_assistant_has_whatever_a_camera_is_said_to_be_added_with(home: Home) -> None:
    """Else the link would end in an error: its frontend opens what this very list names, and nothing else."""
    assert {*KINDS.values(), DOORBIRD} == set(ADDED_WITH)
    assert set(ADDED_WITH) <= set(FLOWS["integration"])
    for domain in ADDED_WITH:
        assert (await async_get_integration(home.hass, domain)).integration_type in OPENED
