"""What the child is asked to do: one JSON object, parsed strictly."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from .refusal import ClipRefused, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

JOB_MAX_BYTES = 8 * 2**20  # 10,000 segments with long paths
SEGMENTS_MAX = 10_000  # as many as a manifest may list
MASKS_MAX, MASK_KEYS_MAX = 32, 64  # as many as a manifest may list
CORNERS_MIN, CORNERS_MAX = 3, 16
RANGES_MAX = 16  # as many as a manifest may list
RANGE_MAX_MS = 12 * 3_600_000  # the hard maximum of a request
TIME_MAX_MS = 253_402_300_799_000  # the end of the year 9999
FIELDS = {"version", "segments", "from_ms", "until_ms", "further", "audio", "masks", "out", "preview", "limits"}
E4 = 10_000  # masks are in ten-thousandths of the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSegment:
    """One recorded file; `from_ms` is the wall time (UTC ms) of the frame that is shown first, give or take."""

    path: Path
    from_ms: float
    until_ms: float
    uncertainty_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A part of time `[from_ms, until_ms)` in UTC ms."""

    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskKey:
    """Where a mask's corners are at a time (UTC ms), in ten-thousandths of the picture's width and height."""

    at_ms: int
    corners: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A polygon to paint black; its corners move in a straight line from key to key, and stay before and after."""

    keys: tuple[MaskKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the child allows itself; the host bounds the wall time. By hand it is what a home allows a cut."""

    memory_bytes: int = 2 * 2**30  # address space: 1080p takes 0.3 GiB of it, 4K 0.6, HEVC in 4K, encoded, 0.9
    cpu_s: int = 4 * 3600  # a masked hour of 1080p on a slow core
    file_size_bytes: int = 16 * 2**30
    open_files: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One clip of one camera: the approved range `[from_ms, until_ms)` in UTC ms, and further ones that follow it."""

    segments: tuple[JobSegment, ...]
    from_ms: int
    until_ms: int
    audio: bool
    masks: tuple[Mask, ...]
    out: Path
    preview: bool
    limits: Limits = field(default_factory=Limits)
    further: tuple[Range, ...] = ()

    @property
    def ranges(self) -> tuple[Range, ...]:
        """All ranges, in order."""
        return (Range(from_ms=self.from_ms, until_ms=self.until_ms), *self.further)

    def of(self, part: Range) -> Job:
        """Return the job as if it asked for one range only."""
        return replace(self, from_ms=part.from_ms, until_ms=part.until_ms, further=())

    @classmethod
    def from_json(cls, data: bytes) -> Job:
        """Parse; raises ClipRefused `bad_job`."""
        value = _read(data, FIELDS)
        first, *further = _ranges(value)
        segments = tuple(_segment(item) for item in _items(value, "segments", SEGMENTS_MAX))
        return cls(
            segments=tuple(sorted(segments, key=lambda segment: segment.from_ms)),
            from_ms=first.from_ms,
            until_ms=first.until_ms,
            further=tuple(further),
            audio=_boolean(value, "audio"),
            masks=tuple(_mask(item) for item in _items(value, "masks", MASKS_MAX)),
            out=_path(value, "out"),
            preview=_boolean(value, "preview"),
            limits=_limits(value["limits"]),
        )


def _read(data: bytes, names: set[str]) -> dict[str, object]:
    if len(data) > JOB_MAX_BYTES:
        raise ClipRefused(Rule.BAD_JOB, "too long")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ClipRefused(Rule.BAD_JOB, "not JSON") from error
    _exact(value, names)
    assert isinstance(value, dict)  # noqa: S101 - `_exact` made sure; this tells the type checker
    if value["version"] != 1:
        raise ClipRefused(Rule.BAD_JOB, "version")
    return value


def _ranges(value: Mapping[str, object]) -> tuple[Range, ...]:
    first = _range({name: value[name] for name in ("from_ms", "until_ms")})
    ranges = (first, *(_range(item) for item in _items(value, "further", RANGES_MAX - 1)))
    _check_ranges(ranges)
    return ranges


def _range(value: object) -> Range:
    _exact(value, {"from_ms", "until_ms"})
    assert isinstance(value, dict)  # noqa: S101 - `_exact` made sure; this tells the type checker
    return Range(
        from_ms=_integer(value, "from_ms", 0, TIME_MAX_MS), until_ms=_integer(value, "until_ms", 0, TIME_MAX_MS)
    )


def _check_ranges(ranges: tuple[Range, ...]) -> None:
    if not all(part.from_ms < part.until_ms for part in ranges):
        raise ClipRefused(Rule.BAD_JOB, "range")
    if any(after.from_ms < before.until_ms for before, after in pairwise(ranges)):
        raise ClipRefused(Rule.BAD_JOB, "ranges overlap, or are not in order")
    if ranges[-1].until_ms > ranges[0].from_ms + RANGE_MAX_MS:
        raise ClipRefused(Rule.BAD_JOB, "range")


def _exact(value: object, names: set[str]) -> None:
    if not isinstance(value, dict) or set(value) != names:
        raise ClipRefused(Rule.BAD_JOB, f"fields are not {sorted(names)}")


def _integer(value: Mapping[str, object], name: str, low: int, high: int) -> int:
    number = value[name]
    if type(number) is not int or not low <= number <= high:
        raise ClipRefused(Rule.BAD_JOB, name)
    return number


def _time(value: Mapping[str, object], name: str) -> float:
    number = value[name]
    if type(number) not in (int, float) or not isinstance(number, int | float):
        raise ClipRefused(Rule.BAD_JOB, name)
    if not math.isfinite(number) or not 0 <= number <= TIME_MAX_MS:
        raise ClipRefused(Rule.BAD_JOB, name)
    return float(number)


def _boolean(value: Mapping[str, object], name: str) -> bool:
    flag = value[name]
    if not isinstance(flag, bool):
        raise ClipRefused(Rule.BAD_JOB, name)
    return flag


def _items(value: Mapping[str, object], name: str, most: int) -> list[object]:
    items = value[name]
    if not isinstance(items, list) or len(items) > most:
        raise ClipRefused(Rule.BAD_JOB, name)
    return items


def _path(value: Mapping[str, object], name: str) -> Path:
    text = value[name]
    if not isinstance(text, str) or "\0" in text or not text.startswith("/"):
        raise ClipRefused(Rule.BAD_JOB, name)
    return Path(text)


def _segment(value: object) -> JobSegment:
    _exact(value, {"path", "from_ms", "until_ms", "uncertainty_ms"})
    assert isinstance(value, dict)  # noqa: S101 - `_exact` made sure; this tells the type checker
    from_ms, until_ms, uncertainty_ms = (_time(value, name) for name in ("from_ms", "until_ms", "uncertainty_ms"))
    return JobSegment(path=_path(value, "path"), from_ms=from_ms, until_ms=until_ms, uncertainty_ms=uncertainty_ms)


def _mask(value: object) -> Mask:
    _exact(value, {"keys"})
    assert isinstance(value, dict)  # noqa: S101 - as above
    keys = tuple(_mask_key(item) for item in _items(value, "keys", MASK_KEYS_MAX))
    if not keys or len({len(key.corners) for key in keys}) > 1:
        raise ClipRefused(Rule.BAD_JOB, "keys")
    if any(after.at_ms <= before.at_ms for before, after in pairwise(keys)):
        raise ClipRefused(Rule.BAD_JOB, "keys are not in order")
    return Mask(keys=keys)


def _mask_key(value: object) -> MaskKey:
    _exact(value, {"at_ms", "corners"})
    assert isinstance(value, dict)  # noqa: S101 - as above
    corners = tuple(_corner(item) for item in _items(value, "corners", CORNERS_MAX))
    if len(corners) < CORNERS_MIN:
        raise ClipRefused(Rule.BAD_JOB, "corners")
    return MaskKey(at_ms=_integer(value, "at_ms", 0, TIME_MAX_MS), corners=corners)


def _corner(value: object) -> tuple[int, int]:
    match value:
        case [int() as x, int() as y] if not (isinstance(x, bool) or isinstance(y, bool)):
            if min(x, y) >= 0 and max(x, y) <= E4:
                return x, y
    raise ClipRefused(Rule.BAD_JOB, "corner")


def _limits(value: object) -> Limits:
    _exact(value, {"memory_bytes", "cpu_s", "file_size_bytes", "open_files"})
    assert isinstance(value, dict)  # noqa: S101 - as above
    return Limits(
        memory_bytes=_integer(value, "memory_bytes", 2**24, 2**40),
        cpu_s=_integer(value, "cpu_s", 1, 10**6),
        file_size_bytes=_integer(value, "file_size_bytes", 1, 2**42),
        open_files=_integer(value, "open_files", 16, 4096),
    )
