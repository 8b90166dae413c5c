"""No Home Assistant runs here: a scripted console, a real film, and the source between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ffmpeg
import pytest

from tests.clips.recordings import picture, run
from tests.milton_share.sources.protect.console import FPS, GOP_S, LENGTH_S, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.milton_share.sources.protect.console import Console


def film_of(path: Path, seconds: int) -> Path:
    """Film numbered pictures, a key picture every two seconds."""
    encoded = ffmpeg.output(
        picture(seconds),
        str(path),
        vcodec="libx264",
        preset="ultrafast",
        g=GOP_S * FPS,
        bf=0,
        pix_fmt="yuv420p",
    )
    run(encoded.global_args("-v", "error", "-nostdin").compile())
    return path


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Film a minute."""
    return film_of(tmp_path_factory.mktemp("film") / "film.mp4", round(LENGTH_S))


@pytest.fixture
async def console(tmp_path: Path, film: Path) -> AsyncIterator[Console]:
    """Serve it, and start the source."""
    async with running(tmp_path, film) as one:
        yield one
