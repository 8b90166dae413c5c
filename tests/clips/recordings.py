"""Recordings whose every frame carries its number in the pixels, and readers that share no code with the cutter.

Frame n of a recording is shown at `START_MS + n / 15 s`, or by the rate that it says. The top third of the picture is
sixteen bars, one for each bit of n. Pictures are written by the system's ffmpeg, and read by PyAV's decoders.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import ffmpeg

from tests.clips.decoding import BITS, STORED, number_of, numbers_of, pictures, sounds

START_MS = 1_760_000_000_000
FPS = 15
WIDTH, HEIGHT, BAR_HEIGHT = 320, 180, 60
AAC_RATE_HZ = 16_000
PRIMING_S = 1024 / AAC_RATE_HZ
FRAGMENTED = "movflags=+frag_keyframe+empty_moov+default_base_moof"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One recorded file and the number of its first frame."""

    path: Path
    first: int
    fps: Fraction = Fraction(FPS)

    @property
    def from_ms(self) -> float:
        """Wall time of the first frame."""
        return float(START_MS + self.first * 1000 / self.fps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The files of one camera, and the numbers of all frames in them."""

    parts: tuple[Part, ...]
    numbers: tuple[int, ...]
    fps: Fraction = Fraction(FPS)

    @property
    def length_ms(self) -> Fraction:
        """How long it is, gaps and all."""
        return (self.numbers[-1] + 1) * 1000 / self.fps

    def without(self, index: int) -> Recording:
        """Return the recording with one file lost."""
        lost = set(numbers_in(self.parts[index].path))
        return Recording(
            parts=self.parts[:index] + self.parts[index + 1 :],
            numbers=tuple(number for number in self.numbers if number not in lost),
        )

    def between(self, from_ms: float, until_ms: float) -> list[int]:
        """Return the numbers of the frames whose time lies in the range."""
        return [number for number in self.numbers if from_ms <= START_MS + number * 1000 / self.fps < until_ms]


def picture(seconds: int, select: str = "") -> ffmpeg.nodes.FilterableStream:
    """Return the numbered picture: bars above, something that moves below."""
    bars = (
        ffmpeg.input(f"color=size={BITS}x2:rate={FPS}:duration={seconds}", f="lavfi")
        .filter("format", "yuv420p")
        .filter("geq", lum="if(mod(floor(N/pow(2,X)),2),235,16)", cb="128", cr="128")
        .filter("scale", WIDTH, BAR_HEIGHT, flags="neighbor")
    )
    scene = ffmpeg.input(f"testsrc2=size={WIDTH}x{HEIGHT - BAR_HEIGHT}:rate={FPS}:duration={seconds}", f="lavfi")
    stacked = ffmpeg.filter([bars, scene.filter("format", "yuv420p")], "vstack")
    return stacked.filter("select", select) if select else stacked


def tone(seconds: int, rate_hz: int, loud: str, early_s: float) -> ffmpeg.nodes.FilterableStream:
    """Return a tone that is heard while `loud` (an expression of T, the time) is 1, `early_s` before its time."""
    heard = loud.replace("T", f"(t+{early_s})")
    graph = f"aevalsrc=0.8*sin(1000*2*PI*t)*({heard}):s={rate_hz}:d={seconds}"
    return ffmpeg.input(graph.replace(",", "\\,"), f="lavfi")


def record(
    folder: Path,
    *,
    seconds: int = 40,
    segment_s: int = 8,
    video: dict[str, object],
    audio: dict[str, object] | None = None,
    select: str = "",
    loud: str = "1",
    suffix: str = "mp4",
) -> Recording:
    """Record one camera into segments as the integration's recorder writes them."""
    folder.mkdir(parents=True)
    streams = [picture(seconds, select)]
    is_aac = audio is not None and audio["acodec"] == "aac"
    if audio is not None:
        streams.append(tone(seconds, AAC_RATE_HZ, loud, PRIMING_S) if is_aac else tone(seconds, 8_000, loud, 0))
        # The encoder's run-in lies before 0, and ffmpeg's fragments can't start two tracks at two times.
        video = {**video, **({"bsf:a": "setts=ts=TS+1024"} if is_aac else {})}
    container = {"segment_format": "mp4", "segment_format_options": FRAGMENTED} if suffix == "mp4" else {}
    output = ffmpeg.output(
        *streams,
        str(folder / f"%03d.{suffix}"),
        f="segment",
        segment_time=segment_s,
        reset_timestamps=1,
        pix_fmt="yuv420p",
        fps_mode="passthrough",
        **container,
        **video,
        **(audio or {}),
    )
    filmed(output.global_args("-v", "error", "-nostdin").compile(), folder / f"%03d.{suffix}")
    parts = []
    numbers: list[int] = []
    for path in sorted(folder.glob(f"*.{suffix}")):
        inside = numbers_of(path, options=STORED)
        parts.append(Part(path=path, first=min(inside)))
        numbers += inside
    return Recording(parts=tuple(parts), numbers=tuple(sorted(numbers)))


def copied_plainly(recording: Recording, from_ms: float, until_ms: float, out: Path) -> None:
    """Cut a range as recorders do: with ffmpeg's concat demuxer and `-c copy`, which begins with a key picture."""
    listing = out.with_name("list.txt")
    listing.write_text("".join(f"file '{part.path}'\n" for part in recording.parts))
    span = "-ss", f"{(from_ms - START_MS) / 1000}", "-t", f"{(until_ms - from_ms) / 1000}"
    cut = ["-f", "concat", "-safe", "0", *span, "-i", str(listing), "-c", "copy", "-strict", "-2", str(out)]
    run(["ffmpeg", "-v", "fatal", "-nostdin", *cut])


def filmed(command: list[str], target: Path) -> None:
    """Film into ``target``, one file or as many as its pattern names; whoever wants the same film gets a copy of it."""
    name = target.name if "%" in target.name else f"film{target.suffix}"
    words = [word.replace(str(target), name) for word in command]
    kept = films() / hashlib.sha256("\0".join(words).encode()).hexdigest()
    if not kept.exists():
        making = Path(tempfile.mkdtemp(dir=films()))
        run([str(making / name) if word == name else word for word in words])
        with suppress(OSError):  # another process was first
            making.rename(kept)
    for path in kept.iterdir():
        shutil.copyfile(path, target if path.name == name else target.with_name(path.name))


@cache
def films() -> Path:
    """Return a folder for what several tests want: gone with this process, or shared by suites (scripts/test)."""
    if "MILTON_FILMS" in os.environ:
        return Path(os.environ["MILTON_FILMS"])
    folder = Path(tempfile.mkdtemp(prefix="milton-films-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def numbers_in(path: Path) -> list[int]:
    """Decode every sample in the container, edit lists ignored, and read the numbers."""
    numbers = []
    for shown in pictures(path, options=STORED):
        assert (shown.width, shown.height) == (WIDTH, HEIGHT)
        numbers.append(number_of(shown))
    return numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One packet as stored: the second at which it is shown or heard, and the MD5 of its bytes."""

    at_s: float
    md5: str


def stored_packets(path: Path, kind: str) -> list[Packet]:
    """Return all packets of the first `video` or `audio` track, edit lists ignored.

    They are read by PyAV's FFmpeg, in this process: a tenth of what it costs to start the system's ffprobe.
    """
    with av.open(str(path), format="mov", options={"ignore_editlist": "1"}) as container:
        track = next((track for track in container.streams if track.type == kind), None)
        if track is None or track.time_base is None:
            return []
        parts, of_s = track.time_base.numerator, track.time_base.denominator
        return [
            Packet(at_s=packet.pts * parts / of_s, md5=hashlib.md5(bytes(packet)).hexdigest())  # noqa: S324
            for packet in container.demux(track)
            if packet.pts is not None
        ]


def loudest(path: Path, from_s: float = 0, until_s: float = 1e6) -> float:
    """Decode every sample of sound in the container, edit lists ignored; return the highest magnitude (0 to 1)."""
    return max(float(abs(heard).max()) for heard in sounds(path, ("atrim", f"{from_s}:{until_s}")))


def run(command: list[str]) -> bytes:
    """Run one of ffmpeg's programs; its messages go into the error."""
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0 or (done.stderr and command[0] == "ffmpeg"):
        raise AssertionError(done.stderr.decode(errors="replace")[-2000:])
    return done.stdout
