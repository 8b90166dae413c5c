"""A camera read by libav: none keeps its run waiting for ever, whatever it sends, and those that pause go on."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.sources.recorder.crew import Crew
from custom_components.milton_share.sources.recorder.filming import film
from custom_components.milton_share.sources.recorder.filming.film import Job
from custom_components.milton_share.sources.recorder.filming.heaps import (
    BEHIND_S,
    HEAP_S,
    WAITED_S,
    rested,
    until_heap_s,
)
from custom_components.milton_share.sources.recorder.job import recording_job
from custom_components.milton_share.sources.recorder.timing import SEGMENTS
from tests.simulators.interleaved import VIDEO, framed, key_picture, report, rtp
from tests.simulators.scripted_camera import SDP, Script, scripted

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECONDS = 4.0
PATIENCE_S = 1.0
BUSY_S = 8.0  # a loaded machine is late, an endless wait is not
IDR = bytes.fromhex("65888400")
FOR_LONG = 200  # of a tenth of a second each
NOISE_BYTES = 256 * 1024


def job(url: str, tmp_path: Path, read_s: float = PATIENCE_S) -> Job:
    """Make a run."""
    one = recording_job(url, tmp_path / "%06d.mp4", 1.0, read_s)
    words = {name: getattr(one, name) for name in ("url", "demuxer", "pattern", "segment_s", "read_s")}
    return Job(run=1, options=dict(one.options), **words)


def packets(one: Job, seconds: float) -> dict[tuple[str, bytes], tuple[bool, bool]]:
    """Read a camera for some seconds; give each packet with whether it is a key picture and has the camera's time."""
    found: dict[tuple[str, bytes], tuple[bool, bool]] = {}
    with film.opened(one) as camera:
        until_s = time.monotonic() + seconds
        for packet in camera.demux(camera.streams.video[0], *camera.streams.audio[:1]):
            if packet.size:
                found[packet.stream.type, bytes(packet)] = packet.is_keyframe, packet.has_sidedata("prft")
            if time.monotonic() > until_s:
                break
    return found


@given(heap=st.integers(1, 10**7), within=st.lists(st.floats(0.01, 0.99), min_size=2, max_size=8))
def test_heaps_of_all_lines_are_due_at_the_same_moments(heap: int, within: list[float]) -> None:
    """Whenever each begins to wait."""
    begins_s = [(heap + part) * HEAP_S for part in within]
    assert all(at_s + until_heap_s(at_s) == pytest.approx((heap + 1) * HEAP_S, abs=1e-6) for at_s in begins_s)


@pytest.mark.parametrize("rate", [1.0, 1.001])
@pytest.mark.parametrize("segment_s", [5, 6, *range(8, 17), 18, 20])
def test_ends_of_segments_meet_every_part_of_a_heap(segment_s: int, rate: float) -> None:
    """Were they always as far from a heap's end, all arrivals of a camera without a clock would be late by that.

    A segment ends with a group of pictures: of one second to ten, and of so much as a rate of 29.97 makes of that.
    """
    parts = sorted(number * segment_s * rate % HEAP_S / HEAP_S for number in range(SEGMENTS))
    assert max(after - before for before, after in pairwise([*parts, parts[0] + 1])) < 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A packet as far as it matters when it comes."""

    dts: int
    time_base: Fraction = Fraction(1, 1000)
    stream: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(type="video"))


@pytest.mark.parametrize(
    ("took_s", "behind_s", "rests"), [(0.1, 0.0, 2), (WAITED_S / 2, 0.0, 0), (0.1, BEHIND_S + 0.1, 1)]
)
def test_who_waits_for_pictures_rests_until_the_next_heap_unless_it_is_behind(
    took_s: float, behind_s: float, rests: int
) -> None:
    """Two pictures: the second comes as the first did, or later than it by its stamp."""
    now_s, rested_s = [0.5], []

    def sent() -> Iterator[Sent]:
        for late_s in (0.0, behind_s):
            now_s[0] += took_s
            yield Sent(dts=round((now_s[0] - late_s) * 1000))

    assert len([*rested(sent(), lambda: now_s[0], rested_s.append)]) == 2
    assert len(rested_s) == rests


@pytest.mark.parametrize("algorithms", [pytest.param("MD5", marks=pytest.mark.long), "SHA-256 MD5"])
def test_a_login_by_digest_is_given_for_each_request_and_the_session_is_kept(tmp_path: Path, algorithms: str) -> None:
    """The password itself is never sent, and what keeps the session is asked before it would end."""

    def plays(sock: socket.socket, over: threading.Event) -> None:
        for number in range(40):
            sock.sendall(framed(VIDEO, rtp(number, IDR + bytes(40), at=number * 6000)) + framed(VIDEO + 1, report()))
            if over.wait(0.1):
                return

    script = Script(login=("olivia", "right:one", algorithms), plays=plays)
    with scripted(script) as url:
        packets(job(url.replace("//", "//olivia:right%3Aone@"), tmp_path, 10.0), 60)
    methods = [method for method, _ in script.asked]
    assert methods[:5] == ["OPTIONS", "OPTIONS", "DESCRIBE", "SETUP", "PLAY"]
    assert methods.count("GET_PARAMETER") >= 2
    assert all("right" not in str(headers) for _, headers in script.asked)


def drip(sock: socket.socket, over: threading.Event) -> None:
    """Send one endless packet, byte by byte."""
    sock.sendall(b"$\0\xff\xff")
    while not over.wait(0.05):
        sock.sendall(b"\0")


def strangers(sock: socket.socket, over: threading.Event) -> None:
    """Send what belongs to no track."""
    while not over.wait(0.01):
        sock.sendall(framed(77, bytes(1000)) + framed(VIDEO, rtp(1, b"x", kind=99)))


def seldom_reports(sock: socket.socket, over: threading.Event) -> None:
    """Send reports as cameras do, of what does not come."""
    for number in range(FOR_LONG):
        sock.sendall(framed(VIDEO + 1, report(at=number * 9000)))
        over.wait(0.8)


def noise(sock: socket.socket, over: threading.Event) -> None:
    """Send what is no packet."""
    sock.sendall(b"?" * (NOISE_BYTES))
    over.wait(30)


def late_noise(sock: socket.socket, over: threading.Event) -> None:
    """Send what is no packet after pictures came."""
    for number in range(60):
        sock.sendall(key_picture(number * 9, at=number * 6000))
        over.wait(0.02)
    noise(sock, over)


def late_drip(sock: socket.socket, over: threading.Event) -> None:
    """Begin a packet without an end after pictures came."""
    for number in range(60):
        sock.sendall(key_picture(number * 9, at=number * 6000))
        over.wait(0.02)
    drip(sock, over)


def endless_head(sock: socket.socket, over: threading.Event) -> None:
    """Answer without an end."""
    sock.sendall(b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * NOISE_BYTES)
    over.wait(30)


@pytest.mark.parametrize(
    "plays",
    [drip, *(pytest.param(one, marks=pytest.mark.long) for one in (strangers, noise, seldom_reports)), endless_head],
    ids=lambda one: one.__name__,
)
async def test_a_camera_that_plays_nothing_is_given_up_in_time(
    tmp_path: Path, plays: Callable[[socket.socket, threading.Event], None]
) -> None:
    """Whatever it sends instead, and no address is in the words."""
    crew = Crew()
    with scripted(Script(plays=plays)) as url:
        silent = recording_job(url, tmp_path / "%06d.mp4", 1.0, PATIENCE_S)
        began_s = time.monotonic()
        run = await crew.begin(replace(silent, open_s=3 * PATIENCE_S))
        assert [closed async for closed in run.closed(60.0)] == []
        assert time.monotonic() - began_s < 3 * PATIENCE_S + BUSY_S
        assert run.last_words.startswith(("TimeoutError", "InvalidDataError")), run.last_words
        assert url not in run.last_words
    await crew.stop()


@pytest.mark.parametrize(
    "plays", [late_drip, pytest.param(late_noise, marks=pytest.mark.long)], ids=lambda one: one.__name__
)
async def test_a_camera_that_plays_nothing_any_more_is_stopped_when_asked_and_its_film_is_closed(
    tmp_path: Path, plays: Callable[[socket.socket, threading.Event], None]
) -> None:
    """By libav it is waited for as long as it sends anything; the recorder asks, as no segment is closed."""
    crew = Crew()
    with scripted(Script(plays=plays)) as url:
        run = await crew.begin(recording_job(url, tmp_path / "%06d.mp4", 60.0, PATIENCE_S))
        closed = [one async for one in run.closed(6.0)]
    await crew.stop()
    assert len(closed) == 1
    assert closed[0].end_s > 3.0


@pytest.mark.long
def test_a_camera_that_pauses_and_reports_on_is_not_asked_anew(tmp_path: Path) -> None:
    """One that has pictures only where something moves: asked anew each time, the first seconds of that were lost."""

    def plays(sock: socket.socket, over: threading.Event) -> None:
        for began in (0, 60):
            for number in range(began, began + 60):
                sock.sendall(key_picture(number * 9, at=number * 6000))
                over.wait(0.02)
            for _ in range(10):
                sock.sendall(framed(VIDEO + 1, report(at=began * 6000)))
                over.wait(0.5)

    script = Script(plays=plays)
    with scripted(script) as url, film.opened(job(url, tmp_path, 2.0)) as camera:
        stamps = [packet.pts for packet in camera.demux() if packet.pts is not None]
    assert stamps[-1] >= 60 * 6000
    assert [method for method, _ in script.asked].count("PLAY") == 1


def test_a_camera_whose_next_key_picture_is_far_is_waited_for(tmp_path: Path) -> None:
    """One that says what its pictures are only with a key picture, and sends none because somebody asks it to play."""

    def plays(sock: socket.socket, over: threading.Event) -> None:
        for number in range(200):
            others = framed(VIDEO, rtp(number, bytes.fromhex("419a") + bytes(40), at=number * 6000, marker=True))
            sock.sendall(others if number < 60 else key_picture(number * 9, at=number * 6000))
            if over.wait(0.06):
                return

    body = SDP.replace(b";sprop-parameter-sets=Z0LAH9kA8BE=,aMuMsg==", b"")
    described = f"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    with scripted(Script(answers={"DESCRIBE": described}, plays=plays)) as url:
        one = job(url, tmp_path)
        with film.opened(one) as camera:
            assert any(packet.is_keyframe for packet in camera.demux() if packet.size)


async def test_a_camera_that_takes_no_md5_is_refused_as_one_with_another_password(tmp_path: Path) -> None:
    """By libav, which knows no other digest (docs/adr/0097)."""
    crew = Crew()
    with scripted(Script(login=("olivia", "right", "SHA-256"))) as url:
        run = await crew.begin(recording_job(url.replace("//", "//olivia:right@"), tmp_path / "%06d.mp4", 1.0, 5.0))
        assert [closed async for closed in run.closed(60.0)] == []
    await crew.stop()
    assert "401" in run.last_words


def test_nobody_there_is_said_as_such(tmp_path: Path) -> None:
    """And asked only once."""
    with pytest.raises(ConnectionRefusedError):
        packets(job("rtsp://127.0.0.1:1/a", tmp_path), 1)
