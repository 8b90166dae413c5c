"""A Frigate beside a home that may die, and the owner's way until all of its files are copied."""

from __future__ import annotations

import hashlib
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from tests.clips.frigate_recordings import record_as_frigate
from tests.e2e.processes import until
from tests.simulators.frigate.peer import Frigate
from tests.simulators.frigate.recording import placed
from tests.simulators.nursery import PATIENCE_S

from .context import folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from .home import MortalHome

NAME = "street_side"
LENGTH_S, FILES = 2, 8
AGO_S = 9_000


def film_files(path: Path) -> list[Path]:
    """Film them, as Frigate leaves them."""
    video: dict[str, object] = {"vcodec": "libx264", "preset": "ultrafast", "g": 15, "bf": 0}
    film = record_as_frigate(path, seconds=LENGTH_S * FILES, segment_s=LENGTH_S, video=video, sound="none")
    return [part.path for part in film.parts]


@asynccontextmanager
async def running_frigate(media: Path, files: list[Path]) -> AsyncIterator[Frigate]:
    """Run one that recorded them two and a half hours ago."""
    peer = Frigate(media, {NAME: True})
    peer.sound = "none"
    began_s = int(datetime.now(UTC).timestamp()) - AGO_S
    peer.rows += placed([(each, began_s + LENGTH_S * n, LENGTH_S) for n, each in enumerate(files)], media, NAME)
    await peer.start()
    try:
        yield peer
    finally:
        await peer.stop()


async def offer_frigate(home: MortalHome, peer: Frigate) -> None:
    """Add the Frigate to Home Assistant, and say that its camera looks at the area and may be asked."""
    await home.ready()
    await home.add_frigate(peer.url)
    camera_id = await until(partial(_camera_of, home), PATIENCE_S, "the home finds no camera of Frigate's", every_s=0.1)
    await home.set_camera(camera_id)


async def _camera_of(home: MortalHome) -> str | None:
    cameras = await home.command("cameras")
    return next((one["camera_id"] for one in cameras if one["footage"] == "frigate"), None)


async def copy(home: MortalHome, request_id: str, wanted: list[str]) -> None:
    """Wait until all of Frigate's files of a request are kept here, by their digests."""
    await home.ready()
    await home.case(request_id, "held", "reviewing", with_footage=True)
    await until(partial(_has, home, wanted), PATIENCE_S, "not all files are kept", every_s=0.05)


async def _has(home: MortalHome, wanted: list[str]) -> bool:
    return set(kept(home)) == set(wanted)


def kept(home: MortalHome) -> list[str]:
    """Return the digests of all files that are held of other recorders, once for each hold."""
    return digests(sorted((folder(home).copies / "holds").rglob("*.mp4")))


def digests(files: list[Path]) -> list[str]:
    """Return files' digests, sorted."""
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)
