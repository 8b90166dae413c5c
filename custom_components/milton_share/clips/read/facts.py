"""What a whole file is: how long, how large, what it says of its own time; and a small picture of its beginning.

For files that somebody brings, of which nothing is known: a program of its own, under the cutter's limits.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av

from .. import limits
from ..answering import Look, answered, run
from ..mp4.turning import Turner
from ..refusal import ClipRefused, CutRule
from ..timestamps import NEVER, Timestamps
from .containers import wrap_of
from .decoder import decode
from .forms import check_size, form_of
from .packets import packets
from .recording import open_recording, picture_track
from .scaling import scaled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from av.container import InputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from ..job import Limits

TAGS = ("creation_time", "com.apple.quicktime.creationdate")
"""What a file says of its time: of the container first, then of its tracks."""
TAG_MAX_CHARS = 64
LENGTH_MAX_S = 12 * 3600  # as long as a request may ask for
FRAMES_MAX = 60 * LENGTH_MAX_S
GAP_MIN_S = 1.0  # a camera that films a picture a second has none
GAPS_MAX = 1_000
ANEW_MAX = 100  # a file that counts anew more often ends there
PICTURE_WIDTH_PX = 960  # enough to read the time that a camera burns in
ALONE_S = Fraction(1, 15)  # how long a picture stands where nobody says it
SAME_S = 0.0005  # a time in ticks, as seconds by two ways
NO_TIME_S = float("-inf")
PICTURE_TRIES = 300  # packets to look for a first picture in
JOB_MAX_BYTES = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was found; times in seconds of the file's own clock, `start_s` is that of the frame in the small picture.

    That is the first one that can be decoded: nobody sees what a file has before it that begins within a group.
    `anew` is where the file counts anew: what follows is taken to go on without a gap. Width and height are as a viewer
    sees the first picture.
    """

    start_s: float
    length_s: float
    width: int
    height: int
    codec: str
    sound: bool
    gaps: tuple[tuple[float, float], ...]
    anew: tuple[float, ...]
    tags: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """When each frame is shown, in order, and when the last one ends; and from which on the file counts anew."""

    times: list[float]
    anew: tuple[float, ...]

    def since(self, first_s: float) -> Shown:
        """Return it without what is shown before the first picture that can be decoded."""
        before = bisect_left(self.times, first_s - SAME_S)
        return replace(self, times=self.times[before:]) if before < len(self.times) - 1 else self


def main() -> int:
    """Answer one job of stdin by one line."""
    return run(answer, JOB_MAX_BYTES)


def answer(data: bytes, apply_limits: Callable[[Limits], None] = limits.apply) -> dict[str, object]:
    """Return the facts, or a refusal by its rule. The limits hold before the file is opened."""
    return answered(data, _look_of, apply_limits)


def _look_of(job: Any) -> Look:  # noqa: ANN401  what stdin said
    path, picture = Path(job["path"]), Path(job["picture"])
    return lambda: {"facts": asdict(facts_of(path, picture))}


def facts_of(path: Path, picture: Path) -> Facts:
    """Look into a file and write its first picture, a JPEG; raises ClipRefused `unreadable_segment`, `undecodable`."""
    with open_recording(path) as container:
        stream = picture_track(container, path.name)
        context = stream.codec_context
        check_size(path.name, context.width, context.height)
        shown = shown_times(container, stream.time_base or Fraction(1, 1))
        sound = bool(container.streams.audio)
        codec, tags = context.name, _tags(container)
    with open_recording(path) as container:
        first_s, first = _first_picture(container, picture_track(container, path.name))
    seen = Turner(form_of(path).turn).turn(first)
    _write_picture(seen, picture)
    shown = shown.since(first_s)
    return Facts(
        start_s=shown.times[0],
        length_s=shown.times[-1] - shown.times[0],
        width=seen.width,
        height=seen.height,
        codec=codec,
        sound=sound,
        gaps=gaps_between(shown.times),
        anew=shown.anew,
        tags=tags,
    )


def shown_times(container: InputContainer, time_base: Fraction) -> Shown:
    """Return when each frame is shown; what a file counts anew goes on without a gap.

    Raises ClipRefused `unreadable_segment` for one without a picture, without a length, or longer than any request.
    """
    last = 0
    wrap, lasts = wrap_of(container.format.name), int(LENGTH_MAX_S / time_base)
    timestamps = Timestamps(time_base=time_base, lasts=lasts, wrap=wrap)
    for _, packet in packets(container, audio=False):
        if packet.is_discard:  # kept from being shown, before an edit or between two
            continue
        timestamps.add(packet.pts, packet.dts)
        if len(timestamps.resets) > ANEW_MAX or len(timestamps.shown) > FRAMES_MAX:
            break
        last = packet.duration or last
    ticks = array("q", (at for at in timestamps.shown if at != NEVER))
    if not ticks:
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "no picture")
    ordered = sorted(ticks)
    if not last:  # a stream says how long one lasts by when the next one comes
        last = ordered[-1] - ordered[-2] if len(ordered) > 1 else int(ALONE_S / time_base)
    shown = [float(tick * time_base) for tick in (*ordered, ordered[-1] + last)]
    if not 0 < shown[-1] - shown[0] <= LENGTH_MAX_S:
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "no length, or too long")
    firsts = (
        next((at for at in timestamps.shown[index:] if at != NEVER), ordered[-1]) for index, _ in timestamps.resets
    )
    return Shown(times=shown, anew=tuple(float(tick * time_base) for tick in firsts))


def gaps_between(shown: list[float]) -> tuple[tuple[float, float], ...]:
    """Return where no picture was taken for long: from the end of one to the next."""
    distances = [later - earlier for earlier, later in pairwise(shown)]
    usual = sorted(distances)[len(distances) // 2]
    wide = max(GAP_MIN_S, 3 * usual)
    found = [(start + usual, start + gap) for start, gap in zip(shown, distances, strict=False) if gap > wide]
    return tuple(found[:GAPS_MAX])


def _tags(container: InputContainer) -> dict[str, str]:
    found: dict[str, str] = {}
    places: list[Mapping[str, str]] = [container.metadata, *(stream.metadata for stream in container.streams)]
    for place in places:
        for name in TAGS:
            if name in place:
                found.setdefault(name, place[name][:TAG_MAX_CHARS])
    return found


def _first_picture(container: InputContainer, stream: VideoStream) -> tuple[float, VideoFrame]:
    """Return when the first picture that can be decoded is shown, by its file's clock, and the picture as it is stored.

    A picture without a time is shown when the file begins.
    """
    stream.thread_type = "NONE"
    stored = (packet for _, packet in packets(container, audio=False))
    for packet in chain(islice(stored, PICTURE_TRIES), (None,)):
        frames = decode(stream.codec_context, packet)  # none where a file begins in the middle of a group
        if frames:
            pts, time_base = frames[0].pts, stream.time_base or Fraction(1, 1)  # what a decoder kept back says none
            at_s = NO_TIME_S if pts is None else float(pts * time_base)
            return at_s, frames[0]
    raise ClipRefused(CutRule.UNDECODABLE, "no picture could be decoded")


def _write_picture(frame: VideoFrame, path: Path) -> None:
    width = min(PICTURE_WIDTH_PX, frame.width) // 2 * 2
    height = max(2, round(frame.height * width / max(1, frame.width) / 2) * 2)
    small = scaled(frame, width=width, height=height, form="yuvj420p")
    small.pts = None
    encoder = cast("VideoCodecContext", av.CodecContext.create("mjpeg", "w"))
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
    encoder.time_base = small.time_base or Fraction(1, 1)
    encoded = [*encoder.encode(small), *encoder.encode(None)]
    with path.open("xb") as file:
        for packet in encoded:
            file.write(bytes(packet))
        file.flush()
        os.fsync(file.fileno())
