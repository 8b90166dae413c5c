"""Which container a recording is in, by its own first bytes: its name says nothing, and FFmpeg is never let guess.

A text that FFmpeg would follow (a playlist, a script of other files) has none of these beginnings. Pure, over bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..refusal import ClipRefused, CutRule

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD_BYTES = 4096  # room for a few packets of a transport stream, and for the first element of a Matroska file
# ISO/IEC 14496-12 and QuickTime: what the first box of a file may be.
FIRST_BOXES = frozenset({b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"})
EBML, MATROSKA = b"\x1a\x45\xdf\xa3", (b"matroska", b"webm")  # RFC 8794 and RFC 9559: the document's type
RIFF, AVI_AT, AVI_FORM = b"RIFF", 8, b"AVI "  # Microsoft's "AVI RIFF File Reference"
# ISO/IEC 13818-1, 2.4.3.2: each packet begins with this byte; some cameras put four bytes of time before it.
SYNC, PACKETS = 0x47, ((188, 0), (192, 4))
PACKETS_MIN, PACKETS_LOOKED_AT = 2, 8
WRAP_BITS = 33  # of the times of both streams of ISO/IEC 13818-1
PACK, HIKVISION = b"\0\0\1\xba", b"IMKH"  # 2.5.3.3; Hikvision's recorders write forty bytes before the first pack

# Headers say all that is needed: without this FFmpeg decodes pictures of each file first, three times the time.
_QUICK = {"protocol_whitelist": "file", "probesize": "32", "analyzeduration": "1"}
# No header says all: it is read on until each track has shown itself, at most so far. Times are left as they are.
_SEARCHED = {
    "protocol_whitelist": "file",
    "probesize": str(16 * 2**20),
    "analyzeduration": "15000000",
    "fpsprobesize": "0",
    "fflags": "nofillin",
    "correct_ts_overflow": "0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """How a container is opened. Its times begin anew after `wrap`, 0 for never."""

    demuxer: str
    options: Mapping[str, str]
    wrap: int = 0


MP4 = Container(demuxer="mp4", options=_QUICK)
TRANSPORT_STREAM = Container(demuxer="mpegts", options=_SEARCHED, wrap=2**WRAP_BITS)
PROGRAM_STREAM = Container(demuxer="mpeg", options=_SEARCHED, wrap=2**WRAP_BITS)
MKV = Container(demuxer="matroska", options=_SEARCHED)
AVI = Container(demuxer="avi", options=_QUICK)


def recognise(head: bytes) -> Container:
    """Return the container of a file that begins with `head`; raises ClipRefused `unreadable_segment`."""
    if head[4:8] in FIRST_BOXES:
        return MP4
    if head.startswith(EBML) and any(kind in head for kind in MATROSKA):
        return MKV
    if head.startswith((PACK, HIKVISION)):
        return PROGRAM_STREAM
    if head.startswith(RIFF) and head[AVI_AT:].startswith(AVI_FORM):
        return AVI
    if any(_is_stream(head, size, before) for size, before in PACKETS):
        return TRANSPORT_STREAM
    raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "in no container that is taken")


def wrap_of(demuxer: str) -> int:
    """Return after how many units the times of what FFmpeg calls `demuxer` begin anew, 0 for never."""
    return next((kind.wrap for kind in (TRANSPORT_STREAM, PROGRAM_STREAM) if kind.demuxer == demuxer), 0)


def tells_order(demuxer: str) -> bool:
    """Whether what FFmpeg calls `demuxer` says when a picture is decoded.

    Matroska doesn't, so what FFmpeg says is made up: with MP3 beside them it says that reordered pictures are decoded
    when they are shown.
    """
    return demuxer != MKV.demuxer


def says_times(demuxer: str) -> bool:
    """Whether what FFmpeg calls `demuxer` says when a picture is shown.

    AVI doesn't: it has pictures in the order in which they are decoded, and how many come in a second.
    """
    return demuxer != AVI.demuxer


def _is_stream(head: bytes, size: int, before: int) -> bool:
    firsts = head[before::size][:PACKETS_LOOKED_AT]
    return len(firsts) >= PACKETS_MIN and all(byte == SYNC for byte in firsts)
