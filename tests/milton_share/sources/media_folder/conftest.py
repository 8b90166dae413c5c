"""A camera that writes files into a folder, and the source in front of it. No Home Assistant runs here."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from custom_components.milton_share.sources.media_folder import FolderAdapter, FolderServer
from custom_components.milton_share.sources.media_folder.adapter import CAMERA, EMPTY_S
from custom_components.milton_share.sources.recorder_clients import CopiedSource, RecorderCamera
from tests.simulators import footage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage
    from custom_components.milton_share.sources.steady import SteadyClock

CAMERA_ID = "door"
LENGTH_S = 10
ZONE = "America/New_York"
DAY = timedelta(days=1)


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Film ten seconds as a camera with FTP has them: one index, at the end."""
    path = tmp_path_factory.mktemp("ftp") / "film.mp4"
    return footage.film(path, seconds=LENGTH_S, size="160x120", fps=5, gop=5).read_bytes()


def in_container(film: bytes, folder: Path, suffix: str, *options: str) -> bytes:
    """Put ten seconds into another container."""
    source, out = folder / "source.mp4", folder / f"out.{suffix}"
    source.write_bytes(film)
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(source), "-c", "copy", *options, str(out)]
    subprocess.run(command, check=True)
    return out.read_bytes()


@dataclass(kw_only=True)
class Camera:
    """A camera that uploads: its clock may be wrong, its uploads take their time."""

    folder: Path
    film: bytes
    ahead_s: float = 0.0
    upload_s: float = 3.0
    form: str = "Front_01_%Y%m%d%H%M%S.mp4"
    written: list[tuple[Path, float]] = field(default_factory=list)

    def write(self, began_s: float, data: bytes | None = None) -> Path:
        """Write what was filmed from a true time on; named by the camera's clock, written by this machine's."""
        named = datetime.fromtimestamp(began_s + self.ahead_s, ZoneInfo(ZONE))
        path = self.folder / f"{named:{self.form}}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.film if data is None else data)
        at_s = began_s + LENGTH_S + self.upload_s
        os.utime(path, (at_s, at_s))
        self.written.append((path, began_s))
        return path


@pytest.fixture
def camera(tmp_path: Path, film: bytes) -> Camera:
    """Return one that has written nothing yet."""
    folder = tmp_path / "media" / "front"
    folder.mkdir(parents=True)
    return Camera(folder=folder, film=film)


def server_of(camera: Camera, **changes: object) -> FolderServer:
    """Return the camera's folder, as the owner named it."""
    words = {"folder": str(camera.folder), "zone": ZONE, "roots": (str(camera.folder.parent),), **changes}
    return FolderServer(**words)  # type: ignore[arg-type]


@asynccontextmanager
async def watching(
    camera: Camera,
    copies: Path,
    server: FolderServer | None = None,
    clock: SteadyClock | None = None,
    empty_s: float = EMPTY_S,
) -> AsyncIterator[CopiedSource]:
    """Start the source in front of a camera's folder."""
    known = RecorderCamera(server=server or server_of(camera), name=CAMERA)
    peers: list[FolderAdapter] = []

    def peer(one: object) -> FolderAdapter:
        assert isinstance(one, FolderServer)
        peers.append(FolderAdapter(one, look_every_s=0.0, stumbles_s=0.0, empty_s=empty_s))
        return peers[-1]

    source = CopiedSource(
        copies,
        2**30,
        cameras=lambda: {CAMERA_ID: known},
        peer=peer,
        on_change=lambda: None,
        free_bytes=lambda _: 10**12,
        clock=clock,
    )
    await source.start()
    try:
        yield source
    finally:
        await source.stop()


def moment(epoch_s: float) -> datetime:
    """Return an aware time."""
    return datetime.fromtimestamp(epoch_s, UTC)


async def hold(source: CopiedSource, from_s: float, until_s: float, hold_id: str = "one") -> Coverage:
    """Hold a range, and wait until what there is now was copied."""
    coverage = await source.hold(hold_id, CAMERA_ID, moment(from_s), moment(until_s), moment(time.time()) + DAY)
    for job in tuple(source._jobs.values()):  # noqa: SLF001
        await job
    del coverage
    return await source.held(hold_id)
