"""The page's list with 500 requests in it, and what memory does while such states come: the built page in Chromium.

The state is the whole of what the integration sends after each change. Nothing is asserted: machines are noisy.
"""

from __future__ import annotations

import copy
import json
import os
import statistics
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from tests.bench.report import write_section
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.panel_stage import (
    NOW,
    ORIGIN,
    REQUEST_ID,
    case,
    clip,
    open_stage,
    receipt,
    request,
    share,
    state,
    text,
)
from tests.browser.tabs import Tabs

if TYPE_CHECKING:
    from playwright.sync_api import Page

REQUESTS, ROUNDS, STATES = 500, 7, 60
BAR_MS = 300
# From the state's coming to the next picture, all of it laid out.
SHOW = """async (name) => {
  const event = JSON.parse(window.texts[name]);
  const began = performance.now();
  window.push(event);
  const panel = document.querySelector("milton-share-panel");
  await panel.updateComplete;
  await panel.shadowRoot.querySelector("milton-share-list").updateComplete;
  panel.shadowRoot.querySelector("milton-share-list").getBoundingClientRect();
  await new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)));
  return performance.now() - began;
}"""
ROWS = "document.querySelector('milton-share-panel').shadowRoot.querySelectorAll('[data-test=row]').length"


def history() -> dict[str, Any]:
    """Return a state with one request that waits, and 499 of the past: shared, declined, refused, ended, elsewhere."""
    shown = clip(NOW - timedelta(days=2), NOW - timedelta(days=2) + timedelta(minutes=5))
    receipts = [
        receipt(n, event, NOW, "2147") for n, event in enumerate(("received", "fetched", "accepted", "exported"), 1)
    ]
    kinds: list[tuple[list[dict[str, Any]], dict[str, Any]]] = [
        ([case(state="receipted", clip=shown, share=share(receipts=receipts))], {}),
        ([case(state="declined"), case(state="declined")], {}),
        ([], {"refused": "revoked"}),
        ([case(state="lapsed")], {"refused": "expired", "expires_at": text(NOW - timedelta(days=30))}),
        ([], {}),
    ]
    past = [
        request(*copy.deepcopy(cases), request_id=f"{number:064x}", **changes)
        for number in range(REQUESTS - 1)
        for cases, changes in [kinds[number % len(kinds)]]
    ]
    return state(request(case()), *past)


def heap_mb(page: Page) -> float:
    """Return what the page's scripts hold after the waste was collected."""
    session = page.context.new_cdp_session(page)
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    session.detach()
    return used


def main() -> int:
    """Measure, and write the section."""
    if CHROMIUM is None:
        return 1
    few = state(request(case()))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        stage = open_stage(Tabs(browser, origin=ORIGIN, now=NOW), few, width=390, height=844)
        page = stage.page
        page.evaluate("(texts) => { window.texts = texts; }", {"few": json.dumps(few), "many": json.dumps(history())})
        firsts, again = [], []
        for _ in range(ROUNDS):
            page.evaluate(SHOW, "few")
            firsts.append(page.evaluate(SHOW, "many"))
            again.append(page.evaluate(SHOW, "many"))
        rows = page.evaluate(ROWS)
        heaps = [heap_mb(page)]
        for number in range(STATES):
            page.evaluate(SHOW, "many")
            if number % 10 == 9:
                page.evaluate(f"history.pushState(null, '', '/milton-share/request/{REQUEST_ID}')")
                page.evaluate("dispatchEvent(new CustomEvent('location-changed'))")
                stage.find("reason").wait_for()
                stage.find("back").click()
                stage.find("list").wait_for()
            if number == STATES // 2:
                heaps.append(heap_mb(page))
        heaps.append(heap_mb(page))
        browser.close()
    held = "held" if statistics.median(firsts) < BAR_MS else "MISSED"
    first, second = (f"{statistics.median(each):.0f} ({max(each):.0f})" for each in (firsts, again))
    growth = heaps[2] - heaps[1]
    lines = [
        f"{REQUESTS} requests ({rows} rows), the built page in Chromium at a phone's size, from the coming of the",
        f"state to the next picture; the median of {ROUNDS} (the longest).",
        f"Load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores.",
        f"The bar is {BAR_MS} ms: {held}.",
        "",
        "| the list | ms |",
        "|---|---|",
        f"| with all {REQUESTS} of them for the first time | {first} |",
        f"| when the whole state comes again | {second} |",
        "",
        f"What the page's scripts hold, waste collected: {heaps[0]:.1f} MB, after {STATES // 2} more such states",
        f"{heaps[1]:.1f}, after {STATES} and {STATES // 10} openings of a request {heaps[2]:.1f} MB",
        f"({growth:+.1f} in the second half).",
    ]
    write_section("500 requests in the page's list", lines)
    print("\n".join(lines))  # noqa: T201  a program's words
    return 0


if __name__ == "__main__":
    sys.exit(main())
