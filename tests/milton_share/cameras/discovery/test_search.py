"""Real announcements and real datagrams, on this machine's loopback."""

from __future__ import annotations

import pytest

from custom_components.milton_share.cameras.discovery import ws_discovery
from custom_components.milton_share.cameras.discovery.announced import announced
from custom_components.milton_share.cameras.discovery.found import FoundCamera
from custom_components.milton_share.cameras.discovery.ws_discovery import (
    ANSWER_MAX_BYTES,
    NotAnAnswerError,
    asked,
    read,
)
from tests.simulators.network_camera import CAMERA, GROUP, LOOPBACK, announcing, answer_to, answering, pointing

QUESTION = "urn:uuid:0a6dc791-2be6-4991-9af1-454778a1917a"
DOORBELL = FoundCamera(address=CAMERA, name="Front Doorbell", doorbell=True, add_with="onvif")


@pytest.fixture
def port(unused_udp_port: int) -> int:
    """Return a port for the group's address that no real camera listens at."""
    return unused_udp_port


async def test_an_onvif_camera_answers_once_though_it_is_asked_twice(port: int) -> None:
    """The address is the sender's own, whatever the answer names."""
    async with answering(port, lambda question: [answer_to(question)] * 2) as probes:
        assert await asked([LOOPBACK], 1.5, group=(GROUP, port)) == (DOORBELL,)
    assert len(probes) == 2
    assert len(set(probes)) == 1


async def test_an_address_that_can_not_be_sent_from_stops_no_other(port: int) -> None:
    """An adapter may go away between two looks."""
    async with answering(port, lambda question: [answer_to(question)]):
        assert await asked(["192.0.2.77", LOOPBACK], 1.5, group=(GROUP, port)) == (DOORBELL,)


async def test_rubbish_before_an_answer_hides_no_camera(port: int) -> None:
    """Each datagram is judged by itself."""
    rubbish = [b"", b"\xff" * 100, b"<a>", answer_to("urn:uuid:another")]
    async with answering(port, lambda question: [*rubbish, answer_to(question)]):
        assert await asked([LOOPBACK], 1.5, group=(GROUP, port)) == (DOORBELL,)


async def test_a_flood_of_answers_is_left_unread(port: int) -> None:
    """After so many nothing more is parsed."""
    async with answering(port, lambda question: [b"<a>"] * ws_discovery.HEARD_MAX + [answer_to(question)]):
        assert await asked([LOOPBACK], 1.0, group=(GROUP, port)) == ()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no XML",
        answer_to("urn:uuid:of-another-question"),
        answer_to(QUESTION, types="dn:Printer"),
        b'<!DOCTYPE a [<!ENTITY e "eeeeeeee">]>' + answer_to(QUESTION).split(b"\n", 1)[1],
        answer_to(QUESTION)[:-10],
        answer_to(QUESTION) + b" " * ANSWER_MAX_BYTES,
        b"<a>" * 40 + b"</a>" * 40,
        b'<?xml version="1.0" encoding="no-such"?><a/>',
    ],
)
def test_what_is_no_answer_is_no_camera(answer: bytes) -> None:
    """Oversized, nested, cut off, of another question, with a document type, of another kind."""
    with pytest.raises(NotAnAnswerError):
        read(answer, QUESTION, CAMERA)


@pytest.mark.parametrize(
    ("scopes", "name"),
    [
        ("onvif://www.onvif.org/hardware/C-210", "C-210"),
        ("onvif://www.onvif.org/location/country", CAMERA),
        ("ONVIF://www.onvif.org/Name/Yard_cam%0A%3Cb%3E", "Yard cam <b>"),
        ("", CAMERA),
    ],
)
def test_a_camera_is_called_by_what_it_says_or_by_its_address(scopes: str, name: str) -> None:
    """As one line of text."""
    assert read(answer_to(QUESTION, scopes=scopes), QUESTION, CAMERA).name == name


def test_of_several_matches_in_one_answer_the_first_is_read() -> None:
    """A discovery proxy may put more into one."""
    match = answer_to(QUESTION).split(b"<wsdd:ProbeMatches>")[1].split(b"</wsdd:ProbeMatches>")[0]
    other = match.replace(b"Front%20Doorbell", b"Garage")
    assert read(answer_to(QUESTION).replace(match, match + other), QUESTION, CAMERA) == DOORBELL


async def test_cameras_that_announce_themselves_are_found_and_nothing_else() -> None:
    """A video doorbell that speaks HomeKit and a camera of Axis; no lamp."""
    async with announcing(
        ("_hap._tcp.local.", "Porch Bell", {"ci": "18"}),
        ("_hap._tcp.local.", "Lamp", {"ci": "5"}),
        ("_axis-video._tcp.local.", "AXIS M1", {"macaddress": "ACCC8E000001"}),
    ) as listener:
        cameras = await announced(listener, 2.0)
    assert sorted(cameras, key=lambda each: each.name) == [
        FoundCamera(address="127.0.0.12", name="AXIS M1", doorbell=False, add_with="axis"),
        FoundCamera(address="127.0.0.10", name="Porch Bell", doorbell=True, add_with="homekit_controller"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "lie._http._tcp.local.",
        *(pytest.param(name, marks=pytest.mark.long) for name in ("local.", "a\x01b._onvif._tcp.local.")),
    ],
)
async def test_a_device_that_points_to_a_name_that_is_none_hides_no_other(name: str) -> None:
    """Of another kind, of no kind, with a control character: that one is nothing, and the search goes on."""
    async with (
        announcing(("_axis-video._tcp.local.", "AXIS M1", {"macaddress": "ACCC8E000001"})) as listener,
        pointing("_onvif._tcp.local.", name),
    ):
        cameras = await announced(listener, 2.0)
    assert [each.name for each in cameras] == ["AXIS M1"]
