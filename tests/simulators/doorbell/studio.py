"""One camera's encoders in a thread of their own; runs only while somebody watches."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

from .pixels import tone
from .rtp import nal_units
from .scene import PRESS_LIGHT_S, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VIDEO_RATE_HZ = 90_000
AUDIO_RATE_HZ = 16_000
AUDIO_BLOCK = 1024
AUDIO_BIT_S = 32_000
LATE_MAX_S = 1.0
"""A machine that stood still leaves pictures out instead of sending them late."""
IDR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a camera films."""

    width: int = 1280
    height: int = 720
    fps: int = 15
    gop: int = 30
    bframes: int = 0
    kbit_s: int = 1500
    audio: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One picture or block of sound, encoded. `media_s` counts from the studio's birth."""

    video: bool
    key: bool
    media_s: float
    nals: tuple[bytes, ...]


class Studio:
    """Films, encodes and hands out units to whoever watches."""

    def __init__(self, camera: int, options: Options, born_s: float) -> None:
        """Open the encoders once, to know their parameter sets; `born_s` is the epoch time of frame 0."""
        self.camera, self.options, self.born_s = camera, options, born_s
        self._scene = Scene(camera, options.width, options.height)
        self._watchers: dict[object, Callable[[Unit], None]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._fresh_key = False
        self._pressed_until_s = 0.0
        self.frames_made = 0
        self.late_s = 0.0
        """By how much the latest picture was given late, at worst: this machine was busy."""
        parameter_sets = nal_units(_video_encoder(options).extradata or b"")
        self.parameter_sets = tuple(unit for unit in parameter_sets if unit[0] & 0x1F in {7, 8})
        self.audio_config = (_audio_encoder().extradata or b"") if options.audio else b""

    def press(self) -> None:
        """Light the button for five seconds."""
        self._pressed_until_s = time.time() + PRESS_LIGHT_S

    def watch(self, who: object, take: Callable[[Unit], None]) -> None:
        """Give `take` (called from the studio's thread) every unit from the next key picture on."""
        with self._lock:
            self._watchers[who] = take
            self._fresh_key = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._film, daemon=True)
                self._thread.start()

    def leave(self, who: object) -> None:
        """Stop giving; the last one to leave puts out the light."""
        with self._lock:
            self._watchers.pop(who, None)

    def still(self) -> bytes:
        """Take one picture as JPEG. It draws with a scene of its own: filming may go on meanwhile."""
        number = int((time.time() - self.born_s) * self.options.fps)
        scene = Scene(0, self.options.width, self.options.height)
        frame = scene.frame(number=number, epoch_s=time.time(), pressed=self._pressed())
        encoder = av.CodecContext.create("mjpeg", "w")
        encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj420p"
        encoder.time_base = Fraction(1, self.options.fps)
        return b"".join(
            bytes(packet) for packet in [*encoder.encode(frame.reformat(format="yuvj420p")), *encoder.encode()]
        )

    def _pressed(self) -> bool:
        return time.time() < self._pressed_until_s

    def _film(self) -> None:
        video, audio = _video_encoder(self.options), _audio_encoder() if self.options.audio else None
        fps = self.options.fps
        number = int((time.time() - self.born_s) * fps) + 1
        block = int((number / fps) * AUDIO_RATE_HZ / AUDIO_BLOCK)
        while self._somebody():
            due_s = self.born_s + number / fps
            wait_s = due_s - time.time()
            if wait_s < -LATE_MAX_S:
                number = int((time.time() - self.born_s) * fps) + 1
                continue
            if wait_s > 0:
                time.sleep(wait_s)
            self._give(self._picture(video, number))
            self.late_s = max(self.late_s, time.time() - due_s)
            number += 1
            while audio is not None and (block + 1) * AUDIO_BLOCK / AUDIO_RATE_HZ < number / fps:
                self._give(self._sound(audio, block))
                block += 1

    def _somebody(self) -> bool:
        with self._lock:
            if not self._watchers:
                self._thread = None
            return bool(self._watchers)

    def _give(self, units: Iterator[Unit]) -> None:
        for unit in units:
            with self._lock:
                takers = list(self._watchers.values())
            for take in takers:
                take(unit)

    def _picture(self, encoder: av.VideoCodecContext, number: int) -> Iterator[Unit]:
        frame = self._scene.frame(
            number=number, epoch_s=self.born_s + number / self.options.fps, pressed=self._pressed()
        )
        frame.pts, frame.time_base = number, Fraction(1, self.options.fps)
        with self._lock:
            if self._fresh_key:
                frame.pict_type = av.video.frame.PictureType.I
            self._fresh_key = False
        self.frames_made += 1
        for packet in encoder.encode(frame):
            nals = nal_units(bytes(packet))
            key = any(unit[0] & 0x1F == IDR for unit in nals)
            sets = self.parameter_sets if key else ()
            media_s = float(packet.pts * packet.time_base)
            yield Unit(video=True, key=key, media_s=media_s, nals=(*sets, *nals))

    def _sound(self, encoder: av.AudioCodecContext, block: int) -> Iterator[Unit]:
        at = np.arange(block * AUDIO_BLOCK, (block + 1) * AUDIO_BLOCK) / AUDIO_RATE_HZ
        wave = (tone(self.born_s + at) * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(wave, "s16", "mono")
        frame.rate, frame.pts, frame.time_base = AUDIO_RATE_HZ, block * AUDIO_BLOCK, Fraction(1, AUDIO_RATE_HZ)
        for packet in encoder.encode(frame):
            media_s = float(packet.pts * packet.time_base)
            yield Unit(video=False, key=True, media_s=media_s, nals=(bytes(packet),))


def _video_encoder(options: Options) -> av.VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = options.width, options.height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, options.fps), Fraction(options.fps)
    encoder.gop_size, encoder.max_b_frames, encoder.thread_count = options.gop, options.bframes, 1
    encoder.bit_rate = options.kbit_s * 1000
    encoder.flags |= av.codec.context.Flags.global_header
    encoder.options = {
        "preset": "ultrafast",
        "x264-params": f"scenecut=0:rc-lookahead=0:sync-lookahead=0:sliced-threads=0:force-cfr=1:"
        f"keyint={options.gop}:min-keyint=1:bframes={options.bframes}:b-adapt=0:"
        f"vbv-maxrate={options.kbit_s}:vbv-bufsize={options.kbit_s}",
    }
    encoder.open()
    return encoder


def _audio_encoder() -> av.AudioCodecContext:
    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = AUDIO_RATE_HZ, "mono", "fltp"
    encoder.time_base, encoder.bit_rate = Fraction(1, AUDIO_RATE_HZ), AUDIO_BIT_S
    encoder.flags |= av.codec.context.Flags.global_header
    encoder.open()
    return encoder
