"""What the child says, line by line: how far it is, then a result or a refusal. The child writes it, its host reads it.

The child read hostile files: its host parses what it says strictly, and believes nothing that it did not ask for.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from .job import RANGES_MAX, Range
from .refusal import ClipRefused, CutRule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .job import Job

COPIED, ENCODED = "copied", "encoded"
FRAME_RANGES_MAX = 10_000  # as many as a manifest may list
GAPS_MAX = 1_000  # as many as a manifest may list
RESIZED_MAX = 16  # a camera that is set to another resolution again and again is told of by its first times
PROGRESS_MAX_BYTES = 64  # the child rounds the share; nothing longer is worth the time of Home Assistant's loop
COUNT_MAX = 2**53 - 1  # the largest integer of canonical JSON
TEXT_MAX_CHARS = 500
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedFile:
    """A file that is on the disk and will not change."""

    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRange:
    """Frames in file order that came in the same way.

    The digest is over copied slices, each with a 4-byte big-endian length; None for encoded ones.
    """

    first: int
    count: int
    kind: str
    slices_sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRange:
    """A range, its place in the clip, and where it has no picture. Times are UTC ms.

    The range's first frame, of `first_frame_ms`, is shown `stored_ms` after the clip's first. Within the range, stored
    time runs as fast as true time. All three are None where nothing was recorded.
    """

    from_ms: int
    until_ms: int
    first_frame_ms: int | None
    last_frame_ms: int | None
    stored_ms: int | None
    gaps: tuple[Range, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A clip that passed its check, and what the manifest needs to say about it. Times are UTC ms.

    `preview` is there only when browsers can't play the clip; `audio` is kept, removed or absent. `resized_ms`: when
    the camera's pictures came in another size than before; the clip has one.
    """

    clip: FinishedFile
    preview: FinishedFile | None
    codec: str
    width: int
    height: int
    ranges: tuple[StoredRange, ...]
    frames: tuple[FrameRange, ...]
    audio: str
    software: Mapping[str, str]
    resized_ms: tuple[int, ...] = ()

    @property
    def gaps_ms(self) -> tuple[tuple[int, int], ...]:
        """Return the gaps inside the ranges as (from, until), in order."""
        return tuple((gap.from_ms, gap.until_ms) for part in self.ranges for gap in part.gaps)

    def to_value(self) -> dict[str, object]:
        """Return it as `read_answer` reads it."""
        value = asdict(self)
        for file in filter(None, (value["clip"], value["preview"])):
            file["path"] = str(file["path"])
        return value


def read_progress(line: bytes) -> float | None:
    """Return the share that a progress line tells, None for any other line."""
    if len(line) > PROGRESS_MAX_BYTES:
        return None
    value = _object(line)
    share = value.get("progress")
    if set(value) != {"progress"} or not isinstance(share, int | float) or not 0 <= share <= 1:
        return None
    return float(share)


def read_answer(line: bytes, out: Path) -> Result:
    """Return the result of the child's last line; raises ClipRefused."""
    value = _object(line)
    rule = value.get("refused")
    if isinstance(rule, str) and rule in CutRule:
        raise ClipRefused(CutRule(rule), str(value.get("detail", ""))[:TEXT_MAX_CHARS])
    said = value.get("result")
    if not isinstance(said, dict):
        raise ClipRefused(CutRule.CUT_FAILED, "no answer")
    try:
        return _result(said, out)
    except (KeyError, TypeError, ValueError) as error:
        raise ClipRefused(CutRule.CUT_FAILED, f"a broken answer: {error!r}") from error


def check_asked(result: Result, job: Job) -> None:
    """Raise ClipRefused for an answer to something else than was asked for: other times, sound, a picture unmasked.

    Every moment of the answer lies in one of the job's ranges.
    """
    if [(part.from_ms, part.until_ms) for part in result.ranges] != [(one.from_ms, one.until_ms) for one in job.ranges]:
        raise ClipRefused(CutRule.CUT_FAILED, "an answer of other ranges")
    if not all(map(_is_within_itself, result.ranges)) or not all(
        any(part.from_ms <= moment < part.until_ms for part in job.ranges) for moment in result.resized_ms
    ):
        raise ClipRefused(CutRule.CUT_FAILED, "an answer of times outside its ranges")
    if result.audio == "kept" and not job.audio:
        raise ClipRefused(CutRule.CUT_FAILED, "an answer with sound that was not asked for")
    if job.masks and any(run.kind == COPIED for run in result.frames):
        raise ClipRefused(CutRule.CUT_FAILED, "an answer with pictures that were not masked")


def _is_within_itself(part: StoredRange) -> bool:
    gaps = all(part.from_ms <= gap.from_ms < gap.until_ms <= part.until_ms for gap in part.gaps)
    match part.first_frame_ms, part.last_frame_ms, part.stored_ms:
        case int(first), int(last), int():
            return gaps and part.from_ms <= first <= last < part.until_ms
        case None, None, None:
            return gaps
    return False


def _object(line: bytes) -> dict[str, object]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _result(value: dict[str, object], out: Path) -> Result:
    preview = value["preview"]
    return Result(
        clip=_file(value["clip"], out),
        preview=None if preview is None else _file(preview, out.with_name(f"{out.stem}.preview.mp4")),
        codec=_text(value["codec"]),
        width=_count(value["width"]),
        height=_count(value["height"]),
        ranges=tuple(_range(item) for item in _list(value["ranges"], RANGES_MAX)),
        frames=tuple(_frame_range(item) for item in _list(value["frames"], FRAME_RANGES_MAX)),
        audio=_one_of(value["audio"], {"kept", "removed", "absent"}),
        software=_software(value["software"]),
        resized_ms=_moments(value["resized_ms"]),
    )


def _file(value: object, path: Path) -> FinishedFile:
    fields = _fields(value)
    if fields["path"] != str(path):
        raise ValueError(fields["path"])
    return FinishedFile(path=path, sha256=_sha256(fields["sha256"]), size_bytes=_count(fields["size_bytes"]))


def _range(fields: dict[str, object]) -> StoredRange:
    first, last, stored = (
        None if fields[name] is None else _count(fields[name])
        for name in ("first_frame_ms", "last_frame_ms", "stored_ms")
    )
    return StoredRange(
        from_ms=_count(fields["from_ms"]),
        until_ms=_count(fields["until_ms"]),
        first_frame_ms=first,
        last_frame_ms=last,
        stored_ms=stored,
        gaps=tuple(
            Range(from_ms=_count(item["from_ms"]), until_ms=_count(item["until_ms"]))
            for item in _list(fields["gaps"], GAPS_MAX)
        ),
    )


def _frame_range(fields: dict[str, object]) -> FrameRange:
    kind = _one_of(fields["kind"], {COPIED, ENCODED})
    digest = fields["slices_sha256"]
    if (kind == COPIED) != (digest is not None):
        raise ValueError(kind)
    return FrameRange(
        first=_count(fields["first"]),
        count=_count(fields["count"]),
        kind=kind,
        slices_sha256=None if digest is None else _sha256(digest),
    )


def _moments(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > RESIZED_MAX:
        raise ValueError(value)
    return tuple(map(_count, value))


def _fields(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def _list(value: object, most: int) -> list[dict[str, object]]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(len(value) if isinstance(value, list) else value)
    return [_fields(item) for item in value]


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= COUNT_MAX:
        raise ValueError(value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > TEXT_MAX_CHARS:
        raise ValueError(value)
    return value


def _sha256(value: object) -> str:
    text = _text(value)
    if not _SHA256.fullmatch(text):
        raise ValueError(text)
    return text


def _one_of(value: object, words: set[str]) -> str:
    text = _text(value)
    if text not in words:
        raise ValueError(text)
    return text


def _software(value: object) -> dict[str, str]:
    return {_text(name): _text(version) for name, version in _fields(value).items()}
