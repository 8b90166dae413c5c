"""Real browsers play clips: each picture's number is read off the screen, the sound is what the browser decodes.

They are driven by nothing but a page of this server's, which sends back what it saw: so Debian's Firefox serves too.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np

from tests.clips.sound_code import Heard, hear_samples

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).with_name("players.html")
ANSWER_S = 600  # a browser that starts on a loaded machine, and plays everything once
PREFERENCES = {
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "browser.aboutConfig.showWarning": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a browser saw of one clip: `(media time in seconds, the picture's number)`, and what it heard.

    `blank` is how often it said that a picture is there, and drew none.
    """

    error: str
    ended: bool
    duration_s: float
    blank: int
    frames: tuple[tuple[float, int, float], ...]
    heard: Heard | None
    played: Heard | None

    @property
    def numbers(self) -> set[int]:
        """The pictures that were seen."""
        return {number for _, number, _ in self.frames}

    def pictures_at(self, rate: float) -> float:
        """Return when picture 0 would be shown.

        A browser on a loaded machine often draws the picture before, seldom the one after: a quarter is surely past.
        """
        firsts = sorted(time - number / rate for time, number, _ in self.frames)
        return firsts[len(firsts) // 4]


@dataclass(slots=True)
class _Desk:
    files: Sequence[Path]
    answers: dict[int, dict[str, object]] = field(default_factory=dict)
    sounds: dict[int, Heard] = field(default_factory=dict)
    played: dict[int, Heard] = field(default_factory=dict)
    done: threading.Event = field(default_factory=threading.Event)


@cache
def browsers() -> dict[str, str]:
    """Return the browsers of this machine, by name."""
    found = {"Chromium": shutil.which("chromium"), "Firefox": shutil.which("firefox-esr")}
    return {name: path for name, path in found.items() if path is not None}


def play(browser: str, files: Sequence[Path], folder: Path) -> list[Played]:
    """Let a browser play the clips, one after the other; `folder` is for its profile."""
    desk = _Desk(files)
    server = _Server(desk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/?count={len(files)}"
    folder.mkdir(exist_ok=True)
    log = folder / "browser.log"
    with log.open("wb") as out:
        process = subprocess.Popen(_command(browser, folder, address), stdout=out, stderr=out)
        try:
            assert desk.done.wait(ANSWER_S), f"{browser} said nothing: {log.read_text(errors='replace')[-2000:]}"
        finally:
            process.terminate()
            process.wait()
            server.shutdown()
            server.server_close()
    return [_played(desk, index) for index in range(len(files))]


def _command(browser: str, folder: Path, address: str) -> list[str]:
    profile = folder / "profile"
    profile.mkdir(parents=True)
    if browser == "Firefox":
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
        (profile / "user.js").write_text("".join(lines))
        return [browsers()[browser], "--headless", "--no-remote", "--profile", str(profile), address]
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
    quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return [browsers()[browser], *flags, *quiet, f"--user-data-dir={profile}", address]


def _played(desk: _Desk, index: int) -> Played:
    said = desk.answers[index]
    frames = said["frames"]
    assert isinstance(frames, list)
    return Played(
        error=str(said["error"]),
        ended=said["ended"] is True,
        duration_s=float(str(said["duration"])),
        blank=int(str(said["blank"])),
        frames=tuple((float(time), int(number), float(clock)) for time, number, clock in frames),
        heard=desk.sounds.get(index),
        played=desk.played.get(index),
    )


class _Server(ThreadingHTTPServer):
    def __init__(self, desk: _Desk) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.desk = desk


class _Handler(BaseHTTPRequestHandler):
    """Serves the page and the clips, and takes what was seen."""

    protocol_version = "HTTP/1.1"
    server: _Server

    @property
    def desk(self) -> _Desk:
        """What all requests share."""
        return self.server.desk

    def do_GET(self) -> None:
        """Serve the page, or a part of a clip."""
        place = unquote(self.path.partition("?")[0]).strip("/")
        if not place:
            self._answer(200, PAGE.read_bytes(), {"Content-Type": "text/html; charset=utf-8"})
        elif place.isdigit() and int(place) < len(self.desk.files):
            self._clip(self.desk.files[int(place)].read_bytes())
        else:
            self._answer(404, b"")

    def do_POST(self) -> None:
        """Take an answer, or the sound that was decoded."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        what, _, index = self.path.strip("/").partition("/")
        if what in ("sound", "played"):
            into = self.desk.sounds if what == "sound" else self.desk.played
            into[int(index)] = hear_samples(np.frombuffer(body, dtype="<f4"))
        else:
            self.desk.answers[int(index)] = json.loads(body)
        self._answer(204, b"")
        if what == "answer" and len(self.desk.answers) == len(self.desk.files):
            self.desk.done.set()

    def _clip(self, data: bytes) -> None:
        headers = {"Content-Type": "video/mp4", "Accept-Ranges": "bytes"}
        wanted = self.headers.get("Range", "")
        if not wanted.startswith("bytes="):
            self._answer(200, data, headers)
            return
        start, _, end = wanted.removeprefix("bytes=").partition("-")
        first, last = int(start), min(int(end or len(data) - 1), len(data) - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
        self._answer(206, data[first : last + 1], headers)

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  the base class's name
        """Say nothing."""
