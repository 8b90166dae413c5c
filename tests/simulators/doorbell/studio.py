"""One camera's encoders in a thread of their own; runs only while somebody watches."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av

from .coding import H264
from .rtp import nal_units
from .scene import PRESS_LIGHT_S, Scene
from .sound import AAC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .coding import Coding
    from .sound import Sound

LATE_MAX_S = 1.0
"""A machine that stood still leaves pictures out instead of sending them late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a camera films."""

    width: int = 1280
    height: int = 720
    fps: int = 15
    gop: int = 30
    bframes: int = 0
    kbit_s: int = 1500
    sound: Sound | None = AAC
    coding: Coding = H264


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
        self.parameter_sets = tuple(unit for unit in parameter_sets if options.coding.is_set(unit))

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
        sound = self.options.sound
        video, audio = _video_encoder(self.options), sound.encoder() if sound else None
        fps = self.options.fps
        number = int((time.time() - self.born_s) * fps) + 1
        block = int(number / fps / sound.block_s) if sound else 0
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
            while sound and audio and (block + 1) * sound.block_s < number / fps:
                heard = sound.encode(audio, block, self.born_s)
                self._give(Unit(video=False, key=True, media_s=at_s, nals=(data,)) for at_s, data in heard)
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
            key = self.options.coding.is_key(nals)
            sets = self.parameter_sets if key else ()
            media_s = float(packet.pts * packet.time_base)
            yield Unit(video=True, key=key, media_s=media_s, nals=(*sets, *nals))


def _video_encoder(options: Options) -> av.VideoCodecContext:
    coding = options.coding
    encoder = av.CodecContext.create(coding.encoder, "w")
    encoder.width, encoder.height, encoder.pix_fmt = options.width, options.height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, options.fps), Fraction(options.fps)
    encoder.gop_size, encoder.max_b_frames, encoder.thread_count = options.gop, options.bframes, 1
    encoder.bit_rate = options.kbit_s * 1000
    encoder.flags |= av.codec.context.Flags.global_header
    encoder.options = {
        "preset": "ultrafast",
        coding.params: f"{coding.plain}:keyint={options.gop}:min-keyint=1:bframes={options.bframes}:b-adapt=0:"
        f"vbv-maxrate={options.kbit_s}:vbv-bufsize={options.kbit_s}",
    }
    encoder.open()
    return encoder
