"""Law 8 where another recorder has the footage: kill -9 of Home Assistant while Frigate's files are copied and held."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.recorder.store.steps import Step as RecorderStep

from . import journeys
from .context import arrived_once, files_under, folder, request
from .copying import copy, digests, film_files, kept, offer_frigate, running_frigate
from .test_kill_at_every_step import every

if TYPE_CHECKING:
    from pathlib import Path

    from .home import MortalHome

COPYING = (RecorderStep.SEGMENTS_ENTERED, RecorderStep.HOLD_LINKED, RecorderStep.HOLD_FILLED)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Film what Frigate has."""
    return film_files(tmp_path_factory.mktemp("frigate") / "parts")


async def test_what_another_recorder_has_is_held_whole_and_once(
    home: MortalHome, files: list[Path], tmp_path: Path
) -> None:
    """Each of its files is here once with its own bytes, nothing half stays, and what is cut of them is shared once."""
    wanted = digests(files)
    async with running_frigate(tmp_path / "media", files) as frigate:
        await home.begin()
        await journeys.join(home)
        await offer_frigate(home, frigate)
        await home.quit()
        request_id = request(home)
        await every(home, COPYING, partial(copy, request_id=request_id, wanted=wanted))
        assert await asyncio.to_thread(kept, home) == wanted
        assert files_under(folder(home).copies / "ring") == []
        await home.begin()
        await journeys.share(home, request_id)
        await journeys.get_receipt(home, request_id)
        await home.quit()
    arrived_once(home, receipts=1)
