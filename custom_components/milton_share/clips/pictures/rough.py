"""Small pictures of recordings that nothing was cut of yet: key pictures near some moments. For the owner's eyes alone.

A program of its own, under the cutter's limits. Number and size are bounded whatever the recordings are; no file is
written: the answer holds the pictures, which have no metadata. They help to choose a part, and prove nothing: a time is
that of the file's note and of the picture's stamp, without what the cutter makes sure of.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av

from .. import limits
from ..answering import Look, answered, run
from ..mp4.turning import Turner
from ..read.forms import form_of
from ..read.halves import Halves, stretched
from ..read.packets import packets
from ..read.recording import open_recording, picture_track
from ..refusal import ClipRefused
from .stills import fit, jpeg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from av.container import InputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame

    from ..job import Limits

JOB_MAX_BYTES = 65_536
PICTURES_MAX = 24
WIDTH_PX = 240
FIRST_PACKETS = 64  # of which one is shown first: no encoder puts more pictures before another
BEFORE_MS = 4_000  # where no index leads to a key picture, one is found by reading on
PACKETS_MAX = 4_000  # that are read for one picture: four minutes of 15 a second without a key picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One file, when it begins (UTC ms), and the moments of which it should show something, in order."""

    path: Path
    from_ms: int
    at_ms: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoughJob:
    """What is wanted; only pictures inside `[from_ms, until_ms)` are shown."""

    files: tuple[Wanted, ...]
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A JPEG and its time, UTC ms."""

    at_ms: int
    jpeg: bytes


def main() -> int:
    """Answer one job of stdin by one line."""
    return run(answer, JOB_MAX_BYTES)


def answer(data: bytes, apply_limits: Callable[[Limits], None] = limits.apply) -> dict[str, object]:
    """Return the pictures, or a refusal by its rule. The limits hold before anything is opened."""
    return answered(data, _look_of, apply_limits)


def _look_of(said: Any) -> Look:  # noqa: ANN401  what stdin said
    files = tuple(
        Wanted(path=Path(one["path"]), from_ms=int(one["from_ms"]), at_ms=tuple(map(int, one["at_ms"])))
        for one in said["files"]
    )
    job = RoughJob(files=files, from_ms=int(said["from_ms"]), until_ms=int(said["until_ms"]))
    return lambda: {"rough": [as_json(one) for one in pictures(job)]}


def as_json(picture: Picture) -> dict[str, object]:
    """Return a picture in base64, with its time."""
    return {"at_ms": picture.at_ms, "jpeg": base64.b64encode(picture.jpeg).decode()}


def pictures(job: RoughJob) -> list[Picture]:
    """Look into each file; what can't be read or decoded has no picture. Each moment has one at most, in order."""
    found: dict[int, Picture] = {}
    for wanted in job.files:
        try:
            for picture in _of_file(wanted, job):
                found.setdefault(picture.at_ms, picture)
        except (ClipRefused, OSError, OverflowError, av.error.FFmpegError):  # stamps may lie at the end of all numbers
            continue
    return [found[at_ms] for at_ms in sorted(found)][:PICTURES_MAX]


def _of_file(wanted: Wanted, job: RoughJob) -> Iterator[Picture]:
    turner = Turner(form_of(wanted.path).turn)
    with open_recording(wanted.path) as container:
        start = _first_shown(container)
        for at_ms in wanted.at_ms:
            shown = _near(container, start, wanted.from_ms, at_ms, job)
            if shown is not None:
                yield Picture(at_ms=shown[0], jpeg=jpeg(fit(turner.turn(shown[1]), WIDTH_PX)))


def _first_shown(container: InputContainer) -> int:
    """Return the stamp of the picture that is shown first: not every container says it."""
    first = (packet.pts for _, packet in islice(packets(container, audio=False), FIRST_PACKETS))
    return min((pts for pts in first if pts is not None), default=0)


def _near(
    container: InputContainer, start: int, begins_ms: int, at_ms: int, job: RoughJob
) -> tuple[int, VideoFrame] | None:
    """Return the key picture before a moment, or the next one inside the range, and its time."""
    stream = picture_track(container, "")
    base = stream.time_base or Fraction(1, 1000)
    # by when pictures are decoded, which is before they are shown, the first one too
    container.seek(max(0, start + int(Fraction(at_ms - begins_ms - BEFORE_MS, 1000) / base)), stream=stream)
    found: tuple[int, av.Packet] | None = None
    for _, packet in islice(packets(container, audio=False), PACKETS_MAX):
        if not packet.is_keyframe or packet.pts is None:
            continue
        time_ms = begins_ms + round((packet.pts - start) * base * 1000)
        if time_ms >= job.until_ms or (found is not None and time_ms > at_ms):
            break
        if time_ms >= job.from_ms:
            found = time_ms, packet
    if found is None:
        return None
    frame = _decoded(stream.codec_context, found[1])
    return (found[0], frame) if frame is not None else None


def _decoded(context: VideoCodecContext, packet: av.Packet) -> VideoFrame | None:
    """Decode a key picture by itself; of a frame in two fields its first one is shown, as high as the frame."""
    frames = [*context.decode(packet), *context.decode(None)]
    context.flush_buffers()
    if frames and Halves(context).are_in(packet):
        return stretched(frames[0])
    return frames[0] if frames else None
