"""Sound that says its time: each block of 50 ms is two tones whose frequencies are the block's number.

Both lie in a telephone's band, so they survive G.711; they are long enough to survive AAC and Opus. Read by correlation
with what was to be heard, with none of the cutter's code.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import ffmpeg
import numpy as np

from tests.clips.decoding import sounds
from tests.clips.recordings import films

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK_S = 0.05
TONES, LOW_HZ, HIGH_HZ, STEP_HZ = 32, 500, 2_100, 40
BLOCKS = TONES * TONES  # 51.2 s, then the numbers begin anew
READ_AT_HZ = 16_000
CLEAR = 0.35  # of the energy of a stretch must be in its two tones to be read as a block
SILENT = 1e-4
STEP_S = 0.005


def coded(seconds: int, rate_hz: int, early_s: float = 0) -> ffmpeg.nodes.FilterableStream:
    """Return sound whose block n is heard from n * 50 ms on, all of it `early_s` before its time."""
    kept = films() / f"{seconds}-{rate_hz}-{early_s}.f64"
    if not kept.exists():
        with NamedTemporaryFile(dir=films(), delete=False) as made:
            made.write(_tones_of(np.arange(seconds * rate_hz) / rate_hz + early_s).tobytes())
        Path(made.name).rename(kept)
    return ffmpeg.input(str(kept), f="f64le", ar=rate_hz, ac=1).filter("asetnsamples", 1024, p=0)


def _tones_of(time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    block = np.floor(time_s / BLOCK_S + 1e-6).astype(np.int64) % BLOCKS  # of floats a machine may warn of none
    low_hz, high_hz = LOW_HZ + STEP_HZ * (block // TONES), HIGH_HZ + STEP_HZ * (block % TONES)
    return 0.35 * np.sin(2 * np.pi * low_hz * time_s) + 0.35 * np.sin(2 * np.pi * high_hz * time_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was read: `blocks` are `(number, when its middle is heard in the clip, in seconds)`; `end_s` is the last."""

    blocks: tuple[tuple[int, float], ...]
    end_s: float


def hear(path: Path) -> Heard:
    """Decode every sample of sound in a clip, edit lists ignored, each at the time it is stored at, and read it."""
    return hear_samples(_samples(path))


def hear_samples(samples: NDArray[np.float32]) -> Heard:
    """Read sound of `READ_AT_HZ`, from time 0 on."""
    size, step = round(BLOCK_S * READ_AT_HZ), round(STEP_S * READ_AT_HZ)
    if len(samples) < size:
        return Heard(blocks=(), end_s=len(samples) / READ_AT_HZ)
    stretches = np.lib.stride_tricks.sliding_window_view(samples, size)[::step]
    numbers, clear = _read(stretches)
    best: dict[int, int] = {}
    for index in np.flatnonzero(clear >= CLEAR):
        number = int(numbers[index])
        if number not in best or clear[index] > clear[best[number]]:
            best[number] = int(index)
    found = [(number, (index * step + size / 2) / READ_AT_HZ) for number, index in best.items()]
    return Heard(blocks=tuple(sorted(found, key=lambda block: block[1])), end_s=len(samples) / READ_AT_HZ)


def _tones() -> NDArray[np.complex64]:
    """Return a column for each tone, over one block."""
    size = round(BLOCK_S * READ_AT_HZ)
    hertz = np.concatenate([base + STEP_HZ * np.arange(TONES) for base in (LOW_HZ, HIGH_HZ)])
    return (np.exp(2j * np.pi * np.outer(np.arange(size), hertz) / READ_AT_HZ) * 2 / size).astype(np.complex64)


_TONES = _tones()
_COS, _SIN = np.ascontiguousarray(_TONES.real), np.ascontiguousarray(_TONES.imag)


def _read(stretches: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the number that each stretch is nearest to, and which share of its energy speaks for it."""
    energy = np.mean(stretches**2, axis=1)
    strength = ((stretches @ _COS) ** 2 + (stretches @ _SIN) ** 2) / 2
    low, high = np.argmax(strength[:, :TONES], axis=1), np.argmax(strength[:, TONES:], axis=1)
    rows = np.arange(len(stretches))
    weaker = np.minimum(strength[rows, low], strength[rows, TONES + high])
    clear = np.where(energy < SILENT, 0.0, 2 * weaker / np.maximum(energy, SILENT))
    return low * TONES + high, clear


def _samples(path: Path) -> NDArray[np.float32]:
    """Return the samples from time 0 on; what is not there is silent."""
    timed = "aresample", f"{READ_AT_HZ}:async=1:min_hard_comp=0.01:first_pts=0"
    return np.concatenate([np.zeros(0, np.float32), *sounds(path, timed, ("aformat", "channel_layouts=mono"))])
