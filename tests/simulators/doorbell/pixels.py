"""What a frame and a sound say about themselves: written by the doorbell, read back from any file.

On top of the picture lies a strip of black and white cells: camera, epoch milliseconds, frame number and a checksum.
The sound is a tone whose pitch names the second. Both survive re-encoding; neither trusts a container's time stamps.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    type Luma = NDArray[np.uint8]

ROWS, COLUMNS = 2, 62
"""Each row: a guard of white and black, 58 bits, a guard of black and white."""
GUARD = 2
STRIP_SHARE = 1 / 12
"""Of the picture's height."""
WHITE, BLACK = 235, 16
CONTRAST_MIN = 40
CAMERA_BITS, EPOCH_BITS, FRAME_BITS, CRC_BITS = 8, 44, 40, 24
BITS = ROWS * (COLUMNS - 2 * GUARD)
BODY_BYTES = (BITS - CRC_BITS + 7) // 8

PITCH_BASE_HZ, PITCH_STEP_HZ, PITCHES = 600, 100, 30
"""Second n of the epoch sounds at base + step x (n modulo 30)."""
SILENCE_RMS = 0.002
STEP_MS, LOUD_RMS, QUIET_S = 5, 0.12, 0.3
"""How exactly a beat is found: the first tenth of a second is ten times as loud as the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What one picture says."""

    camera: int
    epoch_ms: int
    frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One picture of a file: its time in the file, and what it says (None: it can't be read)."""

    pts_s: float
    stamp: Stamp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One block of sound of a file: its time in the file, and the second modulo 30 (None: silence or no clear tone)."""

    pts_s: float
    second: int | None


def _crc(body: int) -> int:
    return binascii.crc32(body.to_bytes(BODY_BYTES, "big")) & ((1 << CRC_BITS) - 1)


def pack(stamp: Stamp) -> Luma:
    """Make the cells of the strip, 0 or 1, ROWS x COLUMNS."""
    body = (stamp.camera << EPOCH_BITS | stamp.epoch_ms) << FRAME_BITS | stamp.frame
    value = body << CRC_BITS | _crc(body)
    bits = np.array([value >> (BITS - 1 - i) & 1 for i in range(BITS)], np.uint8).reshape(ROWS, -1)
    left, right = np.array([[1, 0]] * ROWS, np.uint8), np.array([[0, 1]] * ROWS, np.uint8)
    return np.hstack([left, bits, right])


def draw(luma: Luma, stamp: Stamp) -> None:
    """Put the strip on top of a luma plane."""
    height, width = luma.shape
    cells = np.where(pack(stamp), WHITE, BLACK).astype(np.uint8)
    edge = [round(height * STRIP_SHARE * row / ROWS) for row in range(ROWS + 1)]
    column = np.arange(width) * COLUMNS // width
    for row in range(ROWS):
        luma[edge[row] : edge[row + 1]] = cells[row][column]


def read(luma: Luma) -> Stamp | None:
    """Read the strip of a picture of whatever size; None when it isn't there or its checksum is wrong."""
    height, width = luma.shape
    strip = height * STRIP_SHARE
    top = luma[: int(strip) + 1]
    cells = _shares(ROWS, strip, len(top)) @ top @ _shares(COLUMNS, width, width).T
    white, black = cells[:, [0, -1]].mean(), cells[:, [1, -GUARD]].mean()
    if white - black < CONTRAST_MIN:
        return None
    bits = np.packbits(cells[:, GUARD:-GUARD] > (white + black) / 2)
    value = int.from_bytes(bits.tobytes(), "big") >> -BITS % 8
    body, crc = value >> CRC_BITS, value & ((1 << CRC_BITS) - 1)
    if _crc(body) != crc:
        return None
    return Stamp(
        camera=body >> (EPOCH_BITS + FRAME_BITS),
        epoch_ms=body >> FRAME_BITS & ((1 << EPOCH_BITS) - 1),
        frame=body & ((1 << FRAME_BITS) - 1),
    )


@cache
def _shares(cells: int, length: float, points: int) -> NDArray[np.float64]:
    """Return which share each of so many points has in the average of each cell's middle; cells have this length."""
    middle, span = (np.arange(cells) + 0.5) * length / cells, length / cells / 5
    first, last = (middle - span).astype(int), (middle + span).astype(int)
    inside = (np.arange(points) >= first[:, None]) & (np.arange(points) <= last[:, None])
    return inside / inside.sum(axis=1, keepdims=True)


def samples(path: Path | str) -> Iterator[Sample]:
    """Every picture in a file, in order of presentation, also those that an edit list would hide.

    Broken and undecodable pictures are given out too where the decoder makes anything of them.
    """
    with av.open(str(path), options={"ignore_editlist": "1"}) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        stream.codec_context.options = {"flags": "+output_corrupt", "flags2": "+showall"}
        for frame in container.decode(stream):
            if frame.pts is not None and frame.time_base is not None:
                yield Sample(pts_s=float(frame.pts * frame.time_base), stamp=read(_luma(frame)))


def _luma(frame: av.VideoFrame) -> Luma:
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]


def packet_counts(path: Path | str) -> dict[str, int]:
    """How many packets of each kind lie in a file, decodable or not."""
    counts = {"video": 0, "audio": 0}
    with av.open(str(path), options={"ignore_editlist": "1"}) as container:
        for packet in container.demux():
            if packet.size and packet.stream.type in counts:
                counts[packet.stream.type] += 1
    return counts


def tone(epoch_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sound of these moments, -1 to 1: loud for the first tenth of each second, then quiet."""
    second = np.floor(epoch_s)
    pitch_hz = PITCH_BASE_HZ + PITCH_STEP_HZ * np.mod(second, PITCHES)
    since = epoch_s - second
    return np.where(since < 0.1, 0.5, 0.05) * np.sin(2 * np.pi * pitch_hz * since)


def sounds(path: Path | str) -> Iterator[Heard]:
    """Every block of sound in a file, edit lists ignored."""
    for at_s, wave, rate_hz in _waves(path):
        yield Heard(pts_s=at_s, second=_second(wave, rate_hz))


def beats(path: Path | str) -> list[float]:
    """When a second begins to sound, in the file's time: those that have been quiet before."""
    found, quiet_s = [], 0.0
    for at_s, wave, rate_hz in _waves(path):
        step = rate_hz * STEP_MS // 1000
        for number in range(len(wave) // step):
            loud = np.sqrt(np.mean(wave[number * step : (number + 1) * step] ** 2)) > LOUD_RMS
            if loud and quiet_s > QUIET_S:
                found.append(at_s + number * step / rate_hz)
            quiet_s = 0.0 if loud else quiet_s + step / rate_hz
    return found


def _waves(path: Path | str) -> Iterator[tuple[float, NDArray[np.float64], int]]:
    """Give each block: its time, its samples from -1 to 1, how many of them are a second."""
    with av.open(str(path), options={"ignore_editlist": "1"}) as container:
        if not container.streams.audio:
            return
        for frame in container.decode(container.streams.audio[0]):
            if frame.pts is None or frame.time_base is None:
                continue
            wave = frame.to_ndarray().astype(np.float64).reshape(-1)
            if frame.format.is_packed and frame.format.bytes == 2:
                wave /= 32768
            yield float(frame.pts * frame.time_base), wave, frame.sample_rate


def _second(wave: NDArray[np.float64], rate_hz: int) -> int | None:
    if np.sqrt(np.mean(wave**2)) < SILENCE_RMS:
        return None
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 8 * len(wave)))
    pitch_hz = float(np.argmax(spectrum)) * rate_hz / (8 * len(wave))
    number = round((pitch_hz - PITCH_BASE_HZ) / PITCH_STEP_HZ)
    off_hz = abs(pitch_hz - PITCH_BASE_HZ - PITCH_STEP_HZ * number)
    return number if 0 <= number < PITCHES and off_hz < PITCH_STEP_HZ / 4 else None
