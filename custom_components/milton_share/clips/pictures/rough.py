"""Small pictures of recordings that nothing was cut of yet: key pictures near some moments. For the owner's eyes alone.

Number and size are bounded whatever the recordings are. They help to choose a part, and prove nothing: a time is that
of the file's note and of the picture's stamp, without what the cutter makes sure of.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

import av

from ..mp4.turning import Turner
from ..read.forms import form_of
from ..read.packets import packets
from ..read.recording import open_recording, picture_track
from ..refusal import ClipRefused
from .frames import fit, jpeg
from .model import ROUGH_MAX, Picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import InputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame

    from .model import RoughJob, WantedPictures

WIDTH_PX = 240
FIRST_PACKETS = 64  # of which one is shown first: no encoder puts more pictures before another
BEFORE_MS = 4_000  # where no index leads to a key picture, one is found by reading on
PACKETS_MAX = 4_000  # that are read for one picture: four minutes of 15 a second without a key picture


def pictures(job: RoughJob) -> list[Picture]:
    """Look into each file; what can't be read or decoded has no picture. Each moment has one at most, in order."""
    found: dict[int, Picture] = {}
    for wanted in job.files:
        try:
            for picture in _of_file(wanted, job):
                found.setdefault(picture.at_ms, picture)
        except (ClipRefused, OSError, OverflowError, av.error.FFmpegError):  # stamps may lie at the end of all numbers
            continue
    return [found[at_ms] for at_ms in sorted(found)][:ROUGH_MAX]


def _of_file(wanted: WantedPictures, job: RoughJob) -> Iterator[Picture]:
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
    """Decode a key picture by itself."""
    frames = [*context.decode(packet), *context.decode(None)]
    context.flush_buffers()
    return frames[0] if frames else None
