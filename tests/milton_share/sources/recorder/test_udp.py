"""Servers that send over UDP alone, as VLC's does: our own line leaves them to libav, which asks for that second."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import av

from custom_components.milton_share.sources.recorder.filming import film
from custom_components.milton_share.sources.recorder.filming.film import Job
from custom_components.milton_share.sources.recorder.job import recording_job
from tests.simulators.publishing import later
from tests.simulators.scripted_camera import Script, scripted

from .test_published import FPS, SECONDS, tape_of

if TYPE_CHECKING:
    import threading
    from pathlib import Path

PACKET_S = 0.001
LATER = 90_000 * 20
READ_S = 1.0


@dataclass(slots=True, kw_only=True)
class OverUdp(Script):
    """Refuses TCP (461, RFC 2326 section 11.3.14)."""

    asked_for: list[str] = field(default_factory=list)
    sender: socket.socket
    port: int = 0
    """The client's."""

    def answer(self, method: str, url: str, headers: dict[str, str]) -> bytes:
        """Agree to a transport over UDP alone."""
        if method != "SETUP":
            return super(OverUdp, self).answer(method, url, headers)
        rows = f"CSeq: {headers['cseq']}\r\n"
        self.asked_for.append(headers["transport"])
        found = re.search(r"client_port=(\d+)", headers["transport"])
        if found is None:
            return f"RTSP/1.0 461 Unsupported Transport\r\n{rows}\r\n".encode()
        self.port = int(found[1])
        own = self.sender.getsockname()[1]
        rows += f"Transport: RTP/AVP;unicast;client_port={self.port}-{self.port + 1};server_port={own}-{own + 1}\r\n"
        return f"RTSP/1.0 200 OK\r\n{rows}Session: 5f\r\n\r\n".encode()


def test_a_server_that_sends_over_udp_alone_is_recorded_and_nobody_else(tmp_path: Path) -> None:
    """TCP is asked for first, where nothing is lost. What another sends to the same port is in no recording."""
    tape = tape_of("h264", "none")
    head = f"RTSP/1.0 200 OK\r\nContent-Length: {len(tape.description)}\r\n\r\n".encode()
    with socket.socket(type=socket.SOCK_DGRAM) as sender, socket.socket(type=socket.SOCK_DGRAM) as stranger:
        sender.bind(("127.0.0.1", 0))
        script = OverUdp(answers={"DESCRIBE": head + tape.description}, sender=sender)

        def plays(_sock: socket.socket, _over: threading.Event) -> None:
            pictures = [packet for channel, packet in tape.packets if channel == 0]
            for packet in pictures:
                stranger.sendto(later(packet, LATER), ("127.0.0.1", script.port))
                sender.sendto(packet, ("127.0.0.1", script.port))
                time.sleep(PACKET_S)

        script.plays = plays
        with scripted(script) as url:
            one = recording_job(url, tmp_path / "%06d.mp4", 1.0, READ_S)
            words = {name: getattr(one, name) for name in ("url", "demuxer", "pattern", "segment_s", "read_s")}
            film.film(Job(run=1, options=dict(one.options), **words))
    assert "TCP" in script.asked_for[0]
    pictures = 0
    for path in tmp_path.iterdir():
        with av.open(str(path)) as container:
            pictures += sum(1 for _ in container.decode(container.streams.video[0]))
    assert FPS * SECONDS - 1 <= pictures <= FPS * SECONDS


def test_a_server_that_is_asked_by_tls_is_asked_for_nothing_that_all_can_read(tmp_path: Path) -> None:
    """Its packets over UDP would be."""
    options = recording_job("rtsps://door.home/live", tmp_path / "%06d.mp4", 1.0, READ_S).options
    assert options["rtsp_transport"] == "tcp"
