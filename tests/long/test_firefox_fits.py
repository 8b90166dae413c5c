"""The owner's page in Debian's Firefox with scroll bars that take room: nothing scrolls sideways on a narrow phone.

Nothing drives that browser: a page of this test opens the built panel in frames, and sends back what was too wide.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.browser.panel_stage import NOW, REQUEST_ID, STAGE, THEME, VERSION, WWW, request, state
from tests.browser.test_files import added
from tests.browser.test_own import RECORDED, own

if TYPE_CHECKING:
    from pathlib import Path

FIREFOX = shutil.which("firefox-esr")
ANSWER_S = 180
WIDTHS = (320, 360, 390)
CHOOSE = "((name, value) => { find(name).value = value; find(name).dispatchEvent(new Event('change')); })"
# Where on the page, its field of day and time, and what has to be there and be pressed before.
PLACES = {
    "/own": ("own-from", "own-from", ""),
    "/settings": ("pause-until", "pause-lasts", f"{CHOOSE}('pause-lasts', 'time');"),
    f"/request/{REQUEST_ID}": ("typed-time", "another-time", "find('another-time').click();"),
}
PREFERENCES = {
    "widget.gtk.overlay-scrollbars.enabled": False,
    "widget.non-native-theme.scrollbar.size.override": 14,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
}
STILL = f"""const Real = Date;
globalThis.Date = class extends Real {{
  constructor(...given) {{ super(...(given.length ? given : [Date.now()])); }}
  static now() {{ return {NOW.timestamp() * 1000:.0f}; }}
}};"""
LOOK = """<!doctype html><title>Frames</title><body><script type="module">
const until = async (found) => { while (!found()) await new Promise((done) => setTimeout(done, 50)); return found(); };
const wide = [];
for (const width of WIDTHS) for (const [path, [name, first, open]] of Object.entries(PLACES)) {
  const frame = Object.assign(document.createElement("iframe"), { width, height: 800, src: `/milton-share${path}` });
  frame.style.border = 0;
  document.body.append(frame);
  const panel = () => frame.contentDocument?.querySelector("milton-share-panel")?.shadowRoot;
  const find = (test) => panel()?.querySelector(`[data-test="${test}"]`);
  await until(() => find(first));
  new Function("find", open)(find);
  await until(() => find(name));
  await new Promise((done) => setTimeout(done, 300)); // what is recorded comes a moment later, and is drawn
  const { clientWidth, offsetWidth, scrollWidth } = panel().querySelector(".scroll");
  if (offsetWidth - clientWidth < 10) wide.push(`${path} at ${width}: its scroll bar takes no room`);
  if (scrollWidth > clientWidth) wide.push(`${path} at ${width}: ${scrollWidth} of ${clientWidth} px`);
  frame.remove();
}
await fetch("/wide", { method: "POST", body: JSON.stringify(wide) });
</script>"""


def _page() -> str:
    """Return the panel in front of its scripted Home Assistant, on a clock that stands."""
    event = state(request(added()), own=own())
    setup = {"answers": {"whoami": {"refusal": None}, "subscribe": event, "own/recorded": RECORDED}, "dark": False}
    setup |= {"language": "es", "version": VERSION}  # the longer one
    return (
        f'<!doctype html><meta charset="utf-8"><title>Home</title><style>{THEME}</style><body>'
        f"<script>{STILL} const SETUP = {json.dumps(setup)};</script>"
        f'<script type="module" src="/panel.js"></script><script type="module">{STAGE}</script>'
    )


class _Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.page = _page().encode()
        self.wide: list[str] | None = None
        self.said = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    """Serves both pages and the built scripts, and takes what was too wide."""

    server: _Server

    def do_GET(self) -> None:
        """Serve one."""
        name = self.path.lstrip("/")
        if name.endswith(".js"):
            (script,) = WWW.glob("panel-*.js" if name == "panel.js" else name)
            self._answer(script.read_bytes(), "text/javascript")
        elif name:
            self._answer(self.server.page, "text/html")
        else:
            look = LOOK.replace("WIDTHS", json.dumps(WIDTHS)).replace("PLACES", json.dumps(PLACES))
            self._answer(look.encode(), "text/html")

    def do_POST(self) -> None:
        """Take the answer."""
        self.server.wide = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(b"", "text/plain")
        self.server.said.set()

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  the base class's name
        """Say nothing."""


@pytest.mark.skipif(FIREFOX is None, reason="Firefox is not installed")
def test_no_view_with_a_day_and_time_scrolls_sideways(tmp_path: Path) -> None:
    """Firefox gives such a field all the room that it can show, where nothing bounds it."""
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
    (tmp_path / "user.js").write_text("".join(lines))
    server = _Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    command = [str(FIREFOX), "--headless", "--no-remote", "--profile", str(tmp_path), address]
    with (tmp_path / "browser.log").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            assert server.said.wait(ANSWER_S), (tmp_path / "browser.log").read_text(errors="replace")[-2000:]
        finally:
            process.terminate()
            process.wait()
            server.shutdown()
            server.server_close()
    assert server.wide == []
