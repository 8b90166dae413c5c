"""What the commands say to a person. Never more than was found."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..result import COPIED, ENCODED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .compare import Comparison, Run
    from .statement import Statement


def progress(share: float) -> None:
    """Show on a terminal how far a cut is."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{share:5.0%}\r")


def of_cut(found: Mapping[str, Any]) -> str:
    """Say what a cut made, or why it made nothing."""
    if "refused" in found:
        return f"Refused: {found['refused']}. {found['detail']}".rstrip(". ") + "."
    result = found["result"]
    lines = [f"{result['clip']['path']}: {result['clip']['size_bytes']} bytes, SHA-256 {result['clip']['sha256']}."]
    for part in result["ranges"]:
        if part["first_frame_ms"] is None:
            lines.append(f"Nothing was recorded from {_time(part['from_ms'])} to {_time(part['until_ms'])}.")
            continue
        first, last = _time(part["first_frame_ms"]), _time(part["last_frame_ms"])
        lines.append(f"Frames from {first} to {last}, from {part['stored_ms'] / 1000:.3f} s on in the clip.")
        lines += [f"No picture from {_time(gap['from_ms'])} to {_time(gap['until_ms'])}." for gap in part["gaps"]]
    counts = {kind: sum(run["count"] for run in result["frames"] if run["kind"] == kind) for kind in (COPIED, ENCODED)}
    lines.append(f"{counts[COPIED]} frames copied, {counts[ENCODED]} encoded; sound {result['audio']}.")
    lines.append("Every sample in the file was checked: no frame and no sound from outside the ranges, no metadata.")
    return "\n".join(lines)


def of_check(found: Mapping[str, Any], statement: Statement | None) -> str:
    """Say what a check of a clip found."""
    sound = "one track of sound" if found["audio"] else "no sound"
    form = f"{found['codec']} {found['width']} x {found['height']}"
    lines = [
        f"{found['frames']} frames in {found['length_s']} s, {form}, {sound}.",
        "No edit list, no tag, no date, no message in the video, no byte that is not a sample.",
    ]
    if statement is None:
        lines.append("This says nothing of which part of the recordings it is: for that, compare it with them.")
    elif found["sha256"] == statement.clip_sha256:
        lines.append("It is the clip of the manifest, and its frames are copied and encoded as the manifest lists.")
    elif found["is_the_manifests"]:
        lines.append("It is the transcode that the owner looked at, not the clip.")
    else:
        lines.append("DIFFERS: the manifest is of another file.")
    return "\n".join(lines)


def of_comparison(found: Comparison) -> str:
    """Say which frames are copies of which recording, and what that doesn't tell."""
    lines = []
    if not found.is_the_clip:
        lines.append("DIFFERS: the manifest is of another file than this clip.")
    lines += [
        f"{source.path.name}: {'named by the manifest' if source.from_ms is not None else 'NOT named by the manifest'}."
        for source in found.sources
    ]
    lines += [f"Not given: the recording with SHA-256 {sha256}." for sha256 in found.not_given]
    lines += [_run(run, found) for run in found.runs]
    lines.append(
        f"{found.count(COPIED, found=True)} of {found.count(COPIED)} copied frames are bit for bit in the recordings;"
        f" {found.count(ENCODED)} frames were encoded anew and can only be compared by eye."
    )
    lines.append("The manifest's signature was not checked here, and nothing before the recorder is proven.")
    return "\n".join(lines)


def _run(run: Run, found: Comparison) -> str:
    frames = f"Frames {run.first} to {run.first + run.count - 1}"
    if run.kind == ENCODED:
        return f"{frames}: encoded."
    if run.source is None or run.source_first is None:
        return f"{frames}: said to be copied, and IN NONE of these recordings."
    until = run.source_first + run.count - 1
    apart = "" if run.apart_ms is None else f", times at most {run.apart_ms:.1f} ms apart"
    return f"{frames}: copies of frames {run.source_first} to {until} of {found.sources[run.source].path.name}{apart}."


def _time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
