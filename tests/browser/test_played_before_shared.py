"""A clip is played before it can be shared: what the page says where it wasn't, and what a real player fetches."""

from __future__ import annotations

import importlib.util
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.homes import film
from tests.browser.panel_stage import stages
from tests.browser.test_panel import CLIP_SHA256, PEOPLE, PREVIEW, REVIEW, REVIEWING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from tests.browser.panel_stage import Stage
    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

ASKED_AGAIN = "(n) => window.asked.filter(({ type }) => type === 'milton_share/preview_path').length > n"
PIECE_BYTES = 64 * 1024
PAUSE_S = 0.02  # between pieces: four times as fast as it plays, so that no busy machine has all of it too soon
LONG_S = 60
RATE = "6M"  # 45 MB: more than a browser and both ends of its connection hold of what nobody plays
SERVED = Path(__file__).parents[2] / "custom_components" / "milton_share" / "review" / "served.py"
SAID = {"en": "Play the clip first, its beginning and its end.", "es": "Primero reproduzca el video"}


def rule() -> Any:  # noqa: ANN401
    """Load the home's own rule, which needs no Home Assistant."""
    spec = importlib.util.spec_from_file_location("served", SERVED)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page; a script error in it fails the test."""
    with stages(tabs, film=film(), preview_path=PREVIEW, approvers=PEOPLE) as opened:
        yield opened


@pytest.mark.parametrize("language", ["en", pytest.param("es", marks=pytest.mark.long)])
def test_who_shares_what_was_not_played_is_told_what_to_do_and_the_clip_comes_once_more(
    stage: Open, language: str
) -> None:
    """As after a restart of Home Assistant, which knows no more what it sent; then the same question is answered."""
    page = stage(REVIEWING, path=REVIEW, language=language, approve={"refused": "clip_not_shown"})
    expect(page.find("player")).to_be_visible()
    asked = len(page.asked("preview_path"))
    page.find("share-button").click()
    page.find("pin").fill("271828")
    page.find("share-yes").click()
    expect(page.find("share-error")).to_contain_text(SAID[language])
    expect(page.find("pin")).to_have_value("")
    page.until(ASKED_AGAIN, arg=asked)
    assert page.asked("preview_path")[-1]["sha256"] == CLIP_SHA256


@dataclass(kw_only=True)
class Sent:
    """A film, and which of its bytes a connection took."""

    film: bytes
    spans: list[tuple[int, int]] = field(default_factory=list)


@pytest.fixture(scope="module")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Film a minute of noise."""
    path = tmp_path_factory.mktemp("long") / "film.mp4"
    source = f"testsrc2=size=640x360:rate=15:duration={LONG_S},noise=alls=60:allf=t"
    rate = ["-b:v", RATE, "-minrate", RATE, "-maxrate", RATE, "-bufsize", "1M"]
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "15", "-pix_fmt", "yuv420p", *rate]
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, *encode, "-movflags", "+faststart", str(path)]
    subprocess.run(command, check=True)
    return path.read_bytes()


@pytest.fixture
def player(page: Page, long_film: bytes) -> Iterator[tuple[Page, Sent]]:
    """Have the page's own kind of player show the film."""
    sent = Sent(film=long_film)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body, status, about = b"<video muted playsinline preload=auto src=/film></video>", 200, {}
            asked = self.headers["Range"]
            if is_film := self.path == "/film":
                first, _, last = (asked or "bytes=0-").removeprefix("bytes=").partition("-")
                at, end = int(first), int(last) + 1 if last else len(sent.film)
                body = sent.film[at:end]
                if asked:
                    status, about = 206, {"Content-Range": f"bytes {at}-{end - 1}/{len(sent.film)}"}
            self.send_response(status)
            kind = "video/mp4" if is_film else "text/html"
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **about}.items():
                self.send_header(name, value)
            self.end_headers()
            for start in range(0, len(body), PIECE_BYTES):
                piece = body[start : start + PIECE_BYTES]
                try:
                    self.wfile.write(piece)
                except OSError:  # the player went elsewhere
                    self.close_connection = True
                    return
                if is_film:
                    sent.spans.append((at + start, at + start + len(piece)))
                    time.sleep(PAUSE_S)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    yield page, sent
    page.goto("about:blank")
    server.shutdown()
    server.server_close()


def test_a_player_that_shows_a_long_clips_beginning_and_its_last_second_was_sent_enough(
    player: tuple[Page, Sent],
) -> None:
    """Not before: what is loaded without playing lacks the end."""
    page, sent = player
    home = rule()

    def is_enough() -> bool:
        return home.is_enough(tuple(home.joined(sent.spans)), len(sent.film))

    page.evaluate("() => document.querySelector('video').play()")
    page.wait_for_function("() => document.querySelector('video').currentTime > 2")
    assert not is_enough()
    page.evaluate("() => { const v = document.querySelector('video'); v.currentTime = v.duration - 1; }")
    page.wait_for_function("() => document.querySelector('video').ended")
    assert is_enough()
    assert sum(until - first for first, until in home.joined(sent.spans)) < len(sent.film), "the middle never came"
