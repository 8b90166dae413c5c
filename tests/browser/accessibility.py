"""What is wrong with a page as it is shown: by axe-core's rules, and by ours that it lacks (audit.js).

Called once for each distinct state of a page: on a phone by night, and at a desk by day.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import JSHandle, Page, ViewportSize

    from tests.browser.panel_stage import Stage

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()  # the file alone: MPL-2.0, and none of it ships
OURS = (Path(__file__).parent / "audit.js").read_text()
# WCAG 2.2 to AA, and what is good practice beside it.
RUN = """async (within) => {
  const context = within.length ? { fromShadowDom: within } : document;
  const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const runOnly = { type: "tag", values };
  const { violations } = await axe.run(context, { preload: false, resultTypes: ["violations"], runOnly });
  const why = ({ any, all, none }) => [...any, ...all, ...none].map(({ message }) => message).join("; ");
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${why(node)}`));
}"""
PHONE: ViewportSize = {"width": 360, "height": 800}
DESK: ViewportSize = {"width": 1280, "height": 900}
WIDER = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


def axe(page: Page, *within: str) -> list[str]:
    """Return what axe-core finds, a line for each element: the rule's name, then the element.

    ``within`` is the way to a part of the page, a selector for each shadow root; none is the whole page.
    """
    if not page.evaluate("() => typeof axe === 'object'"):
        # By the debugger, which a page's security policy doesn't bind.
        session = page.context.new_cdp_session(page)
        session.send("Runtime.evaluate", {"expression": AXE})
        session.detach()
    return list(page.evaluate(RUN, within))


def ours(page: Page, root: JSHandle | None = None) -> list[str]:
    """Return what our own rules find in the panel, or in another shadow root."""
    return [f"{rule}: {what}" for rule, found in page.evaluate(OURS, root).items() for what in found]


# Each size once and each theme once; the last is how most tests begin.
LOOKS = (("a phone by night", PHONE, True), ("a desk by day", DESK, False))


def faults(stage: Stage, *within: str) -> list[str]:
    """Return all that is wrong with the panel as it stands, or a part of it, in each look; it keeps the last."""
    found = []
    for look, size, dark in LOOKS:
        stage.wear(size, dark=dark)
        found += [f"{look}: {each}" for each in axe(stage.page, *within) + ours(stage.page)]
    return found


def page_faults(page: Page) -> list[str]:
    """Return all that axe-core finds on a whole page, and whether it scrolls sideways, in each look."""
    found = []
    for look, size, dark in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        wide = ["wide"] if page.evaluate(WIDER) else []
        found += [f"{look}: {each}" for each in axe(page) + wide]
    return found
