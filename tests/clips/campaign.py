"""Many random ranges of every kind, and what browsers play of them: `python -m tests.clips.campaign FOLDER RANGES`.

Writes `ranges.json` and `players.json` into the folder, for `tests/long/test_exact_cuts.py`.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
from pathlib import Path
from statistics import median

import pytest

import custom_components.milton_share  # noqa: F401  as in Home Assistant: the package, then its parts
from custom_components.milton_share.clips.make import make_clip
from tests.clips.exact import check_clip, check_colors, plays_without_a_word, random_range
from tests.clips.jobs import job_of
from tests.clips.kinds import ALL_KINDS, record_kind
from tests.clips.players import browsers, play
from tests.clips.recordings import START_MS, Recording, copied_plainly
from tests.clips.sound_code import BLOCK_S

LOOKED_AT = 3  # of a kind's clips: whether players complain, and the colors
LEAKS_MS = 3_700  # before a recording's end: there it begins inside a group of pictures of every kind that has groups
COPIED_INTO = {"MP4, Opus": ".mp4", "MKV, reordered, Opus": ".mp4"}  # the others into MOV, which takes A-law
PLAYED_FROM_MS, PLAYED_UNTIL_MS = 4_210, 7_610  # over the middle, where some kinds change


def ranges_of(name: str, folder: Path, count: int) -> dict[str, object]:
    """Cut random ranges of one kind; raises AssertionError for anything that is not exact."""
    kind, recording = ALL_KINDS[name], record_kind(name, folder)
    rng = random.Random(f"{name}, at length")  # noqa: S311 - repeatable, no secret
    found, ways = [], {"copied": 0, "encoded": 0}
    for index in range(count):
        from_ms, until_ms = random_range(rng, kind, recording)
        out = folder / f"{index}.mp4"
        result = make_clip(job_of(recording, from_ms, until_ms, out), lambda _: None)
        for run_ in result.frames:
            ways[run_.kind] += run_.count
        found.append(check_clip(out, recording, from_ms, until_ms, kind))
        if index < LOOKED_AT:
            plays_without_a_word(out)
            if kind.one_size:
                check_colors(out, recording, from_ms, until_ms)
        out.unlink()
    refuse_copy(name, recording, folder)
    return {
        "ranges": count,
        "frames": sum(each.frames for each in found),
        "blocks": sum(each.blocks for each in found),
        "sync_ms": round(1000 * max(each.sync_s for each in found)),
        **ways,
    }


def refuse_copy(name: str, recording: Recording, folder: Path) -> None:
    """Hold a plain copy against the checker; fail where it finds no frame outside the range."""
    until_ms = START_MS + int(recording.length_ms)
    from_ms, out = until_ms - LEAKS_MS, folder / f"copied{COPIED_INTO.get(name, '.mov')}"
    copied_plainly(recording, from_ms, until_ms, out)
    with pytest.raises(AssertionError, match="frames outside"):
        check_clip(out, recording, from_ms, until_ms, ALL_KINDS[name])


def clip_of(name: str, folder: Path) -> tuple[Path, set[int]]:
    """Cut one clip of a kind, or of a codec that browsers don't play the preview; return its frames' numbers too."""
    recording = record_kind(name, folder)
    out = folder / "clip.mp4"
    job = job_of(recording, START_MS + PLAYED_FROM_MS, START_MS + PLAYED_UNTIL_MS, out, preview=True)
    result = make_clip(job, lambda _: None)
    return result.preview.path if result.preview else out, set(recording.between(job.from_ms, job.until_ms))


def played(browser: str, clips: dict[str, tuple[Path, set[int]]], folder: Path) -> dict[str, dict[str, object]]:
    """Let a browser play a clip of each kind; `shown` and `foreign` are parts of its `frames`, and of none of them."""
    found = {}
    for name, seen in zip(clips, play(browser, [path for path, _ in clips.values()], folder), strict=True):
        inside = clips[name][1]
        pictures = seen.pictures_at(float(ALL_KINDS[name].fps))
        apart = None
        if seen.heard is not None and seen.heard.blocks:
            apart = median(time - (number + 0.5) * BLOCK_S for number, time in seen.heard.blocks) - pictures
        found[name] = {
            "error": seen.error,
            "ended": seen.ended,
            "sound": ALL_KINDS[name].sound,
            "frames": len(inside),
            "shown": len(seen.numbers & inside),
            "foreign": sorted(seen.numbers - inside),
            "apart_ms": None if apart is None else round(1000 * apart),
        }
    return found


def main() -> int:
    """Run both campaigns."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    results = {}
    for name in ALL_KINDS:
        place = folder / "kind"
        results[name] = ranges_of(name, place, count)
        shutil.rmtree(place)
        sys.stderr.write(f"{name}: {results[name]}\n")
        (folder / "ranges.json").write_text(json.dumps(results))
    clips = {name: clip_of(name, folder / f"played{index}") for index, name in enumerate(ALL_KINDS)}
    seen = {}
    for browser in browsers():
        (folder / browser).mkdir()
        seen[browser] = played(browser, clips, folder / browser)
    (folder / "players.json").write_text(json.dumps(seen))
    return 0


if __name__ == "__main__":
    sys.exit(main())
