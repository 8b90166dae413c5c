"""Which boxes a finished clip may have, byte by byte: no date, no name, no box of its own, no byte without a sample."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.boxes import EMPTY_TAGS, check_boxes
from custom_components.milton_share.clips.heads import INDEX_MAX_BYTES
from custom_components.milton_share.clips.refusal import ClipRefused, Rule
from tests.clips.hostile import box

if TYPE_CHECKING:
    from pathlib import Path

DATED = [b"mvhd", b"tkhd", b"mdhd"]


def refusal_of(path: Path, data: bytes) -> Rule | None:
    """Return by which rule a file of these bytes is refused, None where it passes."""
    path.write_bytes(data)
    try:
        check_boxes(path)
    except ClipRefused as refused:
        return refused.rule
    return None


@pytest.mark.parametrize("kind", DATED)
@pytest.mark.parametrize(("version", "width"), [(0, 4), (1, 8)])
def test_any_bit_of_when_a_clip_was_made_or_changed_is_found(
    kind: bytes, version: int, width: int, tmp_path: Path
) -> None:
    """Two times, short or long; what follows them is none."""
    head = bytes([version, 0, 0, 0])
    for at in range(2 * width + 1):
        body = head + bytes(at) + b"\1" + bytes(2 * width)
        expected = Rule.METADATA if at < 2 * width else None
        assert refusal_of(tmp_path / "clip.mp4", box(b"moov", box(kind, body))) is expected


@pytest.mark.parametrize(
    ("name", "rule"),
    [(b"VideoHandler\0", None), (b"SoundHandler\0", None), (b"Front door\0", Rule.METADATA), (b"", Rule.METADATA)],
)
def test_a_track_has_no_name_but_what_it_is(name: bytes, rule: Rule | None, tmp_path: Path) -> None:
    """It follows version, type and three words that are reserved."""
    assert refusal_of(tmp_path / "clip.mp4", box(b"hdlr", bytes(24) + name)) is rule


@pytest.mark.parametrize(
    ("body", "rule"),
    [(EMPTY_TAGS, None), (EMPTY_TAGS + b"\0", Rule.METADATA), (EMPTY_TAGS[:-1] + b"x", Rule.METADATA)],
    ids=["empty", "longer", "other"],
)
def test_a_list_of_tags_is_empty(body: bytes, rule: Rule | None, tmp_path: Path) -> None:
    """To the byte; it is looked at wherever it lies."""
    assert refusal_of(tmp_path / "clip.mp4", box(b"moov", box(b"udta", body))) is rule
    assert refusal_of(tmp_path / "clip.mp4", box(b"moov", box(b"uuid", body))) is Rule.METADATA


@pytest.mark.parametrize("kind", [b"uuid", b"edts", b"meta", b"skip", b"moof", b"gps "])
def test_a_box_that_playing_does_not_need_is_found_at_any_depth(kind: bytes, tmp_path: Path) -> None:
    """Also an empty one."""
    assert refusal_of(tmp_path / "clip.mp4", box(kind)) is Rule.METADATA
    assert refusal_of(tmp_path / "clip.mp4", box(b"moov", box(b"trak", box(kind)))) is Rule.METADATA


@pytest.mark.parametrize(
    "kind", [b"ftyp", b"vmhd", b"smhd", b"dref", b"stts", b"ctts", b"stss", b"stsc", b"stco", b"co64"]
)
def test_a_box_that_players_need_passes(kind: bytes, tmp_path: Path) -> None:
    """Those of a clip of more than four gigabytes among them."""
    assert refusal_of(tmp_path / "clip.mp4", box(kind, bytes(8))) is None


def test_free_space_is_empty(tmp_path: Path) -> None:
    """Not a byte in it."""
    assert refusal_of(tmp_path / "clip.mp4", box(b"free")) is None
    assert refusal_of(tmp_path / "clip.mp4", box(b"free", b"\0")) is Rule.HIDDEN_DATA


def test_boxes_lie_in_boxes_only_so_deep(tmp_path: Path) -> None:
    """A sample table is the fifth."""
    data = b""
    for depth in range(1, 10):
        expected = None if depth <= 8 else Rule.HIDDEN_DATA
        assert refusal_of(tmp_path / "clip.mp4", data) is expected
        data = box(b"moov", data)


@pytest.mark.parametrize(("each", "sizes"), [(4, b""), (0, struct.pack(">III", 5, 3, 4))], ids=["alike", "listed"])
@pytest.mark.parametrize(("media", "rule"), [(23, Rule.HIDDEN_DATA), (24, None), (25, Rule.HIDDEN_DATA)])
def test_all_of_the_media_is_in_samples_of_the_tracks(
    each: int, sizes: bytes, media: int, rule: Rule | None, tmp_path: Path
) -> None:
    """Of both tracks together, in all boxes of media together."""
    table = box(b"stsz", struct.pack(">III", 0, each, 3) + sizes)
    data = box(b"moov", 2 * table) + box(b"mdat", bytes(10)) + box(b"mdat", bytes(media - 10))
    assert refusal_of(tmp_path / "clip.mp4", data) is rule


@pytest.mark.parametrize(("each", "count"), [(2**24, 1), (1, 2**24)], ids=["large", "many"])
def test_large_samples_and_many_are_counted_whole(each: int, count: int, tmp_path: Path) -> None:
    """Of uncompressed sound each sample is one; the media is a hole in the file, for nobody reads it."""
    path = tmp_path / "clip.mp4"
    table = box(b"stsz", bytes(4) + struct.pack(">II", each, count))
    for size, rule in ((2**24, None), (2**24 + 1, Rule.HIDDEN_DATA)):
        path.write_bytes(table + struct.pack(">I4s", 8 + size, b"mdat"))
        with path.open("ab") as file:
            file.truncate(len(table) + 8 + size)
        if rule is None:
            check_boxes(path)
        else:
            with pytest.raises(ClipRefused, match=rule):
                check_boxes(path)


@pytest.mark.parametrize("sizes", [bytes(8), bytes(16)], ids=["fewer", "more"])
def test_a_table_of_another_length_than_it_says_is_found(sizes: bytes, tmp_path: Path) -> None:
    """What it does not count would be looked at by nobody."""
    assert refusal_of(tmp_path / "clip.mp4", box(b"stsz", struct.pack(">III", 0, 0, 3) + sizes)) is Rule.HIDDEN_DATA


def test_an_index_that_nobody_could_look_through_is_refused_unread(tmp_path: Path) -> None:
    """A byte more than twelve hours need; the file has a hole in its place."""
    path = tmp_path / "clip.mp4"
    with path.open("wb") as file:
        file.write(struct.pack(">I4s", INDEX_MAX_BYTES + 9, b"hdlr"))
        file.truncate(INDEX_MAX_BYTES + 9)
    with pytest.raises(ClipRefused, match="too large"):
        check_boxes(path)


@pytest.mark.parametrize("size", [1, 7, 9], ids=str)
def test_a_last_box_ends_where_the_file_does(size: int, tmp_path: Path) -> None:
    """Neither within its own head nor after the end."""
    data = box(b"free")
    assert refusal_of(tmp_path / "clip.mp4", data + struct.pack(">I4s", size, b"free")) is Rule.HIDDEN_DATA
    assert refusal_of(tmp_path / "clip.mp4", data + struct.pack(">I4s", 8, b"free")) is None
