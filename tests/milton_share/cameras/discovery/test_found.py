"""What of the network's devices is shown as a camera to add."""

from __future__ import annotations

import pytest

from custom_components.milton_share.cameras.discovery.announced import read
from custom_components.milton_share.cameras.discovery.found import FOUND_MAX, FoundCamera, addresses_in, merged, plain


def found(address: str, add_with: str = "onvif", name: str = "Camera", *, doorbell: bool = False) -> FoundCamera:
    """Return one."""
    return FoundCamera(address=address, name=name, doorbell=doorbell, add_with=add_with)


def test_what_home_assistant_has_is_not_shown_again() -> None:
    """Whether its settings name the address alone or in a URL."""
    entries: list[dict[str, object]] = [
        {"host": "192.0.2.1", "port": 80},
        {"stream_source": "rtsp://user:word@192.0.2.2:554/live"},
        {"url": "http://[2001:db8::3]/", "name": "not an address"},
        {"page": None, "broken": "http://[::"},
    ]
    known = frozenset(addresses_in(entries))
    assert known == {"192.0.2.1", "192.0.2.2", "2001:db8::3"}
    every = [found(f"192.0.2.{number}") for number in range(1, 4)]
    assert [each.address for each in merged(every, known)] == ["192.0.2.3"]


def test_a_camera_that_announces_itself_in_two_ways_is_one_by_its_makers_own() -> None:
    """And what either says of it counts."""
    every = [
        found("192.0.2.1", "generic", ""),
        found("192.0.2.1", "onvif", "Porch", doorbell=True),
        found("192.0.2.1", "axis", ""),
    ]
    assert merged(every, frozenset()) == (found("192.0.2.1", "axis", "Porch", doorbell=True),)


def test_doorbells_come_first_and_a_crowd_is_cut() -> None:
    """A network that names hundreds shows fifty."""
    crowd = [found(f"192.0.2.{number}", name=f"C{number:03}") for number in range(200)]
    shown = merged([*crowd, found("198.51.100.1", name="z", doorbell=True)], frozenset())
    assert shown[0].address == "198.51.100.1"
    assert len(shown) == FOUND_MAX


@pytest.mark.parametrize(
    ("said", "shown"),
    [("Front\nDoor\x1b[31m", "Front Door [31m"), ("  a  b ", "a b"), ("x" * 500, "x" * 64), ("\u202egnp", "gnp")],
)
def test_a_name_is_one_bounded_line(said: str, shown: str) -> None:
    """Devices call themselves what they like."""
    assert plain(said) == shown


@pytest.mark.parametrize(
    ("kind", "properties", "add_with", "doorbell"),
    [
        ("_axis-video._tcp.local.", {"macaddress": "ACCC8E000001"}, "axis", False),
        ("_axis-video._tcp.local.", {"macaddress": "1C:CA:E3:00:00:01"}, "doorbird", True),
        ("_hap._tcp.local.", {"ci": "17"}, "homekit_controller", False),
        ("_hap._udp.local.", {"ci": "18"}, "homekit_controller", True),
        ("_onvif._tcp.local.", {}, "onvif", False),
        ("_rtsp._tcp.local.", {}, "generic", False),
    ],
)
def test_a_kind_says_how_a_camera_is_added(
    kind: str, properties: dict[str, str], add_with: str, *, doorbell: bool
) -> None:
    """By the integration that Home Assistant has for it."""
    camera = read(kind, f"Yard.{kind}", "192.0.2.9", properties)
    assert camera == FoundCamera(address="192.0.2.9", name="Yard", doorbell=doorbell, add_with=add_with)


@pytest.mark.parametrize("properties", [{"ci": "5"}, {"ci": ""}, {}])
def test_a_lamp_that_speaks_homekit_is_no_camera(properties: dict[str, str]) -> None:
    """Only the two categories of cameras are."""
    assert read("_hap._tcp.local.", "Lamp._hap._tcp.local.", "192.0.2.9", properties) is None
