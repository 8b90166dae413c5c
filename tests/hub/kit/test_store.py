"""The blob store over real files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.kit.blobs import Blobs

if TYPE_CHECKING:
    from pathlib import Path

NAME = "shares/00/clip"


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    """Open a store in a folder that does not exist yet."""
    return Blobs.open((tmp_path / "blobs of one city").as_uri())


def _file(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "source"
    path.write_bytes(data)
    return path


async def _read(blobs: Blobs, start: int, end: int) -> bytes:
    return b"".join([chunk async for chunk in blobs.read(NAME, start, end)])


async def test_what_was_put_is_read_back_whole_and_in_ranges(blobs: Blobs, tmp_path: Path) -> None:
    """Ranges are half open and cross chunk borders."""
    data = bytes(range(256)) * 40_000
    await blobs.put(NAME, _file(tmp_path, data))
    assert await blobs.size_bytes(NAME) == len(data)
    assert await _read(blobs, 0, len(data)) == data
    assert await _read(blobs, 1_000_003, 5_000_007) == data[1_000_003:5_000_007]
    assert await _read(blobs, len(data) - 1, len(data)) == data[-1:]


@pytest.mark.parametrize("size_bytes", [5, 17 * 2**20])
async def test_a_second_put_never_replaces_the_first(blobs: Blobs, tmp_path: Path, size_bytes: int) -> None:
    """A put is create-only, for small objects and for those that are sent in parts."""
    await blobs.put(NAME, _file(tmp_path, b"a" * size_bytes))
    await blobs.put(NAME, _file(tmp_path, b"b" * size_bytes))
    assert await blobs.size_bytes(NAME) == size_bytes
    assert await _read(blobs, size_bytes - 5, size_bytes) == b"aaaaa"


async def test_a_deleted_object_is_gone_and_deleting_again_is_no_failure(blobs: Blobs, tmp_path: Path) -> None:
    """Deleting is idempotent; reading what is gone says so."""
    await blobs.put(NAME, _file(tmp_path, b"first"))
    await blobs.delete(NAME)
    await blobs.delete(NAME)
    with pytest.raises(FileNotFoundError):
        await blobs.size_bytes(NAME)
    with pytest.raises(FileNotFoundError):
        await _read(blobs, 0, 1)


async def test_what_a_killed_put_left_goes_with_the_next_put_and_with_its_object(blobs: Blobs, tmp_path: Path) -> None:
    """Obstore writes beside the object; nobody would ever look for that, also when the share is deleted."""
    folder = tmp_path / "blobs of one city" / "shares" / "00"
    folder.mkdir(parents=True)
    begun, of_another = folder / "clip#1", folder / "clip-of-another#1"
    for left in (begun, of_another):
        left.write_bytes(b"half of a sealed body")
    await blobs.put(NAME, _file(tmp_path, b"first"))
    assert not begun.exists()
    begun.write_bytes(b"half of a sealed body")
    await blobs.delete(NAME)
    assert list(folder.iterdir()) == [of_another]


async def test_the_folder_is_private(tmp_path: Path) -> None:
    """Only the hub's user may look at names and sizes."""
    Blobs.open((tmp_path / "blobs").as_uri())
    assert (tmp_path / "blobs").stat().st_mode & 0o777 == 0o700


def test_another_scheme_is_refused() -> None:
    """No silent fall-back to somewhere else."""
    with pytest.raises(ValueError, match="neither file"):
        Blobs.open("ftp://example/blobs")
