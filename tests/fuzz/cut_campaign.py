"""A campaign of bent recordings against the whole of the cutting child."""

from __future__ import annotations

import collections
import json
import os
import selectors
import signal
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).parents[2]
WORKER_MAX = 2_000  # inputs of one process: what a library leaks does not add up
SILENCE_MAX_S = 300  # of wall time for one input, however busy the machine is
MEMORY_DISK = Path("/dev/shm")  # noqa: S108 - inputs come and go by the hundred thousand
H264 = ["-c:v", "libx264", "-preset", "superfast", "-g", "5", "-crf", "40"]
HEVC = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "keyint=5:log-level=none"]
AAC, ALAW, OPUS = ["-c:a", "aac", "-b:a", "16k"], ["-c:a", "pcm_alaw", "-ar", "8000"], ["-c:a", "libopus"]
# How long a picture alone in its fragment is, FFmpeg guesses where the next has not come yet: of two tracks that are
# encoded at once that is another one each time, and most such files have times that contradict each other.
COPY_OF, COPIED = "index.mp4", "cmaf.mp4"
KINDS = {
    "fragments.mp4": [*H264, "-bf", "0", *AAC, "-movflags", "+frag_keyframe+empty_moov+default_base_moof"],
    "index.mp4": [*H264, "-bf", "2", *AAC],
    "hevc.mp4": [*HEVC, *AAC],
    "stream.ts": [*H264, "-bf", "2", *AAC],
    "stream.mpg": [*H264, "-crf", "5", "-bf", "0", "-c:a", "mp2", "-f", "vob", "-packetsize", "512"],
    "hevc.ts": [*HEVC, "-an"],
    "matroska.mkv": [*H264, "-bf", "0", *OPUS],
    "pictures.mkv": ["-c:v", "mjpeg", "-q:v", "20", *ALAW],
    "pictures.avi": ["-c:v", "mjpeg", "-q:v", "20", "-c:a", "pcm_u8", "-ar", "8000"],
    "stream.avi": [*H264, "-bf", "0", "-c:a", "adpcm_ima_wav", "-ar", "8000"],
    "alaw.mov": [*H264, "-bf", "0", *ALAW],
    "ac3.ts": [*H264, "-bf", "0", "-c:a", "ac3", "-ar", "32000", "-b:a", "32k"],
    "eac3.mp4": [*H264, "-bf", "0", "-c:a", "eac3", "-ar", "32000", "-b:a", "32k"],
    COPIED: ["-c", "copy", "-movflags", "+cmaf+frag_every_frame"],
}


def make_seeds(folder: Path) -> None:
    """Film a second of 32 by 32 pixels in each kind of file."""
    scene = ["-f", "lavfi", "-i", "testsrc2=size=32x32:rate=15:duration=1"]
    sound = ["-f", "lavfi", "-i", "sine=sample_rate=16000:duration=1"]
    for name, coding in KINDS.items():
        source = ["-i", str(folder / COPY_OF)] if name == COPIED else [*scene, *sound, "-pix_fmt", "yuv420p"]
        bare = ["-map_metadata", "-1", "-fflags", "+bitexact"]
        command = ["ffmpeg", "-v", "error", "-nostdin", *source, *bare, *coding, str(folder / name)]
        subprocess.run(command, check=True)


@dataclass(slots=True, kw_only=True)
class Found:
    """What happened; crashes, hangs and defects name the numbers of their inputs."""

    inputs: int = 0
    outcomes: collections.Counter[str] = field(default_factory=collections.Counter)
    crashes: dict[int, str] = field(default_factory=dict)
    hangs: list[int] = field(default_factory=list)
    defects: dict[str, int] = field(default_factory=dict)
    peak_kib: int = 0
    cpu_s: float = 0.0

    def add(self, other: Found) -> None:
        """Add what another worker found."""
        self.inputs += other.inputs
        self.outcomes += other.outcomes
        self.crashes |= other.crashes
        self.hangs += other.hangs
        self.defects = {**other.defects, **self.defects}
        self.peak_kib = max(self.peak_kib, other.peak_kib)
        self.cpu_s += other.cpu_s


def campaign(seeds: Path, *, seed: int, first: int, count: int, workers: int, python: Path) -> Found:
    """Cut `count` bent recordings by an environment's Python, in as many processes at a time as `workers`."""
    starts = range(first, first + count, WORKER_MAX)
    batches = [(start, min(WORKER_MAX, first + count - start)) for start in starts]
    found = Found()
    with ThreadPoolExecutor(workers) as pool:
        for part in pool.map(lambda batch: _batch((python, seeds, seed), *batch), batches):
            found.add(part)
    return found


def _batch(fixed: tuple[Path, Path, int], first: int, count: int) -> Found:
    """Let one process cut; where it dies, another goes on after the input that killed it."""
    found, end = Found(), first + count
    disk = str(MEMORY_DISK) if MEMORY_DISK.is_dir() else None
    while first < end:
        with tempfile.TemporaryDirectory(dir=disk) as folder:
            python, *given = fixed
            command = (python, "-m", "tests.fuzz.cut_worker", *given, first, end - first, folder)
            last, code = _follow(list(map(str, command)), found)
        found.inputs += last - first + 1
        first = last + 1
        if code == 0:
            continue
        if code in {-signal.SIGPROF, -signal.SIGKILL}:
            found.hangs.append(last)
        else:
            found.crashes[last] = signal.Signals(-code).name if code < 0 else f"exit {code}"
    return found


def _follow(command: Sequence[str], found: Found) -> tuple[int, int]:
    """Return the last input that was begun, and how the process ended."""
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "PYTHONPATH": str(ROOT)}
    last = -1
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        for line in _lines(process):
            if line.startswith("{"):
                _end(json.loads(line), found)
            elif line.startswith("="):
                found.outcomes[line[1:]] += 1
            else:
                last = int(line)
        code = process.wait()
    assert last >= 0, f"{command} said nothing"
    return last, code


def _lines(process: subprocess.Popen[bytes]) -> Iterable[str]:
    """Yield lines as they come; a process that says nothing for long is killed."""
    assert process.stdout is not None
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(SILENCE_MAX_S):
                process.kill()
                return
            piece = os.read(process.stdout.fileno(), 2**16)
            if not piece:
                return
            *lines, rest = (rest + piece).split(b"\n")
            yield from (line.decode() for line in lines)


def _end(said: dict[str, object], found: Found) -> None:
    defects = said["defects"]
    assert isinstance(defects, dict)
    found.defects = {**defects, **found.defects}
    found.peak_kib = max(found.peak_kib, int(str(said["peak_kib"])))
    found.cpu_s += float(str(said["cpu_s"]))
