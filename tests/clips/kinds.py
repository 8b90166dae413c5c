"""Recordings of every kind that the cutter takes: containers, codings, clocks. Each made by the system's ffmpeg.

Frame n carries its number in its pixels (`recordings.py`), block n of the sound in its tones (`sound_code.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import ffmpeg

from tests.clips.decoding import numbers_of
from tests.clips.recordings import (
    FPS,
    FRAGMENTED,
    HEIGHT,
    PRIMING_S,
    WIDTH,
    Part,
    Recording,
    filmed,
    picture,
    run,
)
from tests.clips.sound_code import coded
from tests.clips.transport_stream import joined, without_times

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECONDS = 12
DEMUXERS = {".mp4": "mov", ".mov": "mov", ".ts": "mpegts", ".mkv": "matroska", ".avi": "avi", ".mpg": "mpeg"}
AAC = {"acodec": "aac", "audio_bitrate": "64k"}
ALAW, MULAW = {"acodec": "pcm_alaw"}, {"acodec": "pcm_mulaw"}
OPUS = {"acodec": "libopus", "audio_bitrate": "64k"}
AC3, EAC3 = ({"acodec": name, "audio_bitrate": "96k"} for name in ("ac3", "eac3"))
RATES_HZ = {"aac": 16_000, "pcm_alaw": 8_000, "pcm_mulaw": 8_000, "libopus": 48_000, "ac3": 48_000, "eac3": 32_000}
WRAP_S = 2**33 / 90_000
type Options = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of recording; `rounded` where the container keeps whole milliseconds only."""

    make: Callable[[Path], list[Path]]
    sound: bool = True
    rounded: bool = False
    copied: bool = True  # whether any of it can be copied
    one_size: bool = True
    joints_s: tuple[float, ...] = ()  # where two encoders' sound meets: there the recording itself is damaged
    misread: bool = False  # ffmpeg tells other times than are written, and drops pictures for it
    fps: Fraction = Fraction(FPS)
    untimed: tuple[int, int] = (0, 0)  # (every so many frames, the last of these) have no time of their own
    second_group_ms: int = 0  # where it begins, if groups are so long that a range may have no beginning of one


def h264(gop: int, b_frames: int = 0, **extra: object) -> Options:
    """Return a camera's H.264."""
    return {"vcodec": "libx264", "preset": "superfast", "g": gop, "bf": b_frames, "sc_threshold": 0, **extra}


def hevc(gop: int, b_frames: int = 0, *, is_open: bool = False) -> Options:
    """Return a camera's HEVC."""
    params = f"keyint={gop}:min-keyint={gop}:bframes={b_frames}:open-gop={int(is_open)}:scenecut=0:log-level=none"
    return {"vcodec": "libx265", "preset": "ultrafast", "x265-params": params}


def film(
    path: Path,
    video: Options,
    audio: Options | None = None,
    *,
    seconds: int = SECONDS,
    before: int = 0,
    early_s: float = 0,
    select: str = "",
    filters: tuple[tuple[str, tuple[object, ...]], ...] = (),
    container: Options | None = None,
    rate_hz: int = 0,
) -> list[Path]:
    """Film `seconds` from frame `before` on into one file; `rate_hz` of sound whose usual one isn't known."""
    shown = picture(before + seconds, select)
    if before:
        shown = shown.filter("trim", start_frame=before * FPS).filter("setpts", "PTS-STARTPTS")
    for name, values in filters:
        shown = shown.filter(name, *values)
    streams = [shown]
    if audio is not None:
        fragments = "frag" in str((container or {}).get("movflags", ""))
        early_s += before + (PRIMING_S if fragments and audio["acodec"] == "aac" else 0)
        streams.append(coded(seconds, rate_hz or RATES_HZ[str(audio["acodec"])], early_s))
        if fragments and audio["acodec"] == "aac":
            video = {**video, "bsf:a": "setts=ts=TS+1024"}
    output = ffmpeg.output(
        *streams,
        str(path),
        fps_mode="passthrough",
        **{"pix_fmt": "yuv420p", **video},
        **(audio or {}),
        **(container or {}),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    filmed(output.global_args("-v", "error", "-nostdin").compile(), path)
    return [path]


def _fragmented(path: Path) -> list[Path]:
    return film(path, h264(15), AAC, container={"movflags": FRAGMENTED.removeprefix("movflags=")})


def _segmented(path: Path) -> list[Path]:
    """Record pieces of four seconds, as HLS has it: their times go on, and wrap in the middle."""
    options = {"f": "segment", "segment_time": 4, "segment_format": "mpegts", "break_non_keyframes": 0}
    film(path.with_name("%03d.ts"), h264(30, 2), AAC, container={**options, "output_ts_offset": WRAP_S - 6})
    return sorted(path.parent.glob("*.ts"))


def _turned(degrees: int, *filters: tuple[str, tuple[object, ...]]) -> Callable[[Path], list[Path]]:
    """Record a camera that hangs on its side or its head: the header says how to stand its pictures up."""

    def make(path: Path) -> list[Path]:
        lying, upright = path.with_name("lying.mp4"), path.with_suffix(".mov")
        film(lying, h264(30, 2), AAC, filters=filters)
        said = ["-display_rotation", str(degrees), "-i", str(lying), "-c", "copy", str(upright)]
        run(["ffmpeg", "-v", "error", "-nostdin", *said])
        lying.unlink()
        return [upright]

    return make


def _at_rate(suffix: str, rate: Fraction, audio: Options | None = None, seconds: int = SECONDS) -> Kind:
    """Return a kind of another rate: of as many pictures as the usual one has in `seconds`."""
    slower = ("settb", (f"1/{rate.numerator}",)), ("setpts", (f"N*{rate.denominator}",))
    make = _plain(suffix, h264(30, 2), audio, filters=slower, seconds=seconds)
    return Kind(make=make, sound=audio is not None, rounded=suffix == ".mkv", fps=rate)


def _mirrored(path: Path) -> list[Path]:
    lying = path.with_name("lying.mp4")
    film(lying, h264(30), filters=(("hflip", ()),))
    said = ["-display_rotation", "0", "-display_hflip"]
    run(["ffmpeg", "-v", "error", "-nostdin", *said, "-i", str(lying), "-c", "copy", str(path)])
    lying.unlink()
    return [path]


def _reset(path: Path) -> list[Path]:
    """Record an encoder that restarts in the middle of a file, and counts from the beginning again."""
    halves = [path.with_name(f"{index}.part.ts") for index in (0, 1)]
    for index, half in enumerate(halves):
        film(half, h264(30), AAC, seconds=SECONDS // 2, before=index * SECONDS // 2)
    return joined(halves, path)


def _changed(second: Options) -> Callable[[Path], list[Path]]:
    """Record a camera that is set to something else in the middle of a file; its times go on."""

    def make(path: Path) -> list[Path]:
        halves = [path.with_name(f"{index}.part.ts") for index in (0, 1)]
        for index, (half, video) in enumerate(zip(halves, (h264(30), second), strict=True)):
            before = index * SECONDS // 2
            later = {"output_ts_offset": 10 + before}
            film(half, video, AAC, seconds=SECONDS // 2, before=before, container=later)
        return joined(halves, path)

    return make


def _recolored(first: str, second: str, **more: object) -> Callable[[Path], list[Path]]:
    """Record a camera whose colors are coded otherwise in its next file."""

    def make(path: Path) -> list[Path]:
        made = []
        for index, colors in enumerate((first, second)):
            before = index * SECONDS // 2
            video = h264(30, 2, **{"x264-params": colors, **(more if index else {})})
            made += film(path.with_name(f"part{index}.mp4"), video, AAC, seconds=SECONDS // 2, before=before)
        return made

    return make


def _without_times(path: Path) -> list[Path]:
    whole = path.with_name("whole.part.ts")
    film(whole, h264(30), AAC)
    path.write_bytes(without_times(whole.read_bytes(), keep=lambda index: index % 7 < 5))
    whole.unlink()
    return [path]


def _plain(suffix: str, video: Options, audio: Options | None = None, **more: object) -> Callable[[Path], list[Path]]:
    return lambda path: film(path.with_suffix(suffix), video, audio, **more)  # type: ignore[arg-type]


BT709, BT601 = (f"colorprim={name}:transfer={name}:colormatrix={name}" for name in ("bt709", "smpte170m"))
OPEN = {"x264-params": "open-gop=1:bframes=3:b-adapt=0"}
INTERLACED = {"flags": "+ilme+ildct", "x264-params": "tff=1"}
KINDS: dict[str, Kind] = {
    "fragmented MP4": Kind(make=_fragmented),
    "MP4, CMAF": Kind(make=_plain(".mp4", h264(30, 2), AAC, container={"movflags": "+cmaf+frag_keyframe"})),
    "MP4, CMAF, a fragment a picture": Kind(
        make=_plain(".mp4", h264(30, 2), container={"movflags": "+cmaf+frag_every_frame"}), sound=False, misread=True
    ),
    "MP4, groups of 300": Kind(
        make=_plain(".mp4", h264(300), AAC, seconds=24, container={"movflags": "+faststart"}), second_group_ms=20_000
    ),
    "MP4, groups of 1": Kind(make=_plain(".mp4", h264(1), AAC)),
    "MP4, full range": Kind(make=_plain(".mp4", h264(30, pix_fmt="yuvj420p"), AAC)),
    "MOV, A-law": Kind(make=_plain(".mov", h264(30, 3), ALAW)),
    "MOV, mu-law": Kind(make=_plain(".mov", h264(15), MULAW)),
    "MOV, turned": Kind(make=_turned(270, ("transpose", ("cclock",)))),
    "MOV, mirrored": Kind(make=lambda path: _mirrored(path.with_suffix(".mov")), sound=False, copied=False),
    "MOV, motion JPEG": Kind(
        make=_plain(".mov", {"vcodec": "mjpeg", "q:v": 3, "pix_fmt": "yuvj422p"}, ALAW), copied=False
    ),
    "MP4, another matrix": Kind(make=_recolored(BT709, BT601), joints_s=(SECONDS / 2,)),
    "MP4, another range": Kind(make=_recolored(BT601, BT601, pix_fmt="yuvj420p"), joints_s=(SECONDS / 2,)),
    "MP4, Opus": Kind(make=_plain(".mp4", h264(30), OPUS)),
    "MP4, E-AC-3": Kind(make=_plain(".mp4", h264(30), EAC3)),
    "MP4, HEVC": Kind(make=_plain(".mp4", hevc(30, 2), AAC)),
    "MP4, HEVC, groups of 1": Kind(make=_plain(".mp4", hevc(1), AAC)),
    "MP4, HEVC, groups of 300": Kind(make=_plain(".mp4", hevc(300, 2), AAC, seconds=24), second_group_ms=20_000),
    "MP4, HEVC, ten bits": Kind(make=_plain(".mp4", {**hevc(30, 2), "pix_fmt": "yuv420p10le"}, AAC), copied=False),
    "MOV, ten bits, 4:2:2": Kind(make=_plain(".mov", h264(30, 2, pix_fmt="yuv422p10le"), ALAW), copied=False),
    "MP4, lossless": Kind(make=_plain(".mp4", h264(30, 2, qp=0), AAC), copied=False),
    "MP4, pauses": Kind(make=_plain(".mp4", h264(10, 2), AAC, seconds=24, select="lt(mod(n,90),20)")),
    "MKV, reordered, Opus": Kind(make=_plain(".mkv", h264(60, 3), OPUS), rounded=True),
    "MKV, HEVC, AAC": Kind(make=_plain(".mkv", hevc(30, 3), AAC), rounded=True),
    "MKV, frames left out, A-law": Kind(
        make=_plain(".mkv", h264(30), ALAW, select="not(n)+mod(n,7)*mod(n,11)"), rounded=True
    ),
    "MKV, open groups": Kind(make=_plain(".mkv", h264(30, 3, **OPEN), AAC), rounded=True, copied=False),
    "MKV, motion JPEG": Kind(
        make=_plain(".mkv", {"vcodec": "mjpeg", "q:v": 3, "pix_fmt": "yuvj420p"}),
        sound=False,
        rounded=True,
        copied=False,
    ),
    "TS, reordered": Kind(make=_plain(".ts", h264(45, 2), AAC)),
    "TS, AC-3": Kind(make=_plain(".ts", h264(30, 2), AC3)),
    "TS, HEVC": Kind(make=_plain(".ts", hevc(30, 2), AAC)),
    "TS, open groups, HEVC": Kind(make=_plain(".ts", hevc(30, 3, is_open=True), AAC), copied=False),
    "TS, interlaced": Kind(make=_plain(".ts", h264(30, 2, **INTERLACED), AAC)),
    "TS, in pieces, times wrap": Kind(make=_segmented),
    "TS, times begin anew": Kind(make=lambda path: _reset(path.with_suffix(".ts")), joints_s=(SECONDS / 2,)),
    "TS, some times missing": Kind(
        make=lambda path: _without_times(path.with_suffix(".ts")), copied=False, untimed=(7, 2)
    ),
    "TS, parameter sets change": Kind(
        make=lambda path: _changed(h264(30, profile="baseline", coder=0))(path.with_suffix(".ts")),
        joints_s=(SECONDS / 2,),
    ),
    "TS, size changes": Kind(
        make=lambda path: _changed(h264(30, s=f"{WIDTH * 2}x{HEIGHT * 2}"))(path.with_suffix(".ts")),
        copied=False,
        one_size=False,
        joints_s=(SECONDS / 2,),
    ),
}

FURTHER_KINDS: dict[str, Kind] = {  # of `tests/long` alone: in CI's they have a neighbor
    "MOV, turned the other way": Kind(make=_turned(90, ("transpose", ("clock",)))),
    "MOV, on its head": Kind(make=_turned(180, ("hflip", ()), ("vflip", ()))),
    "MP4, 30,000/1,001": _at_rate(".mp4", Fraction(30_000, 1_001), seconds=2 * SECONDS),
    "MKV, 24,000/1,001": _at_rate(".mkv", Fraction(24_000, 1_001), seconds=2 * SECONDS),
    "TS, 15,000/1,001": _at_rate(".ts", Fraction(15_000, 1_001), AAC),
}
ALL_KINDS = {**KINDS, **FURTHER_KINDS}


def record_kind(name: str, folder: Path) -> Recording:
    """Record a kind into files of its own; those after the first begin where the ones before end."""
    kind = ALL_KINDS[name]
    paths = kind.make(folder / "film.mp4")
    parts: list[Part] = []
    numbers: list[int] = []
    for path in paths:
        inside = [*range(SECONDS * FPS)] if kind.misread else numbers_shown(path)
        parts.append(Part(path=path, first=min(inside), fps=kind.fps))
        numbers += inside
    return Recording(parts=tuple(parts), numbers=tuple(sorted(numbers)), fps=kind.fps)


def numbers_shown(path: Path) -> list[int]:
    """Return the numbers of all pictures of a file as a viewer sees them, in the order in which they come."""
    return numbers_of(path, DEMUXERS[path.suffix])
