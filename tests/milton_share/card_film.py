"""Tells pictures of the package's test card from any others."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

import av
import numpy as np

from custom_components.milton_share.review.test_card import FILM

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

ENCODED_ANEW = 3.0  # of 255, on average: what an encoder changes of a picture


def pictures(clip: Path | bytes) -> list[av.VideoFrame]:
    """Decode every picture in a clip, edit lists ignored."""
    source = io.BytesIO(clip) if isinstance(clip, bytes) else str(clip)
    with av.open(source, format="mp4", options={"ignore_editlist": "1"}) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        return list(container.decode(video=0))


def is_test_card(frame: av.VideoFrame) -> bool:
    """Whether a picture is the film's."""
    light, film = _light(frame), _film()
    return light.shape == film.shape and float(np.abs(light - film).mean()) < ENCODED_ANEW


@cache
def _film() -> NDArray[np.int16]:
    return _light(pictures(FILM)[0])


def _light(frame: av.VideoFrame) -> NDArray[np.int16]:
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width].astype(np.int16)
