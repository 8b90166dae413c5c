"""The blob store over an S3 peer."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from hub.kit.blobs import Blobs
from tests.simulators.object_store import serving_bucket

if TYPE_CHECKING:
    from pathlib import Path

NAME = "shares/00/clip"


@pytest.mark.parametrize("size_bytes", [300_000, 20_000_000])
async def test_an_object_store_is_create_only_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size_bytes: int
) -> None:
    """Put, put again, read in ranges, delete: the same answers as from a folder, also for a large body."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "hub")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of a test")
    data = random.Random(3).randbytes(size_bytes)  # noqa: S311 - any bytes do
    source = tmp_path / "source"
    source.write_bytes(data)
    async with serving_bucket("evidence") as peer:
        blobs = Blobs.open(f"s3://evidence/milton?endpoint={quote(peer.url, safe='')}&region=us-east-1")
        await blobs.put(NAME, source)
        assert peer.objects == {f"milton/{NAME}": data}
        source.write_bytes(b"x" * size_bytes)
        await blobs.put(NAME, source)
        assert peer.objects == {f"milton/{NAME}": data}
        assert await blobs.size_bytes(NAME) == len(data)
        assert b"".join([chunk async for chunk in blobs.read(NAME, 1000, 70_000)]) == data[1000:70_000]
        await blobs.delete(NAME)
        await blobs.delete(NAME)
        with pytest.raises(FileNotFoundError):
            await blobs.size_bytes(NAME)
