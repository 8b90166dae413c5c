"""What a child is told to record, and words fit for a log. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .errors import RecorderError, RecorderRule
from .filming import OPEN_S

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MICROSECONDS = 1_000_000
RTSP = "rtsp"
PICTURES_ONLY = {"allowed_media_types": "video"}
_RTSP = {
    "rtsp_transport": "tcp",
    "protocol_whitelist": "rtsp,rtsps,tcp,tls,rtp,udp,crypto",
    "correct_ts_overflow": "0",  # its reader of RTP does that
}
_OVER_UDP_TOO = {"rtsp_transport": "tcp+udp", "rtsp_flags": "prefer_tcp+filter_src"}
"""Some servers send over UDP alone: libav asks for that where TCP is refused, and takes it from that server only. One
that is asked by TLS is not asked for packets that are open to all."""
DEMUXERS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "rtsp": (RTSP, "timeout", {**_RTSP, **_OVER_UDP_TOO}),
    "rtsps": (RTSP, "timeout", _RTSP),
    "rtmp": ("live_flv", "rw_timeout", {"protocol_whitelist": "rtmp,tcp"}),
    "rtmps": ("live_flv", "rw_timeout", {"protocol_whitelist": "rtmps,rtmp,tcp,tls"}),
}
"""By scheme: demuxer, its name for a time-out, options. It is forced: no stream is read as a script of other inputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run: from where, into which files, how long each, and after how long a silent camera is given up.

    Without sound it is asked for pictures only: of one track libav takes no report for its stamps.
    """

    url: str
    demuxer: str
    options: Mapping[str, str]
    pattern: str
    segment_s: float
    read_s: float
    with_sound: bool = True
    open_s: float = OPEN_S


def recording_job(url: str, pattern: Path, segment_s: float, read_timeout_s: float, *, with_sound: bool = True) -> Job:
    """Make a job; raises RecorderError `stream_unsupported`."""
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError as error:  # of what stands for a host
        raise RecorderError(RecorderRule.STREAM_UNSUPPORTED, "no address") from error
    if scheme not in DEMUXERS:
        raise RecorderError(RecorderRule.STREAM_UNSUPPORTED, f"scheme {scheme or 'missing'}")
    demuxer, stall, options = DEMUXERS[scheme]
    timing = {stall: str(round(read_timeout_s * MICROSECONDS)), "analyzeduration": str(2 * MICROSECONDS)}
    mute = PICTURES_ONLY if demuxer == RTSP and not with_sound else {}
    return Job(
        url=url,
        demuxer=demuxer,
        options={**options, **timing, **mute},
        pattern=str(pattern),
        segment_s=segment_s,
        read_s=read_timeout_s,
        with_sound=with_sound,
    )


def redact(text: str, url: str = "") -> str:
    """Take the address of the stream, and whatever looks like a login, out of a line for the log."""
    without = text.replace(url, "<stream>") if url else text
    return re.sub(r"\b\w++://\S+", "<address>", without)  # each word is read once, however long it is
