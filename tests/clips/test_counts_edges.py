"""What an MP4 counts, at each limit and by one more, wherever it lies. Pure, over bytes."""

from __future__ import annotations

import io
import struct

import pytest

from custom_components.milton_share.clips.mp4.counts import check_counts
from custom_components.milton_share.clips.mp4.reader import INDEX_MAX_BYTES
from custom_components.milton_share.clips.refusal import ClipRefused
from tests.clips.hostile import box
from tests.clips.test_counts import words

FREE = 100_000  # samples that any file may count
PARENTS = [b"moov", b"hoov", b"trak", b"edts", b"mdia", b"minf", b"stbl", b"mvex", b"udta", b"moof", b"traf"]


def why(*parts: bytes) -> str | None:
    """Return why a file of these boxes is refused, None where it is not."""
    data = b"".join(parts)
    try:
        check_counts(io.BytesIO(data), len(data))
    except ClipRefused as refused:
        return refused.detail
    return None


def run(count: int) -> bytes:
    """Return a run of so many samples."""
    return box(b"trun", words(0, count))


def table(count: int, kind: bytes = b"stsz") -> bytes:
    """Return a table of so many."""
    return box(kind, words(0, 0, count))


def number(value: int, version: int = 0) -> bytes:
    """Return the header of a track with this number."""
    return box(b"tkhd", struct.pack(">I", version << 24) + bytes(16 if version else 8) + words(value, 0))


@pytest.mark.parametrize("kind", PARENTS)
def test_what_counts_is_found_in_any_box_that_holds_others(kind: bytes) -> None:
    """Also two deep, and beside others."""
    own = number(1) if kind == b"trak" else b""
    assert why(box(kind, own + run(FREE))) is None
    assert why(box(kind, own + run(FREE + 1)))
    assert why(box(b"moov", box(b"free") + box(kind, own + run(FREE + 1))))


@pytest.mark.parametrize("kind", [b"stsz", b"stz2"])
def test_no_more_samples_are_counted_than_a_file_has_bytes(kind: bytes) -> None:
    """In tables and in runs together; a short file may count a hundred thousand."""
    assert why(table(FREE, kind)) is None
    assert why(table(FREE + 1, kind))
    assert why(table(FREE // 2, kind), run(FREE // 2)) is None
    assert why(table(FREE // 2, kind), run(FREE // 2), run(1))
    media = box(b"mdat", bytes(2 * FREE))
    most = 2 * FREE + 8 + len(table(0, kind))
    assert why(table(most, kind), media) is None
    assert why(table(most + 1, kind), media)


def test_each_edit_counts_all_samples_of_the_tables_again() -> None:
    """By the longest list; none is as one."""
    edits = [box(b"elst", words(0, count)) for count in (2, 1, 0)]
    assert why(table(FREE // 2), *edits) is None
    assert why(table(FREE // 2 + 1), *edits)
    assert why(table(FREE // 2), *edits[::-1]) is None
    assert why(table(FREE + 1), edits[2])
    assert why(table(FREE), edits[2]) is None


@pytest.mark.parametrize("version", [0, 1])
def test_each_track_has_a_number_of_thirty_one_bits(version: int) -> None:
    """A track without one is none that can be read."""
    assert why(box(b"moov", box(b"trak", number(2**31 - 1, version)))) is None
    assert why(box(b"moov", box(b"trak", number(2**31, version)))) == "a track's number is too large"
    assert why(box(b"moov", box(b"trak"))) == "a track without a number"
    assert why(box(b"moov", box(b"trak", number(1, version)) + box(b"trak"))) == "a track without a number"


@pytest.mark.parametrize(("version", "before"), [(0, 22), (1, 30)])
def test_references_are_as_many_as_a_recording_of_twelve_hours_has(version: int, before: int) -> None:
    """All boxes of them together."""

    def references(count: int) -> bytes:
        body = (bytes([version]) + bytes(before - 1) + struct.pack(">H", count)).ljust(before + 4, b"\0")
        return box(b"sidx", body)

    assert why(references(65_535), references(34_465)) is None
    assert why(references(65_535), references(34_466)) == "more references than any recording has"


def test_films_that_were_joined_are_refused_where_the_second_has_fragments() -> None:
    """What comes then would be read by the first one's header."""
    assert why(box(b"moov"), box(b"moof"), box(b"moof")) is None
    assert why(box(b"moov"), box(b"moov")) is None
    assert why(box(b"moov"), box(b"moov"), box(b"moof")) == "it is several films that were joined"
    assert why(box(b"moov", box(b"cmov"))) == "its index is compressed"


def test_an_index_is_no_longer_than_that_of_twelve_hours() -> None:
    """To the byte; one that is longer is not read."""
    check_counts(io.BytesIO(struct.pack(">I4s", INDEX_MAX_BYTES, b"moov")), INDEX_MAX_BYTES)
    with pytest.raises(ClipRefused, match="an index that is too large"):
        check_counts(io.BytesIO(struct.pack(">I4s", INDEX_MAX_BYTES + 1, b"moov")), INDEX_MAX_BYTES + 1)
