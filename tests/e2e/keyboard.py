"""What a keyboard does on a page, and where it is there: at every stop it can be seen, and it is never lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .evidence import EvidenceError

if TYPE_CHECKING:
    from playwright.async_api import Page

MOST_STOPS = 200
SETTLES_S = 5.0  # what had the keyboard may be away for as long as the page draws itself anew
# What has the keyboard, and whether a person sees it: it or its label has an outline, and nothing lies over it.
AT = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  if (!at || at === document.body) return null;
  const outside = (each) => each.assignedSlot ?? each.parentElement ?? each.getRootNode().host;
  const around = [];
  for (let each = at; each; each = outside(each)) around.push(each);
  const has = (name) => around.some(({ localName }) => localName === name);
  const ringed = (each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  const box = at.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, Math.min(Math.max(box.y + box.height / 2, box.y + 1), box.bottom - 1)];
  let top = document.elementFromPoint(x, y);
  for (let next = top; next && (next = top.shadowRoot?.elementFromPoint(x, y)) && next !== top; ) top = next;
  const label = at.closest("label") ?? at;
  const browsers = !at.matches(":focus"); // one of the browser's own controls in it, which it rings itself
  return {
    name: at.dataset?.test ?? "",
    words: (at.getAttribute("aria-label") ?? at.textContent ?? "").trim().slice(0, 80),
    href: around.map((each) => each.getAttribute?.("href") ?? each.href ?? "").find(Boolean) ?? "",
    request: at.closest?.("[data-request-id]")?.dataset.requestId ?? "",
    ours: has("milton-share-panel"),
    sidebar: has("ha-sidebar"),
    ringed: ringed(at) || ringed(label) || (at.localName === "video" && (browsers || ringed(at.closest(".player")))),
    uncovered: top !== null && (label.contains(top) || at.contains(top) || top.contains(at)),
    where: `${Math.round(x)}, ${Math.round(y)} of ${innerWidth}, ${innerHeight}: ${top?.localName} ${top?.className}`,
  };
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What has the keyboard."""

    name: str  # for tests
    words: str
    href: str
    request: str  # the id of the request that it belongs to
    ours: bool
    sidebar: bool
    ringed: bool
    uncovered: bool
    where: str = field(compare=False)  # its middle on the screen, and what is seen there

    @property
    def seen(self) -> bool:
        """Whether a person sees where the keyboard is; how Home Assistant's own parts look is not judged."""
        return not self.ours or (self.ringed and self.uncovered)


async def at(page: Page) -> Stop | None:
    """Return what has the keyboard, or None where it is lost."""
    found = await page.evaluate(AT)
    return Stop(**found) if found else None


async def kept(page: Page, name: str = "") -> Stop:
    """Return what has the keyboard, that control if one is named.

    Raises EvidenceError where after a moment it is lost, elsewhere, or can't be seen.
    """
    stop = None
    for _ in range(round(SETTLES_S / 0.1)):
        stop = await at(page)
        if stop is not None and stop.seen and name in ("", stop.name):
            return stop
        await asyncio.sleep(0.1)
    message = f"the keyboard is lost, out of sight or elsewhere than at {name or 'anything'}: {stop}"
    raise EvidenceError(message)


async def tab_to(page: Page, name: str, *, request: str = "", key: str = "Tab") -> Stop:
    """Press the Tab key until a control has the keyboard; each stop on the way is seen."""
    stops = []
    for _ in range(MOST_STOPS):
        await page.keyboard.press(key)
        stop = await at(page)
        stops.append(stop.name or stop.words if stop else None)
        if stop is None:  # behind the last stop is the browser's own part, and then the first one
            continue
        if not stop.seen:
            stop = await kept(page)
        if stop.name == name and request in ("", stop.request):
            return stop
    message = f"the keyboard does not come to {name}: {stops}"
    raise EvidenceError(message)


async def enter_by_sidebar(page: Page, path: str) -> None:
    """Go from wherever the page begins through Home Assistant's sidebar: Tab to its list, arrows in it, Enter.

    Begin at an address from which Home Assistant doesn't lead on by itself: it does so over where a key led before. It
    may also draw its sidebar anew between an arrow and Enter: whom it leads nowhere goes there again.
    """
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Tab")
        stop = await at(page)
        for _ in range(MOST_STOPS):
            if stop is None or not stop.sidebar or stop.href.endswith(path):
                break
            await page.keyboard.press("ArrowDown")
            after = await at(page)
            if after == stop:
                break
            stop = after
        if stop is not None and stop.sidebar and stop.href.endswith(path):
            await page.keyboard.press("Enter")
            if await _leads_to(page, path):
                return
    message = f"the keyboard does not come to {path} in the sidebar"
    raise EvidenceError(message)


async def _leads_to(page: Page, path: str) -> bool:
    for _ in range(round(SETTLES_S / 0.1)):
        if await page.evaluate("location.pathname") == path:
            return True
        await asyncio.sleep(0.1)
    return False
