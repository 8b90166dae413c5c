"""Cameras of which libav's readers find no stream before packets come: over RTMP, and a transport stream over RTSP."""

from __future__ import annotations

import json
import os
import subprocess
import time
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.sources.recorder.crew import PROGRAM
from custom_components.milton_share.sources.recorder.job import recording_job
from custom_components.milton_share.sources.recorder.run import Closed, Ended, parse_line
from tests.simulators.interleaved import framed, rtp
from tests.simulators.ports import free_port
from tests.simulators.scripted_camera import Script, scripted

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

FPS, SECONDS, LONG_S = 10, 3, 30.0
SHOWN = ("-f", "lavfi", "-i", f"testsrc2=s=160x120:r={FPS}:d={SECONDS}")
HEARD = ("-f", "lavfi", "-i", f"sine=f=440:d={SECONDS}")
CODED = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-threads", "1", "-c:a", "aac")
FFMPEG = ("ffmpeg", "-v", "error", "-nostdin", "-y", *SHOWN, *HEARD, *CODED)
TRANSPORT_STREAM = 33
"""The type of its packets, each of seven of the stream's own (RFC 3551 section 6, RFC 2250 section 2)."""
SEVEN_BYTES = 7 * 188


def _listens(port: int) -> bool:
    """Look without connecting: it serves one client."""
    with open("/proc/net/tcp") as file:  # noqa: PTH123  no file of ours
        return any(f":{port:04X} " in row and row.split()[3] == "0A" for row in file.readlines()[1:])


@contextmanager
def _over_rtmp() -> Iterator[str]:
    port = free_port()
    url = f"rtmp://127.0.0.1:{port}/live/door"
    with subprocess.Popen([*FFMPEG, "-f", "flv", "-listen", "1", url]) as process:
        try:
            until_s = time.monotonic() + LONG_S
            while not _listens(port) and time.monotonic() < until_s:
                time.sleep(0.05)
            yield url
        finally:
            process.terminate()


@contextmanager
def _over_rtsp() -> Iterator[str]:
    stream = subprocess.run([*FFMPEG, "-f", "mpegts", "-"], capture_output=True, check=True).stdout
    pieces = [stream[at : at + SEVEN_BYTES] for at in range(0, len(stream), SEVEN_BYTES)]
    described = f"v=0\r\ns=x\r\nm=video 0 RTP/AVP {TRANSPORT_STREAM}\r\na=control:all\r\n".encode()
    head = f"RTSP/1.0 200 OK\r\nContent-Length: {len(described)}\r\n\r\n".encode()

    def plays(sock: socket.socket, _over: threading.Event) -> None:
        for number, piece in enumerate(pieces):
            sock.sendall(framed(0, rtp(number, piece, at=number * 900, kind=TRANSPORT_STREAM)))

    with scripted(Script(answers={"DESCRIBE": head + described}, plays=plays)) as url:
        yield url


@pytest.mark.parametrize("serve", [_over_rtmp, _over_rtsp])
def test_a_camera_whose_streams_show_themselves_late_is_recorded(
    serve: Callable[[], AbstractContextManager[str]], tmp_path: Path
) -> None:
    """It ended the process that records, each time, and with it the recording of all cameras beside it."""
    with serve() as url:
        one = recording_job(url, tmp_path / "%06d.mp4", 1.0, 5.0)
        command = json.dumps({"run": 1, **asdict(one), "options": dict(one.options)}) + "\n"
        with subprocess.Popen([*PROGRAM, str(os.getpid())], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(command.encode())
            process.stdin.flush()
            said: list[object] = []
            while not (said and isinstance(said[-1], Ended)):
                said.append(parse_line(process.stdout.readline())[1])
            process.stdin.close()
            assert process.wait(LONG_S) == 0
    counts = {"video": 0, "audio": 0}
    for closed in (one for one in said if isinstance(one, Closed)):
        with av.open(str(tmp_path / closed.name)) as container:
            for packet in container.demux():
                counts[packet.stream.type] += bool(packet.size)
    assert counts["video"] >= FPS * SECONDS - 1  # where a line ends libav gives no picture that may not be whole
    assert counts["audio"] > 0
