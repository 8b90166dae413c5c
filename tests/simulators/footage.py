"""Short films for tests, each made by the system's ffmpeg from a graph that ffmpeg-python writes (docs/adr/0092)."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import ffmpeg

if TYPE_CHECKING:
    from pathlib import Path

FRAGMENTS = "+frag_keyframe+empty_moov+default_base_moof"
"""As the integration's recorder writes its files."""


def film(
    path: Path,
    *,
    seconds: int,
    size: str = "320x240",
    fps: int = 15,
    gop: int = 15,
    sound: bool = False,
    **more: object,
) -> Path:
    """Film ``seconds`` in H.264 without reordering, a key picture every ``gop``; ``more`` goes to ffmpeg's output."""
    streams = [ffmpeg.input(f"testsrc2=size={size}:rate={fps}:duration={seconds}", f="lavfi")]
    coding: dict[str, object] = {"vcodec": "libx264", "preset": "ultrafast", "pix_fmt": "yuv420p", "g": gop, "bf": 0}
    if sound:
        streams.append(ffmpeg.input(f"sine=frequency=440:sample_rate=16000:duration={seconds}", f="lavfi"))
        coding["acodec"] = "aac"
    make(ffmpeg.output(*streams, str(path), **{**coding, **more}))
    return path


def make(output: ffmpeg.nodes.OutputStream) -> None:
    """Have the system's ffmpeg write what a graph says; raise CalledProcessError where it can't."""
    subprocess.run(output.global_args("-v", "error", "-nostdin").compile(overwrite_output=True), check=True)
