"""Random ranges of every kind of recording, cut and checked; and a clip of each, played by real browsers."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.long.report import write_section

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv/default/bin/python"
RANGES_A_KIND = int(os.environ.get("MILTON_RANGES", "14"))  # nearly 600 in all
SYNC_MAX_MS, SHOWN_MIN = 40, 0.5  # a loaded machine leaves pictures out
BROWSERS = ("Chromium", "Firefox")
WORDS = (
    "`scripts/test --long -k exact_cuts`. Each frame carries its number in its pixels, each 50 ms of sound theirs in",
    "two tones; the checker (`tests/clips/exact.py`) knows nothing of the cutter. {refused} copies by ffmpeg's",
    "concat demuxer and `-c copy`, one of each kind, it refused: each had frames from before its range.",
    "Outside and missing are 0 everywhere, or the run fails: frames to the frame; sound but for whole packets of AAC",
    "at the edges (the first and last two, of 1,024 samples). ffprobe and ffmpeg had no word of complaint about three",
    "of each kind. Sync: how far sound was from its picture at most, read in steps of 5 ms.",
    "Not looked at: ranges shorter than 0.4 s or longer than 6 s; in Matroska, which keeps whole milliseconds, ranges",
    "with an edge beside a picture's time by up to 3 % of a frame's length; ranges with an edge beside a picture",
    "without a time of its own (TS, some times missing). Within 0.15 s of where two encoders' sound meets, sound may",
    "be missing or late.",
    "",
    "| kind | ranges | frames | copied | encoded | blocks of sound | sync, ms | Chromium, ms | Firefox, ms |",
    "|---|---|---|---|---|---|---|---|---|",
)
AFTER = (
    "",
    "Chromium, Firefox: how far the sound that the browser decodes is from the pictures that it shows, by media time;",
    "none: there is no sound. Each played to its end without an error, showed at least half of its frames and no",
    "other, and was heard where it has sound. HEVC was played as its preview.",
)


def test_random_ranges_are_exact_and_browsers_play_them(tmp_path: Path) -> None:
    """At least 300 ranges; whatever is not exact ends the campaign."""
    command = [str(PYTHON), "-m", "tests.clips.campaign", str(tmp_path), str(RANGES_A_KIND)]
    done = subprocess.run(command, cwd=ROOT, check=False)
    assert done.returncode == 0
    ranges = json.loads((tmp_path / "ranges.json").read_text())
    players = json.loads((tmp_path / "players.json").read_text())
    check_played(players, set(ranges))
    write(ranges, players)


def check_played(players: dict[str, dict[str, dict[str, Any]]], names: set[str]) -> None:
    """Assert that each browser played each kind to its end: half of its frames, no other, and its sound in time."""
    assert set(players) == set(BROWSERS)
    for browser, kinds in players.items():
        assert set(kinds) == names, browser
        for name, seen in kinds.items():
            assert seen["error"] == "", (browser, name, seen)
            assert seen["ended"], (browser, name)
            assert seen["foreign"] == [], (browser, name, seen)
            assert seen["shown"] >= SHOWN_MIN * seen["frames"] > 0, (browser, name, seen)
            assert (seen["apart_ms"] is not None) == seen["sound"], (browser, name, seen)
            assert not seen["sound"] or abs(seen["apart_ms"]) <= SYNC_MAX_MS, (browser, name, seen)


def write(ranges: dict[str, dict[str, int]], players: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Put what was measured into the page."""
    refused = len(ranges)  # one of each kind, or the campaign had failed
    words = [line.format(refused=refused) for line in WORDS]
    rows = []
    for name, row in ranges.items():
        heard = [row["blocks"], row["sync_ms"]] if row["blocks"] else ["none", "none"]
        apart: list[object] = []
        for browser in BROWSERS:
            seen = players[browser][name]
            apart.append(seen["apart_ms"] if seen["sound"] else "none")
        cells = [name, row["ranges"], row["frames"], row["copied"], row["encoded"], *heard, *apart]
        rows.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    totals = [
        f"{sum(row[of] for row in ranges.values()):,}" for of in ("ranges", "frames", "copied", "encoded", "blocks")
    ]
    rows.append("| all | " + " | ".join(totals) + " | | | |")
    write_section("Exact cuts", [*words, *rows, *AFTER])
