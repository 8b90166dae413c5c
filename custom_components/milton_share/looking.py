"""Cutting the clip that an approver looks at: its range, its files, and its manifest but for the approver's choices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from .cutting import CutJob, CutSegment
from .errors import MiltonShareError
from .review import Review
from .shared.milton_protocol.messages.manifest import Manifest
from .shared.milton_protocol.messages.manifest_parts import (
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
from .shared.milton_protocol.messages.request import recipients_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .cutting import CutResult
    from .shared.milton_protocol.messages.masks import Mask
    from .shared.milton_protocol.messages.request import Request
    from .shared.milton_protocol.verification import VerifiedRequest
    from .sources.model import Coverage
    from .sources.model import Segment as Recorded

CLIP_MIN = timedelta(seconds=1)
STILL_COPYING = "still_copying"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the approver wants to see: a range in UTC, with or without sound, parts of the picture hidden."""

    from_: datetime
    until: datetime
    audio: bool
    masks: tuple[Mask, ...] = ()


def within(request: Request, asked: Wish) -> Wish:
    """Return the wish in whole milliseconds; raise MiltonShareError `outside_request` or `too_short`."""
    wanted = replace(asked, from_=_whole_ms(asked.from_), until=_whole_ms(asked.until))
    if not request.from_ <= wanted.from_ < wanted.until <= request.until:
        rule = "outside_request"
        raise MiltonShareError(rule)
    if wanted.until - wanted.from_ < CLIP_MIN:
        rule = "too_short"
        raise MiltonShareError(rule)
    return wanted


def check_settled(wanted: Wish, coverage: Coverage) -> None:
    """Raise MiltonShareError while it isn't known yet what there is of the wish: a gap that may fill is none."""
    if any(start < wanted.until and end > wanted.from_ for start, end in coverage.pending):
        raise MiltonShareError(coverage.trouble or STILL_COPYING)


def cut_job(wanted: Wish, coverage: Coverage, out: Path) -> CutJob:
    """Return the cutter's job; raise MiltonShareError `nothing_recorded`."""
    segments = tuple(
        CutSegment(path=segment.path, from_ms=_ms(segment.from_), until_ms=_ms(segment.until))
        for segment in _touching(wanted, coverage)
    )
    if not segments:
        rule = "nothing_recorded"
        raise MiltonShareError(rule)
    return CutJob(
        segments=segments,
        from_ms=round(_ms(wanted.from_)),
        until_ms=round(_ms(wanted.until)),
        audio=wanted.audio,
        masks=wanted.masks,
        out=out,
    )


def review_of(  # noqa: PLR0913  a manifest has these parts
    verified: VerifiedRequest,
    wanted: Wish,
    coverage: Coverage,
    result: CutResult,
    *,
    label: str,
    share_id: str,
    software: Mapping[str, str],
) -> Review:
    """Return what is known of a finished clip."""
    manifest = Manifest(
        clip_sha256=result.clip.sha256,
        share_id=share_id,
        request_id=verified.request_id,
        recipients_sha256=recipients_hash(verified.request.recipients),
        camera=Camera(label=label, view=None),
        range=Period(from_=wanted.from_, until=wanted.until),
        clock=ClockReading(
            offset_ms=coverage.clock.offset_ms,
            uncertainty_ms=coverage.clock.uncertainty_ms,
            method=ClockMethod(coverage.clock.method),
        ),
        gaps=tuple(Period(from_=_moment(gap.from_ms), until=_moment(gap.until_ms)) for gap in result.gaps),
        edits=Edits(audio=AudioEdit(result.audio), masks=wanted.masks),
        segments=_segments(wanted, coverage),
        frames=tuple(
            FrameRange(
                first=frames.first,
                count=frames.count,
                kind=FrameKind(frames.kind),
                slices_sha256=frames.slices_sha256,
            )
            for frames in result.frames
        ),
        preview_sha256=result.preview.sha256 if result.preview else None,
        software={**result.software, **software},
        sources_kept_until=None,
        named=False,
    )
    return Review(manifest=manifest, size_bytes=result.clip.size_bytes)


def _segments(wanted: Wish, coverage: Coverage) -> tuple[Segment, ...]:
    return tuple(
        Segment(sha256=segment.sha256, from_=_whole_ms(segment.from_), until=_whole_ms(segment.until))
        for segment in _touching(wanted, coverage)
    )


def _touching(wanted: Wish, coverage: Coverage) -> Iterator[Recorded]:
    return (each for each in coverage.segments if each.from_ < wanted.until and each.until > wanted.from_)


def _ms(moment: datetime) -> float:
    return moment.timestamp() * 1_000


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1_000, UTC)


def _whole_ms(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000).astimezone(UTC)
