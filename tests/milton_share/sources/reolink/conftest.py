"""No Home Assistant runs here: a scripted device, real files, and the source between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clips.frigate_recordings import record_as_frigate
from tests.milton_share.sources.reolink.device import FILES, FPS, LENGTH_S, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.milton_share.sources.reolink.device import Device


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Film numbered pictures, and cut them into files with their index in front, as cards have them."""
    video: dict[str, object] = {"vcodec": "libx264", "preset": "ultrafast", "g": FPS, "bf": 0}
    folder = tmp_path_factory.mktemp("reolink") / "parts"
    record_as_frigate(folder, seconds=LENGTH_S * FILES, segment_s=LENGTH_S, video=video, sound="none")
    return folder


@pytest.fixture(scope="session")
def parts(recorded: Path) -> list[Path]:
    """Return the files."""
    return sorted(recorded.glob("[0-9]*.mp4"))


@pytest.fixture(scope="session")
def film(recorded: Path) -> Path:
    """Return all of it as one file."""
    return recorded / "camera.mp4"


@pytest.fixture
async def device(tmp_path: Path, parts: list[Path]) -> AsyncIterator[Device]:
    """Serve the files, and start the source."""
    async with running(tmp_path, parts) as one:
        yield one
