"""Records one camera by copying its packets into segments.

Standard output has a line for each segment that was closed (`1|name,start,end`, written by libav's own segment list)
and one when the run ended (`1!words`). Two are of times, in seconds of the segments: from when on a camera's clock is
heard (`1@at`; until then a `prft` is libav's own moment of writing), and by how much sound may be apart from its
pictures, or these from their time, and until when (`1~by,until`; without an end for as long as nothing else is said).
One says that from about a time on pictures are late (`1^by,at`), as they are behind a server that keeps them
(`kept.py`); one that the stamps of sound and pictures began anew soon (`1#`), as they do whose reports disagree; one,
before a run's last segment, how long ago its last picture came (`1$seconds`): nothing else tells when that was.

No packet is decoded, and none is changed but for its time stamps where a camera lets them go backwards.
"""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import av

from . import OPEN_S
from .apart import watched
from .errors import PicturesError, StampsError
from .heaps import rested
from .kept import Kept
from .stamps import from_key_picture, from_zero, stamped, while_pictures

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from av.audio.stream import AudioStream
    from av.codec.context import CodecContext
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

SOON_S = 60.0
"""Cameras report every few seconds: one whose reports of sound and pictures disagree has stamps that jump so soon."""
CUT = frozenset({"h264", "hevc", "mjpeg"})
"""Pictures that the cutter takes (docs/adr/0023)."""
IN_MP4 = frozenset({"aac", "mp3", "opus", "flac", "alac"})
"""Sound that an MP4 may hold whose header is written before any of it came: of AC-3 libav must have a packet first, and
would end each file of a camera that has some. Codings, not decoders: libav's of MP3 has another name."""
IN_MOV = frozenset({"pcm_alaw", "pcm_mulaw"})
"""Sound that only a QuickTime file may hold, which else is the same boxes: G.711, all that many a doorbell has. What is
neither is left out rather than the pictures lost."""
UNKNOWN = "a coding that is not known"
NOTHING_CAME = "TimeoutError: nothing came"
FRAGMENT_US = 250_000
"""A kill loses what isn't in a whole fragment: this, and the pictures that are under way (the one that libav's parser
has until the next begins, the one that waits for the next, one in each of libav's two queues). Shorter ones can't be
told from their write (`anchor.JUDGED_FRAGMENT_S`)."""
AT_ONCE_US = 1
"""Pictures wait for no sound: where it comes late, stops, or has other time stamps, libav would have them wait ten
seconds or for ever, and a kill would lose them. Sound may so lie in the file after the one of its pictures."""
BEGIN_S = 10
"""Where each segment begins by its own clock: such sound lies before the first picture."""
STOPPED_S = 8
"""How long a track has had no packet when it is taken to have stopped; what is written so late must still lie after 0
by the clock of the segment that it comes into."""
LATE_S = 1.0
"""A picture that libav gives by more later than is due came before: by less, a busy machine may be late."""
AT_OPENING_S = 0.5
"""Within so long it gives what it had when it was open, also on a busy machine."""
SEGMENT = (
    "movflags=+frag_keyframe+frag_discont+empty_moov+default_base_moof:use_editlist=0:write_prft=wallclock"
    f":flush_packets=1:frag_duration={FRAGMENT_US}:max_interleave_delta={AT_ONCE_US}"
    f":avoid_negative_ts=disabled:output_ts_offset={BEGIN_S}"
)
"""Whole fragments are written at once, whether a key picture came or not. Each track begins at its own time
(`frag_discont`): libav else lets all begin at once, and the sound is off by up to a packet."""


@dataclass(slots=True, kw_only=True)
class Job:
    """One run of one camera."""

    run: int
    url: str
    demuxer: str
    options: dict[str, str]
    pattern: str
    segment_s: float
    read_s: float
    with_sound: bool = True
    open_s: float = OPEN_S
    began_s: float = field(default_factory=time.monotonic)
    has_come: bool = False
    """Whether the camera gave a packet."""
    is_given_up: bool = False
    """Whether it gave none for too long."""
    stopped: bool = False


def film(job: Job) -> None:
    """Record until told to stop or until the stream ends; say how it ended."""
    words = ""
    try:
        _film(job)
    except (av.error.FFmpegError, OSError) as error:
        words = f"{type(error).__name__}: {error.strerror}" if error.strerror else NOTHING_CAME
    except (PicturesError, StampsError) as error:
        words = str(error)
    except Exception as error:  # noqa: BLE001  one camera's trouble is told, and is not the others'
        words = type(error).__name__
    words = NOTHING_CAME if job.is_given_up else words
    os.write(1, f"{job.run}!{words}\n".encode())


def _film(job: Job) -> None:
    began_s = time.monotonic()
    with opened(job) as source:
        streams = wanted(source, with_sound=job.with_sound)
        try:
            with segments(job, container_of(streams)) as target:
                copy(job, rested(source.demux(), time.monotonic, time.sleep), target, streams)
        except StampsError:
            if len(source.streams.audio) and time.monotonic() - began_s < SOON_S:
                os.write(1, f"{job.run}#\n".encode())
            raise


def opened(job: Job) -> InputContainer:
    """Have libav open a camera; raises what it raises, OSError.

    One that sends nothing for `read_s` is given up by libav's own limit for its connection (`job.py`), one that gives
    no packet by `processes.py`.
    Options are the container's alone: PyAV makes room for those of each stream that it knows at first, and frees as
    many as it knows at last. Streams of RTMP, and of a transport stream over RTSP, are found later: that ended the
    process.
    """
    return av.open(job.url, format=job.demuxer, container_options=job.options)


def wanted(source: InputContainer, *, with_sound: bool = True) -> list[VideoStream | AudioStream]:
    """Return the first video and, where it is to be recorded and a segment may hold it, the first sound.

    Raises PicturesError where no clip could be cut from such a video: nobody would learn of it before it is asked for.
    """
    for video in source.streams.video[:1]:
        if coding_of(video) not in CUT:
            message = f"its pictures are in {coding_of(video)}, which no clip is cut from"
            raise PicturesError(message)
    sounds = [stream for stream in source.streams.audio if with_sound and coding_of(stream) in IN_MP4 | IN_MOV]
    return [*source.streams.video[:1], *sounds[:1]]


def coding_of(stream: VideoStream | AudioStream) -> str:
    """Name what a stream is coded in."""
    context: CodecContext | None = stream.codec_context  # None for what libav doesn't know
    return context.codec.canonical_name if context is not None else UNKNOWN


def container_of(streams: Iterable[VideoStream | AudioStream]) -> str:
    """Name the writer that may hold them all."""
    return "mov" if any(coding_of(stream) in IN_MOV for stream in streams) else "mp4"


def segments(job: Job, container: str) -> OutputContainer:
    """Open libav's own writer of segments, which announces each that it closed."""
    return av.open(
        job.pattern,
        "w",
        format="segment",
        options={
            "segment_time": str(job.segment_s),
            "segment_format": container,
            "segment_format_options": SEGMENT,
            "max_interleave_delta": str(AT_ONCE_US),
            "reset_timestamps": "1",
            "segment_list": "pipe:1",
            "segment_list_type": "csv",
            "segment_list_entry_prefix": f"{job.run}|",
            "avoid_negative_ts": "disabled",  # else all but the first are announced later, by what a camera reorders
        },
    )


def copy(
    job: Job, packets: Iterable[Packet], target: OutputContainer, streams: Iterable[VideoStream | AudioStream]
) -> None:
    """Copy packets of these streams, of all that come, from the first key picture on.

    Each is written when the next of its track is there, for only then is known how long it lasts. libav lets the next
    fragment begin when the last packet is said to end: after a pause it would be early by all of that, and where time
    stamps go back it would lie in the last fragment, at which libav ends this process.
    """
    outs: dict[int, Any] = {stream.index: target.add_stream_from_template(stream, opaque=True) for stream in streams}
    for out in outs.values():
        out.codec_context.thread_count = 1  # PyAV opens a decoder for each, which decodes nothing
    ticks_s = {stream.index: float(stream.time_base or 0) for stream in streams}
    waiting: dict[int, Packet] = {}
    recorded = _until_stopped(job, packets, outs)
    came = from_zero(from_key_picture(while_pictures(recorded, job.read_s, time.monotonic)))
    if len(outs) > 1:
        came = watched(came, lambda by_s, until_s: _doubt(job, by_s, until_s), time.monotonic)
    kept = Kept()
    last = _Last(is_held=job.demuxer == "rtsp", opened_s=time.monotonic())
    try:
        for packet in stamped(came, lambda at_s: _tell(job, at_s)):
            at_s = (packet.dts or 0) * ticks_s[packet.stream.index]
            now_s = time.monotonic()
            if packet.stream.type == "video":
                last.given(at_s, now_s)
            if late_s := kept.given(packet.stream.type, at_s, now_s):
                _late(job, late_s, at_s)
            for ready in _ready(waiting, packet, at_s, ticks_s):
                _write(ready, target, outs)
            waiting[packet.stream.index] = packet
    finally:
        if last.came_s is not None:
            os.write(1, f"{job.run}${time.monotonic() - last.came_s:.6f}\n".encode())
        if last.is_of_opening:
            _late(job, last.opened_s - job.began_s, 0.0)
        for packet in waiting.values():
            _write(packet, target, outs)


@dataclass(slots=True, kw_only=True)
class _Last:
    """When a run's last picture came, which is not when libav gave it.

    Of RTSP it gives one only when the next begins, or at the end, however much later either is: after a pause it is of
    before that (`is_held`). Those that it looked at before it was open came at any time until then.
    """

    is_held: bool
    opened_s: float
    came_s: float | None = None
    _at_s: float = 0.0
    _given_s: float = math.inf

    def given(self, at_s: float, now_s: float) -> None:
        """Take a picture's stamp; it came when the one before was given, or within the time between their stamps."""
        due_s = self._given_s + at_s - self._at_s
        self.came_s = due_s if self.is_held and now_s - due_s > LATE_S else now_s
        self._at_s, self._given_s = at_s, now_s

    @property
    def is_of_opening(self) -> bool:
        """Whether it was given with those that libav had when it was open."""
        return self._given_s - self.opened_s < AT_OPENING_S


def _until_stopped(job: Job, packets: Iterable[Packet], recorded: Container[int]) -> Iterator[Packet]:
    """Pass packets of the recorded streams on until the run is told to stop; also where none is written yet.

    All that come are looked at: libav says nothing of those that it isn't asked for, and the run would not hear of it.
    """
    for packet in packets:
        job.has_come = True
        if packet.stream.index in recorded:
            yield packet
        if job.stopped:
            return


def _tell(job: Job, at_s: float) -> None:
    """Say from when on the camera's clock is heard."""
    os.write(1, f"{job.run}@{at_s:.6f}\n".encode())


def _doubt(job: Job, by_s: float, until_s: float | None) -> None:
    """Say how far sound may be from its pictures."""
    until = "" if until_s is None else f",{until_s:.6f}"
    os.write(1, f"{job.run}~{by_s:.6f}{until}\n".encode())


def _late(job: Job, by_s: float, at_s: float) -> None:
    """Say that pictures come late, and how late."""
    os.write(1, f"{job.run}^{by_s:.6f},{at_s:.6f}\n".encode())


def _ready(waiting: dict[int, Packet], packet: Packet, at_s: float, ticks_s: Mapping[int, float]) -> Iterator[Packet]:
    """Take out the packet before of the same track, which lasts until this one, and those of tracks that stopped."""
    before = waiting.pop(packet.stream.index, None)
    if before is not None and before.dts is not None and packet.dts is not None:
        before.duration = packet.dts - before.dts
        yield before
    for index, other in tuple(waiting.items()):
        if at_s - (other.dts or 0) * ticks_s[index] > STOPPED_S:
            yield waiting.pop(index)


def _write(packet: Packet, target: OutputContainer, outs: Mapping[int, Any]) -> None:
    packet.stream = outs[packet.stream.index]
    target.mux_one(packet)
