"""An MP4 that counts what it can't hold is refused before it is opened: FFmpeg would be busy with it for hours."""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.read.packets import packets
from custom_components.milton_share.clips.read.recording import UNDECODED, open_descriptor, open_recording
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.hostile import box, patched, with_body
from tests.clips.kinds import AAC, film, h264
from tests.fuzz.film_bending import boxes

if TYPE_CHECKING:
    from pathlib import Path

MANY, TRACK_AT = 30_000_000, 12
CMAF = {"movflags": "+cmaf+frag_every_frame"}


@pytest.fixture(scope="module")
def cmaf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Film two seconds of reordered pictures, a fragment each."""
    (path,) = film(tmp_path_factory.mktemp("cmaf") / "film.mp4", h264(8, 2), AAC, seconds=2, container=CMAF)
    return path.read_bytes()


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Film two seconds, with an index at the end."""
    (path,) = film(tmp_path_factory.mktemp("indexed") / "film.mp4", h264(8, 2), AAC, seconds=2)
    return path.read_bytes()


def opens(data: bytes, folder: Path) -> int:
    """Open and read a file; return how many packets it has."""
    path = folder / "film.mp4"
    path.write_bytes(data)
    with open_recording(path, UNDECODED) as container:
        return sum(1 for _ in packets(container, audio=True))


def refused(data: bytes, folder: Path) -> str:
    """Assert that a file is refused at once; return why."""
    before_s = time.process_time()
    with pytest.raises(ClipRefused) as refusal:
        opens(data, folder)
    assert time.process_time() - before_s < 1
    assert refusal.value.rule is CutRule.UNREADABLE_SEGMENT
    return refusal.value.detail


def words(*values: int) -> bytes:
    """Return numbers of four bytes."""
    return struct.pack(f">{len(values)}I", *values)


def before_fragments(data: bytes, more: bytes) -> bytes:
    """Return a file with something before its first fragment."""
    at = next(start for kind, start, _ in boxes(data) if kind == b"moof")
    return data[:at] + more + data[at:]


def test_what_recorders_write_opens(cmaf: bytes, indexed: bytes, tmp_path: Path) -> None:
    """In fragments of one picture each, with an index, and with one reference a fragment."""
    assert opens(cmaf, tmp_path) == opens(before_fragments(cmaf, references(30)), tmp_path)
    assert opens(indexed, tmp_path)


def references(count: int) -> bytes:
    """Return references to so many fragments."""
    head = struct.pack(">IIIIIHH", 0, 1, 1000, 0, 0, 0, count)
    return box(b"sidx", head + words(1000, 100, 0) * count)


@pytest.mark.parametrize("number", [2**31, 2**32 - 255, 2**32 - 1])
def test_a_track_with_a_number_that_has_a_sign_is_refused(number: int, cmaf: bytes, tmp_path: Path) -> None:
    """FFmpeg counts to a billion then, in each fragment of any track: four seconds for a hundred bytes."""
    for version in (b"\0", b"\1"):
        bent = patched(cmaf, b"tkhd", 20 if version == b"\1" else TRACK_AT, words(number))
        assert "number" in refused(patched(bent, b"tkhd", 0, version), tmp_path)


def test_a_track_without_a_header_is_refused(cmaf: bytes, tmp_path: Path) -> None:
    """It has no number either."""
    assert "number" in refused(patched(cmaf, b"tkhd", -4, b"free"), tmp_path)


@pytest.mark.parametrize("flags", [0, 1])
def test_samples_that_take_no_bytes_are_not_counted_by_the_million(flags: int, cmaf: bytes, tmp_path: Path) -> None:
    """All at once, and a hundred thousand of them in each of many fragments."""
    assert "samples" in refused(patched(cmaf, b"trun", 0, words(flags, MANY)), tmp_path)
    bent = cmaf
    for nth in range(sum(kind == b"trun" for kind, _, _ in boxes(cmaf))):
        bent = patched(bent, b"trun", 0, words(flags, 90_000), nth=nth)
    assert "samples" in refused(bent, tmp_path)


def test_samples_of_one_size_are_not_counted_by_the_million(indexed: bytes, tmp_path: Path) -> None:
    """A table of one number that stands for all."""
    assert "samples" in refused(patched(indexed, b"stsz", 4, words(1, MANY)), tmp_path)


def test_samples_that_all_lie_on_the_same_bytes_are_not_read_for_hours(indexed: bytes, tmp_path: Path) -> None:
    """Each has bytes of its own, by its size; by its place all have the same: two megabytes stood for 170 billion."""
    count, size = 300, 2**20
    bent = with_body(indexed, b"stsz", words(0, size, count))
    bent = with_body(bent, b"stts", words(0, 1, count, 512))
    bent = with_body(bent, b"stsc", words(0, 1, 1, 1, 1))
    at = len(with_body(bent, b"stco", bytes(8 + 4 * count))) + 8
    bent = with_body(bent, b"stco", words(0, count, *[at] * count))
    assert "same bytes" in refused(bent + box(b"free", bytes(size)), tmp_path)


def test_edits_are_not_repeated_for_all_samples(indexed: bytes, tmp_path: Path) -> None:
    """Each edit has FFmpeg go through the samples again."""
    assert "samples" in refused(patched(indexed, b"elst", 4, words(MANY)), tmp_path)


def test_references_are_not_counted_by_the_hundred_thousand(cmaf: bytes, tmp_path: Path) -> None:
    """FFmpeg sorts them by moving all others for each: ten seconds for four boxes of a megabyte."""
    assert "references" in refused(before_fragments(cmaf, references(60_000) * 4), tmp_path)


def test_a_compressed_index_is_refused(indexed: bytes, tmp_path: Path) -> None:
    """What it counts nobody knows before it is unpacked."""
    assert "compressed" in refused(indexed + box(b"moov", box(b"cmov", bytes(40))), tmp_path)


def test_an_open_file_is_looked_at_too(cmaf: bytes, tmp_path: Path) -> None:
    """As for what lies in a camera's folder, which is given as an open file."""
    path = tmp_path / "film.mp4"
    path.write_bytes(patched(cmaf, b"trun", 0, words(0, MANY)))
    with path.open("rb") as file, pytest.raises(ClipRefused, match="samples"), open_descriptor(file.fileno()):
        pass


def test_films_in_fragments_that_were_joined_are_refused(cmaf: bytes, tmp_path: Path) -> None:
    """FFmpeg reads all by the first one's header, its clock too, and passes over what follows the second's."""
    assert "joined" in refused(cmaf + cmaf, tmp_path)
