"""The ffmpeg command of one camera, and words fit for a log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import ffmpeg  # type: ignore[import-untyped]  # it ships no types

from .errors import RecorderError, Rule

if TYPE_CHECKING:
    from pathlib import Path

MICROSECONDS = 1_000_000
_RTSP = {"f": "rtsp", "rtsp_transport": "tcp", "protocol_whitelist": "rtsp,rtsps,tcp,tls,rtp,udp,crypto"}
DEMUXERS = {
    "rtsp": _RTSP,
    "rtsps": _RTSP,
    "rtmp": {"f": "live_flv", "protocol_whitelist": "rtmp,tcp"},
    "rtmps": {"f": "live_flv", "protocol_whitelist": "rtmps,rtmp,tcp,tls"},
}
"""By scheme. The demuxer is forced: a stream can't have itself read as a script of other inputs."""
FRAGMENTS = "movflags=+frag_keyframe+empty_moov+default_base_moof:write_prft=wallclock:flush_packets=1"


def recording_command(url: str, pattern: Path, segment_s: float, read_timeout_s: float) -> list[str]:
    """Copy a stream into segments, each announced on standard output by a line of CSV when it's closed.

    Returns the arguments after the program's name. Raises RecorderError `stream_unsupported`.
    """
    scheme = urlsplit(url).scheme.lower()
    if scheme not in DEMUXERS:
        raise RecorderError(Rule.STREAM_UNSUPPORTED, f"scheme {scheme or 'missing'}")
    stall = "timeout" if scheme.startswith("rtsp") else "rw_timeout"
    source = ffmpeg.input(
        url,
        **DEMUXERS[scheme],
        **{stall: round(read_timeout_s * MICROSECONDS)},
        analyzeduration=2 * MICROSECONDS,
    )
    graph = ffmpeg.output(
        source["v:0"],
        source["a:0?"],
        str(pattern),
        c="copy",
        **{"copyinkf:a": None},  # its RTSP demuxer marks no AAC packet as key, and drops what isn't
        f="segment",
        segment_time=segment_s,
        segment_format="mp4",
        segment_format_options=FRAGMENTS,
        reset_timestamps=1,
        segment_list="pipe:1",
        segment_list_type="csv",
    ).global_args("-hide_banner", "-nostdin", "-loglevel", "error")
    arguments: list[str] = ffmpeg.compile(graph)[1:]
    return arguments


def redact(text: str, url: str) -> str:
    """Take the address of the stream, and whatever looks like a login, out of a line for the log."""
    without = text.replace(url, "<stream>")
    return re.sub(r"\w+://\S+", "<address>", without)
