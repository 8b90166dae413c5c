"""A page that stands in for Home Assistant's frontend around the built panel: the peer is scripted, the panel real.

`hass` answers commands from a table that a test fills, keeps what was asked, and pushes states to the subscription.
"""

from __future__ import annotations

import base64
import contextlib
import json
import time
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.browser.tabs import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Page, ViewportSize

    from tests.browser.tabs import Tab, Tabs

WWW = Path(__file__).parents[2] / "custom_components" / "milton_share" / "www"
ORIGIN = "http://home.test"
BASE = "/milton-share"
PATIENCE_S, LOOK_AGAIN_MS = 30, 20
VERSION = "TEST"

# Home Assistant's own values of the variables that the page takes from a theme (defaults of 2026).
THEME = """
html { --primary-text-color: light-dark(#141414, #e1e1e1); --secondary-text-color: light-dark(#5e5e5e, #9b9b9b);
  --primary-background-color: light-dark(#fafafa, #111111); --card-background-color: light-dark(#ffffff, #1c1c1c);
  --secondary-background-color: light-dark(#e5e5e5, #282828); --ha-card-border-radius: 12px;
  --divider-color: light-dark(rgb(0 0 0 / .12), rgb(225 225 225 / .12));
  --ha-font-family-body: Roboto, Noto, sans-serif;
  --app-header-background-color: light-dark(#007ea3, #101e24); --app-header-text-color: light-dark(#ffffff, #e1e1e1); }
body { margin: 0; }
"""

# What a careful proxy in front of Home Assistant could forbid: nothing that is inline, nothing that is written as HTML,
# and nothing from elsewhere; of what a page may write into itself pictures alone.
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-stage'; style-src 'nonce-stage'; connect-src 'self';"
    " media-src 'self'; img-src 'self' data:; require-trusted-types-for 'script'; trusted-types lit-html"
)
# Kept for the tab, so that what a page broke before a reload isn't forgotten.
WATCH = """
addEventListener("securitypolicyviolation", ({ violatedDirective, sourceFile, lineNumber, sample }) => {
  const before = JSON.parse(sessionStorage.forbidden ?? "[]");
  sessionStorage.forbidden = JSON.stringify([...before, `${violatedDirective} ${sourceFile}:${lineNumber} ${sample}`]);
});
"""

STAGE = """
const asked = (window.asked = []);
const answers = (window.answers = SETUP.answers);
let listener;
window.push = (event) => listener(event);
const refuse = (code) => Promise.reject({ code, message: code });
const LINE_LOST = { type: "result", success: false, error: { code: 3, message: "Connection lost" } };
const answer = async (message) => {
  asked.push(message);
  const name = message.type.replace("milton_share/", "");
  const found = answers[name];
  if (found && found.waits) await new Promise((done) => { window.go_on = done; });
  if (found && found.refused) return refuse(found.refused);
  if (found && found.breaks) throw found.breaks === "line" ? LINE_LOST : new TypeError(found.breaks);
  return found === undefined ? null : found;
};
const panel = document.createElement("milton-share-panel");
const route = () => ({ prefix: "/milton-share", path: location.pathname.replace("/milton-share", "") });
panel.hass = {
  auth: { accessToken: "token-of-olivia", expired: false, refreshAccessToken: async () => {} },
  connection: {
    subscribeMessage: async (onMessage, message) => {
      asked.push(message);
      if (answers.subscribe.refused) return refuse(answers.subscribe.refused);
      listener = onMessage;
      onMessage(answers.subscribe);
      return () => { window.unsubscribed = (window.unsubscribed ?? 0) + 1; };
    },
  },
  callWS: answer,
  hassUrl: (path) => path,
  states: {
    "event.gate_bell": { attributes: { friendly_name: "Gate bell" } },
    "binary_sensor.side_gate": { attributes: { friendly_name: "Side gate", device_class: "opening" } },
    "event.own_request": { attributes: { friendly_name: "Milton Share request" } },
    "binary_sensor.cell": { attributes: { friendly_name: "Cell", device_class: "battery" } },
    "light.porch": { attributes: { friendly_name: "Porch" } },
  },
  entities: { "event.gate_bell": { platform: "ring" }, "event.own_request": { platform: "milton_share" } },
  themes: { darkMode: SETUP.dark },
  language: SETUP.language,
  locale: { language: SETUP.language, time_format: "12" },
  config: { time_zone: "America/New_York", latitude: 34.1335, longitude: -84.3135 },
  user: { id: "owner", name: "Olivia", is_owner: true },
};
panel.narrow = innerWidth < 600;
panel.panel = { config: { version: SETUP.version } };
panel.route = route();
const moved = () => { panel.route = route(); };
window.wear = async (dark) => {
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
  panel.hass = { ...panel.hass, themes: { darkMode: dark } };
  panel.narrow = innerWidth < 600;
  await panel.updateComplete;
  const parts = () => [...panel.shadowRoot.querySelectorAll(":not(:defined)")].map(({ localName }) => localName);
  const later = () => parts().find((name) => name.startsWith("milton-"));
  for (let name = later(); name; name = later()) await customElements.whenDefined(name);
};
addEventListener("location-changed", moved);
addEventListener("popstate", moved);
document.documentElement.style.colorScheme = SETUP.dark ? "dark" : "light";
document.body.append(panel);
"""

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)  # one point
TILES, TILE_WIDTH, TILE_HEIGHT = 60, 160, 90
NOW = datetime(2026, 11, 12, 16, 30, tzinfo=UTC)  # what the page's clock says
REQUEST_ID = "ab" * 32
CASE_ID = "cd" * 16
UPLOADED = Reply(body=json.dumps({"case_id": CASE_ID}).encode(), kind="application/json")
CLIP_SHA256 = "9f3c71e0" + "5a" * 24 + "5a0c44b2"
TAG = "5e" * 16  # by which a notification names the request
CUSTODIANS_SHA256 = "5c1e77ab" + "29" * 24 + "41d80002"
RECIPIENTS_SHA256 = "0be8d2a4" + "17" * 24 + "917c0001"
REASON = (
    "Several cars were opened overnight. We are looking for one person on foot with a backpack "
    "and a light SUV without plates."
)
ASKED_FROM = datetime(2026, 11, 10, 7, 10, tzinfo=UTC)
ASKED_UNTIL = datetime(2026, 11, 10, 8, 40, tzinfo=UTC)


def text(moment: datetime) -> str:
    """Return a time as the integration writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def camera(name: str = "Driveway", **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a camera in the middle of the area."""
    settings = {
        "camera_id": f"id-{name.lower().replace(' ', '-')}",
        "placing": "outdoor",
        "eligible": True,
        "position": [341338000, -843132000],
        "heading_deg": 170,
        "field_of_view_deg": 80,
        "range_m": 30,
        "recording": "events",
        "on_battery": False,
        "record_also": False,
        "also_told_by": [],
        "source": None,
    }
    settings |= {key: changes.pop(key) for key in list(changes) if key in settings}
    return {
        "camera_id": settings["camera_id"],
        "entity_id": f"camera.{name.lower().replace(' ', '_')}",
        "name": name,
        "doorbell": False,
        "seems_indoor": False,
        "can_record": True,
        "sources": ["here"],
        "footage": "here",
        "maker": None,
        "footage_trouble": None,
        "told_by": [],
        "has_battery": False,
        "room": {"kbit_s": None, "days": None},
        "sound_left_out": None,
        "settings": settings,
        **changes,
    }


def clip(from_: datetime, until: datetime, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a finished clip."""
    return {
        "clip_sha256": CLIP_SHA256,
        "from": text(from_),
        "until": text(until),
        "ranges": [{"from": text(from_), "until": text(until), "first_frame": text(from_), "stored_ms": 0}],
        "size_bytes": 3_210_000,
        "audio": "removed",
        "masks": [],
        "gaps": [],
        "offset_ms": 41_800,
        "uncertainty_ms": 600,
        "clock_method": "arrival",
        "preview_sha256": None,
        "resized_at": [],
        **changes,
    }


def case(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a held case of the driveway: all that was asked is recorded but for seven minutes."""
    return {
        "case_id": CASE_ID,
        "request_id": REQUEST_ID,
        "camera_id": "id-driveway",
        "camera_name": "Driveway",
        "file": None,
        "state": "held",
        "footage_from": text(ASKED_FROM),
        "footage_until": text(ASKED_UNTIL),
        "gaps": [
            {
                "from": text(datetime(2026, 11, 10, 8, 6, tzinfo=UTC)),
                "until": text(datetime(2026, 11, 10, 8, 13, tzinfo=UTC)),
            }
        ],
        "cutting": None,
        "copied": None,
        "source": "here",
        "clock_put": False,
        "kept_until": text(NOW + timedelta(days=8)),
        "hold_trouble": None,
        "clip": None,
        "share": None,
        **changes,
    }


def still(path: str) -> str:
    """Draw what stands for a small picture: of the strip each tile in a color of its own."""
    columns, rows = {"strip": (TILES, 1), "sheet": (4, 3)}.get(path.partition("?")[0].rpartition("/")[2], (1, 1))
    tiles = "".join(
        f'<rect x="{number % columns * TILE_WIDTH}" y="{number // columns * TILE_HEIGHT}" width="{TILE_WIDTH}"'
        f' height="{TILE_HEIGHT}" fill="hsl({360 * number // (columns * rows)} 40% 45%)"/>'
        for number in range(columns * rows)
    )
    size = f'width="{columns * TILE_WIDTH}" height="{rows * TILE_HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} preserveAspectRatio="none">{tiles}</svg>'


def stills(length_ms: int = 12_000) -> dict[str, Any]:
    """Return the small pictures of a clip."""
    paths = {kind: f"/api/milton_share/still/x/y/{kind}?authSig=z" for kind in ("poster", "sheet", "strip")}
    at_ms = [number * length_ms // TILES for number in range(TILES)]
    return {**paths, "at_ms": at_ms, "tile_width": TILE_WIDTH, "tile_height": TILE_HEIGHT, "lives_s": 900}


def mark(kind: str, from_: datetime, until: datetime | None = None) -> dict[str, Any]:
    """Return what Home Assistant remembers."""
    return {"kind": kind, "from": text(from_), "until": text(until or from_), "name": None}


def share(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a share that the hub received."""
    at = NOW - timedelta(minutes=40)
    return {
        "share_id": "5e" * 16,
        "state": "receipted",
        "size_bytes": 3_214_000,
        "sealed_bytes": 3_214_000,
        "sent_bytes": 3_214_000,
        "approved_at": text(at),
        "withdraw_wanted": False,
        "withdraw_refused": None,
        "early_wanted": False,
        "early_refused": None,
        "passing": [],
        "sources_said_until": None,
        "sources_kept_until": None,
        "custodians_only": False,
        "flag_wanted": False,
        "flag_refused": None,
        "unflagged": False,
        "receipts": [receipt(1, "received", at + timedelta(seconds=8))],
        "trouble": None,
        **changes,
    }


def receipt(sequence: int, event: str, at: datetime, badge: str | None = None) -> dict[str, Any]:
    """Return a receipt."""
    by = {"badge": badge, "device": "MPD-LT-031"} if badge else None
    return {"sequence": sequence, "event": event, "at": text(at), "by": by, "to": None}


def asked(sequence: int, at: datetime, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the receipt by which the police ask to pass a share on."""
    to = {"name": "Ruth Ellery", "organisation": "Fulton County DA", "until": text(NOW + timedelta(days=30)), **changes}
    return {**receipt(sequence, "asked", at, "1518"), "to": to}


def logged(*witnesses: str) -> dict[str, Any]:
    """Return where the public log has a request, and which witnesses have seen that log, a minute apart."""
    at = NOW - timedelta(days=1)
    return {
        "log": "log.milton.example/milton-pd",
        "entry": 18_204,
        "size": 18_231,
        "root": "4d" * 32,
        "witnesses": [
            {"name": name, "at": text(at + timedelta(minutes=number)), "vkey": f"{name}+0f1e2d3c+{'QUJD' * 11}"}
            for number, name in enumerate(witnesses, start=1)
        ],
    }


def request(*cases: dict[str, Any], **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a verified request."""
    area = [
        [341352000, -843158000],
        [341356000, -843128000],
        [341348000, -843102000],
        [341322000, -843108000],
        [341318000, -843152000],
    ]
    return {
        "request_id": REQUEST_ID,
        "refused": None,
        "refused_detail": "",
        "notices": [],
        "logged": logged(),
        "officer_name": "Dana Reyes",
        "approver_name": None,
        "badge": "2147",
        "agency_name": "Milton PD",
        "contact": "678-242-2500",
        "case_number": "26-104417",
        "offence_name": "Entering automobile, O.C.G.A. 16-8-18",
        "reason": REASON,
        "urgent": False,
        "drill": False,
        "by_code": False,
        "code_typed": False,
        "area": {"kind": "polygon", "points": area},
        "from": text(ASKED_FROM),
        "until": text(ASKED_UNTIL),
        "created_at": text(NOW - timedelta(days=1)),
        "expires_at": text(NOW + timedelta(days=5)),
        "recipients_sha256": RECIPIENTS_SHA256,
        "custodians_sha256": CUSTODIANS_SHA256,
        "recipients": [
            {"role": "custodian", "name": "Noor Aziz", "badge": "1518"},
            {"role": "officer", "name": "Dana Reyes", "badge": "2147"},
            {"role": "recovery", "name": "", "badge": ""},
        ],
        "tag": TAG,
        "cases": [deepcopy(each) for each in cases],
        **changes,
    }


def attempt(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what an administrator tried and was refused."""
    at = text(NOW - timedelta(hours=2))
    return {
        "own": False,
        "user_name": "Adam",
        "kind": "password",
        "act": "approve",
        "rule": "not_approver",
        "count": 1,
        "first_at": at,
        "last_at": at,
        **changes,
    }


def household(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what the household set: what holds while nobody changed anything, with one phone."""
    return {
        "phones": [{"service": "mobile_app_olivia", "name": "Phone of Olivia", "told": True}],
        "quiet_from": "21:00",
        "quiet_until": "07:00",
        "urgent_breaks_quiet": False,
        "weekly_cap": 3,
        "reminder": "last_day",
        "audio": False,
        "named": False,
        "storage_gb": 10,
        "keep_days": 30,
        "paused": False,
        "paused_until": None,
    } | changes


def new_log(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the public log that the city's root names in place of the one before."""
    return {
        "origin": "hub.milton.example/log-2",
        "public_key": "5a" * 32,
        "words": ["cabin", "oxygen", "ladder", "ripple", "spare", "humble", "tissue", "arrow"],
        "size": 1_204,
        "known_size": 187,
        "continues": True,
    } | changes


def state(*requests: dict[str, Any], **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what the subscription sends."""
    cameras = changes.pop(
        "cameras", [camera(), camera("Front door", heading_deg=290, position=[341339000, -843134000])]
    )
    snapshot = {
        "open_requests": len(requests),
        "link": "mqtt",
        "last_contact": text(NOW - timedelta(minutes=3)),
        "trust_rule": None,
    }
    city = {
        "city_name": "Milton",
        "agency_name": "Milton PD",
        "demo": False,
        "words": ["amber", "ridge", "orbit", "walnut", "lunar", "velvet", "sample", "tower"],
        "jurisdiction": [
            [341000000, -843500000],
            [341000000, -842700000],
            [341700000, -842700000],
            [341700000, -843500000],
        ],
        "witness_quorum": 0,
        "own_witness_quorum": 0,
        "witnesses": [],
    }
    home = {
        "snapshot": snapshot | changes.pop("snapshot", {}),
        "city": city | changes.pop("city", {}),
        "new_log": None,
        "approver": {"refusal": None, "is_owner": True, "has_pin": True, "tries_left": 5, "locked_until": None},
        "requests": list(requests),
        "unreadable": [],
        "unreadable_count": 0,
        "cameras": cameras,
        "folders": changes.pop("folders", []),
        "attempts": [],
        "household": household(**changes.pop("household", {})),
        "ring": {"used_bytes": 1_503_238_554, "oldest": text(NOW - timedelta(days=11)), "wanted_bytes": None},
        "map": {"sha256": None, "named": False, "refused": None},
    }
    return {
        "state": home | changes,
        "panel_version": VERSION,
        "retention": {"storage_gb": 10, "hold_after_expiry_s": 259_200},
    }


def wait_until(page: Page, expression: str, arg: object = None) -> None:
    """Wait until something is so in a page; Playwright's own wait compiles it there, which a strict policy forbids."""
    end_s = time.monotonic() + PATIENCE_S
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end_s, expression
        page.wait_for_timeout(LOOK_AGAIN_MS)


class Stage:
    """The page, and the scripted Home Assistant behind it."""

    def __init__(self, tab: Tab, answers: dict[str, Any]) -> None:
        """Take the tab that `open_stage` filled, and what Home Assistant answers by command, also after a reload."""
        self.page = tab.page
        self._tab = tab
        self._answers = answers

    def find(self, name: str) -> Locator:
        """Return a control by its name for tests."""
        return self.page.locator(f'[data-test="{name}"]')

    @property
    def uploaded(self) -> list[bytes]:
        """Return the bodies that Home Assistant was sent."""
        return self._tab.posted

    def push(self, event: dict[str, Any]) -> None:
        """Send a state, as the integration does after a change."""
        self._answers["subscribe"] = event
        self.page.evaluate("(event) => window.push(event)", event)

    def answer(self, command: str, value: Any) -> None:  # noqa: ANN401
        """Answer a command so from now on; `{"refused": rule}` refuses it, `{"breaks": text or "line"}` throws."""
        self._answers[command] = value
        self.page.evaluate("([command, value]) => { window.answers[command] = value; }", [command, value])

    def until(self, expression: str, arg: object = None) -> None:
        """Wait until something is so in the page."""
        wait_until(self.page, expression, arg)

    def close(self) -> None:
        """Leave the tab; fail where the page did in it what its policy forbids."""
        forbidden = json.loads(self.page.evaluate("sessionStorage.forbidden ?? '[]'"))
        self._tab.leave()
        assert forbidden == [], forbidden

    def asked(self, command: str) -> list[dict[str, Any]]:
        """Return what the page asked by one command."""
        messages = self.page.evaluate("window.asked")
        return [message for message in messages if message["type"] == f"milton_share/{command}"]

    def wear(self, size: ViewportSize, *, dark: bool) -> None:
        """Show the page at another size and by day or by night, at once: colors don't pass into each other."""
        self.page.emulate_media(reduced_motion="reduce")
        self.page.set_viewport_size(size)
        self.page.evaluate("(dark) => window.wear(dark)", dark)


def open_stage(  # a scripted peer has many knobs
    tabs: Tabs,
    event: dict[str, Any],
    *,
    path: str = "",
    width: int = 1280,
    height: int = 900,
    dark: bool = False,
    language: str = "en",
    whoami: dict[str, Any] | None = None,
    film: bytes | None = None,
    theme: str = "",
    upload: Reply = UPLOADED,
    alone: bool = False,
    **answers: Any,  # noqa: ANN401
) -> Stage:
    """Open the built panel; ``answers`` are by command, with ``__`` for ``/``; ``alone``: its test moves the clock."""
    (script,) = WWW.glob("panel-*.js")
    by_command = {"whoami": whoami or {"refusal": None}, "subscribe": event} | {
        name.replace("__", "/"): value for name, value in answers.items()
    }
    setup = {"answers": by_command, "dark": dark, "language": language, "version": VERSION}
    head = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<title>Home</title><style nonce="stage">{THEME}{theme}</style><body>'
    )
    scripts = f'<script type="module" src="/{script.name}"></script>'
    scripts += f'<script nonce="stage" type="module">{STAGE}</script>'

    def answers_now(asked: str) -> Reply:
        if asked.endswith(".js") and (WWW / asked[1:]).is_file():
            return Reply(body=(WWW / asked[1:]).read_bytes(), kind="text/javascript", kept=True)
        if asked.startswith("/api/milton_share/file/"):
            return upload
        if asked.startswith("/api/milton_share/file_picture/"):
            return Reply(body=PICTURE, kind="image/png")
        if asked.startswith("/api/milton_share/still/"):
            return Reply(body=still(asked).encode(), kind="image/svg+xml")
        if asked.startswith("/api/milton_share/preview/"):
            return Reply(body=film or b"", kind="video/mp4")
        now = f'<script nonce="stage">{WATCH}const SETUP = {json.dumps(setup)};</script>'
        return Reply(body=(head + now + scripts).encode(), kind="text/html")

    tab = tabs.take(alone=alone)
    tab.show({"width": width, "height": height}, answers_now)
    tab.page.goto(f"{ORIGIN}{BASE}{path}")
    tab.page.locator("milton-share-panel .bar").wait_for()
    return Stage(tab, by_command)


@contextlib.contextmanager
def stages(tabs: Tabs, **shown: Any) -> Iterator[Callable[..., Stage]]:  # noqa: ANN401
    """Yield what opens a page, with ``shown`` unless it is told otherwise; close them all in the end.

    A script error in a page fails the test.
    """
    with contextlib.ExitStack() as stack:

        def opened(event: dict[str, Any], **knobs: Any) -> Stage:  # noqa: ANN401
            one = open_stage(tabs, event, **shown | knobs)
            stack.callback(one.close)
            return one

        yield opened
