"""What a camera says before it plays, and what it is told of its packets: good words, and bent ones. Pure."""

from __future__ import annotations

import struct

import pytest

from custom_components.milton_share.sources.recorder.filming.description import (
    LINES_MAX,
    TRACKS_MAX,
    Fragments,
    control_url,
    read_description,
)
from custom_components.milton_share.sources.recorder.filming.errors import LineError
from custom_components.milton_share.sources.recorder.filming.login import Act, Login, authorization, read_challenge
from custom_components.milton_share.sources.recorder.filming.reports import Counted, counted, receiver_report
from custom_components.milton_share.sources.recorder.filming.rtsp import (
    read_address,
    read_beginnings,
    read_session,
    request,
)
from custom_components.milton_share.sources.recorder.filming.rtsp import read_head as head
from custom_components.milton_share.sources.recorder.filming.track import Track
from tests.simulators.interleaved import rtp

NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
LOGIN = Login(name="Mufasa", password="Circle of Life")
VIDEO = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H265/90000\r\na=control:track1\r\n"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_published_example_of_a_login_by_digest(algorithm: str, response: str) -> None:
    """RFC 7616 section 3.9.1."""
    asks = f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, nonce="{NONCE}"'
    act = Act(method="GET", url="/dir/index.html", count=1, own_nonce=CNONCE)
    said = authorization(read_challenge(["Basic realm=x", asks]), LOGIN, act)
    assert f'response="{response}"' in said
    assert "nc=00000001" in said


def test_a_camera_that_knows_the_older_digest_gets_that() -> None:
    """RFC 2069: without a number and without a word of ours."""
    said = authorization(
        read_challenge(['Digest realm="a", nonce="b"']), LOGIN, Act(method="PLAY", url="u", count=1, own_nonce="x")
    )
    assert "nc=" not in said
    assert "algorithm" not in said


@pytest.mark.parametrize("asks", ["", "Bearer x", "Digest realm=a", 'Digest nonce="b", algorithm=MD5-sess'])
def test_a_login_in_another_way_is_left_to_libav(asks: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(LineError):
        read_challenge([asks])


def test_the_first_picture_and_the_first_sound_that_can_be_kept_are_asked_for() -> None:
    """Not what an MP4 may not hold, nor what a camera says beside it; and libav reads none of its other words."""
    text = "v=0\r\ns=evil\r\na=control:*\r\n" + VIDEO + "a=evil\r\n"
    text += "m=audio 0 RTP/AVP 98\r\na=rtpmap:98 G726-32/8000\r\nm=audio 0 RTP/AVP 8\r\na=control:rtsp://a/b\r\n"
    text += "m=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\n"
    found = read_description(text.encode())
    assert [(one.codec, one.control, one.fragments) for one in found.tracks] == [
        ("H265", "track1", Fragments.HEVC), ("PCMA", "rtsp://a/b", Fragments.OTHER),
    ]  # fmt: skip
    assert b"evil" not in found.to_bytes()


@pytest.mark.parametrize("order", ["sprop-max-don-diff=2", "profile-id=1; sprop-depack-buf-nalus=5"])
def test_pictures_whose_packets_have_the_number_of_their_order_are_joined_by_nobody(order: str) -> None:
    """It lies between a fragment's head and what it holds: libav gets each as it came."""
    (track,) = read_description(f"{VIDEO}a=fmtp:96 {order}\r\n".encode()).tracks
    assert track.fragments is Fragments.OTHER
    (track,) = read_description(f"{VIDEO}a=fmtp:96 sprop-max-don-diff=0\r\n".encode()).tracks
    assert track.fragments is Fragments.HEVC


@pytest.mark.parametrize(
    "text",
    [
        "",
        VIDEO.replace("H265", "VP9"),
        VIDEO + "m=audio 0 RTP/AVP 96\r\na=rtpmap:96 OPUS/48000\r\n",
        VIDEO.replace("96", "72"),
        VIDEO + "a=x\r\n" * LINES_MAX,
        VIDEO * (TRACKS_MAX + 1),
    ],
    ids=["nothing", "another codec", "one type for both", "a report's type", "endless", "many tracks"],
)
def test_a_description_that_is_not_understood_is_left_to_libav(text: str) -> None:
    """It may know more."""
    with pytest.raises(LineError):
        read_description(text.encode())


@pytest.mark.parametrize(
    ("control", "url"),
    [("", "rtsp://a/b?c"), ("*", "rtsp://a/b?c"), ("t=1", "rtsp://a/b?c/t=1"), ("rtsp://d/", "rtsp://d/")],
)
def test_a_tracks_address_is_put_together_as_libav_does_it(control: str, url: str) -> None:
    """Cameras are used to that."""
    assert control_url("rtsp://a/b?c", control) == url


def test_an_address_is_asked_for_without_its_login() -> None:
    """With its port, and its query."""
    one = read_address("rtsp://ol%40ivia:p%3Aw@[::1]/live?x=1")
    assert (one.host, one.port, one.url) == ("::1", 554, "rtsp://[::1]:554/live?x=1")
    assert one.login == Login(name="ol@ivia", password="p:w")
    assert "p:w" not in repr(one)


def test_no_word_of_a_server_makes_a_second_line_of_a_request() -> None:
    """Nor of an address."""
    with pytest.raises(LineError):
        read_session(head(b"RTSP/1.0 200 OK\r\nSession: a\nPLAY x"))
    for url, value in (("rtsp://a/b c", "x"), ("rtsp://a/b", "x\r\nPLAY: y")):
        with pytest.raises(LineError):
            request("PLAY", url, 1, (("Session", value),))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("url=rtsp://a/b/t=0;seq=7;rtptime=4294967295,url=t=1;rtptime=0", {"rtsp://a/b/t=0": 0xFFFF_FFFF, "t=1": 0}),
        ("url=rtsp://a/b?x=1,2/t=0;rtptime=5;seq=7", {"rtsp://a/b?x=1,2/t=0": 5}),
        ('url="t=0"; seq=7; rtptime=5 , URL=t=1;seq=3', {"t=0": 5}),
        ("url=t=0;rtptime=4294967296", {}),
        ("url=t=0;rtptime=-5,url=t=1;rtptime=x", {}),
        ("rtptime=5", {}),
    ],
)
def test_where_a_server_says_that_its_tracks_begin(said: str, found: dict[str, int]) -> None:
    """By the address of each; what is no number of 32 bits says nothing (RFC 2326 section 12.33)."""
    assert read_beginnings(head(f"RTSP/1.0 200 OK\r\nRTP-Info: {said}".encode())) == found


def test_a_camera_is_told_what_came_and_what_did_not() -> None:
    """Of what was sent since the report before a share is lost; numbers go on where they begin anew; no name."""
    track = Track(number=0, payload_type=96, fragments=Fragments.OTHER)
    for sequence in (65_534, 65_535, 1, 2):  # 0 is lost
        track.take(rtp(sequence, b"x"), [])
    told = receiver_report(track, Counted(), b"\1\2\3\4")
    ssrc, lost, highest = struct.unpack_from(">III", told, 8)
    assert (ssrc, lost >> 24, lost & 0xFFFFFF, highest) == (77, 256 // 5, 1, 65_538)
    assert len(told) % 4 == 0
    assert struct.unpack_from(">II", receiver_report(track, counted(track), b"\1\2\3\4"), 8)[1] >> 24 == 0
