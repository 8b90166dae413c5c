"""Approve to receipt for a minute of 1080p on loopback: a real Home Assistant seals and uploads, a real hub receipts.

The peer is the ``age`` command sealing the same clip to the same number of recipients, with what it wrote synced.
Where the command is missing, ``pyrage`` seals instead. Nothing is asserted: machines are noisy.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pyrage

from tests.bench.report import write_section
from tests.e2e.journey import Found, approve, draft, join, look, receipt
from tests.e2e.officer_calls import OfficerCalls
from tests.e2e.owner import Owner
from tests.e2e.steps import Steps
from tests.e2e.town import ROOT, running

if TYPE_CHECKING:
    from tests.e2e.town import Town

CLIP_S, RECORD_S = 60, 85
RECIPIENTS = 3
BAR_S = 10.0
ENVIRONMENT = ROOT / ".venv" / "default"


async def journey_s(town: Town, found: Found, steps: Steps) -> tuple[float, float]:
    """Return the seconds from look to clip, and from approve to receipt."""
    owner = Owner(town.home)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        officer = OfficerCalls(town.city, http)
        await officer.register(await town.city.invitation("officer"))
        await town.city.sign_directory()
        await join(town, owner, steps)
        with steps.step(f"{RECORD_S} s are recorded"):
            await asyncio.sleep(RECORD_S)
        found.request_id = await officer.ask(draft(datetime.now(UTC)))
    held = await owner.request(
        found.request_id, lambda each: bool(each["cases"]) and each["cases"][0]["footage_until"], "no footage"
    )
    case = held["cases"][0]
    began = time.monotonic()
    await look(owner, case, audio=True, length_s=CLIP_S)
    cut_s = time.monotonic() - began
    shown = await owner.request(found.request_id, lambda each: each["cases"][0]["clip"] is not None, "no clip")
    clip = shown["cases"][0]["clip"]
    found.keep("clip.mp4", await owner.preview(case["case_id"], clip["clip_sha256"]))
    began = time.monotonic()
    await approve(owner, case["case_id"], clip["clip_sha256"], held["recipients_sha256"])
    await receipt(owner, found, "received")
    return cut_s, time.monotonic() - began


def peer_s(clip: Path) -> tuple[str, float]:
    """Return the peer's name, and its seconds for sealing the same clip durably."""
    recipients = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(RECIPIENTS)]
    sealed = clip.with_suffix(".age")
    began = time.monotonic()
    if shutil.which("age"):
        name = "age command"
        options = [word for recipient in recipients for word in ("-r", recipient)]
        subprocess.run(["age", "-e", *options, "-o", str(sealed), str(clip)], check=True)
    else:
        name = "pyrage"
        keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
        sealed.write_bytes(pyrage.encrypt(clip.read_bytes(), keys))
    with sealed.open("rb") as file:
        os.fsync(file.fileno())
    return name, time.monotonic() - began


async def main() -> int:
    """Measure once, and write the section."""
    steps = Steps()
    with tempfile.TemporaryDirectory(prefix="milton-bench-") as scratch:
        folder = Path(scratch)
        found = Found(folder=folder)
        async with running(folder, ENVIRONMENT, steps, size="1920x1080") as town:
            cut_s, receipt_s = await journey_s(town, found, steps)
        size_mb = (folder / "clip.mp4").stat().st_size / 1e6
        name, sealed_s = peer_s(folder / "clip.mp4")
    lines = [
        f"A real Home Assistant, hub, broker and doorbell on one machine; {CLIP_S} s of 1080p with sound,",
        f"{size_mb:.1f} MB. Approve to receipt has the PIN's check, sealing to {RECIPIENTS} recipients, the upload,",
        "the hub's sync and the way of the receipt back to the page.",
        f"The bar is {BAR_S:.0f} s: {'held' if receipt_s <= BAR_S else 'MISSED'}.",
        "",
        f"| step | seconds | {name} sealing the same, s | ratio |",
        "|---|---|---|---|",
        f"| look to clip | {cut_s:.2f} | | |",
        f"| approve to receipt | {receipt_s:.2f} | {sealed_s:.2f} | {receipt_s / sealed_s:.0f} |",
    ]
    write_section("From approval to receipt", lines)
    steps.say("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
