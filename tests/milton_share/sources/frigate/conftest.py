"""No Home Assistant runs here: a scripted Frigate, real files, and the source between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clips.frigate_recordings import record_as_frigate
from tests.milton_share.sources.frigate.kitchen import LENGTH_S, cooking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.milton_share.sources.frigate.kitchen import Kitchen

GOP = 15


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four files of three seconds, as Frigate leaves them."""
    video: dict[str, object] = {"vcodec": "libx264", "preset": "ultrafast", "g": GOP, "bf": 0}
    folder = tmp_path_factory.mktemp("frigate") / "parts"
    return [
        part.path
        for part in record_as_frigate(folder, seconds=12, segment_s=int(LENGTH_S), video=video, sound="none").parts
    ]


@pytest.fixture
async def kitchen(tmp_path: Path, parts: list[Path]) -> AsyncIterator[Kitchen]:
    """Serve them, and start the source."""
    async with cooking(tmp_path, parts) as one:
        yield one
