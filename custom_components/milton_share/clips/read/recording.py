"""Opening a recording, and which of its tracks are the film and what is heard."""

from __future__ import annotations

import gc
import os
import stat
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
from av.codec.context import Flags

from ..bitstream.nal import RULES
from ..mp4.counts import check_counts
from ..mp4.reader import file_boxes
from ..refusal import ClipRefused, CutRule
from .containers import HEAD_BYTES, MP4, recognise, wrap_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from av.audio.stream import AudioStream
    from av.codec.context import CodecContext
    from av.container import InputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

    from .containers import Container

# What was tried, by its decoder's name: a decoder more is one more that hostile bytes reach, be it while a file opens.
MOTION_JPEG = "mjpeg"
PICTURES = frozenset({*RULES, MOTION_JPEG})
SOUNDS = frozenset({"aac", "aac_latm", "pcm_alaw", "pcm_mulaw", "opus", "pcm_s16le", "pcm_s16be", "mp3float", "mp2"})
SOUNDS |= {"ac3", "eac3", "pcm_u8", "pcm_s24le", "pcm_s24be", "adpcm_ima_wav", "adpcm_ms"}  # of dash cams and recorders
SOUNDS |= {"alac", "vorbis", "flac"}  # of phones and browsers
TRIED = {"codec_whitelist": ",".join(sorted(PICTURES | SOUNDS))}
# For who reads packets only: without its decoder a file opens in a thirtieth of the time, and no codec's code sees it.
# What only a decoder knows (the pixel format, colors) is not known then.
UNDECODED = {"codec_whitelist": "none"}

PYAV = int(av.__version__.partition(".")[0])
# PyAV 16 must be told to take letters that are none; by 19 it takes them, and doesn't know the word.
TELLS_LETTERS = 16
LETTERS: dict[str, Any] = {"metadata_errors": "replace"} if PYAV <= TELLS_LETTERS else {}


# PyAV 19 has circles in what it opens: decoders and their pictures stay until Python looks for such. It looks by how
# many objects there are, not by how large; what is young is looked through in no time.
YOUNG = 1

SCHEME = "file:"
OF_A_FILM = (b"ftyp", b"moov", b"mdat")  # some writers store an index twice, none all of these


def kind_of(path: Path) -> Container:
    """Return the container of a file; raises ClipRefused `unreadable_segment`, and OSError for a lost file."""
    if not stat.S_ISREG(path.lstat().st_mode):  # a link could point to anything by the next time it is opened
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, f"{path.name} is not a file")
    with path.open("rb") as file:
        return recognise(file.read(HEAD_BYTES))


@contextmanager
def open_recording(path: Path, options: dict[str, str] | None = None) -> Iterator[InputContainer]:
    """Open a recording with the demuxer that its first bytes ask for and no other: a script is not followed.

    Raises ClipRefused `unreadable_segment`.
    """
    try:
        container = _opened(str(path), kind_of(path), options)
    except (OSError, av.error.FFmpegError) as error:
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, f"{path.name}: {error.strerror}") from error
    with container:
        yield container


@contextmanager
def open_descriptor(descriptor: int, options: dict[str, str] | None = None) -> Iterator[InputContainer]:
    """Open a recording that is an open file of this process, as `open_recording` does."""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "not a file")
        kind = recognise(os.pread(descriptor, HEAD_BYTES, 0))
        container = _opened(f"/dev/fd/{descriptor}", kind, options)
    except (OSError, av.error.FFmpegError) as error:
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, str(error.strerror)) from error
    with container:
        yield container


def _opened(path: str, kind: Container, options: dict[str, str] | None) -> InputContainer:
    if kind is MP4:
        with Path(path).open("rb") as file:
            check_counts(file, os.fstat(file.fileno()).st_size)
    if options is None:
        gc.collect(YOUNG)
    opening = {**kind.options, **TRIED, **(options or {})}
    # As `options` PyAV would free one set for each stream, also of those that are found only after it made them.
    container: InputContainer = av.open(f"{SCHEME}{path}", format=kind.demuxer, container_options=opening, **LETTERS)
    for track in container.streams.video:
        context: VideoCodecContext | None = track.codec_context  # None for what FFmpeg doesn't know
        if context is not None:
            cut_off_exactly(context)
            context.thread_count = 1  # of which none is left over, whenever the decoder is let go
    return container


def cut_off_exactly(context: VideoCodecContext) -> None:
    """Have a decoder cut off on the left what the header says, not only as far as processors like it."""
    context.flags |= Flags.unaligned


def film_in(container: InputContainer) -> VideoStream | None:
    """Return the track that is filmed, None where there is none: a small picture of it may lie before it."""
    tracks = container.streams.video
    coded = (track for track in tracks if codec_of(track) in RULES)
    return next(coded, tracks[0] if tracks else None)


def film_goes_on(path: Path) -> bool:
    """Whether a transport stream has a second track of pictures that begins where the film ends, by where they lie.

    Streams that were joined may have their pictures under another number from there on; a second camera's lie beside.
    """
    with open_recording(path, UNDECODED) as container:
        others = [track for track in container.streams.video if codec_of(track) in PICTURES]
        return _goes_on(container, film_in(container), others)


def is_joined(path: Path) -> bool:
    """Whether an MP4 has another whole film behind its first, which is all that FFmpeg reads."""
    if kind_of(path) is not MP4:
        return False
    with path.open("rb") as file:
        kinds = Counter(box.kind for box in file_boxes(file, os.fstat(file.fileno()).st_size, loose=True))
    return min(kinds[kind] for kind in OF_A_FILM) > 1


def sound_goes_on(path: Path) -> bool:
    """Whether it has a second track of sound that begins where what is heard ends."""
    with open_recording(path, UNDECODED) as container:
        return _goes_on(container, sound_in(container), container.streams.audio)


def sound_is_elsewhere(path: Path) -> bool:
    """Whether there is sound in another track than the one that would be heard."""
    with open_recording(path, UNDECODED) as container:
        heard = sound_in(container)
        others = [track for track in _sounds_in(container) if track is not heard]
        return bool(others) and any(packet.size for packet in container.demux(others))


def _goes_on(
    container: InputContainer, track: AudioStream | VideoStream | None, like: Iterable[AudioStream | VideoStream]
) -> bool:
    others = [other for other in like if other is not track]
    if track is None or not others or not wrap_of(container.format.name):
        return False
    firsts: dict[int, int] = {}
    last = 0
    for packet in container.demux([track, *others]):
        if packet.size and packet.pos is not None:
            firsts.setdefault(packet.stream.index, packet.pos)
            last = packet.pos if packet.stream is track else last
    return any(first > last for index, first in firsts.items() if index != track.index)


def sound_in(container: InputContainer) -> AudioStream | None:
    """Return the track that is heard, None where there is none: the first in a codec that is taken, if any is."""
    tracks = _sounds_in(container)
    known = (track for track in tracks if codec_of(track) in SOUNDS)
    return next(known, tracks[0] if tracks else None)


def _sounds_in(container: InputContainer) -> Sequence[AudioStream]:
    """Return the film's own tracks of sound: beside it a transport stream may have another camera, as a program."""
    film, streams = film_in(container), container.streams
    if film is None or len(streams.video) == 1:
        return streams.audio
    own = streams.best("video", related=film)  # of a program there is one; where there are none, of all
    return [track for track in streams.audio if streams.best("video", related=track) is own]


def codec_of(track: AudioStream | VideoStream) -> str:
    """Return the name of a track's codec by its decoder; empty where there is none that could be opened."""
    context: CodecContext | None = track.codec_context  # None for what FFmpeg doesn't know
    # PyAV 19 crashes where it is asked for one whose decoder could not be opened, which is no decoder any more
    return context.name if context is not None and context.is_decoder else ""


def picture_track(container: InputContainer, name: str) -> VideoStream:
    """Return the track of pictures; raise ClipRefused `unreadable_segment` for one in a codec that was not tried."""
    track = film_in(container)
    if track is None or codec_of(track) not in PICTURES:
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, f"{name} has no picture, or in no codec that is taken")
    return track


def place_of(container: InputContainer) -> Path:
    """Return where the file of an open recording lies."""
    return Path(container.name.removeprefix(SCHEME))
