"""Random ranges of every kind of recording, cut and checked; and a clip of each, played by real browsers."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.long.report import write_section

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv/default/bin/python"
RANGES_A_KIND = int(os.environ.get("MILTON_RANGES", "14"))  # nearly 600 in all
SYNC_MAX_MS = 40
BROWSERS = ("Chromium", "Firefox")
WORDS = (
    "`scripts/test --long -k exact_cuts`. Each frame carries its number in its pixels, each 50 ms of sound theirs in",
    "two tones; the checker (`tests/clips/exact.py`) knows nothing of the cutter. {refused} copies by ffmpeg's",
    "concat demuxer and `-c copy`, one of each kind, it refused: each had frames from before its range.",
    "Outside and missing are 0 everywhere, or the run fails: frames to the frame; sound but for whole packets of AAC",
    "at the edges (the first and last two, of 1,024 samples). ffprobe and ffmpeg had no word of complaint about three",
    "of each kind. Sync: how far sound was from its picture at most, read in steps of 5 ms.",
    "",
    "| kind | ranges | frames | copied | encoded | blocks of sound | sync, ms | Chromium, ms | Firefox, ms |",
    "|---|---|---|---|---|---|---|---|---|",
)
AFTER = (
    "",
    "Chromium, Firefox: how far the sound that the browser decodes is from the pictures that it shows, by media time;",
    "none: there is no sound. Each played to its end without an error. HEVC was played as its preview.",
)


def test_random_ranges_are_exact_and_browsers_play_them(tmp_path: Path) -> None:
    """At least 300 ranges; whatever is not exact ends the campaign."""
    command = [str(PYTHON), "-m", "tests.clips.campaign", str(tmp_path), str(RANGES_A_KIND)]
    done = subprocess.run(command, cwd=ROOT, check=False)
    assert done.returncode == 0
    ranges = json.loads((tmp_path / "ranges.json").read_text())
    players = json.loads((tmp_path / "players.json").read_text())
    for browser, kinds in players.items():
        for name, seen in kinds.items():
            assert seen["error"] == "", (browser, name, seen)
            assert seen["ended"], (browser, name)
            assert abs(seen["apart_ms"] or 0) <= SYNC_MAX_MS, (browser, name, seen)
    write(ranges, players)


def write(ranges: dict[str, dict[str, int]], players: dict[str, dict[str, dict[str, int | None]]]) -> None:
    """Put what was measured into the page."""
    refused = sum(row["copies_refused"] for row in ranges.values())
    words = [line.format(refused=refused) for line in WORDS]
    rows = []
    for name, row in ranges.items():
        heard = [row["blocks"], row["sync_ms"]] if row["blocks"] else ["none", "none"]
        apart: list[object] = []
        for browser in BROWSERS:
            seen = players.get(browser, {}).get(name)
            apart.append("not here" if seen is None else "none" if seen["apart_ms"] is None else seen["apart_ms"])
        cells = [name, row["ranges"], row["frames"], row["copied"], row["encoded"], *heard, *apart]
        rows.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    totals = [
        f"{sum(row[of] for row in ranges.values()):,}" for of in ("ranges", "frames", "copied", "encoded", "blocks")
    ]
    rows.append("| all | " + " | ".join(totals) + " | | | |")
    write_section("Exact cuts", [*words, *rows, *AFTER])
