"""Cutting the clip that an approver looks at: its range, its files, and its manifest but for the approver's choices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from ..cases.review import Review
from ..clips import job as cutter
from ..errors import MiltonShareError
from ..shared.milton_protocol.messages.requests.request import recipients_hash
from ..shared.milton_protocol.messages.shares.manifest import Manifest
from ..shared.milton_protocol.messages.shares.manifest_parts import (
    AudioEdit,
    Camera,
    ClockMethod,
    ClockReading,
    Edits,
    FrameKind,
    FrameRange,
    Period,
    Segment,
)
from ..shared.milton_protocol.messages.shares.ranges import StoredRange
from ..sources.model import Clock, worst_of
from .test_card import card_segments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from ..clips.result import Result
    from ..clips.result import StoredRange as Stored
    from ..shared.milton_protocol.messages.requests.request import Request
    from ..shared.milton_protocol.messages.shares.masks import Mask
    from ..shared.milton_protocol.verification import VerifiedRequest
    from ..sources.model import Coverage
    from ..sources.model import Segment as Recorded

CLIP_MIN = timedelta(seconds=1)
BESIDE = timedelta(seconds=2)
"""How far from its pictures sound may lie, and so in the file beside theirs (as `clips/probe.py` has it)."""
MOVED_MAX = timedelta(milliseconds=250)
"""How far files may overlap however sure their times are (as `clips/plan_pictures.py` has it)."""
STILL_COPYING = "still_copying"
CARD_CLOCK = Clock(offset_ms=0, uncertainty_ms=0, method="owner")
"""Of a test card: its times are those that the approver chose, and no clock has a part in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the approver wants to see: ranges in UTC, with or without sound, parts of the picture hidden."""

    ranges: tuple[Period, ...]
    audio: bool
    masks: tuple[Mask, ...] = ()


def within(request: Request, asked: Wish) -> Wish:
    """Return the wish in whole milliseconds; of a test card without sound.

    Raises MiltonShareError `outside_request`, `too_short`, or `ranges_overlap` where they do, or are not in order, and
    `nothing_to_hide` for masks on a test card.
    """
    if request.drill and asked.masks:
        rule = "nothing_to_hide"
        raise MiltonShareError(rule)
    ranges = tuple(Period(from_=_whole_ms(part.from_), until=_whole_ms(part.until)) for part in asked.ranges)
    if not all(request.from_ <= part.from_ < part.until <= request.until for part in ranges):
        rule = "outside_request"
        raise MiltonShareError(rule)
    if any(part.until - part.from_ < CLIP_MIN for part in ranges):
        rule = "too_short"
        raise MiltonShareError(rule)
    if any(after.from_ < before.until for before, after in pairwise(ranges)):
        rule = "ranges_overlap"
        raise MiltonShareError(rule)
    return replace(asked, ranges=ranges, audio=asked.audio and not request.drill)


def check_settled(wanted: Wish, coverage: Coverage) -> None:
    """Raise MiltonShareError while it isn't known yet what there is of the wish: a gap that may fill is none."""
    if any(start < part.until and end > part.from_ for start, end in coverage.pending for part in wanted.ranges):
        raise MiltonShareError(coverage.trouble or STILL_COPYING)


def job_of(wanted: Wish, coverage: Coverage | None, out: Path) -> cutter.Job:
    """Return the cutter's job; without ``coverage`` that of a test card.

    Raises MiltonShareError `nothing_recorded`, and what :func:`check_settled` does.
    """
    if coverage is None:
        return _job(wanted, card_segments(tuple(_ranges_ms(wanted))), out)
    check_settled(wanted, coverage)
    return cut_job(wanted, coverage, out)


def cut_job(wanted: Wish, coverage: Coverage, out: Path) -> cutter.Job:
    """Return the cutter's job; raise MiltonShareError `nothing_recorded`."""
    segments = tuple(
        cutter.JobSegment(
            path=segment.path,
            from_ms=_ms(segment.from_),
            until_ms=_ms(segment.until),
            uncertainty_ms=(segment.clock or coverage.clock).uncertainty_ms,
        )
        for segment in _near(wanted, coverage)
    )
    if not segments:
        rule = "nothing_recorded"
        raise MiltonShareError(rule)
    return _job(wanted, segments, out)


def _job(wanted: Wish, segments: tuple[cutter.JobSegment, ...], out: Path) -> cutter.Job:
    (from_ms, until_ms), *further = _ranges_ms(wanted)
    return cutter.Job(
        segments=segments,
        from_ms=from_ms,
        until_ms=until_ms,
        further=tuple(cutter.Range(from_ms=start, until_ms=end) for start, end in further),
        audio=wanted.audio,
        masks=tuple(map(_mask, wanted.masks)),
        out=out,
    )


def _mask(mask: Mask) -> cutter.Mask:
    keys = (cutter.MaskKey(at_ms=round(_ms(key.at)), corners=key.corners) for key in mask.keys)
    return cutter.Mask(keys=tuple(keys))


def review_of(  # noqa: PLR0913  a manifest has these parts
    verified: VerifiedRequest,
    wanted: Wish,
    coverage: Coverage | None,
    result: Result,
    *,
    label: str,
    share_id: str,
    software: Mapping[str, str],
) -> Review:
    """Return what is known of a finished clip; without ``coverage`` it is a test card."""
    clock = clock_of(wanted, coverage) if coverage else CARD_CLOCK
    manifest = Manifest(
        clip_sha256=result.clip.sha256,
        share_id=share_id,
        request_id=verified.request_id,
        recipients_sha256=recipients_hash(verified.request.recipients),
        camera=Camera(label=label, view=None),
        ranges=tuple(stored_range(part) for part in result.ranges),
        clock=ClockReading(
            offset_ms=clock.offset_ms,
            uncertainty_ms=clock.uncertainty_ms,
            method=ClockMethod(clock.method),
            was_put=clock.was_put,
        ),
        gaps=gaps_of(result),
        edits=Edits(audio=AudioEdit(result.audio), masks=wanted.masks),
        segments=_segments(wanted, coverage) if coverage else (),
        frames=_frames(result) if coverage else _of_a_card(result),
        preview_sha256=result.preview.sha256 if result.preview else None,
        software={**result.software, **software},
        sources_kept_until=None,
        named=False,
        test_card=coverage is None,
    )
    return Review(manifest=manifest, size_bytes=result.clip.size_bytes, resized_at=resized_at(result))


def _frames(result: Result) -> tuple[FrameRange, ...]:
    return tuple(
        FrameRange(
            first=frames.first,
            count=frames.count,
            kind=FrameKind(frames.kind),
            slices_sha256=frames.slices_sha256,
        )
        for frames in result.frames
    )


def _of_a_card(result: Result) -> tuple[FrameRange, ...]:
    """Return that none of its frames is a camera's: `copied` would say that recordings have the same."""
    count = sum(frames.count for frames in result.frames)
    return (FrameRange(first=0, count=count, kind=FrameKind.ENCODED, slices_sha256=None),)


def resized_at(result: Result) -> tuple[datetime, ...]:
    """Return when the camera's pictures came in another size than before."""
    return tuple(map(_moment, result.resized_ms))


def gaps_of(result: Result) -> tuple[Period, ...]:
    """Return what is missing inside a clip's ranges."""
    return tuple(Period(from_=_moment(start), until=_moment(until)) for start, until in result.gaps_ms)


def stored_range(part: Stored) -> StoredRange:
    """Return a range of a clip as a manifest has it."""
    return StoredRange(
        from_=_moment(part.from_ms),
        until=_moment(part.until_ms),
        first_frame=None if part.first_frame_ms is None else _moment(part.first_frame_ms),
        stored_ms=part.stored_ms,
    )


def _segments(wanted: Wish, coverage: Coverage) -> tuple[Segment, ...]:
    return tuple(
        Segment(sha256=segment.sha256, from_=_whole_ms(segment.from_), until=_whole_ms(segment.until))
        for segment in _near(wanted, coverage)
    )


def clock_of(wanted: Wish, coverage: Coverage) -> Clock:
    """Return how sure the times of exactly what is wanted are; other hours of the request say nothing of it."""
    files = tuple(_touching(wanted, coverage))
    clocks = [segment.clock for segment in files if segment.clock is not None]
    clock = worst_of(clocks) if clocks else coverage.clock
    return replace(clock, uncertainty_ms=max(clock.uncertainty_ms, _moved_ms(files)))


def _moved_ms(files: Iterable[Recorded]) -> int:
    """Return by how much the cutter moves files at most, which overlap though their times are said to be surer.

    Those that overlap by more have the same pictures, are moved by no more than they are unsure, or are refused.
    """
    reached, moved = datetime.min.replace(tzinfo=UTC), timedelta()
    for one in sorted(files, key=lambda file: file.from_):
        overlap = max(reached - one.from_, timedelta())
        shift = overlap if overlap <= MOVED_MAX else timedelta()
        reached, moved = max(reached, one.until + shift), max(moved, shift)
    return ceil(moved / timedelta(milliseconds=1))


def _near(wanted: Wish, coverage: Coverage) -> tuple[Recorded, ...]:
    """Return the segments that one of the ranges touches, and those beside them: these may have sound of the range."""
    return tuple(_within(wanted, coverage, BESIDE)) if any(_touching(wanted, coverage)) else ()


def _touching(wanted: Wish, coverage: Coverage) -> Iterator[Recorded]:
    """Yield the segments that one of the ranges touches."""
    return _within(wanted, coverage, timedelta())


def _within(wanted: Wish, coverage: Coverage, by: timedelta) -> Iterator[Recorded]:
    for each in coverage.segments:
        if any(each.from_ < part.until + by and each.until > part.from_ - by for part in wanted.ranges):
            yield each


def _ranges_ms(wanted: Wish) -> Iterator[tuple[int, int]]:
    return ((round(_ms(part.from_)), round(_ms(part.until))) for part in wanted.ranges)


def _ms(moment: datetime) -> float:
    return moment.timestamp() * 1_000


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1_000, UTC)


def _whole_ms(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000).astimezone(UTC)
