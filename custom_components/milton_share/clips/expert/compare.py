"""Whether the copied frames of a clip are bit for bit those of recordings that were kept.

Each frame is known by the SHA-256 of its slices, which is what was copied; parameter sets and containers may differ.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..bitstream.nal import RULES, prefixed, read_extradata, split
from ..check.clip import STORED_AS_IS, look_into
from ..job import Job, JobSegment
from ..read.packets import packets
from ..read.probe import probe
from ..read.recording import UNDECODED, film_in, open_recording
from ..refusal import ClipRefused, CutRule
from ..result import COPIED
from ..timeline import TICKS_PER_MS
from ..timestamps import EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.video.codeccontext import VideoCodecContext

    from .statement import StatedRange, Statement

PIECE_BYTES = 2**20
SOURCE_MAX_MS = 12 * 3_600_000  # no recorded file is longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A recording that was kept; `from_ms` is None where the manifest doesn't name it."""

    path: Path
    sha256: str
    from_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Frames of the clip in a row, in file order: `encoded`, or `copied` from frame `source_first` on of a source.

    `source` is None for copied frames that are in no source. `apart_ms` is the greatest distance of the time that the
    manifest gives a frame from that in the source, None where either isn't known.
    """

    first: int
    count: int
    kind: str
    source: int | None
    source_first: int | None
    apart_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was found."""

    clip_sha256: str
    is_the_clip: bool  # the very bytes that the manifest names
    sources: tuple[Source, ...]
    not_given: tuple[str, ...]  # digests of recordings that the manifest names, and that were not there to compare
    runs: tuple[Run, ...]

    def count(self, kind: str, *, found: bool = False) -> int:
        """Return how many frames there are of a kind, all or only those that a source has."""
        return sum(run.count for run in self.runs if run.kind == kind and (run.source is not None or not found))

    @property
    def holds(self) -> bool:
        """Whether it is the clip, and each copied frame is in a recording that the manifest names."""
        named = [self.sources[run.source].from_ms is not None for run in self.runs if run.source is not None]
        return self.is_the_clip and all(named) and self.count(COPIED) == self.count(COPIED, found=True)


@dataclass(frozen=True, slots=True)
class _Place:
    source: int
    frame: int
    time_ms: float | None


def compare(statement: Statement, clip: Path, sources: Sequence[Path]) -> Comparison:
    """Compare; raises ClipRefused for a clip that is none, or whose slices are not those that the manifest names."""
    look_into(clip, statement.frames)
    known = tuple(_source(path, statement) for path in sources)
    places: dict[bytes, list[_Place]] = {}
    for index, source in enumerate(known):
        for frame, (digest, time_ms) in enumerate(zip(_slices(source.path), _times(source), strict=False)):
            places.setdefault(digest, []).append(_Place(index, frame, time_ms))
    sha256 = sha256_of(clip)
    given = {source.sha256 for source in known}
    return Comparison(
        clip_sha256=sha256,
        is_the_clip=sha256 == statement.clip_sha256,
        sources=known,
        not_given=tuple(stated.sha256 for stated in statement.sources if stated.sha256 not in given),
        runs=tuple(_runs(statement, clip, places)),
    )


def sha256_of(path: Path) -> str:
    """Return the digest of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def _source(path: Path, statement: Statement) -> Source:
    sha256 = sha256_of(path)
    named = {stated.sha256: stated.from_ms for stated in statement.sources}
    return Source(path=path, sha256=sha256, from_ms=named.get(sha256))


def _slices(path: Path) -> Iterator[bytes]:
    """Yield the digest of each frame's slices, in file order."""
    with open_recording(path, UNDECODED) as container:
        film = film_in(container)
        if film is None:
            return
        context: VideoCodecContext | None = film.codec_context  # None for what FFmpeg doesn't know
        if context is None:
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, f"{path.name} is in no codec that is known")
        rules = RULES.get(context.name)
        if rules is None:
            return
        length_size, _ = read_extradata(bytes(context.extradata or b""), rules)
        for is_video, packet in packets(container, audio=False):
            if is_video:
                data = bytes(packet)
                try:
                    slices = [unit for unit in split(data, length_size) if rules.is_slice(unit)]
                except ClipRefused:
                    slices = [data]  # broken: it has a place in the file, and no clip has a copy of it
                if slices:
                    yield hashlib.sha256(prefixed(slices)).digest()


def _times(source: Source) -> Iterator[float | None]:
    """Yield the time of each frame (UTC ms), in file order; None for ever where it isn't known."""
    if source.from_ms is not None:
        segment = JobSegment(path=source.path, from_ms=source.from_ms, until_ms=source.from_ms + SOURCE_MAX_MS)
        job = Job(
            segments=(segment,),
            from_ms=source.from_ms,
            until_ms=source.from_ms + SOURCE_MAX_MS,
            audio=False,
            masks=(),
            out=Path("/"),
            preview=False,
        )
        for facts in probe(job):
            for tick in facts.video.ticks:
                if tick != EMPTY:
                    yield source.from_ms + tick / TICKS_PER_MS
    while True:
        yield None


def _runs(statement: Statement, clip: Path, places: dict[bytes, list[_Place]]) -> Iterator[Run]:
    """Yield the clip's frames in runs that are alike and, when copied, follow each other in their source."""
    kinds = (run.kind for run in statement.frames for _ in range(run.count))
    current: Run | None = None
    for index, (kind, digest, stored_ms) in enumerate(zip(kinds, _slices(clip), _stored(clip), strict=False)):
        place = _place(places.get(digest, ()), current, index) if kind == COPIED else None
        true_ms = _true_ms(statement.ranges, stored_ms)
        apart = abs(place.time_ms - true_ms) if place and place.time_ms is not None and true_ms is not None else None
        if current is not None and _goes_on(current, kind, place):
            current = replace(current, count=current.count + 1, apart_ms=_worse(current.apart_ms, apart))
            continue
        if current is not None:
            yield current
        current = Run(
            first=index,
            count=1,
            kind=kind,
            source=place.source if place else None,
            source_first=place.frame if place else None,
            apart_ms=apart,
        )
    if current is not None:
        yield current


def _place(found: Sequence[_Place], current: Run | None, index: int) -> _Place | None:
    """Return where a frame is; of several, where the run goes on."""
    if current is not None and current.source_first is not None:
        expected = current.source, current.source_first + index - current.first
        for place in found:
            if (place.source, place.frame) == expected:
                return place
    return found[0] if found else None


def _goes_on(current: Run, kind: str, place: _Place | None) -> bool:
    if current.kind != kind or (place is None) != (current.source is None):
        return False
    if place is None or current.source_first is None:
        return True
    return (place.source, place.frame) == (current.source, current.source_first + current.count)


def _worse(before: float | None, now: float | None) -> float | None:
    known = [value for value in (before, now) if value is not None]
    return max(known) if known else None


def _stored(clip: Path) -> Iterator[float]:
    """Yield when each frame of the clip is shown, after its first, in file order (ms)."""
    with open_recording(clip, STORED_AS_IS) as container:
        timestamps = [packet.pts or 0 for is_video, packet in packets(container, audio=False) if is_video]
        time_base = container.streams.video[0].time_base
    first = min(timestamps, default=0)
    for timestamp in timestamps:
        yield float((timestamp - first) * (time_base or 0) * 1_000)


def _true_ms(ranges: Sequence[StatedRange], stored_ms: float) -> float | None:
    """Return when a frame was taken, by where its range is in the clip."""
    for part in reversed(ranges):
        if part.first_frame_ms is not None and part.stored_ms is not None and part.stored_ms <= stored_ms + 1:
            return part.first_frame_ms + stored_ms - part.stored_ms
    return None
