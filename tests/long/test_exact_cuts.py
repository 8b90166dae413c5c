"""Random ranges of every kind of recording, cut and checked; and a clip of each, played by real browsers."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.long.report import write_section

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv/default/bin/python"
RANGES_A_KIND = int(os.environ.get("MILTON_RANGES", "14"))  # 350 in all
SYNC_MAX_MS = 40
WORDS = (
    "`scripts/test --long -k exact_cuts`. Each frame carries its number in its pixels, each 50 ms of sound theirs in two",
    "tones; the checker (`tests/clips/exact.py`) knows nothing of the cutter, and fails on a plain `-c copy`. Outside and",
    "missing are 0 everywhere, or the run fails: frames to the frame; sound but for whole packets of AAC at the edges",
    "(the first and last two, of 1,024 samples). ffprobe and ffmpeg had no word of complaint. Sync: how far sound was",
    "from its picture at most, read in steps of 5 ms.",
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
    rows = []
    for name, row in ranges.items():
        seen = [players.get(browser, {}).get(name) for browser in ("Chromium", "Firefox")]
        for one in seen:
            assert one is None or (one["error"] == "" and one["ended"]), (name, one)
            assert one is None or abs(one["apart_ms"] or 0) <= SYNC_MAX_MS, (name, one)
        apart = ["not here" if one is None else "none" if one["apart_ms"] is None else one["apart_ms"] for one in seen]
        cells = [row["ranges"], row["frames"], row["copied"], row["encoded"], row["blocks"] or "none"]
        sync = row["sync_ms"] if row["blocks"] else "none"
        rows.append("| " + " | ".join(str(cell) for cell in [name, *cells, sync, *apart]) + " |")
    total = sum(row["ranges"] for row in ranges.values())
    rows.append(f"| all | {total} | {sum(row['frames'] for row in ranges.values()):,} | | | | | | |")
    write_section("Exact cuts", [*WORDS, *rows, *AFTER])
