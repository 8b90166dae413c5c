"""Where packets come from: our own line for plain RTSP, libav's own readers for everything else."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Literal, Protocol

import av

from . import OPEN_S
from .description import WAITING, control_url, read_description
from .errors import LineError
from .line import TINY_BYTES, Line, Talk, Terms
from .rtsp import read_address, read_beginnings, read_channel, read_session
from .track import Track

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import InputContainer

KNOWN_LIBAV = frozenset({(62, 3), (63, 1)})
"""Versions of libavformat of which it was tried how they read through a file of Python's (`tests/…/test_source.py`):
with another one libav reads cameras itself, as it always can."""
KEEP_ALIVE = "GET_PARAMETER"
LEFT_MAX = 64
"""Addresses that are left to libav until the process ends."""
OPTIONS = {"avioflags": "2", "sdp_flags": "custom_io", "reorder_queue_size": "0", "correct_ts_overflow": "0"}
"""Flag 2: libav may write too, which it does into nothing; packets are taken in the order in which they came. Its
reader of RTP counts on where 32 bits end: what comes behind it would mend that again, wrongly after 13 hours."""


class Wanted(Protocol):
    """What is needed of a job."""

    url: str
    demuxer: str
    options: dict[str, str]
    read_s: float
    with_sound: bool
    stopped: bool
    late_s: float


class Sources:
    """All of one process: they take turns, and remember which cameras don't get on with our own line.

    Options are the container's alone: PyAV makes room for those of each stream that it knows at first, and frees as
    many as it knows at last. Streams of RTMP, and of a transport stream over RTSP, are found later: that ended the
    process.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._turn = threading.Lock()
        self._left_to_libav: set[str] = set()

    @contextlib.contextmanager
    def opened(self, job: Wanted) -> Iterator[InputContainer]:
        """Open a camera; raises what libav raises, OSError, LineError."""
        line = self._line(job)
        if line is None:
            with av.open(
                job.url, format=job.demuxer, container_options=job.options, timeout=(OPEN_S, job.read_s)
            ) as source:
                yield source
            return
        with contextlib.closing(line):
            options = {**OPTIONS, "analyzeduration": job.options.get("analyzeduration", "0")}
            try:
                source = av.open(
                    "camera", format="sdp", container_options=options, buffer_size=TINY_BYTES, io_open=lambda *_: line
                )
            except Exception:
                if not job.stopped:
                    self._leave(job.url)
                raise
            try:
                with source:
                    yield source
            except LineError:
                self._leave(job.url)
                raise

    def reader(self, job: Wanted) -> Literal["ours", "libav"]:
        """Say by whom a camera is read next."""
        fits = av.library_versions["libavformat"][:2] in KNOWN_LIBAV
        if not fits or job.demuxer != "rtsp" or job.url in self._left_to_libav:
            return "libav"
        try:
            read_address(job.url)
        except LineError:
            return "libav"
        return "ours"

    def _line(self, job: Wanted) -> Line | None:
        """Get a camera to play; None where libav is to do that."""
        if self.reader(job) == "libav":
            return None
        try:
            return _playing(job, self._turn, with_sound=job.with_sound)
        except LineError:
            self._leave(job.url)
            if job.stopped:  # nobody waits for another attempt
                raise
            return None

    def _leave(self, url: str) -> None:
        if len(self._left_to_libav) >= LEFT_MAX:
            self._left_to_libav.clear()
        self._left_to_libav.add(url)


def _playing(job: Wanted, turn: threading.Lock, *, with_sound: bool) -> Line:
    address = read_address(job.url)
    until_s = time.monotonic() + OPEN_S
    sock = socket.create_connection((address.host, address.port), OPEN_S)
    try:
        talk = Talk(sock, address, until_s)
        methods, description, tracks = _agree(talk, with_sound=with_sound)
    except BaseException:
        sock.close()
        raise
    keep_alive = KEEP_ALIVE if KEEP_ALIVE in methods else "OPTIONS"

    def is_late(by_s: float) -> None:
        job.late_s = by_s

    terms = Terms(
        keep_alive=keep_alive,
        read_s=job.read_s,
        begin_until_s=until_s,
        on_late=is_late,
        is_stopped=lambda: job.stopped,
    )
    return Line(talk, description, tracks, terms, turn)


def _agree(talk: Talk, *, with_sound: bool) -> tuple[set[str], bytes, dict[int, Track]]:
    """Get a camera to play; return what it can be asked, what libav is to know, and the tracks by channel."""
    url = talk.address.url
    options, _ = talk.ask("OPTIONS", url)
    head, body = talk.ask("DESCRIBE", url, ("Accept", "application/sdp"))
    described = read_description(body, with_sound=with_sound)
    whole = control_url(head.first("content-base") or url, described.control)
    tracks: dict[int, Track] = {}
    addresses: dict[int, tuple[str, str]] = {}
    for number, one in enumerate(described.tracks):
        transport = f"RTP/AVP/TCP;unicast;interleaved={2 * number}-{2 * number + 1}"
        address = control_url(whole, one.control)
        answer, _ = talk.ask("SETUP", address, ("Transport", transport))
        talk.session = talk.session or read_session(answer)
        channel = read_channel(answer, 2 * number, taken=tracks)
        tracks[channel] = Track(
            number=number,
            payload_type=one.payload_type,
            fragments=one.fragments,
            rate_hz=one.rate_hz,
            may_wait=one.codec in WAITING,
        )
        addresses[channel] = address, one.control
    playing, _ = talk.ask("PLAY", whole, ("Range", "npt=0.000-"))
    said = read_beginnings(playing)
    for channel, names in addresses.items():
        tracks[channel].begins = next((said[name] for name in names if name in said), None)
    methods = {one.strip().upper() for one in options.first("public").split(",")}
    return methods, described.to_bytes(), tracks
