"""Our own line to a camera: what it reads is what libav reads, and no server keeps it waiting or makes it grow."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.sources.recorder.filming import source as sources_module
from custom_components.milton_share.sources.recorder.filming.errors import LineError
from custom_components.milton_share.sources.recorder.filming.film import Job
from custom_components.milton_share.sources.recorder.filming.heaps import SKIPPED_BYTES_MAX
from custom_components.milton_share.sources.recorder.filming.line import HEAP_S, until_heap_ms
from custom_components.milton_share.sources.recorder.filming.rtsp import HEAD_BYTES_MAX
from custom_components.milton_share.sources.recorder.filming.source import KNOWN_LIBAV, Sources
from custom_components.milton_share.sources.recorder.job import recording_job
from custom_components.milton_share.sources.recorder.timing import SEGMENTS
from tests.simulators.interleaved import VIDEO, framed, key_picture, report, rtp
from tests.simulators.scripted_camera import SDP, Script, scripted

from .conftest import doorbell

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

SECONDS = 4.0
PATIENCE_S = 1.0
BUSY_S = 8.0  # a loaded machine is late, an endless wait is not
IDR = bytes.fromhex("65888400")
FOR_LONG = 200  # of a tenth of a second each


def job(url: str, tmp_path: Path, read_s: float = PATIENCE_S) -> Job:
    """Make a run."""
    one = recording_job(url, tmp_path / "%06d.mp4", 1.0, read_s)
    words = {name: getattr(one, name) for name in ("url", "demuxer", "pattern", "segment_s", "read_s")}
    return Job(run=1, options=dict(one.options), **words)


def packets(sources: Sources, one: Job, seconds: float) -> dict[tuple[str, bytes], tuple[bool, bool]]:
    """Read a camera for some seconds; give each packet with whether it is a key picture and has the camera's time."""
    found: dict[tuple[str, bytes], tuple[bool, bool]] = {}
    with sources.opened(one) as camera:
        until_s = time.monotonic() + seconds
        for packet in camera.demux(camera.streams.video[0], *camera.streams.audio[:1]):
            if packet.size:
                found[packet.stream.type, bytes(packet)] = packet.is_keyframe, packet.has_sidedata("prft")
            if time.monotonic() > until_s:
                break
    return found


def test_this_environments_libav_was_tried() -> None:
    """Else every camera is read by libav itself, at twice the cost: try the new one, and write it down."""
    assert av.library_versions["libavformat"][:2] in KNOWN_LIBAV


@given(heap=st.integers(1, 10**9), within=st.lists(st.floats(0.01, 0.99), min_size=2, max_size=8))
def test_heaps_of_all_lines_are_due_at_the_same_moments(heap: int, within: list[float]) -> None:
    """Whenever each begins to wait, within the millisecond in which they can be woken; and soon."""
    begins_s = [(heap + part) * HEAP_S for part in within]
    woken_s = [at_s + until_heap_ms(at_s) / 1000 for at_s in begins_s]
    assert all(0 <= at_s - (heap + 1) * HEAP_S + 1e-6 <= 0.001 + 2e-6 for at_s in woken_s)


@pytest.mark.parametrize("rate", [1.0, 1.001])
@pytest.mark.parametrize("segment_s", [5, 6, *range(8, 17), 18, 20])
def test_ends_of_segments_meet_every_part_of_a_heap(segment_s: int, rate: float) -> None:
    """Were they always as far from a heap's end, all arrivals of a camera without a clock would be late by that.

    A segment ends with a group of pictures: of one second to ten, and of so much as a rate of 29.97 makes of that.
    """
    parts = sorted(number * segment_s * rate % HEAP_S / HEAP_S for number in range(SEGMENTS))
    assert max(after - before for before, after in pairwise([*parts, parts[0] + 1])) < 0.2


def test_pictures_come_in_time_while_another_cameras_disk_is_slow(tmp_path: Path) -> None:
    """Its line has the turn meanwhile; nobody waits for that again and again."""
    read_bytes = 0
    with scripted(Script(plays=stream)) as slow, scripted(Script(plays=stream)) as url:
        sources = Sources()
        with sources.opened(job(slow, tmp_path)) as waiting:
            next(waiting.demux(waiting.streams.video[0]))  # and no more: what it gave is being written
            until_s = time.monotonic() + 2 * SECONDS
            with sources.opened(job(url, tmp_path)) as camera:
                for packet in camera.demux(camera.streams.video[0]):
                    read_bytes += packet.size
                    if time.monotonic() > until_s:
                        break
    assert read_bytes > 0.7 * STREAM_BYTES_S * 2 * SECONDS


STREAM_BYTES_S, STEP_S = 1_500_000, 0.02


def stream(sock: socket.socket, over: threading.Event) -> None:
    """Send pictures of 12 Mbit/s, 50 a second."""
    size = round(STREAM_BYTES_S * STEP_S)
    began_s, number = time.monotonic(), 0
    while not over.wait(max(0.0, began_s + number * STEP_S - time.monotonic())):
        sock.sendall(framed(VIDEO, rtp(number, IDR + bytes([1]) * size, at=round(number * STEP_S * 90_000))))
        number += 1


@pytest.mark.parametrize("sound", ["aac", "alaw", "mulaw"])
@pytest.mark.parametrize("bframes", ["0", "2"])
def test_what_it_reads_is_what_libav_reads(
    sound: str, bframes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every packet of the time that both watched, byte by byte, and its flags."""
    with doorbell("--bframes", bframes, "--sound", sound, "--report-after", "0.5", "--kbit", "3000") as bell:
        one, found = job(bell.urls[0], tmp_path, 5.0), {}
        libav = Sources()
        monkeypatch.setattr(libav, "reader", lambda _job: "libav")
        thread = threading.Thread(target=lambda: found.update(packets(libav, one, SECONDS)))
        thread.start()
        ours = packets(Sources(), one, SECONDS)
        thread.join()
    for kind, least in (("video", 30), ("audio", 20)):
        both = [key for key in ours if key in found and key[0] == kind]
        assert len(both) >= least
        order = list(ours)
        between = order[order.index(both[0]) : order.index(both[-1])]
        assert all(key in found for key in between if key[0] == kind)
        assert all(ours[key][0] == found[key][0] for key in both)
    assert any(has_time for _, has_time in ours.values())


@pytest.mark.parametrize("algorithm", ["", "MD5", "SHA-256"])
def test_a_login_by_digest_is_given_for_each_request_and_the_session_is_kept(tmp_path: Path, algorithm: str) -> None:
    """The password itself is never sent, and what keeps the session is asked before it would end."""

    def plays(sock: socket.socket, over: threading.Event) -> None:
        for number in range(40):
            sock.sendall(framed(VIDEO, rtp(number, IDR + bytes(40), at=number * 6000)) + framed(VIDEO + 1, report()))
            if over.wait(0.1):
                return

    script = Script(login=("olivia", "right:one", algorithm), plays=plays)
    with scripted(script) as url:
        packets(Sources(), job(url.replace("//", "//olivia:right%3Aone@"), tmp_path, 10.0), 60)
    methods = [method for method, _ in script.asked]
    assert methods[:5] == ["OPTIONS", "OPTIONS", "DESCRIBE", "SETUP", "PLAY"]
    assert methods.count("GET_PARAMETER") >= 2
    assert all("right" not in str(headers) for _, headers in script.asked)


def ended(sources: Sources, one: Job) -> str:
    """Read until it ends; say how."""
    try:
        packets(sources, one, 60)
    except (av.error.FFmpegError, OSError, EOFError, LineError, IndexError) as error:
        return f"{type(error).__name__} {error}"
    return ""


def drip(sock: socket.socket, over: threading.Event) -> None:
    """Send one endless packet, byte by byte."""
    sock.sendall(b"$\0\xff\xff")
    while not over.wait(0.05):
        sock.sendall(b"\0")


def strangers(sock: socket.socket, over: threading.Event) -> None:
    """Send what belongs to no track."""
    while not over.wait(0.01):
        sock.sendall(framed(77, bytes(1000)) + framed(VIDEO, rtp(1, b"x", kind=99)))


def reports(sock: socket.socket, over: threading.Event) -> None:
    """Send reports of what does not come."""
    for number in range(FOR_LONG):
        sock.sendall(framed(VIDEO + 1, report(at=number * 9000)))
        over.wait(0.1)


def no_units(sock: socket.socket, over: threading.Event) -> None:
    """Send packets of a kind that is none, of which libav makes nothing."""
    for number in range(FOR_LONG):
        sock.sendall(framed(VIDEO, rtp(number, b"\x1f" + bytes(40), at=number * 9000)))
        over.wait(0.1)


def seldom_reports(sock: socket.socket, over: threading.Event) -> None:
    """Send reports as cameras do, of what does not come."""
    for number in range(FOR_LONG):
        sock.sendall(framed(VIDEO + 1, report(at=number * 9000)))
        over.wait(0.8)


def noise(sock: socket.socket, over: threading.Event) -> None:
    """Send what is no packet."""
    sock.sendall(b"?" * (SKIPPED_BYTES_MAX + 1))
    over.wait(30)


def late_noise(sock: socket.socket, over: threading.Event) -> None:
    """Send what is no packet after pictures came."""
    for number in range(60):
        sock.sendall(framed(VIDEO, rtp(number, IDR + bytes(40), at=number * 6000)))
        over.wait(0.02)
    noise(sock, over)


def endless_head(sock: socket.socket, over: threading.Event) -> None:
    """Answer without an end."""
    sock.sendall(b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * HEAD_BYTES_MAX)
    over.wait(30)


@pytest.mark.parametrize(
    "plays", [drip, strangers, noise, late_noise, endless_head, seldom_reports], ids=lambda one: one.__name__
)
def test_a_camera_that_plays_nothing_is_given_up_in_time(
    tmp_path: Path, plays: Callable[[socket.socket, threading.Event], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it sends instead; and the next run leaves it to libav."""
    monkeypatch.setattr(sources_module, "OPEN_S", 3 * PATIENCE_S)
    sources = Sources()
    with scripted(Script(plays=plays)) as url:
        one = job(url, tmp_path)
        began_s = time.monotonic()
        words = ended(sources, one)
        assert time.monotonic() - began_s < 3 * PATIENCE_S + BUSY_S
        assert words
        assert url not in words
        assert sources.reader(one) == "libav"


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
    with scripted(script) as url, Sources().opened(job(url, tmp_path, 2.0)) as camera:
        stamps = [packet.pts for packet in camera.demux() if packet.pts is not None]
    assert stamps[-1] >= 60 * 6000
    assert [method for method, _ in script.asked].count("PLAY") == 1


def test_a_camera_whose_next_key_picture_is_far_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that says what its pictures are only with a key picture, and sends none because somebody asks it to play."""
    monkeypatch.setattr(sources_module, "OPEN_S", PATIENCE_S)
    sources = Sources()

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
        with sources.opened(one) as camera:
            assert any(packet.is_keyframe for packet in camera.demux() if packet.size)
        assert sources.reader(one) == "ours"


def test_a_camera_of_few_pictures_is_waited_for_until_libav_knows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks at some twenty. With one a second they took longer than an attempt to open, and nothing was recorded."""
    monkeypatch.setattr(sources_module, "OPEN_S", PATIENCE_S)
    sources = Sources()

    def plays(sock: socket.socket, over: threading.Event) -> None:
        for number in range(100):
            sock.sendall(key_picture(number * 9, at=number * 27_000))
            if over.wait(0.3):
                return

    with scripted(Script(plays=plays)) as url:
        one = job(url, tmp_path, 3.0)
        assert packets(sources, one, 1.0)
        assert sources.reader(one) == "ours"


@pytest.mark.parametrize("plays", [no_units, reports], ids=lambda one: one.__name__)
def test_a_run_that_is_told_to_stop_while_it_opens_leaves_its_camera_to_nobody_else(
    tmp_path: Path, plays: Callable[[socket.socket, threading.Event], None]
) -> None:
    """It is over at once, and says nothing against the camera."""
    sources = Sources()
    with scripted(Script(plays=plays)) as url:
        one = job(url, tmp_path)
        threading.Timer(2.0 * PATIENCE_S, setattr, (one, "stopped", True)).start()
        began_s = time.monotonic()
        ended(sources, one)
        assert one.stopped
        assert time.monotonic() - began_s < 2.0 * PATIENCE_S + BUSY_S
        assert sources.reader(one) == "ours"


def test_libav_is_not_asked_where_a_run_was_told_to_stop_meanwhile(tmp_path: Path) -> None:
    """Two attempts would take longer than anybody waits for one that was told to: all runs would be ended."""
    script = Script(answers={"DESCRIBE": b"RTSP/1.0 404 Not Found\r\n\r\n"})
    with scripted(script) as url:
        one = job(url, tmp_path)
        one.stopped = True
        assert ended(Sources(), one).startswith("LineError")
    assert [method for method, _ in script.asked] == ["OPTIONS", "DESCRIBE"]


@pytest.mark.parametrize(
    "answers",
    [
        {"DESCRIBE": b"RTSP/1.0 404 Not Found\r\n\r\n"},
        {"DESCRIBE": b"RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n"},
        {"DESCRIBE": b"RTSP/1.0 200 OK\r\nContent-Length: 9\r\nContent-Length: 5\r\n\r\nm=video 0"},
        {"DESCRIBE": b"RTSP/1.0 200 OK\r\nContent-Length: 11\r\n\r\nm=audio 0 x"},
        {"SETUP": b"RTSP/1.0 461 Unsupported Transport\r\n\r\n"},
        {"SETUP": b"RTSP/1.0 200 OK\r\nTransport: RTP/AVP;unicast;client_port=1-2\r\n\r\n"},
        {"OPTIONS": b"HTTP/1.1 400 Bad Request\r\n\r\n"},
        {"OPTIONS": b"X" * (HEAD_BYTES_MAX + 4096)},
        {"PLAY": b"RTSP/1.0 454 Session Not Found\r\n\r\n"},
    ],
    ids=lambda answers: next(iter(answers)),
)
def test_a_server_that_our_line_does_not_get_on_with_is_left_to_libav(
    tmp_path: Path, answers: dict[str, bytes]
) -> None:
    """At once, and from then on."""
    sources = Sources()
    script = Script(answers=answers)
    with scripted(script) as url:
        one = job(url, tmp_path)
        assert sources.reader(one) == "ours"
        ended(sources, one)
        assert sources.reader(one) == "libav"
    assert "OPTIONS" in [method for method, _ in script.asked]


@pytest.mark.parametrize(
    ("url", "demuxer"),
    [("rtsps://127.0.0.1:1/a", "rtsp"), ("rtsp://127.0.0.1:1/a?tcp", "rtsp"), ("rtmp://127.0.0.1:1/a", "live_flv")],
)
def test_other_lines_are_libavs(tmp_path: Path, url: str, demuxer: str) -> None:
    """Over TLS, with words for libav in the address, and other protocols."""
    one = job(url, tmp_path)
    assert one.demuxer == demuxer
    assert Sources().reader(one) == "libav"


def test_nobody_there_is_said_as_such(tmp_path: Path) -> None:
    """And asked only once."""
    with pytest.raises(ConnectionRefusedError):
        packets(Sources(), job("rtsp://127.0.0.1:1/a", tmp_path), 1)
