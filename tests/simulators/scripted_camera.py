"""A camera that answers RTSP as a test wants it to, on a thread: wrong, late, endless, or with a login by Digest."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SDP = (
    b"v=0\r\ns=x\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    b"a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAH9kA8BE=,aMuMsg==\r\na=control:trackID=0\r\n"
)
LONG_S, POLL_S = 30.0, 0.2
NONCE, REALM = "5ccc069c403ebaf9", "camera"


@dataclass(slots=True, kw_only=True)
class Script:
    """What it answers by method (a head and what follows it), and what it does once it plays."""

    answers: dict[str, bytes] = field(default_factory=dict)
    plays: Callable[[socket.socket, threading.Event], object] = lambda _sock, over: over.wait(LONG_S)
    login: tuple[str, str, str] | None = None
    """Name, password, and the algorithms that it offers, the best first (RFC 7616 section 3.7)."""
    begins: dict[str, int] = field(default_factory=dict)
    """At which stamp it says that a track begins, by its part of the address."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Methods and headers as they came, of all connections."""

    def answer(self, method: str, url: str, headers: dict[str, str]) -> bytes:
        """Write the answer to one request."""
        rows = f"CSeq: {headers.get('cseq', '0')}\r\n".encode()
        if not self._admitted(method, url, headers):
            for algorithm in self.login[2].split() if self.login else ():
                named = f'nonce="{NONCE}", qop="auth", algorithm={algorithm}'
                rows += f'WWW-Authenticate: Digest realm="{REALM}", {named}\r\n'.encode()
            return b"RTSP/1.0 401 Unauthorized\r\n" + rows + b"\r\n"
        if method in self.answers:
            return self.answers[method]
        body = SDP if method == "DESCRIBE" else b""
        if method == "OPTIONS":
            rows += b"Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN\r\n"
        if method == "SETUP":
            rows += f"Transport: {headers['transport']}\r\nSession: 5f;timeout=2\r\n".encode()
        if method == "PLAY" and self.begins:
            said = (f"url={url}/{track};seq=1;rtptime={stamp}" for track, stamp in self.begins.items())
            rows += f"RTP-Info: {','.join(said)}\r\n".encode()
        if body:
            rows += f"Content-Length: {len(body)}\r\n".encode()
        return b"RTSP/1.0 200 OK\r\n" + rows + b"\r\n" + body

    def _admitted(self, method: str, url: str, headers: dict[str, str]) -> bool:
        if self.login is None:
            return True
        said = dict(re.findall(r'(\w+)="?([^",]*)"?', headers.get("authorization", "")))
        if said.get("uri") != url:
            return False
        name, password, _ = self.login

        def hashed(text: str) -> str:
            return hashlib.new("sha256" if said.get("algorithm") == "SHA-256" else "md5", text.encode()).hexdigest()

        secret, what = hashed(f"{name}:{REALM}:{password}"), hashed(f"{method}:{url}")
        between = f"{NONCE}:{said.get('nc')}:{said.get('cnonce')}:auth"
        return said.get("response") == hashed(f"{secret}:{between}:{what}")


@contextmanager
def scripted(script: Script) -> Iterator[str]:
    """Run one until the end of the block; give its address."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as stack:
        server.settimeout(POLL_S)
        serving = threading.Thread(target=_serve, args=(server, script, over))
        stack.callback(serving.join)
        stack.callback(over.set)
        serving.start()
        yield f"rtsp://127.0.0.1:{server.getsockname()[1]}/live?stream=1"


def _serve(server: socket.socket, script: Script, over: threading.Event) -> None:
    talking = []
    while not over.is_set():
        with suppress(TimeoutError):
            sock, _ = server.accept()
            talking.append(threading.Thread(target=_talk, args=(sock, script, over)))
            talking[-1].start()
    for thread in talking:
        thread.join()


def _talk(sock: socket.socket, script: Script, over: threading.Event) -> None:
    sock.settimeout(POLL_S)
    playing: list[threading.Thread] = []

    def play() -> None:
        with suppress(OSError):
            script.plays(sock, over)
            sock.shutdown(socket.SHUT_RDWR)

    with sock, suppress(OSError, ValueError):
        reader = _Reader(sock, over)
        while (request := reader.request()) is not None:
            line, *rows = request.split("\r\n")
            method, url, _ = line.split(" ", 2)
            headers = {name.strip().lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)}
            script.asked.append((method, headers))
            answer = script.answer(method, url, headers)
            sock.sendall(answer)
            if method == "PLAY" and b" 200 " in answer:
                playing.append(threading.Thread(target=play))
                playing[-1].start()
    for thread in playing:
        thread.join()


class _Reader:
    """Reads requests; reports between them are passed over."""

    def __init__(self, sock: socket.socket, over: threading.Event) -> None:
        self._sock, self._over, self._left = sock, over, b""

    def request(self) -> str | None:
        while True:
            if self._left[:1] == b"$" and len(self._left) >= 4:
                size = 4 + int.from_bytes(self._left[2:4])
                if len(self._left) >= size:
                    self._left = self._left[size:]
                    continue
            elif self._left[:1] != b"$" and b"\r\n\r\n" in self._left:
                head, _, self._left = self._left.partition(b"\r\n\r\n")
                return head.decode()
            if not self._more():
                return None

    def _more(self) -> bool:
        while not self._over.is_set():
            with suppress(TimeoutError):
                data = self._sock.recv(4096)
                self._left += data
                return bool(data)
        return False
