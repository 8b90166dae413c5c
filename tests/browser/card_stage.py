"""A dashboard that stands in for Home Assistant's around the built card: the peer is scripted, the card real.

It does what Home Assistant's own dashboards do with a card: make the element by its name, hand it configuration and
`hass`, keep it out of the layout while it is hidden, and lay it out in sections or in columns.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.browser.panel_stage import ORIGIN, THEME, WWW, wait_until
from tests.browser.tabs import Reply

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Request

    from tests.browser.tabs import Tab, Tabs

NAME = "milton-share-card"
# Home Assistant's `ha-card`, and how its two views lay cards out (a section has 12 columns).
DASHBOARD = """
body { background: var(--primary-background-color); color: var(--primary-text-color); font: 14px/20px sans-serif; }
.sections { display: grid; gap: 16px; padding: 16px; }
.sections { grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); }
.section { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: 8px; align-content: start; }
.section > .slot { grid-column: span 12; }
.masonry { display: flex; padding: 4px; } .masonry > .column { flex: 1 0 0; max-width: 500px; min-width: 0; }
.masonry .slot { margin: 4px; }
.slot[hidden] { display: none; }
"""
# What a careful proxy in front of Home Assistant could forbid: nothing that is inline, nothing that is written as HTML.
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-stage'; style-src 'nonce-stage';"
    " require-trusted-types-for 'script'; trusted-types lit-html"
)
STAGE = """
window.forbidden = [];
addEventListener("securitypolicyviolation", (event) => window.forbidden.push(event.violatedDirective));
// As Home Assistant's page does when it starts: a registry in place of the browser's, which knows nothing of before.
const native = window.customElements;
const known = new Map();
Object.defineProperty(window, "customElements", { value: {
  get: (name) => known.get(name),
  define: (name, element) => { native.define(name, element); known.set(name, element); },
  whenDefined: (name) => native.whenDefined(name),
} });
const HA_CARD = new CSSStyleSheet();
HA_CARD.replaceSync(`:host { display: block; box-sizing: border-box; position: relative; border-style: solid;
  background: var(--ha-card-background, var(--card-background-color, white)); color: var(--primary-text-color);
  border-width: var(--ha-card-border-width, 1px); border-color: var(--ha-card-border-color, var(--divider-color));
  border-radius: var(--ha-card-border-radius, 12px); transition: all 0.3s ease-out; }`);
customElements.define("ha-card", class extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: "open" }).append(document.createElement("slot"));
    this.shadowRoot.adoptedStyleSheets = [HA_CARD];
  }
});
const asked = (window.asked = []);
const lines = new Set();
const heard = {};
const refuse = (code) => Promise.reject({ code, message: code });
window.open_lines = () => lines.size;
window.push = (event) => lines.forEach((line) => line(event));
window.tell = (name) => [...(heard[name] ?? [])].forEach((listener) => listener());
window.moved = [];
addEventListener("location-changed", () => window.moved.push(location.pathname));
const hassOf = (panels) => ({
  connection: {
    addEventListener: (name, listener) => { (heard[name] ??= new Set()).add(listener); },
    removeEventListener: (name, listener) => heard[name]?.delete(listener),
    subscribeMessage: async (onMessage, message) => {
      asked.push(message);
      if (SETUP.answer.refused) return refuse(SETUP.answer.refused);
      lines.add(onMessage);
      onMessage(SETUP.answer);
      return () => { lines.delete(onMessage); };
    },
  },
  callWS: async (message) => {
    asked.push(message);
    if (SETUP.breaks) throw new TypeError(SETUP.breaks);
    return SETUP.refuses ? refuse(SETUP.refuses) : null;
  },
  panels,
  themes: { darkMode: SETUP.dark_mode },
  language: SETUP.language,
  locale: { language: SETUP.language, time_format: "12" },
  config: { time_zone: "America/New_York", latitude: 34.1335, longitude: -84.3135 },
});
const HASS = hassOf({ "milton-share": {} });
window.set_up_again = (answer) => {
  SETUP.answer = answer;
  window.CARD.hass = { ...HASS, panels: { "milton-share": {} } };
};
// A card that is told what it gets, in place of asking.
const told = (given) => async (onMessage) => {
  if (given.refused) return refuse(given.refused);
  onMessage(given.event);
  return () => {};
};
customElements.define("home-assistant", class extends HTMLElement {});
await customElements.whenDefined("milton-share-card");
if (!customElements.get("milton-share-card")) throw new Error("Custom element doesn't exist: milton-share-card");
const view = document.createElement("div");
view.className = SETUP.view;
document.documentElement.style.colorScheme = SETUP.dark ? "dark" : "light";
document.body.append(view);
for (const [at, given] of SETUP.cards.entries()) {
  const column = at > 0 && SETUP.view === "masonry" ? view.children[at % 3] : undefined;
  const slot = document.createElement("div");
  slot.className = "slot";
  const card = document.createElement("milton-share-card");
  slot.hidden = true;
  card.addEventListener("card-visibility-changed", () => { slot.hidden = card.hidden; });
  card.setConfig({ type: "custom:milton-share-card", ...given.config });
  card.preview = SETUP.preview;
  const own = given.event || given.refused;
  const connection = { ...HASS.connection, subscribeMessage: told(given) };
  card.hass = own ? { ...HASS, connection } : HASS;
  slot.append(card);
  if (column) column.append(slot);
  else {
    const group = document.createElement("div");
    group.className = SETUP.view === "sections" ? "section" : "column";
    group.append(slot);
    view.append(group);
  }
}
window.CARD = document.querySelector("milton-share-card");
window.ready = true;
"""


class Dashboard:
    """The page, and the scripted Home Assistant behind it."""

    def __init__(self, tab: Tab) -> None:
        """Take the tab in which `open_dashboard` opens it, and hear which scripts are loaded."""
        self.page = tab.page
        self.loaded: list[str] = []
        self._tab = tab
        self.page.on("request", self._hear)

    def _hear(self, asked: Request) -> None:
        if asked.url.endswith(".js"):
            self.loaded.append(asked.url.removeprefix(ORIGIN))

    def close(self) -> None:
        """Leave the tab."""
        self.page.remove_listener("request", self._hear)
        self._tab.leave()

    def find(self, name: str) -> Locator:
        """Return a part of the card by its name for tests."""
        return self.page.locator(f'[data-test="{name}"]')

    def asked(self, command: str) -> list[dict[str, Any]]:
        """Return what the card asked by one command."""
        messages = self.page.evaluate("window.asked")
        return [message for message in messages if message["type"] == f"milton_share/{command}"]

    def push(self, event: dict[str, Any]) -> None:
        """Send a state, as the integration does after a change."""
        self.page.evaluate("(event) => window.push(event)", event)

    def until(self, expression: str, arg: object = None) -> None:
        """Wait until something is so in the page."""
        wait_until(self.page, expression, arg)

    def hidden(self) -> bool:
        """Whether the card takes no room on the dashboard."""
        return bool(self.page.evaluate("document.querySelector('.slot').offsetHeight === 0"))


def open_dashboard(  # a scripted peer has many knobs
    tabs: Tabs,
    *cards: dict[str, Any],
    view: str = "sections",
    width: int = 1180,
    height: int = 900,
    dark: bool = False,
    dark_mode: bool | None = None,
    theme: str = "",
    language: str = "en",
    preview: bool = False,
    refuses: str = "",
    missing: tuple[str, ...] = (),
    answer: dict[str, Any] | None = None,
    alone: bool = False,
) -> Dashboard:
    """Open a dashboard; a card is `{"config", "event", "refused"}`: without the latter it asks, and gets ``answer``.

    ``alone``: its test moves the clock.
    """
    (script,) = WWW.glob("card-*.js")
    setup = {
        "answer": answer,
        "cards": [{"config": {}, **each} for each in cards or ({},)],
        "view": view,
        "dark": dark,
        "dark_mode": dark if dark_mode is None else dark_mode,
        "language": language,
        "preview": preview,
        "refuses": refuses,
    }
    html = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<title>Home</title><style nonce="stage">{THEME}{DASHBOARD}{theme}</style><body>'
        f'<script nonce="stage">const SETUP = {json.dumps(setup)};</script>'
        f'<script type="module" src="/{script.name}"></script><script nonce="stage" type="module">{STAGE}</script>'
    )

    def answers_now(asked: str) -> Reply:
        if not asked.endswith(".js"):
            return Reply(body=html.encode(), kind="text/html")
        if asked[1:] in missing:
            return Reply(body=b"", kind="text/plain", status=404)
        return Reply(body=(WWW / asked[1:]).read_bytes(), kind="text/javascript", kept=True)

    tab = tabs.take(alone=alone or bool(missing))  # a cache may have what is missing
    tab.show({"width": width, "height": height}, answers_now)
    dashboard = Dashboard(tab)
    tab.page.goto(f"{ORIGIN}/dashboard")
    wait_until(tab.page, "window.ready === true")
    return dashboard
