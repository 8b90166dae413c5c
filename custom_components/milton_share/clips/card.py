"""The test card of an exercise: words, a running clock and bars. It is given no recording and opens none.

Invariants: every picture says that it is an exercise, in both languages of the homes, so that none tells which one a
home speaks; size, rate and words are the same for all homes, so that neither they nor a file's size tell of a camera.
"""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import av
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange

from .bitstream.nal import H264
from .check.clip import Approved, check
from .glyphs import DOTS, rows_of
from .make import CUT_SHARE, Result, finish, whole_or_none
from .mp4.turning import UPRIGHT
from .plan.model import Audio
from .steps import Step, durable
from .timeline import TICKS_PER_MS
from .write.encoder import Shape
from .write.ranges import StoredRange
from .write.writer import ClipWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .job import CardJob, Range
    from .write.encoder import GroupEncoder

WIDTH, HEIGHT = 1280, 720
FORMAT: Final = "yuv420p"
FRAME_MS: Final = 200  # five pictures a second can be stepped through, and twelve hours of them are made in minutes
SPAN: Final = FRAME_MS * TICKS_PER_MS
GROUND, INK, NO_COLOR = 40, 235, 128
BT709: Final = 1
BARS_TOP: Final = 600
# White, yellow, cyan, green, magenta, red, blue, black, as test cards have them (ITU-R BT.709, three quarters).
BARS: Final = (
    (180, 128, 128), (168, 44, 136), (145, 147, 44), (133, 63, 52),
    (63, 193, 204), (51, 109, 212), (28, 212, 120), (16, 128, 128),
)  # fmt: skip
WORDS: Final = (  # each with its top and how large a dot is
    ("EXERCISE - SIMULACRO", 40, 10),
    ("TEST CARD. NOTHING WAS RECORDED.", 150, 6),
    ("TARJETA DE PRUEBA. NO HAY GRABACIÓN.", 215, 5),
)
ASKED_AT, RANGE_AT, CLOCK_AT = (300, 5), (370, 4), (450, 7)
LETTERS_MAX: Final = WIDTH // ((DOTS + 1) * ASKED_AT[1])  # what a line of that size has room for


def make_card(job: CardJob, progress: Callable[[float], None]) -> Result:
    """Make the card; on any failure nothing of it stays behind. Raises ClipRefused."""
    with whole_or_none(job.out):
        return _make(job, progress)


def _make(job: CardJob, progress: Callable[[float], None]) -> Result:
    shape = Shape(
        codec=H264,
        width=WIDTH,
        height=HEIGHT,
        pixel_format=FORMAT,
        colors=(int(ColorRange.MPEG), BT709, BT709, BT709),
        rate=Fraction(1000, FRAME_MS),
        set_id=0,
    )
    stored = dict(zip(job.ranges, _starts_ms(job.ranges), strict=True))
    count = sum(len(_moments(part)) for part in job.ranges)
    ticks: list[int] = []
    with durable(Step.WRITTEN), ClipWriter(job.out) as writer:
        encoder = writer.encode_video(shape)
        for part, begins_ms in stored.items():
            for moment, frame in _pictures(job, part):
                ticks.append((begins_ms + moment - part.from_ms) * TICKS_PER_MS)
                _write(writer, encoder, frame, ticks[-1])
                progress(len(ticks) / count * CUT_SHARE)
        _write(writer, encoder, None, 0)
    frames = writer.ledger.ranges()
    seen = check(job.out, _approved(ticks), frames)
    return Result(
        clip=finish(job.out),
        preview=None,
        stored=seen,
        ranges=tuple(_stored(part, begins_ms) for part, begins_ms in stored.items()),
        frames=frames,
        audio=str(Audio.ABSENT),
        software={"av": av.__version__, "ffmpeg": av.ffmpeg_version_info},
    )


def _moments(part: Range) -> range:
    return range(part.from_ms, part.until_ms, FRAME_MS)


def _starts_ms(ranges: tuple[Range, ...]) -> list[int]:
    """Return when each range begins in the clip: one right after the other."""
    lengths = (len(_moments(part)) * FRAME_MS for part in ranges[:-1])
    return list(accumulate(lengths, initial=0))


def _stored(part: Range, begins_ms: int) -> StoredRange:
    moments = _moments(part)
    return StoredRange(
        from_ms=part.from_ms,
        until_ms=part.until_ms,
        first_frame_ms=moments[0],
        last_frame_ms=moments[-1],
        stored_ms=begins_ms,
        gaps_ms=(),
    )


def _approved(ticks: list[int]) -> Approved:
    shown = dict.fromkeys(ticks, 0)  # no print is compared: every picture is encoded
    return Approved(shown=shown, turn=UPRIGHT, audio_track=False, audio=None, silence=None, audio_extent=0, zero=0)


def _write(writer: ClipWriter, encoder: GroupEncoder, frame: VideoFrame | None, tick: int) -> None:
    for made_tick, is_key, slices in encoder.encode(frame, tick):
        writer.ledger.encoded()
        writer.frame(slices, made_tick, made_tick, is_key=is_key, span=SPAN)


def _pictures(job: CardJob, part: Range) -> Iterator[tuple[int, VideoFrame]]:
    """Yield each moment (UTC ms) of a range with its picture; it is one picture, whose clock goes on."""
    frame, said = _ground(job, part), ""
    for moment in _moments(part):
        words = f"{_words(moment)} UTC"
        frame.make_writable()
        light = frame.planes[0]
        _draw(memoryview(light), light.line_size, words, CLOCK_AT, instead_of=said)
        said = words
        yield moment, frame


def _ground(job: CardJob, part: Range) -> VideoFrame:
    """Return what does not move."""
    frame = VideoFrame(WIDTH, HEIGHT, FORMAT)
    for number, plane in enumerate(frame.planes):
        share = 1 if number == 0 else 2
        line, bars_at = plane.line_size, BARS_TOP // share * plane.line_size
        pixels = bytearray([NO_COLOR if number else GROUND]) * (line * plane.height)
        bars = b"".join(bytes([bar[number]]) * (WIDTH // share // len(BARS)) for bar in BARS).ljust(line, b"\0")
        pixels[bars_at:] = bars * (plane.height - BARS_TOP // share)
        if number == 0:
            for text, top, dot in _texts(job, part):
                _draw(memoryview(pixels), line, text, (top, dot))
        plane.update(bytes(pixels))
    return frame


def _texts(job: CardJob, part: Range) -> Iterator[tuple[str, int, int]]:
    yield from WORDS
    yield (f"REQUEST {job.request} - {job.label}"[:LETTERS_MAX], *ASKED_AT)
    yield (f"{_words(part.from_ms)} - {_words(part.until_ms)}", *RANGE_AT)


def _words(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).isoformat(" ", "milliseconds")[:-6]


def _draw(light: memoryview, line: int, text: str, at: tuple[int, int], *, instead_of: str = "") -> None:
    """Write a line of text in the middle, its top and the size of a dot `at`; only what differs from what is there."""
    top, dot = at
    left = (WIDTH - len(text) * (DOTS + 1) * dot) // 2
    for place, letter in enumerate(text):
        if instead_of[place : place + 1] == letter:
            continue
        begin = left + place * (DOTS + 1) * dot
        for number, bits in enumerate(rows_of(letter)):
            row = _row(bits, dot)
            for y in range(top + number * dot, top + (number + 1) * dot):
                light[y * line + begin : y * line + begin + len(row)] = row


@cache
def _row(bits: int, dot: int) -> bytes:
    """Return one row of a letter in pixels."""
    return b"".join(bytes([INK if bits >> (DOTS - 1 - place) & 1 else GROUND]) * dot for place in range(DOTS))
