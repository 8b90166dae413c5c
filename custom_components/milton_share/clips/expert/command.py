"""The cutter's commands for a person at a shell. JSON on stdout, words on stderr.

Exit status: 0 done and good, 1 the comparison or the check found a difference, 2 not called rightly, 3 refused.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import av

from .. import limits
from ..check.clip import look_into
from ..child import answer
from ..job import Job, JobSegment, Limits, Mask, MaskKey, Range
from ..refusal import ClipRefused, CutRule
from ..timeline import TICKS_PER_S
from . import words
from .compare import compare, sha256_of
from .statement import MANIFEST_MAX_BYTES, NotAManifestError, read_statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .statement import Statement

GOOD, DIFFERS, REFUSED = 0, 1, 3
FILE_MAX_MS = 12 * 3_600_000  # no recorded file is longer
CUT_BOUNDS = (
    f"As in a home it runs behind everything else, in {Limits().memory_bytes >> 30} GiB of memory and "
    f"{Limits().cpu_s // 3600} h of CPU time, and ends where it stands still for {limits.STALL_S / 60:.0f} min. "
    "Unlike there nothing bounds how long it takes by the clock, and it goes on where what started it ends."
)
FILE_DOUBT_MS = 2_500  # how sure the time of a file is, who gives it knows: two may overlap as far as any may


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="clips", description="Cut, check and compare clips.")
    commands = parser.add_subparsers(required=True, dest="command")
    _add_cut(commands.add_parser("cut", help="cut ranges of recorded files into one clip", description=CUT_BOUNDS))
    checking = commands.add_parser("check", help="check a clip by itself, or against its manifest")
    checking.add_argument("clip", type=Path)
    checking.add_argument("--manifest", type=Path, help="the manifest: its signed envelope, or the statement in it")
    comparing = commands.add_parser("compare", help="compare a clip's copied frames with recordings that were kept")
    comparing.add_argument("manifest", type=Path)
    comparing.add_argument("clip", type=Path)
    comparing.add_argument("source", type=Path, nargs="+")
    asked = parser.parse_args(arguments)
    av.logging.set_level(None)
    run = {"cut": _cut, "check": _check, "compare": _compare}[asked.command]
    try:
        return run(asked)
    except (ClipRefused, NotAManifestError, OSError, MemoryError, av.error.FFmpegError) as error:
        rule = error.rule if isinstance(error, ClipRefused) else type(error).__name__
        _say({"refused": str(rule), "detail": str(error)}, f"Refused: {error}")
        return REFUSED


def _add_cut(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="from_", type=_time, required=True, help="UTC, such as 2026-11-10T07:10:00Z")
    parser.add_argument("--until", type=_time, required=True)
    parser.add_argument(
        "--further", type=_period, action="append", default=[], metavar="FROM/UNTIL", help="a range that follows"
    )
    parser.add_argument("--audio", action="store_true", help="keep the sound")
    parser.add_argument(
        "--mask", type=_mask, action="append", default=[], help="x,y,w,h in ten-thousandths, or JSON as in a manifest"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--preview", action="store_true", help="also a transcode, where browsers can't play the clip")
    parser.add_argument(
        "source", type=_file, nargs="+", metavar="FILE@TIME", help="a file, and when its first frame was taken"
    )


def _cut(asked: argparse.Namespace) -> int:
    job = Job(
        segments=tuple(
            JobSegment(path=path, from_ms=from_ms, until_ms=from_ms + FILE_MAX_MS, uncertainty_ms=FILE_DOUBT_MS)
            for path, from_ms in asked.source
        ),
        from_ms=asked.from_,
        until_ms=asked.until,
        further=tuple(asked.further),
        audio=asked.audio,
        masks=tuple(asked.mask),
        out=asked.out.absolute(),
        preview=asked.preview,
    )
    limits.step_back()
    limits.watch(partial(_give_up, asked.out))
    found = answer(job.to_json(), limits.apply, words.progress)
    _say(found, words.of_cut(found))
    return GOOD if "result" in found else REFUSED


def _give_up(out: Path) -> None:
    """End a cut that stands still, as the child does; here nobody wipes its file."""
    detail = f"it stood still; {out} is unfinished if it is there"
    _say({"refused": CutRule.CUT_TIMED_OUT, "detail": detail}, f"Refused: {detail}.")
    sys.stdout.flush()
    os._exit(REFUSED)


def _check(asked: argparse.Namespace) -> int:
    limits.apply(Limits())
    statement = _read(asked.manifest) if asked.manifest else None
    sha256 = sha256_of(asked.clip)
    seen = look_into(asked.clip, statement.frames if statement and sha256 == statement.clip_sha256 else None)
    is_its = None if statement is None else sha256 in {statement.clip_sha256, statement.preview_sha256}
    found = {
        "sha256": sha256,
        "is_the_manifests": is_its,
        "codec": seen.codec,
        "width": seen.width,
        "height": seen.height,
        "frames": len(seen.pictures),
        "length_s": round(seen.pictures[-1][0] / TICKS_PER_S, 3) if seen.pictures else 0,
        "audio": seen.audio_track,
    }
    _say(found, words.of_check(found, statement))
    return DIFFERS if is_its is False else GOOD


def _compare(asked: argparse.Namespace) -> int:
    limits.apply(Limits())
    statement = _read(asked.manifest)
    found = compare(statement, asked.clip, asked.source)
    value = {
        "clip_sha256": found.clip_sha256,
        "is_the_clip": found.is_the_clip,
        "holds": found.holds,
        "sources": [
            {"path": str(each.path), "sha256": each.sha256, "named": each.from_ms is not None} for each in found.sources
        ],
        "not_given": list(found.not_given),
        "frames": [asdict(run) for run in found.runs],
    }
    _say(value, words.of_comparison(found))
    return GOOD if found.holds else DIFFERS


def _read(path: Path) -> Statement:
    with path.open("rb") as file:
        return read_statement(file.read(MANIFEST_MAX_BYTES + 1))


def _say(value: Mapping[str, object], text: str) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stderr.write(text + "\n")


def _time(text: str) -> int:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        message = "a time says its zone, such as Z"
        raise argparse.ArgumentTypeError(message)
    return round(moment.astimezone(UTC).timestamp() * 1_000)


def _period(text: str) -> Range:
    start, _, end = text.partition("/")
    return Range(from_ms=_time(start), until_ms=_time(end))


def _file(text: str) -> tuple[Path, int]:
    path, _, moment = text.rpartition("@")
    return Path(path).absolute(), _time(moment)


def _mask(text: str) -> Mask:
    """Return a mask of the job: a rectangle that stays, or keys as in a manifest."""
    if text.startswith("{"):
        try:
            keys = json.loads(text)["keys"]
            return Mask(keys=tuple(MaskKey(at_ms=_time(key["at"]), corners=key["corners"]) for key in keys))
        except (LookupError, TypeError) as error:
            message = "a mask is as in a manifest"
            raise argparse.ArgumentTypeError(message) from error
    x, y, width, height = (int(number) for number in text.split(","))
    corners = (x, y), (x + width, y), (x + width, y + height), (x, y + height)
    return Mask(keys=(MaskKey(at_ms=0, corners=corners),))
